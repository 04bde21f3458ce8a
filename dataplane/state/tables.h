/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tables.h - the tables that all workers share. Made at start by whoever makes the workers, and
 * borrowed by them; all memory is taken here.
 */
#ifndef SLUICE_DATAPLANE_STATE_TABLES_H
#define SLUICE_DATAPLANE_STATE_TABLES_H

#include "dataplane/config.h"
#include "dataplane/state/bindings.h"
#include "dataplane/state/calls.h"
#include "dataplane/state/cookie.h"
#include "dataplane/state/limits.h"
#include "dataplane/state/neighbours.h"
#include "dataplane/state/recent.h"
#include "dataplane/state/shared_table.h"
#include "dataplane/state/siphash.h"
#include "dataplane/state/siphash_lanes.h"
#include "dataplane/state/trust.h"

struct dp_tables {
        struct dp_siphash_key key; /* random, that of calls: makes every key of these tables */
        dp_siphash_lanes_fn *hash; /* of many texts, with the instructions that may be used */
        struct dp_siphash_key share_key; /* which calls are in a rule's share; of a replay zero */
        struct dp_siphash_key proxy_key; /* of edge/proxy.h: random until somebody knows the last */
        struct dp_limits *limits;
        struct dp_recent *refused; /* whose requests were turned down lately: police_refusals.h */
        struct dp_trust *trust;
        struct dp_calls *calls;
        struct dp_shared_table *rule_counts; /* thresholds and tags of rules: rule_counts.h */
        struct dp_bindings *bindings;        /* where users are; NULL: none are configured */
        struct dp_cookie_keys *cookie_keys;  /* NULL: no challenges are configured */
        struct dp_neighbours *neighbours;    /* NULL: not mode edge */
};

/* NULL without memory or randomness. */
struct dp_tables *dp_tables_create(const struct dp_config *config);
void dp_tables_destroy(struct dp_tables *t);

#endif
