/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/rule_counts.h"

#define LOW_BITS  UINT64_C(0xffffff)
#define NS_PER_S  UINT64_C(1000000000)
#define TRIES_MAX 16 /* of others that change the same word at once */

static uint64_t window_end(uint32_t seconds, uint64_t now_ns)
{
        return ((now_ns + seconds * NS_PER_S) | LOW_BITS) ^ LOW_BITS;
}

static bool is_open(uint64_t word, uint64_t now_ns)
{
        return (word & ~LOW_BITS) > now_ns;
}

uint32_t dp_rule_count(struct dp_shared_table *t, const struct dp_key *key, uint32_t seconds,
                       uint64_t now_ns)
{
        const struct dp_entry fresh = dp_entry_fresh(0, window_end(seconds, now_ns) | 1u);
        const struct dp_table_spot spot = dp_table_spot_of(t, key);
        struct dp_place place;

        for (unsigned i = 0; i < TRIES_MAX; i++) {
                enum dp_table_result r = dp_table_claim(&spot, &fresh, now_ns, &place);
                uint64_t word;

                if (r == DP_TABLE_FULL)
                        return 0;
                if (r != DP_TABLE_FOUND)
                        return 1;
                word = place.seen.word;
                if (!is_open(word, now_ns))
                        word = fresh.word;
                else if ((word & LOW_BITS) != DP_RULE_COUNT_MAX)
                        word++;
                if (dp_table_swap(&place, word, 0))
                        return (uint32_t)(word & LOW_BITS);
        }
        return 0;
}

void dp_rule_count_reset(struct dp_shared_table *t, const struct dp_key *key)
{
        const struct dp_table_spot spot = dp_table_spot_of(t, key);
        struct dp_place place;

        for (unsigned i = 0; i < TRIES_MAX; i++) {
                if (!dp_table_find(&spot, &place) ||
                    dp_table_swap(&place, place.seen.word & ~LOW_BITS, 0))
                        return;
        }
}

uint32_t dp_rule_flags(struct dp_shared_table *t, const struct dp_key *key, uint64_t now_ns)
{
        const struct dp_table_spot spot = dp_table_spot_of(t, key);
        struct dp_place place;

        if (!dp_table_find(&spot, &place) || !is_open(place.seen.word, now_ns))
                return 0;
        return (uint32_t)(place.seen.word & LOW_BITS);
}

bool dp_rule_flags_set(struct dp_shared_table *t, const struct dp_key *key, uint32_t flags,
                       uint32_t seconds, uint64_t now_ns)
{
        const struct dp_entry fresh =
            dp_entry_fresh(0, window_end(seconds, now_ns) | (flags & LOW_BITS));
        const struct dp_table_spot spot = dp_table_spot_of(t, key);
        struct dp_place place;

        for (unsigned i = 0; i < TRIES_MAX; i++) {
                enum dp_table_result r = dp_table_claim(&spot, &fresh, now_ns, &place);

                if (r == DP_TABLE_FULL)
                        return false;
                if (r != DP_TABLE_FOUND || dp_table_swap(&place, fresh.word, 0))
                        return true;
        }
        return false;
}
