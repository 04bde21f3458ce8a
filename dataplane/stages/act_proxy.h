/* SPDX-License-Identifier: Apache-2.0 */
/*
 * act_proxy.h - the part of act that forwards in edge mode, as a stateless proxy (RFC 3261 16.11):
 * what passes goes where its Via, Route or Request-URI says, and what was decided to PROXY goes
 * where control says (edge/proxy.h). It is sent as a datagram of our own (edge/send.h).
 */
#ifndef SLUICE_DATAPLANE_STAGES_ACT_PROXY_H
#define SLUICE_DATAPLANE_STAGES_ACT_PROXY_H

#include "dataplane/burst.h"
#include "dataplane/edge/proxy_forward.h"
#include "dataplane/edge/send.h"
#include "dataplane/state/bindings.h"

/* No datagram that is longer leaves any port (18.1.1); jumbo frames included. */
#define DP_ACT_PROXY_BYTES_MAX 9216u

/* One worker's. */
struct dp_act_proxy {
        struct dp_proxy self;
        struct dp_send *send;               /* borrowed */
        const struct dp_bindings *bindings; /* borrowed; NULL: nobody is known */
        struct dp_proxy_request req;
        struct sip_splice splices[DP_PROXY_SPLICES];
        uint8_t text[DP_PROXY_TEXT_BYTES];
        uint8_t out[DP_ACT_PROXY_BYTES_MAX];
};

/* Who the proxy is: the addresses of the network with each of the SIP ports. False when there are
 * more than it can have. */
bool dp_act_proxy_init(struct dp_act_proxy *self, const struct dp_siphash_key *key,
                       const struct dp_edge_net *net, const uint16_t *ports, unsigned port_cnt);

/*
 * Forward p, a packet with the SIP message m and the verdict PASS or PROXY. What has to be answered
 * instead gets the verdict REJECT with its status and, where there are any, header lines in
 * p->headers; what can not go at all is dropped. Each with its reason.
 */
void dp_act_proxy(struct dp_act_proxy *self, struct dp_pkt *p, const struct sip_msg *m,
                  uint64_t now_ns);

#endif
