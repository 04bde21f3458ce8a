/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_aor.h - the canonical address-of-record of a URI (RFC 3261 10.3, step 5): one spelling for
 * all URIs that name the same user, to look users up by.
 */
#ifndef SLUICE_PARSER_SIP_AOR_H
#define SLUICE_PARSER_SIP_AOR_H

#include "parser/sip_cur.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Of sip and sips: the scheme in lower case, the user with its escapes decoded and its case kept,
 * no password, the host in lower case, the port unless it is the scheme's default (5060, 5061), no
 * parameters and no headers. Of tel: the number without visual separators and in lower case, and
 * for a local number ";phone-context=" with its value in lower case. The text of an IPv6 address is
 * not rewritten beyond its case.
 *
 * Returns how many octets the AoR has, 0 when there is none: other schemes, a URI without a user,
 * a user that holds %00 (legal, but no key that two programs read alike), a local number without
 * its context. Out holds all of them when cap >= the result; so a call with cap 0 tells the
 * size. No terminator is written. At most u->all.len octets.
 */
size_t sip_aor_write(const uint8_t *buf, const struct sip_uri *u, uint8_t *out, size_t cap);

/*
 * Where the AoR without its port stands in the URI as it is: of most sip URIs, whose user has no
 * escapes and which have no upper case (nor need they for this: it may be of the user). Of length
 * 0: use sip_aor_write().
 */
struct sip_span sip_aor_plain(const uint8_t *buf, const struct sip_uri *u);

#ifdef __cplusplus
}
#endif

#endif
