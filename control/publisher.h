/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publisher.h - pushes the tables to a worker, as fast as its ring has room and no faster.
 *
 * Each worker has a cursor: first the flush of its decision cache if it was made under another
 * policy, then an image, then the journal. A full ring only delays. Decider thread, behind the
 * gate.
 */
#ifndef SLUICE_CONTROL_PUBLISHER_H
#define SLUICE_CONTROL_PUBLISHER_H

#include <stdbool.h>
#include <stdint.h>

#include "control/contract/shm_ring.h"
#include "control/tables.h"

struct cp_cursor {
        uint64_t epoch;               /* of the tables that this worker has or is being given */
        uint32_t generation;          /* policy that the worker's cache was made under, 0 unknown */
        uint64_t flushes;             /* of cp_publish.flushes, those that were told */
        uint64_t flushed_ns;          /* when */
        bool synced;                  /* an image was begun in this epoch */
        struct cp_table_image *image; /* being pushed, one reference; NULL when done */
        size_t pos;                   /* in the image */
        uint64_t seq;                 /* next of the journal */
};

/* generation: the policy that the dataplane says it works under; 0 = unknown, so flush. */
void cp_cursor_init(struct cp_cursor *c, uint32_t generation);
void cp_cursor_fini(struct cp_cursor *c);

struct cp_publish {
        struct cp_tables *tables;
        const struct cp_policy *policy;
        const struct cp_bans *bans;
        uint64_t now_ns;  /* CLOCK_REALTIME; 0 = nothing expires */
        uint64_t flushes; /* grows when cached decisions are wrong under the same policy */
};

/* However often they become wrong, a worker's cache is emptied no more often than this. */
#define CP_FLUSH_EVERY_NS UINT64_C(50000000)

/* Push to one worker what fits, and commit. Returns how many updates; 0 = up to date or no room. */
unsigned cp_publish_run(const struct cp_publish *p, struct cp_cursor *c,
                        struct shm_ring_producer *rep);

#endif
