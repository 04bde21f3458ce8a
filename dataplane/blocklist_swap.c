/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/blocklist_swap.h"

#include <errno.h>
#include <inttypes.h>

#include "control/contract/shm_blocklist.h"
#include "dataplane/log.h"
#include "dataplane/state/blocklist.h"

static void destroy(void *list)
{
        dp_blocklist_destroy(list);
}

void dp_blocklist_swap_init(struct dp_swap *s, struct rte_rcu_qsbr *qsbr)
{
        dp_swap_init(s, qsbr, destroy);
}

int dp_blocklist_swap_take(void *arg, const void *data, size_t bytes)
{
        struct dp_swap *s = arg;
        struct dp_blocklist *list = NULL;
        const struct shm_blocklist_prefix *p;
        uint32_t count = 0;
        size_t bad;
        int rc;

        p = shm_blocklist_open(data, bytes, &count);
        if (p == NULL)
                return -EBADMSG;
        rc = count == 0 ? 0 : dp_blocklist_create(&list, p, count, &bad);
        if (rc == 0)
                rc = dp_swap_publish(s, list);
        if (rc != 0) {
                dp_blocklist_destroy(list);
                return rc;
        }
        DP_LOG(NOTICE, "block list: %" PRIu32 " prefixes\n", count);
        return 0;
}
