/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain.h - what the rules said of each message of a replay's batch, and why, until its events
 * are written. police fills it in when a replay explains itself; no live worker has one.
 */
#ifndef SLUICE_DATAPLANE_EXPLAIN_H
#define SLUICE_DATAPLANE_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "parser/match/match_explain.h"

struct dp_explain;

/* Room for `messages` between two dp_explain_clear(). NULL: no memory. One thread. */
struct dp_explain *dp_explain_create(uint32_t messages);
void dp_explain_destroy(struct dp_explain *e);

/* Begin the account of a message, which is held against this set; it outlives the account. */
void dp_explain_begin(struct dp_explain *e, uint64_t serial, const struct match_set *set);
/* A rule of it holds. Facts are as they were for match_eval(). */
void dp_explain_rule(struct dp_explain *e, const struct match_facts *facts, uint32_t rule,
                     enum match_kept kept, bool told);
/* The decisive one; NULL: none is. */
void dp_explain_decisive(struct dp_explain *e, const struct match_rule *rule);

/* The account of a message, NULL when there is none; valid until it is cleared. `arg` is the
 * struct dp_explain (contract/cp_inproc.h). */
const struct match_explained *dp_explain_find(void *arg, uint64_t serial);
void dp_explain_clear(struct dp_explain *e);

#endif
