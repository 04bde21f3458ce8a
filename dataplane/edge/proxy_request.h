/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_request.h - what a stateless proxy finds out about a request before it forwards it: may it
 * go on (RFC 3261 16.3, RFC 5393), what is in it for us (16.4), and does it say itself where to
 * (16.5).
 *
 * A request of a dialog that we recorded (proxy_token.h) goes where its Route, or without one its
 * Request-URI, says by address; one along a Path of ours goes to the address in it. All others are
 * asked about: control decides, its decision is a dp_proxy_hop (proxy_forward.h).
 *
 * Without a decision nothing goes to an address that a stranger chose.
 */
#ifndef SLUICE_DATAPLANE_EDGE_PROXY_REQUEST_H
#define SLUICE_DATAPLANE_EDGE_PROXY_REQUEST_H

#include "dataplane/edge/proxy.h"
#include "dataplane/edge/proxy_branch.h"
#include "dataplane/edge/proxy_token.h"

/* Room for the tags of an Unsupported; what does not fit is left out, whole tags. */
#define DP_PROXY_LINES_BYTES 512u

/* Route values of ours that may stand in a row: two for each time that we were passed (RFC 5658),
 * with some to spare. More is a fault of theirs. */
#define DP_PROXY_OWN_ROUTES_MAX 8u

enum dp_proxy_next {
        DP_PROXY_ASK = 0, /* control knows where to */
        DP_PROXY_FORWARD, /* to `target` */
        DP_PROXY_REPLY,   /* with `code` and `lines` */
        DP_PROXY_DROP,
};

struct dp_proxy_request {
        const struct sip_msg *msg; /* borrowed */
        struct dp_proxy_addr src;
        uint8_t next;     /* enum dp_proxy_next */
        uint16_t reason;  /* enum shm_reason; NONE with ASK */
        uint16_t code;    /* REPLY: SIP status, else 0 */
        bool in_dialog;   /* a token of ours says so */
        bool from_strict; /* the previous hop routed strictly: the last Route value is the
                           * Request-URI (16.4) */
        bool own_maddr;   /* the Request-URI's maddr was us: it goes, with port and transport */
        bool has_route;   /* Route values remain */
        uint8_t own_routes;
        struct sip_uri ruri;         /* in effect: the message's, or its last Route value's */
        struct sip_route route;      /* the first that remains, with has_route */
        struct sip_route_place kept; /* where that is */
        struct dp_proxy_addr target; /* FORWARD */
        char mark[DP_PROXY_MARK_CHARS];
        char lines[DP_PROXY_LINES_BYTES]; /* REPLY: header lines, terminated */
};

/*
 * Read the request m, which parsed without fault, from src. Its own buffer is borrowed until the
 * request is forwarded. `known`: it belongs to a dialog that is known otherwise, and its sender to
 * that; then it needs no token of ours to be forwarded as it says.
 */
void dp_proxy_request_read(const struct dp_proxy *px, const struct sip_msg *m,
                           const struct dp_proxy_addr *src, bool known, struct dp_proxy_request *r);

/* Has the request a token of ours, for its dialog or of a Path, in its Request-URI or first Route
 * value? Then nobody has to be asked where it goes. */
bool dp_proxy_is_recorded(const struct dp_proxy *px, const struct sip_msg *m);

#endif
