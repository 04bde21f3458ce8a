/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_response.h - the way back: a response goes to where the next Via says, if its topmost one
 * is ours (RFC 3261 16.11, 18.1.2, 18.2.2; RFC 3581 4). All of them do, a 100 too, for we send none
 * ourselves.
 */
#ifndef SLUICE_DATAPLANE_EDGE_PROXY_RESPONSE_H
#define SLUICE_DATAPLANE_EDGE_PROXY_RESPONSE_H

#include "dataplane/edge/proxy.h"

/* The Via value behind the topmost one, of who sent the request to us. False: there is none, or it
 * can not be read. */
bool dp_proxy_second_via(const struct sip_msg *m, struct sip_via *out);

/*
 * Where the response m, which parsed without fault, goes: *to, with PROXIED. Otherwise it is
 * dropped in silence: VIA_FOREIGN (the topmost Via is not ours, its branch is none that we made, or
 * not for a request from where the response would go) or NO_WAY_BACK (no Via below it, or one
 * without an address).
 */
enum shm_reason dp_proxy_response_read(const struct dp_proxy *px, const struct sip_msg *m,
                                       struct dp_proxy_addr *to);

/* Add to e, an empty list over m, that our Via leaves. PROXIED or CANNOT_REWRITE. */
enum shm_reason dp_proxy_response_forward(struct sip_edit *e);

#endif
