/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits.h - how often something may happen: GCRA (generic cell rate algorithm), one word a key.
 *
 * The word is the theoretical arrival time: when the next event would come if all came evenly. An
 * event conforms when that is at most `burst_ns` ahead of now; it then moves by `interval_ns`. So
 * over any span of D ns at most burst + D / interval events pass, whatever the number of workers:
 * the word moves by compare and swap, in one table (shared_table.h) that all of them share, for
 * IPv4 and IPv6 alike. An event that does not conform changes nothing.
 *
 * A bucket that is full again is the same as none, so an entry dies with its time. It is kept for
 * DP_LIMITS_GRACE_NS longer, because the clocks of two workers differ by up to a turn.
 *
 * No heap, no clock, no lock, no wait. Any worker, any key, at any time.
 */
#ifndef SLUICE_DATAPLANE_STATE_LIMITS_H
#define SLUICE_DATAPLANE_STATE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/state/key.h"
#include "dataplane/state/shared_table.h"

#define DP_LIMITS_GRACE_NS    UINT64_C(100000000)
#define DP_LIMITS_ENTRIES_MAX (1u << 28)
/* Octets of memory for each key that a table is made for: one set of slots. With that many live
 * keys about one key in a million finds its set full. */
#define DP_LIMITS_KEY_BYTES   128u
/* No interval, and no burst, is longer: a day. */
#define DP_RATE_NS_MAX        UINT64_C(86400000000000)

/* limits.c's own, but for what is in line. */
struct dp_limits {
        struct dp_shared_table *table;
        _Atomic uint64_t evictions;
};

struct dp_rate {
        uint64_t interval_ns; /* between two events at the even rate; 0 = unlimited */
        uint64_t burst_ns;    /* (events that may come at once - 1) * interval_ns */
};

/* `events` in `span_ns`, `burst` (>= 1) at once. Clamped to DP_RATE_NS_MAX; events 0 = unlimited.
 */
struct dp_rate dp_rate_make(uint64_t events, uint64_t span_ns, uint64_t burst);

enum dp_limit_result {
        DP_LIMIT_OK = 0,
        DP_LIMIT_OVER = 1, /* does not conform */
        DP_LIMIT_FULL = 2, /* no room for the key: its set holds live keys of its level or above */
};

/* Room for `entries` live keys, 1..DP_LIMITS_ENTRIES_MAX. Start-up only. NULL: out of range or no
 * memory. */
struct dp_limits *dp_limits_create(uint32_t entries);
void dp_limits_destroy(struct dp_limits *l);

/* One key that an event is charged to. */
struct dp_limit_claim {
        struct dp_table_spot spot;
        struct dp_rate rate;
        /* 0..3: who may take whose place in a full set. A key that anybody can make up has 0; see
         * trust.h. An entry keeps the highest level that it was charged with. */
        uint8_t level;
};

static inline struct dp_limit_claim dp_limits_claim(const struct dp_limits *l,
                                                    const struct dp_key *key,
                                                    const struct dp_rate *rate, uint8_t level)
{
        return (struct dp_limit_claim){
            .spot = dp_table_spot_of(l->table, key),
            .rate = *rate,
            .level = level,
        };
}

/* Bring the key's set towards the CPU: for a burst's claims before the first is charged. */
static inline void dp_limits_prefetch(const struct dp_limit_claim *claim)
{
        dp_table_prefetch(&claim->spot);
}

enum dp_limit_result dp_limits_charge(struct dp_limits *l, const struct dp_limit_claim *claim,
                                      uint64_t now_ns);

/* Charge `weight` events at once, or none. weight >= 1; OVER also when the burst is smaller. */
enum dp_limit_result dp_limits_charge_many(struct dp_limits *l, const struct dp_limit_claim *claim,
                                           uint32_t weight, uint64_t now_ns);

/* Would one event conform? Changes nothing; a key without an entry has all its burst. */
bool dp_limits_conforms(const struct dp_limit_claim *claim, uint64_t now_ns);

#define DP_LIMITS_CLAIMS_MAX 8u
/*
 * Charge all of `cnt` (0..DP_LIMITS_CLAIMS_MAX) keys, or none; not OK: *refused is the index of the
 * key that refused.
 *
 * First all are looked at, and no entry is made when one refuses: admission comes before
 * allocation. Then each is charged; when one turns out spent meanwhile by another worker, the
 * charges before it are taken back. So no key ever admits more than its rate. It can admit less: an
 * event that comes between a charge and its return may be refused, at most one for each other
 * worker that is in this call with the same key at that moment.
 */
enum dp_limit_result dp_limits_charge_all(struct dp_limits *l, const struct dp_limit_claim *claims,
                                          unsigned cnt, uint64_t now_ns, unsigned *refused);

/* Events that would conform at once at now_ns; UINT32_MAX when unlimited. Changes nothing. */
uint32_t dp_limits_left(const struct dp_limit_claim *claim, uint64_t now_ns);

/* Live entries that made room for others since creation. Any thread. */
uint64_t dp_limits_evictions(const struct dp_limits *l);

/* Introspection, as dp_table_count(). */
uint64_t dp_limits_sets(const struct dp_limits *l);
void dp_limits_count(const struct dp_limits *l, uint64_t first, uint64_t sets, uint64_t now_ns,
                     struct dp_table_census *census);

#endif
