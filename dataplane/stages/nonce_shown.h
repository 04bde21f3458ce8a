/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nonce_shown.h - the nonce in a header of credentials, without the rest of the header being read.
 *
 * For one question alone: is it one that went to who sends it (transactions.h)? Whoever shows such
 * a nonce has received it, in whatever company it stands. So the form of the credentials is not
 * judged here; who acts on them does that (sip_auth.h), at some ten times the cost.
 */
#ifndef SLUICE_DATAPLANE_STAGES_NONCE_SHOWN_H
#define SLUICE_DATAPLANE_STAGES_NONCE_SHOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/state/calls.h"

/*
 * The first parameter "nonce" of Digest credentials (RFC 7616 3.4): what is between its quotes,
 * escapes as they are, or the token. `value` is that of the header. Reads only [value, value +
 * len). False, *out untouched: another scheme, no nonce, or an empty one.
 */
bool dp_nonce_shown(const uint8_t *value, uint16_t len, struct dp_octets *out);

#endif
