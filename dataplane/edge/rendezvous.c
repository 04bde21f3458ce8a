/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/edge/rendezvous.h"

#include <math.h>

/* A number in (0, 1), the same for the same call and hop. */
static double draw(const struct dp_siphash *call, const struct shm_hop *hop)
{
        struct dp_siphash h = *call;
        const uint16_t rest[2] = {hop->port, hop->ip_proto};

        dp_siphash_update(&h, &hop->ip, sizeof(hop->ip));
        dp_siphash_update(&h, rest, sizeof(rest));
        return ((double)(dp_siphash_final(&h) >> 11) + 0.5) * 0x1p-53;
}

/*
 * -ln(draw) / weight is exponentially distributed with the weight as its rate, and the least of
 * several such belongs to each of them in proportion to its rate.
 */
unsigned dp_rendezvous(const struct dp_siphash_key *key, const struct sip_msg *m,
                       const struct shm_hop *hops, unsigned cnt)
{
        const uint16_t head[2] = {'H', m->call_id.len};
        struct dp_siphash call;
        double least = INFINITY;
        unsigned best = 0;

        if (cnt == 1)
                return 0;
        dp_siphash_init(&call, key);
        dp_siphash_update(&call, head, sizeof(head));
        dp_siphash_update(&call, sip_span_at(m, m->call_id), m->call_id.len);
        for (unsigned i = 0; i < cnt; i++) {
                double cost = -log(draw(&call, &hops[i])) / hops[i].weight;

                if (cost < least) {
                        least = cost;
                        best = i;
                }
        }
        return best;
}
