/* SPDX-License-Identifier: Apache-2.0 */
/*
 * siphash_lanes.h - SipHash-1-3 of many texts at once: a round of one waits for itself, and those
 * of several go side by side in one wide register. What a burst hashes is known before it is
 * needed.
 *
 * Every variant gives what dp_siphash13_once128() does, which is the reference. Texts may have any
 * lengths; those of much the same length are best side by side. Reads no octet outside of them.
 */
#ifndef SLUICE_DATAPLANE_STATE_SIPHASH_LANES_H
#define SLUICE_DATAPLANE_STATE_SIPHASH_LANES_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/state/key.h"
#include "dataplane/state/siphash.h"

#define DP_SIPHASH_JOBS 128u /* of a burst, two a message */

/* What is to be hashed: dp_siphash_jobs_add() as often as there is room. */
struct dp_siphash_jobs {
        unsigned cnt;
        _Alignas(64) uint32_t bytes[DP_SIPHASH_JOBS];
        const uint8_t *text[DP_SIPHASH_JOBS];
        struct dp_key *out[DP_SIPHASH_JOBS];
};

/* `text` stays as it is until the jobs are run, and no `out` is within one. */
static inline void dp_siphash_jobs_add(struct dp_siphash_jobs *jobs, const uint8_t *text,
                                       uint32_t bytes, struct dp_key *out)
{
        jobs->bytes[jobs->cnt] = bytes;
        jobs->text[jobs->cnt] = text;
        jobs->out[jobs->cnt++] = out;
}

/* All of them, under one key; then there are none. */
typedef void dp_siphash_lanes_fn(const struct dp_siphash_key *key, struct dp_siphash_jobs *jobs);

/* One after the other. The other is compiled in where the target is x86-64; calling it on a CPU
 * without its instructions is a fault. */
dp_siphash_lanes_fn dp_siphash_lanes_ref;
dp_siphash_lanes_fn dp_siphash_lanes_avx512;

struct dp_siphash_lanes {
        const char *name; /* "ref", "avx512"; static */
        dp_siphash_lanes_fn *run;
        bool usable; /* this CPU runs it, and the system saves its registers */
};

/* How many variants are compiled in, at least 1; and each, from the reference to the preferred. */
unsigned dp_siphash_lanes_cnt(void);
struct dp_siphash_lanes dp_siphash_lanes_at(unsigned i);

/*
 * What goes with the scan kernel of this name, which the configuration has found usable: an
 * operator who forces one means the instructions. NULL: the best that this CPU runs.
 */
dp_siphash_lanes_fn *dp_siphash_lanes_for(const char *kernel);

#endif
