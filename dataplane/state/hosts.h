/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hosts.h - the hashes of a few addresses that come again with nearly every message: the servers
 * behind us, and ourselves. One worker's own; zero at first. Where two addresses want one place the
 * later one has it.
 */
#ifndef SLUICE_DATAPLANE_STATE_HOSTS_H
#define SLUICE_DATAPLANE_STATE_HOSTS_H

#include <string.h>

#include "dataplane/state/source.h"

#define DP_HOSTS 16u

struct dp_hosts {
        struct {
                struct shm_ip ip;
                struct dp_key key; /* none: empty */
        } known[DP_HOSTS];
};

/* dp_source_host(), always under the same key. */
static inline struct dp_key dp_hosts_key(struct dp_hosts *h, const struct dp_siphash_key *key,
                                         const struct shm_ip *ip)
{
        unsigned at = (ip->b[15] ^ ip->b[14]) % DP_HOSTS;

        if ((h->known[at].key.w[0] | h->known[at].key.w[1]) == 0 ||
            memcmp(&h->known[at].ip, ip, sizeof(*ip)) != 0) {
                h->known[at].ip = *ip;
                h->known[at].key = dp_source_host(key, ip);
        }
        return h->known[at].key;
}

#endif
