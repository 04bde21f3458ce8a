/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/tables.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "dataplane/state/rule_counts.h"

struct dp_tables *dp_tables_create(const struct dp_config *config)
{
        struct dp_tables *t = calloc(1, sizeof(*t));

        if (t == NULL)
                return NULL;
        if (getrandom(&t->proxy_key, sizeof(t->proxy_key), 0) == sizeof(t->proxy_key) &&
            dp_calls_create(&t->calls, config->transaction_entries, config->dialog_entries) == 0) {
                t->key = t->calls->seed;
                t->share_key = t->key;
                t->hash = dp_siphash_lanes_for(config->kernel.name);
                dp_rec_use(t->calls->transactions, dp_rec_scan_for(config->kernel.name));
                dp_rec_use(t->calls->dialogs, dp_rec_scan_for(config->kernel.name));
                t->limits = dp_limits_create(config->limit_entries);
                t->refused = aligned_alloc(_Alignof(struct dp_recent), sizeof(*t->refused));
                if (t->refused != NULL)
                        memset(t->refused, 0, sizeof(*t->refused));
        }
        if (t->limits != NULL)
                t->trust = dp_trust_create(config->trust_entries, &config->limits.trust, t->limits);
        if (t->trust != NULL && dp_challenge_is_on(&config->challenge))
                t->cookie_keys = config->challenge.shared
                                     ? dp_cookie_keys_shared_create(config->challenge.secret,
                                                                    (uint32_t)time(NULL))
                                     : dp_cookie_keys_create();
        if (t->trust != NULL && config->binding_entries != 0)
                t->bindings = dp_bindings_create(config->binding_entries, &t->key);
        t->rule_counts = dp_table_create(DP_RULE_COUNTS_SETS);
        if (config->mode == DP_MODE_EDGE)
                t->neighbours = dp_neighbours_create(config->neighbour_entries, &t->key);
        if (t->trust == NULL || t->refused == NULL || t->rule_counts == NULL ||
            (t->bindings == NULL && config->binding_entries != 0) ||
            (t->cookie_keys == NULL && dp_challenge_is_on(&config->challenge)) ||
            (t->neighbours == NULL && config->mode == DP_MODE_EDGE)) {
                dp_tables_destroy(t);
                return NULL;
        }
        return t;
}

void dp_tables_destroy(struct dp_tables *t)
{
        if (t == NULL)
                return;
        dp_cookie_keys_destroy(t->cookie_keys);
        dp_bindings_destroy(t->bindings);
        if (t->rule_counts != NULL)
                dp_table_destroy(t->rule_counts);
        dp_neighbours_destroy(t->neighbours);
        dp_calls_destroy(t->calls);
        dp_trust_destroy(t->trust);
        free(t->refused);
        dp_limits_destroy(t->limits);
        free(t);
}
