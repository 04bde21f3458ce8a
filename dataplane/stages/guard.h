/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard.h - the first gate: judges a packet from the outside by its source address alone, before
 * memory or parsing is spent on it. Any IP protocol, fragments included.
 *
 * A known peer gets the lane PEER; a banned source is dropped with its entry's reason, and one that
 * is on a block list with the number of that list as its rule. A known peer is never either. What
 * is left is counted (guard_budget.h). Then only the checksums of payloads are verified, where the
 * NIC has not done it: who is not let in costs no reading of what he sends.
 */
#ifndef SLUICE_DATAPLANE_STAGES_GUARD_H
#define SLUICE_DATAPLANE_STAGES_GUARD_H

#include "dataplane/burst.h"
#include "dataplane/stages/guard_budget.h"
#include "dataplane/state/bans.h"
#include "dataplane/swap.h"

struct dp_guard {
        const struct dp_bans *bans;      /* borrowed */
        const struct dp_swap *blocklist; /* borrowed; of struct dp_blocklist; NULL: never one */
        struct dp_guard_budget budget;
        bool counts;
};

/* The budget is copied; NULL: nothing is counted. */
void dp_guard_init(struct dp_guard *self, const struct dp_bans *bans,
                   const struct dp_swap *blocklist, const struct dp_guard_budget *budget);
void dp_guard_run(struct dp_guard *self, struct dp_burst *b);

#endif
