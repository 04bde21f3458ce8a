/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy.h - who the stateless proxy of edge mode is (RFC 3261 16.11): its addresses, its names, and
 * the key behind everything that it will have to know again without having kept it.
 *
 *   proxy_branch.h    the branch that a request goes on with, and the mark against loops
 *   proxy_token.h     what Record-Route and Path say of the way back
 *   proxy_request.h   may a request go on (16.3), as what (16.4), and where to (16.5)
 *   proxy_forward.h   the request that goes on (16.6)
 *   proxy_response.h  the response that comes back (16.7, 18.1.2, 18.2.2)
 *
 * All of it is pure: a message, numbers and this struct come in, a list of edits comes out. No
 * allocation, no clock, nothing of DPDK. The struct is written at start and then shared by all
 * workers, so that each does the same with the same message.
 */
#ifndef SLUICE_DATAPLANE_EDGE_PROXY_H
#define SLUICE_DATAPLANE_EDGE_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"
#include "dataplane/edge/net.h"
#include "dataplane/state/siphash.h"
#include "parser/sip_edit.h"
#include "parser/sip_msg.h"

#define DP_PROXY_SELVES_MAX 64u
#define DP_PROXY_NAMES_MAX  16u
#define DP_PROXY_NAME_BYTES 256u

/* "[" an IPv6 address "]" */
#define DP_PROXY_HOST_BYTES 48u

/* Without a port a URI and a Via mean this one (RFC 3261 19.1.2, 18.2.2). */
#define DP_PROXY_PORT_DEFAULT 5060u

/* A request that comes within so many octets of the path's MTU must not go by UDP (18.1.1), unless
 * told otherwise. */
#define DP_PROXY_MTU_MARGIN     200u
#define DP_PROXY_MTU_MARGIN_MAX 1000u

struct dp_proxy_addr {
        struct shm_ip ip;
        uint16_t port; /* 1..65535, host order */
};

/* "Via: SIP/2.0/UDP host:port;branch=" */
#define DP_PROXY_VIA_BYTES (17u + DP_PROXY_HOST_BYTES + 6u + 8u)
/* "@host:port;lr>" */
#define DP_PROXY_URI_BYTES (1u + DP_PROXY_HOST_BYTES + 6u + 4u)

/* An address of ours, and what messages say of it: IPv6 in brackets. Not terminated. */
struct dp_proxy_self {
        struct dp_proxy_addr addr;
        uint8_t via_len;
        uint8_t uri_len;
        char via[DP_PROXY_VIA_BYTES]; /* of our Via, up to the branch */
        char uri[DP_PROXY_URI_BYTES]; /* of our URI in Record-Route and Path, behind the user */
};

struct dp_proxy_name {
        uint16_t len;
        char text[DP_PROXY_NAME_BYTES]; /* in lower case */
};

struct dp_proxy {
        struct dp_siphash_key key; /* lives as long as calls do: a new one forgets them */
        uint8_t self_cnt;
        uint8_t name_cnt;
        uint16_t mtu_margin; /* DP_PROXY_MTU_MARGIN; 0: up to the MTU */
        struct dp_proxy_self self[DP_PROXY_SELVES_MAX];
        struct dp_proxy_name names[DP_PROXY_NAMES_MAX]; /* that a Route may call us by */
};

/* Nothing but the key, and the usual margin. */
void dp_proxy_init(struct dp_proxy *px, const struct dp_siphash_key *key);

/* Add an address; port 1..65535. 0, -ENOSPC, or -EINVAL: the port is 0. */
int dp_proxy_add_self(struct dp_proxy *px, const struct shm_ip *ip, uint16_t port);

/* Add a host name. 0, -ENOSPC, or -EINVAL when it is no host name that may stand in a URI. */
int dp_proxy_add_name(struct dp_proxy *px, const char *name);

/* Ours by address and port, or NULL. */
const struct dp_proxy_self *dp_proxy_self_of(const struct dp_proxy *px,
                                             const struct dp_proxy_addr *a);

/* Does the URI, of a message that parsed, name us: one of our addresses with its port, or one of
 * our names with the port of some address of ours? */
bool dp_proxy_is_us(const struct dp_proxy *px, const uint8_t *buf, const struct sip_uri *u);

/* The same for sent-by of a Via, which always says an address. */
bool dp_proxy_sent_by_us(const struct dp_proxy *px, const uint8_t *buf, const struct sip_via *v);

/* A host as a URI or Via has it as an address; false for a name. */
bool dp_proxy_host_ip(const uint8_t *buf, struct sip_span host, struct shm_ip *out);

/* Where a URI leads without asking anybody (RFC 3263 4, for UDP alone). */
enum dp_proxy_way {
        DP_PROXY_WAY_UDP = 0, /* to an address that it says itself */
        DP_PROXY_WAY_NAME,    /* to a name, or it is no SIP URI */
        DP_PROXY_WAY_STREAM,  /* sips, or a transport that is not UDP */
};
enum dp_proxy_way dp_proxy_uri_way(const uint8_t *buf, const struct sip_uri *u,
                                   struct dp_proxy_addr *out);

static inline bool dp_proxy_addr_equal(const struct dp_proxy_addr *a, const struct dp_proxy_addr *b)
{
        return a->port == b->port && memcmp(&a->ip, &b->ip, sizeof(a->ip)) == 0;
}

/* The octets of a span of a message. */
static inline struct sip_text dp_proxy_text(const uint8_t *buf, struct sip_span s)
{
        return (struct sip_text){(const char *)buf + s.off, s.len};
}

#endif
