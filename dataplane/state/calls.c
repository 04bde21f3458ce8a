/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/calls.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "dataplane/state/source.h"

int dp_calls_create(struct dp_calls **out, uint32_t transactions, uint32_t dialogs)
{
        struct dp_calls *c;

        if (transactions == 0 || transactions > DP_REC_ENTRIES_MAX || dialogs == 0 ||
            dialogs > DP_REC_ENTRIES_MAX)
                return -EINVAL;
        c = calloc(1, sizeof(*c));
        if (c == NULL)
                return -ENOMEM;
        if (getrandom(&c->seed, sizeof(c->seed), 0) != sizeof(c->seed)) {
                int rc = -errno;

                free(c);
                return rc;
        }
        c->transactions = dp_rec_create(transactions);
        c->dialogs = dp_rec_create(dialogs);
        if (c->transactions == NULL || c->dialogs == NULL) {
                dp_calls_destroy(c);
                return -ENOMEM;
        }
        *out = c;
        return 0;
}

void dp_calls_destroy(struct dp_calls *c)
{
        if (c == NULL)
                return;
        dp_rec_destroy(c->transactions);
        dp_rec_destroy(c->dialogs);
        free(c);
}

uint64_t dp_calls_hash(const struct dp_calls *c, struct dp_octets o)
{
        return dp_siphash13_once(&c->seed, o.at, o.len);
}

uint32_t dp_calls_addr(const struct dp_calls *c, const struct shm_ip *ip)
{
        return dp_calls_addr_of(dp_source_host(&c->seed, ip).w[0]);
}
