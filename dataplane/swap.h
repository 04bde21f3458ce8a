/* SPDX-License-Identifier: Apache-2.0 */
/*
 * swap.h - a table that is replaced as a whole while workers read it: the main lcore publishes a
 * new one, and frees the old one once every worker has passed the bottom of a turn (RCU).
 *
 * A worker takes what dp_swap_now() gives and is done with it before its dp_ctl_quiesce().
 */
#ifndef SLUICE_DATAPLANE_SWAP_H
#define SLUICE_DATAPLANE_SWAP_H

#include <stdatomic.h>
#include <stdint.h>

#include <rte_rcu_qsbr.h>

struct dp_swap_retired;

struct dp_swap {
        _Atomic(void *) now;
        struct rte_rcu_qsbr *qsbr; /* borrowed; NULL: the one thread there is reads and publishes */
        void (*destroy)(void *table);
        struct dp_swap_retired *retired;
};

/* Empty: there is no table. */
void dp_swap_init(struct dp_swap *s, struct rte_rcu_qsbr *qsbr, void (*destroy)(void *table));
/* No worker runs any more. */
void dp_swap_fini(struct dp_swap *s);

/* Main lcore: put `table`, which may be NULL, in the place of the one there is and own it. Returns
 * 0, or -ENOMEM: nothing changed, the table stays the caller's. */
int dp_swap_publish(struct dp_swap *s, void *table);
/* Main lcore, now and then: free the tables that nobody can be reading any more. Never waits. */
void dp_swap_reclaim(struct dp_swap *s);

/* The table of this turn, or NULL. Any worker. */
static inline const void *dp_swap_now(const struct dp_swap *s)
{
        return atomic_load_explicit(&s->now, memory_order_acquire);
}

#endif
