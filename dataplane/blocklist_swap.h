/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blocklist_swap.h - the block list that is in force: made from control's blob on the main lcore,
 * swapped under the workers' eyes, kept when control goes.
 */
#ifndef SLUICE_DATAPLANE_BLOCKLIST_SWAP_H
#define SLUICE_DATAPLANE_BLOCKLIST_SWAP_H

#include <stddef.h>

#include "dataplane/swap.h"

/* An empty slot for dp_blocklist_swap_take(), which is a dp_blob_fn. */
void dp_blocklist_swap_init(struct dp_swap *s, struct rte_rcu_qsbr *qsbr);

/*
 * Make a list from a blob (shm_blocklist.h) and put it in force; one without prefixes empties the
 * slot. arg is the struct dp_swap. Main lcore. Returns 0; -EBADMSG not a block list; -EINVAL a
 * prefix in it is none; -ENOMEM: then the old list stays.
 */
int dp_blocklist_swap_take(void *arg, const void *data, size_t bytes);

#endif
