/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flood_rig.h - each table of the chain, filled by a million keys of somebody who knows CRC32C,
 * jhash, and SipHash under a key of zeros; and looked up. For the C++ of Google Benchmark.
 */
#ifndef SLUICE_BENCH_DATAPLANE_FLOOD_RIG_H
#define SLUICE_BENCH_DATAPLANE_FLOOD_RIG_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum flood_table {
        FLOOD_LIMITS,
        FLOOD_TRUST,
        FLOOD_TRANSACTIONS,
        FLOOD_DIALOGS,
        FLOOD_CACHE,
        FLOOD_BANS,
        FLOOD_TABLES
};

enum flood_input {
        FLOOD_RANDOM,
        FLOOD_CRC32,    /* all have one CRC32C */
        FLOOD_JHASH,    /* all have one jhash */
        FLOOD_ZERO_KEY, /* all fall into a sixteenth of a table whose key is zero */
        FLOOD_INPUTS
};

#define FLOOD_BURST 32u

struct flood_rig;

/* A table with room for so many keys and as many inputs put in; NULL without memory. */
struct flood_rig *flood_rig_create(enum flood_table table, enum flood_input input, uint32_t keys);
void flood_rig_destroy(struct flood_rig *r);
/* Look up the next FLOOD_BURST of them, the way a worker does. Returns how many were found. */
unsigned flood_rig_look(struct flood_rig *r);

/* Of all inputs: how many a look-up does not find; and the longest look-up of them all,
 * in slots. */
uint32_t flood_rig_missed(struct flood_rig *r);
unsigned flood_rig_longest(const struct flood_rig *r);

const char *flood_table_name(enum flood_table table);
const char *flood_input_name(enum flood_input input);

#ifdef __cplusplus
}
#endif

#endif
