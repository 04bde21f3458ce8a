/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calls_rig.h - two sides of sluice-bench on one thread, a pair of rings between them.
 *
 * The built-in scenarios `uac` and `uas` take turns, so what each costs is known apart from how
 * two threads share a machine. One rig at a time; EAL is started once for the process.
 */
#ifndef SLUICE_BENCH_HARNESS_CALLS_RIG_H
#define SLUICE_BENCH_HARNESS_CALLS_RIG_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct calls_rig;

struct calls_cost { /* of all rounds so far */
        uint64_t calls;
        uint64_t failed;
        uint64_t frames;        /* both ways */
        uint64_t caller_cycles; /* TSC, in turns of the calling side */
        uint64_t answer_cycles;
};

/* False when EAL, the pool or the rings cannot be had. */
bool calls_rig_start(void);
/* live: calls that are up at the same time, 1 to 16,384. NULL without memory. */
struct calls_rig *calls_rig_create(uint32_t live);
void calls_rig_destroy(struct calls_rig *r);
/* So many turns of each side. */
void calls_rig_round(struct calls_rig *r, uint32_t turns);
void calls_rig_cost(const struct calls_rig *r, struct calls_cost *out);
double calls_rig_tsc_hz(void);

#ifdef __cplusplus
}
#endif

#endif
