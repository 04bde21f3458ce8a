/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits_rig.h - the limits table alone, with a given number of live keys, and beside it bare
 * memory of the same size: what a look-up can not be faster than. For the C++ of Google Benchmark.
 */
#ifndef SLUICE_BENCH_DATAPLANE_LIMITS_RIG_H
#define SLUICE_BENCH_DATAPLANE_LIMITS_RIG_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct limits_rig;

/* A table for `keys` keys with that many live ones in it, and as much memory again. NULL without
 * memory. */
struct limits_rig *limits_rig_create(uint32_t keys);
void limits_rig_destroy(struct limits_rig *r);

#define LIMITS_RIG_BURST 32u /* keys at a time: a worker's burst */

/* Charge 32 random live keys; `ahead`: all their memory is asked for before the first is charged,
 * as a worker does. Returns how many were admitted: all, but for a key in a
 * million that found its set full. */
unsigned limits_rig_charge(struct limits_rig *r, bool ahead);
/* Read 32 random cache lines of the bare memory, one after another or all asked for before. */
uint64_t limits_rig_read(struct limits_rig *r, bool ahead);
/* Make the keys of 32 packets' sources. */
uint64_t limits_rig_keys(struct limits_rig *r);

#ifdef __cplusplus
}
#endif

#endif
