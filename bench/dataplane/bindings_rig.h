/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bindings_rig.h - the table of bindings alone, full of users, and beside it bare memory of the
 * same size. For the C++ of Google Benchmark.
 */
#ifndef SLUICE_BENCH_DATAPLANE_BINDINGS_RIG_H
#define SLUICE_BENCH_DATAPLANE_BINDINGS_RIG_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bindings_rig;

#define BINDINGS_RIG_BURST 32u

/* A table for `users` users with a binding each. NULL without memory. */
struct bindings_rig *bindings_rig_create(uint32_t users);
void bindings_rig_destroy(struct bindings_rig *r);
uint64_t bindings_rig_bytes(const struct bindings_rig *r);

/* Find 32 random users, AoR hashed and compared; `ahead`: their sets are asked for before the first
 * is looked up. Returns how many were found. */
unsigned bindings_rig_find(struct bindings_rig *r, bool ahead);
/* Give 32 random users a new binding. Returns how many found room. */
unsigned bindings_rig_refresh(struct bindings_rig *r);
/* Read two random cache lines of the bare memory, 32 times: the least that a look-up does. */
uint64_t bindings_rig_read(struct bindings_rig *r);

#ifdef __cplusplus
}
#endif

#endif
