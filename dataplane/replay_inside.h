/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay_inside.h - which frames of a capture came from the inside: those of given source prefixes.
 * A capture that was made where both directions pass does not say on which port each came in.
 */
#ifndef SLUICE_DATAPLANE_REPLAY_INSIDE_H
#define SLUICE_DATAPLANE_REPLAY_INSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "control/contract/shm_base.h"

#define DP_REPLAY_INSIDE_MAX 16u

struct dp_replay_inside {
        unsigned cnt;
        struct {
                struct shm_ip ip;
                unsigned len; /* bits, of the 16 octets */
                bool ip4;     /* an IPv6 prefix, be it ::/0, holds no IPv4 address */
        } prefix[DP_REPLAY_INSIDE_MAX];
};

/* One more prefix, as "192.0.2.0/24", "192.0.2.7" or "2001:db8::/32". Returns 0, -EINVAL, or
 * -ENOSPC for the seventeenth. */
int dp_replay_inside_add(struct dp_replay_inside *in, const char *text);

/* Where a frame (Ethernet, len octets) came in: what is not IP is from the outside. */
enum shm_side dp_replay_inside_side(const struct dp_replay_inside *in, const uint8_t *frame,
                                    uint32_t len);

#endif
