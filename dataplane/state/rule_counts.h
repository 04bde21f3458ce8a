/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule_counts.h - how often a rule has held for a key in the window that is open, and the tags that
 * rules have left for a call: entries of a shared table (shared_table.h).
 *
 * A word is the time at which the window ends, in ns, whose low 24 bits are the count or the tags:
 * the end is exact to 17 ms. A window opens with the first hit and closes after its seconds, as
 * Suricata's does. No heap, no clock, no lock. Any worker.
 */
#ifndef SLUICE_DATAPLANE_STATE_RULE_COUNTS_H
#define SLUICE_DATAPLANE_STATE_RULE_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/state/shared_table.h"

/* 8 keys each: 65,536 sources or calls that rules count at once, in 2 MiB. */
#define DP_RULE_COUNTS_SETS (UINT64_C(1) << 13)
#define DP_RULE_COUNT_MAX   ((1u << 24) - 1u)

/* Count one hit; the count in its window, 1 .. DP_RULE_COUNT_MAX, or 0 when there is no room. */
uint32_t dp_rule_count(struct dp_shared_table *t, const struct dp_key *key, uint32_t seconds,
                       uint64_t now_ns);
/* Open the window anew, empty. */
void dp_rule_count_reset(struct dp_shared_table *t, const struct dp_key *key);

/* The tags of a call, 0 without any. */
uint32_t dp_rule_flags(struct dp_shared_table *t, const struct dp_key *key, uint64_t now_ns);
/* Set them all; they stay for `seconds`. False: no room. */
bool dp_rule_flags_set(struct dp_shared_table *t, const struct dp_key *key, uint32_t flags,
                       uint32_t seconds, uint64_t now_ns);

#endif
