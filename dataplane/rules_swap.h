/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules_swap.h - the rule set that is in force: made from control's blob on the main lcore, with
 * everything that workers need to use it, swapped under their eyes, kept when control goes.
 */
#ifndef SLUICE_DATAPLANE_RULES_SWAP_H
#define SLUICE_DATAPLANE_RULES_SWAP_H

#include <stddef.h>

#include "control/contract/shm_base.h"
#include "dataplane/swap.h"
#include "parser/match/match.h"

struct dp_rules {
        struct match_set *set;
        struct match_scratch *scratch[SHM_WORKERS_MAX]; /* one for each worker */
        uint32_t generation;
};

/* An empty slot for dp_rules_swap_take(), which is a dp_blob_fn. */
void dp_rules_swap_init(struct dp_swap *s, struct rte_rcu_qsbr *qsbr);

/*
 * Make a set from an image (parser/match/match_image.h) and put it in force; one without rules
 * empties the slot. arg is the struct dp_link_slot. Main lcore. Returns 0; -EBADMSG not an image
 * that can be used, -ENOEXEC one compiled for another CPU, -ENOMEM: then the old set stays.
 */
int dp_rules_swap_take(void *arg, const void *data, size_t bytes);

#endif
