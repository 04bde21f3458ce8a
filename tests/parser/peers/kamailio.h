/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kamailio.h - what the real Kamailio reads: the program runs on a loopback port of its own and
 * logs the pseudo-variables of each message that is sent to it.
 */
#ifndef SLUICE_TESTS_PARSER_PEERS_KAMAILIO_H
#define SLUICE_TESTS_PARSER_PEERS_KAMAILIO_H

#include "tests/parser/peers/reading.h"

/* Start it. False when it is not installed. Ends the test program when it does not come up. */
bool kamailio_start(void);
/* good: its route was run. sane: its module sanity found nothing, with all checks on. The field
 * Vias counts header fields, not values. */
void kamailio_read(const uint8_t *p, size_t n, struct reading *out, bool *sane);
void kamailio_stop(void);

#endif
