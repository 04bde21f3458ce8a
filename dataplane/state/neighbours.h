/* SPDX-License-Identifier: Apache-2.0 */
/*
 * neighbours.h - who is where on the links of edge mode: MAC addresses of IPv4 and IPv6 neighbours,
 * one table for all workers, since the answer to a question of one may arrive at another.
 *
 *   side + address (keyed hash) -> set of 8 entries; an entry's state and MAC are one atomic word
 *
 * What is learned, and what not (RFC 826's merging is not done): an address gets into the table
 * only when a worker wants to send to it, and its MAC only from an answer while a question is open.
 * The first answer counts. A known neighbour is asked itself, alone, before everybody is asked
 * again, so none that still answers can be displaced by another; announcements and requests of
 * others change nothing.
 *
 *   incomplete -> reachable -> (30 s, when used) probe -> reachable | incomplete -> failed (5 s)
 *
 * Questions are a second apart, three in each state. Nobody waits for anybody: who loses a race
 * finds the entry as the winner left it, on its next packet.
 */
#ifndef SLUICE_DATAPLANE_STATE_NEIGHBOURS_H
#define SLUICE_DATAPLANE_STATE_NEIGHBOURS_H

#include <stdbool.h>
#include <stdint.h>

#include "control/contract/shm_base.h"
#include "dataplane/state/siphash.h"

#define DP_NEIGHBOURS_MAX 65536u

enum dp_neighbour_state {
        DP_NEIGHBOUR_KNOWN = 1, /* mac is its address */
        DP_NEIGHBOUR_WAIT,      /* it is being asked for */
        DP_NEIGHBOUR_FAILED,    /* it did not answer lately, or there is no room to ask */
};

struct dp_neighbour {
        uint8_t mac[6];
        bool ask;   /* the caller sends a question now... */
        bool alone; /* ...to mac alone, not to everybody */
};

struct dp_neighbours;

/* Room for `entries` (1..DP_NEIGHBOURS_MAX), rounded up to a power of two of at least 8. Start-up
 * only. NULL: out of range or no memory. */
struct dp_neighbours *dp_neighbours_create(uint32_t entries, const struct dp_siphash_key *key);
void dp_neighbours_destroy(struct dp_neighbours *t);

/* The neighbour to send to now. Any worker; wait-free. */
enum dp_neighbour_state dp_neighbours_find(struct dp_neighbours *t, uint8_t side,
                                           const struct shm_ip *ip, uint64_t now_ns,
                                           struct dp_neighbour *out);
/* An answer, sound in form, says that ip is at mac. True when it was waited for and is believed. */
bool dp_neighbours_heard(struct dp_neighbours *t, uint8_t side, const struct shm_ip *ip,
                         const uint8_t mac[6], uint64_t now_ns);

#endif
