/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/swap.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

struct dp_swap_retired {
        void *table;
        uint64_t token;
        struct dp_swap_retired *next;
};

void dp_swap_init(struct dp_swap *s, struct rte_rcu_qsbr *qsbr, void (*destroy)(void *table))
{
        *s = (struct dp_swap){.qsbr = qsbr, .destroy = destroy};
}

static void retired_free(struct dp_swap *s, struct dp_swap_retired *r)
{
        if (r->table != NULL)
                s->destroy(r->table);
        free(r);
}

int dp_swap_publish(struct dp_swap *s, void *table)
{
        struct dp_swap_retired *r = malloc(sizeof(*r));

        if (r == NULL)
                return -ENOMEM;
        r->table = atomic_exchange_explicit(&s->now, table, memory_order_acq_rel);
        r->token = s->qsbr != NULL ? rte_rcu_qsbr_start(s->qsbr) : 0;
        r->next = s->retired;
        s->retired = r;
        return 0;
}

void dp_swap_reclaim(struct dp_swap *s)
{
        struct dp_swap_retired **at = &s->retired;

        while (*at != NULL) {
                struct dp_swap_retired *r = *at;

                if (s->qsbr != NULL && rte_rcu_qsbr_check(s->qsbr, r->token, false) == 0) {
                        at = &r->next;
                        continue;
                }
                *at = r->next;
                retired_free(s, r);
        }
}

void dp_swap_fini(struct dp_swap *s)
{
        void *last = atomic_exchange_explicit(&s->now, NULL, memory_order_relaxed);

        while (s->retired != NULL) {
                struct dp_swap_retired *r = s->retired;

                s->retired = r->next;
                retired_free(s, r);
        }
        if (last != NULL)
                s->destroy(last);
}
