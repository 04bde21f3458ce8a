/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_forward.h - the request that goes on (RFC 3261 16.6): Request-URI, Max-Forwards,
 * Record-Route, Route, header lines of the decision, received and rport of the client's Via, our
 * Via on top of it, Content-Length.
 */
#ifndef SLUICE_DATAPLANE_EDGE_PROXY_FORWARD_H
#define SLUICE_DATAPLANE_EDGE_PROXY_FORWARD_H

#include "dataplane/edge/proxy_request.h"

/* Splices and text that one request may need, besides what a decision brings. */
#define DP_PROXY_SPLICES    64u
#define DP_PROXY_TEXT_BYTES 4096u

/* The decision about one request. Text is borrowed and may be empty. */
struct dp_proxy_hop {
        struct dp_proxy_addr to;
        bool stream;            /* it wants TCP, TLS or SCTP */
        bool record_route;      /* stay in the way of the dialog */
        bool path;              /* stay in the way to this contact: REGISTER alone */
        struct sip_text ruri;   /* new Request-URI, in place of what is there */
        struct sip_text routes; /* Route values separated by commas, to be put in front */
        struct sip_text lines;  /* whole header lines, each with its CRLF; History-Info goes behind
                                 * the request's own, which is in order of time (RFC 7044), others
                                 * in front of theirs */
};

/* Where the request came in and where it goes out: the same for one arm, and then one Record-Route
 * is enough; two addresses make two (RFC 5658). */
struct dp_proxy_sides {
        const struct dp_proxy_self *in;
        const struct dp_proxy_self *out;
        uint32_t mtu; /* longest IP packet that leaves there, octets */
};

/* A hop that is what the message says itself: for DP_PROXY_FORWARD. */
struct dp_proxy_hop dp_proxy_hop_of(const struct dp_proxy_request *r);

/*
 * Add to e, an empty list over r->msg, all that makes of the request the one that goes to the hop.
 * PROXIED, or why it can not: HOP_TRANSPORT (a stream is wanted, or it is too long for UDP; RFC
 * 3261 18.1.1), HOP_FORBIDDEN (the hop is ourselves), CANNOT_REWRITE.
 */
enum shm_reason dp_proxy_forward(const struct dp_proxy *px, const struct dp_proxy_request *r,
                                 const struct dp_proxy_hop *hop, const struct dp_proxy_sides *sides,
                                 struct sip_edit *e);

/* The status that the sender gets when dp_proxy_forward() gave this reason (16.9, 21.5.7). */
uint16_t dp_proxy_forward_status(enum shm_reason reason, const struct dp_proxy_hop *hop);

#endif
