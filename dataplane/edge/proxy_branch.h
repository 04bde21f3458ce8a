/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_branch.h - the branch of the Via that we push, and the mark against loops beside it.
 *
 *   z9hG4bK  <32 hex digits: the transaction>  <16 hex digits: its seal>
 *
 * The transaction (RFC 3261 16.11) is a keyed hash of the topmost Via's branch and sent-by; for a
 * client of RFC 2543, whose branch does not begin with the cookie, of its topmost Via, From-tag,
 * Call-ID, CSeq number and Request-URI. Neither has the method in it, nor the To-tag: a
 * retransmission, the CANCEL and the ACK for a final response that is not 2xx get the branch of
 * their INVITE (9.1, 17.1.1.3), on any worker, and nothing is kept.
 *
 * The seal is a keyed hash of that and of the address that the request came from, which is where
 * its responses go. So a response is known to answer a request that we forwarded, and to go where
 * that came from: whoever invents a branch, or puts an address of his choice under a branch that he
 * has seen, makes us send nothing. The port is left out, since that of a NAT may change.
 *
 * The mark is a parameter of its own in that Via ("loop=", 16 hex digits), because it depends on
 * fields in which an ACK and a CANCEL may differ from their INVITE (RFC 5393 4.2.2 leaves the means
 * open): Request-URI, Route, both tags, Call-ID, CSeq number, Proxy-Require, Proxy-Authorization
 * and the address that it came from - what a decision is made by. A request that comes again with
 * all of these as they were would go the same way again.
 */
#ifndef SLUICE_DATAPLANE_EDGE_PROXY_BRANCH_H
#define SLUICE_DATAPLANE_EDGE_PROXY_BRANCH_H

#include "dataplane/edge/proxy.h"

#define DP_PROXY_BRANCH_CHARS 55u /* 7 + 32 + 16 */
#define DP_PROXY_MARK_CHARS   16u

/* Of a request that parsed, from address src. Not terminated. */
void dp_proxy_branch(const struct dp_proxy *px, const struct sip_msg *m, const struct shm_ip *src,
                     char out[DP_PROXY_BRANCH_CHARS]);

/* Did we make this branch for a request from that address? */
bool dp_proxy_branch_is_ours(const struct dp_proxy *px, struct sip_text branch,
                             const struct shm_ip *dst);

void dp_proxy_mark(const struct dp_proxy *px, const struct sip_msg *m, const struct shm_ip *src,
                   char out[DP_PROXY_MARK_CHARS]);

/* Is the mark in a Via of this message? It was here then, just as it is now (16.3 step 4). */
bool dp_proxy_mark_seen(const struct sip_msg *m, const char mark[DP_PROXY_MARK_CHARS]);

/* v as hexadecimal digits, the highest first; digits <= 16. */
void dp_proxy_put_hex(char *out, uint64_t v, unsigned digits);

#endif
