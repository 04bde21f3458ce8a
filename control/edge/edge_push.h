/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edge_push.h - where users are, told to a dataplane: all bindings once, then what changes.
 *
 * One binding for each AoR, the best (RFC 3261 16.6), as SHM_REC_BINDING in the first worker's
 * ring; of a user whose calls are forwarded none, so that a worker asks. Half of the ring stays
 * free for answers. Who falls too far behind is told all again.
 *
 * Thread: decider, behind its gate.
 */
#ifndef SLUICE_CONTROL_EDGE_EDGE_PUSH_H
#define SLUICE_CONTROL_EDGE_EDGE_PUSH_H

#include <stdbool.h>
#include <stdint.h>

#include "control/contract/shm_ring.h"

struct cp_edge;

enum cp_push_state {
        CP_PUSH_NOTHING = 0, /* the dataplane's table is as it was */
        CP_PUSH_ALL,         /* SYNC_BEGIN has been said */
        CP_PUSH_CHANGES,     /* SYNC_END has been said: it has what was at `changes` */
};

/* How far one dataplane is. All zero: a new one. */
struct cp_push_cursor {
        uint8_t state;    /* enum cp_push_state */
        uint32_t slots;   /* ALL: of the table when its slots were begun */
        uint32_t below;   /* ALL: slots from here on have been told */
        uint64_t changes; /* names up to here have been read */
        uint64_t epoch;   /* of what may be told at all */
};

/* Push what fits, with this policy's generation, and commit. Returns how many records; 0 = nothing
 * to tell, or no room. */
unsigned cp_edge_push(const struct cp_edge *e, struct cp_push_cursor *c,
                      struct shm_ring_producer *rep, uint32_t generation, uint32_t now_s);

/* Has the dataplane all bindings, save for the last changes? */
bool cp_edge_pushed(const struct cp_edge *e, const struct cp_push_cursor *c);

#endif
