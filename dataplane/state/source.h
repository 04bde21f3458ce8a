/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source.h - who sent a packet, as keys of the shared tables: from the narrow to the wide.
 */
#ifndef SLUICE_DATAPLANE_STATE_SOURCE_H
#define SLUICE_DATAPLANE_STATE_SOURCE_H

#include <stdint.h>

#include "control/contract/shm_base.h"
#include "dataplane/state/key.h"
#include "dataplane/state/siphash.h"
#include "dataplane/state/siphash_lanes.h"

/* An address and port, so that neighbours behind one NAT are apart; and the address alone, of IPv6
 * the /64, which is one customer's. */
struct dp_source {
        struct dp_key endpoint;
        struct dp_key address;
        uint64_t host; /* w[0] of dp_source_host(): of IPv6 the whole address */
};

/*
 * `port` in host order. The key is that of the shared tables (tables.h). One hash for IPv4, two for
 * IPv6: an endpoint is its host's hash with the port spread over it. Who knows neither the key nor
 * that hash can not choose ports of two hosts that meet, and the ports of one host never do.
 */
void dp_source_of(const struct dp_siphash_key *key, const struct shm_ip *ip, uint16_t port,
                  struct dp_source *out);
/* Odd, and not those of dp_key_kind(). */
#define DP_PORT_SPREAD0 UINT64_C(0xd6e8feb86659fd93)
#define DP_PORT_SPREAD1 UINT64_C(0xa0761d6478bd642f)

/* dp_source_host() of a source that was made with this port, without a hash. */
static inline struct dp_key dp_source_its_host(const struct dp_source *s, uint16_t port)
{
        return (struct dp_key){{s->host, s->endpoint.w[0] ^ (port + 1u) * DP_PORT_SPREAD0}};
}

/* The whole address, without a port. */
struct dp_key dp_source_host(const struct dp_siphash_key *key, const struct shm_ip *ip);
/* The wider prefix: IPv4 /24, IPv6 /48. */
void dp_source_prefix(const struct dp_siphash_key *key, const struct shm_ip *ip,
                      struct dp_key *out);

/*
 * dp_source_of() and dp_source_prefix() of many at once: begin adds jobs, at most two and one, and
 * end is for when they are run. `work`, or `text`, is what is hashed until then.
 */
struct dp_source_work {
        uint64_t text[3];
        uint64_t net_text[2];
        struct dp_key host;
        struct dp_key net; /* of IPv6 */
        bool is_ip4;
};

void dp_source_begin(struct dp_siphash_jobs *jobs, const struct shm_ip *ip,
                     struct dp_source_work *work);
void dp_source_end(const struct dp_source_work *work, uint16_t port, struct dp_source *out);
void dp_source_prefix_begin(struct dp_siphash_jobs *jobs, const struct shm_ip *ip, uint64_t text[2],
                            struct dp_key *out);

/* The prefix of 0..128 bits that the address is in; a port other than 0 makes another key. */
struct dp_key dp_source_within(const struct dp_siphash_key *key, const struct shm_ip *ip,
                               uint8_t prefix_len, uint16_t port);

/*
 * Another key out of one: what is counted of the same subject apart. `kind` 1.. is the caller's;
 * different kinds give different keys. Costs two multiplications.
 */
static inline struct dp_key dp_key_kind(const struct dp_key *key, uint64_t kind)
{
        return (struct dp_key){{
            key->w[0] ^ kind * UINT64_C(0x9e3779b97f4a7c15),
            key->w[1] ^ kind * UINT64_C(0xc2b2ae3d27d4eb4f),
        }};
}

/* Who counts what under dp_key_kind(): no two tables' uses of a limit may meet. */
enum dp_key_use {
        DP_KEY_GUARD = 1,         /* packets before parsing: + lane */
        DP_KEY_LIMIT = 16,        /* police: + lane * DP_LIMIT_CLASS_CNT + class */
        DP_KEY_TRUST_FAULT = 64,  /* + enum dp_trust_fault */
        DP_KEY_TRUST_PROVEN = 80, /* sources proven of one address */
        DP_KEY_REFUSAL = 81,      /* requests that a server turned down */
};

#endif
