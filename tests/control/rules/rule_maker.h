/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule_maker.h - rules and messages by chance, for tests of matching: short texts over few letters,
 * so that most rules hold for some and not for others.
 */
#ifndef SLUICE_TESTS_CONTROL_RULES_RULE_MAKER_H
#define SLUICE_TESTS_CONTROL_RULES_RULE_MAKER_H

#include <stddef.h>
#include <stdint.h>

struct maker_rng {
        uint64_t s;
};

uint32_t maker_below(struct maker_rng *r, uint32_t n);
/* A rule with this sid, with its line end, terminated. Returns its length; it fits into 4096. */
size_t maker_rule(struct maker_rng *r, uint32_t sid, char *out, size_t cap);
/* A datagram of at most 64 octets that is not SIP. */
size_t maker_junk(struct maker_rng *r, uint8_t *out);
/* A SIP message; it fits into 4096. */
size_t maker_message(struct maker_rng *r, char *out, size_t cap);

#endif
