/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/rules_swap.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "dataplane/clock.h"
#include "dataplane/ctl_link.h"
#include "dataplane/log.h"

static void destroy(void *table)
{
        struct dp_rules *r = table;

        if (r == NULL)
                return;
        for (unsigned w = 0; w < SHM_WORKERS_MAX; w++)
                match_scratch_destroy(r->scratch[w]);
        match_set_destroy(r->set);
        free(r);
}

void dp_rules_swap_init(struct dp_swap *s, struct rte_rcu_qsbr *qsbr)
{
        dp_swap_init(s, qsbr, destroy);
}

static int fault_errno(enum match_fault f)
{
        DP_LOG(WARNING, "rule set refused: %s\n", match_fault_name(f));
        return f == MATCH_FAULT_MEMORY ? -ENOMEM : f == MATCH_FAULT_PLATFORM ? -ENOEXEC : -EBADMSG;
}

static int make(struct dp_rules **out, const void *data, size_t bytes, unsigned workers)
{
        struct dp_rules *r = calloc(1, sizeof(*r));
        enum match_fault f =
            r == NULL ? MATCH_FAULT_MEMORY : match_set_create(&r->set, data, bytes);

        for (unsigned w = 0; f == MATCH_OK && w < workers; w++) {
                if (match_scratch_create(&r->scratch[w], r->set) != 0)
                        f = MATCH_FAULT_MEMORY;
        }
        if (f != MATCH_OK) {
                destroy(r);
                return fault_errno(f);
        }
        r->generation = match_set_head(r->set)->generation;
        *out = r;
        return 0;
}

/* Put a set in force that is ready, or none. On failure it stays the caller's. */
static int publish(struct dp_link_slot *slot, struct dp_rules *r)
{
        struct dp_rules_account *a = &slot->rules_account;
        uint64_t before_ns = dp_clock_monotonic_ns();
        int rc = dp_swap_publish(&slot->rules, r);
        uint64_t took_ns = dp_clock_monotonic_ns() - before_ns;

        if (rc != 0)
                return rc;
        a->publish_ns = took_ns;
        if (took_ns > a->publish_longest_ns)
                a->publish_longest_ns = took_ns;
        return 0;
}

int dp_rules_swap_take(void *arg, const void *data, size_t bytes)
{
        struct dp_link_slot *slot = arg;
        struct dp_rules_account *a = &slot->rules_account;
        uint64_t before_ns = dp_clock_monotonic_ns();
        struct dp_rules *r = NULL;
        uint32_t cnt, generation;
        int rc = make(&r, data, bytes, slot->worker_cnt);

        if (rc != 0) {
                a->refused++;
                return rc;
        }
        cnt = match_set_rules(r->set);
        generation = r->generation;
        a->ready_us = (dp_clock_monotonic_ns() - before_ns) / 1000u;
        if (cnt == 0) {
                destroy(r);
                r = NULL;
        }
        rc = publish(slot, r);
        if (rc != 0) {
                destroy(r);
                return rc;
        }
        a->generation = generation;
        a->rules = cnt;
        a->taken++;
        DP_LOG(NOTICE, "rule set %" PRIu32 ": %" PRIu32 " rules\n", generation, cnt);
        return 0;
}
