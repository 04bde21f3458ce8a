/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/dataplane/flood_rig.h"

#include <stdlib.h>
#include <string.h>

#include <rte_hash_crc.h>
#include <rte_jhash.h>

#include "dataplane/state/bans.h"
#include "dataplane/state/cache.h"
#include "dataplane/state/dialogs.h"
#include "dataplane/state/limits.h"
#include "dataplane/state/source.h"
#include "dataplane/state/transactions.h"
#include "dataplane/state/trust.h"

#define SECOND UINT64_C(1000000000)
#define NOW    (UINT64_C(1790000000) * SECOND)
#define HOUR   (3600 * SECOND)

struct flood_rig {
        uint32_t cnt;
        enum flood_table table;
        struct dp_siphash_key key;
        struct dp_limits *limits;
        struct dp_trust *trust;
        struct dp_calls *calls;
        struct dp_cache *cache;
        struct dp_bans *bans;
        uint64_t random;
        uint32_t next;
        struct shm_ip *inputs;
        struct dp_key *keys; /* of the inputs, but for bans */
};

static uint64_t rng(struct flood_rig *r)
{
        uint64_t z = (r->random += UINT64_C(0x9e3779b97f4a7c15));

        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        return z ^ (z >> 31);
}

/* ---- inputs of 16 octets: an address, a branch, a Call-ID ---- */

static struct shm_ip random_input(struct flood_rig *r)
{
        uint64_t w[2] = {rng(r), rng(r)};
        struct shm_ip ip;

        memcpy(ip.b, w, sizeof(w));
        ip.b[0] = 0x20;
        return ip;
}

/* The last word that equals the state before it gives what an empty state and word give. */
static struct shm_ip crc_input(struct flood_rig *r)
{
        struct shm_ip ip = random_input(r);
        uint32_t w[4], crc = 0;

        memcpy(w, ip.b, sizeof(w));
        for (unsigned i = 0; i < 3; i++)
                crc = rte_hash_crc_4byte(w[i], crc);
        memcpy(ip.b + 12, &crc, sizeof(crc));
        return ip;
}

static uint32_t rotate(uint32_t v, unsigned by)
{
        return v << by | v >> (32 - by);
}

/* Backwards through the last mix of jhash: any a and b lead to the same c. */
static struct shm_ip jhash_input(struct flood_rig *r)
{
        uint32_t a = (uint32_t)rng(r), b = (uint32_t)rng(r), c = 0x5ca1ab1e;
        const uint32_t start = 0xdeadbeef + 12;
        struct shm_ip ip = random_input(r);

        c = (c + rotate(b, 24)) ^ b;
        b = (b + rotate(a, 14)) ^ a;
        a = (a + rotate(c, 4)) ^ c;
        c = (c + rotate(b, 16)) ^ b;
        b = (b + rotate(a, 25)) ^ a;
        a = (a + rotate(c, 11)) ^ c;
        c = (c + rotate(b, 14)) ^ b;
        const uint32_t w[3] = {a - start, b - start, c - start};

        memcpy(ip.b + 4, w, sizeof(w));
        return ip;
}

/* What each table hashes an input to, under a key. */
static struct dp_key key_of(enum flood_table table, const struct dp_siphash_key *key,
                            const struct shm_ip *ip)
{
        struct dp_source s;
        struct dp_key out;

        if (table == FLOOD_LIMITS || table == FLOOD_TRUST) {
                dp_source_of(key, ip, 5060, &s);
                return s.endpoint;
        }
        dp_siphash13_once128(key, ip->b, sizeof(ip->b), out.w);
        return out;
}

static struct shm_ip zero_key_input(struct flood_rig *r)
{
        static const struct dp_siphash_key zero = {{0, 0}};
        struct shm_ip ip;

        do
                ip = random_input(r);
        while (key_of(r->table, &zero, &ip).w[0] >> 60 != 0);
        return ip;
}

/* ---- tables ---- */

static bool table_create(struct flood_rig *r)
{
        static const struct dp_trust_config config = {
            .proven_ns = HOUR,
            .authenticated_ns = HOUR,
        };

        switch (r->table) {
        case FLOOD_TRUST:
        case FLOOD_LIMITS:
                r->limits = dp_limits_create(r->cnt);
                r->trust = r->limits != NULL ? dp_trust_create(r->cnt, &config, r->limits) : NULL;
                return r->trust != NULL;
        case FLOOD_TRANSACTIONS:
        case FLOOD_DIALOGS:
                return dp_calls_create(&r->calls, r->cnt, r->cnt) == 0;
        case FLOOD_CACHE:
                r->cache = dp_cache_create(2 * r->cnt);
                return r->cache != NULL;
        default:
                r->bans = dp_bans_create(r->cnt, &r->key);
                return r->bans != NULL;
        }
}

static struct dp_limit_claim claim_of(const struct flood_rig *r, const struct dp_key *key)
{
        static const struct dp_rate rate = {1000, DP_RATE_NS_MAX};

        return dp_limits_claim(r->limits, key, &rate, 0);
}

static void put_call(struct flood_rig *r, const struct dp_key *key)
{
        struct dp_calls_change change = {0};

        if (r->table == FLOOD_TRANSACTIONS) {
                const struct dp_trans_id id = {.key = *key, .ident = key->w[0], .target = 1};
                struct dp_transaction tx = {.src = 11};

                (void)dp_trans_add(r->calls, &id, true, NOW, &tx, &change);
        } else {
                const struct dp_dialog_id id = {.key = *key, .from = 1, .to = 2};
                const struct dp_dialog_news news = {
                    .state = DP_DIALOG_CONFIRMED, .life_ns = HOUR, .from_addr = 11, .kept = true};

                (void)dp_dialog_learn(r->calls, &id, NOW, &news, &change);
        }
}

static void put(struct flood_rig *r, uint32_t n)
{
        const struct dp_decision d = {.action = SHM_ACTION_PASS};
        const struct dp_key *key = &r->keys[n];
        struct dp_limit_claim claim;
        struct dp_source source = {.endpoint = *key, .address = *key};
        struct shm_table_update u = {
            .op = SHM_TABLE_ADD,
            .table = SHM_TABLE_BAN,
            .reason = SHM_REASON_BANNED,
            .prefix_len = 128,
            .ip = r->inputs[n],
        };

        switch (r->table) {
        case FLOOD_LIMITS:
                claim = claim_of(r, key);
                (void)dp_limits_charge(r->limits, &claim, NOW);
                break;
        case FLOOD_TRUST:
                (void)dp_trust_prove(r->trust, &source, DP_TRUST_NONCE_ECHO, NOW);
                break;
        case FLOOD_CACHE:
                (void)dp_cache_put(r->cache, key, NOW, 3600000, &d);
                break;
        case FLOOD_BANS:
                (void)dp_bans_apply(r->bans, &u);
                break;
        default:
                put_call(r, key);
        }
}

struct flood_rig *flood_rig_create(enum flood_table table, enum flood_input input, uint32_t keys)
{
        static struct shm_ip (*const make[FLOOD_INPUTS])(struct flood_rig *) = {
            random_input, crc_input, jhash_input, zero_key_input};
        struct flood_rig *r = calloc(1, sizeof(*r));

        if (r == NULL)
                return NULL;
        r->table = table;
        r->cnt = keys;
        r->random = 1 + (uint64_t)input;
        r->key = (struct dp_siphash_key){{rng(r), rng(r)}};
        r->inputs = malloc(r->cnt * sizeof(*r->inputs));
        r->keys = malloc(r->cnt * sizeof(*r->keys));
        if (r->inputs == NULL || r->keys == NULL || !table_create(r)) {
                flood_rig_destroy(r);
                return NULL;
        }
        for (uint32_t n = 0; n < r->cnt; n++) {
                r->inputs[n] = make[input](r);
                r->keys[n] = key_of(table, &r->key, &r->inputs[n]);
                put(r, n);
        }
        return r;
}

void flood_rig_destroy(struct flood_rig *r)
{
        dp_trust_destroy(r->trust);
        dp_limits_destroy(r->limits);
        dp_calls_destroy(r->calls);
        if (r->cache != NULL)
                dp_cache_destroy(r->cache);
        dp_bans_destroy(r->bans);
        free(r->inputs);
        free(r->keys);
        free(r);
}

/* ---- looking up, memory asked for ahead ---- */

static void ahead(struct flood_rig *r, const struct dp_key *key)
{
        struct dp_limit_claim claim;

        if (r->table == FLOOD_LIMITS) {
                claim = claim_of(r, key);
                dp_limits_prefetch(&claim);
        } else if (r->table == FLOOD_TRUST) {
                dp_trust_prefetch(r->trust, key, NOW);
        } else if (r->table == FLOOD_TRANSACTIONS) {
                dp_rec_prefetch(r->calls->transactions, key);
        } else if (r->table == FLOOD_DIALOGS) {
                dp_rec_prefetch(r->calls->dialogs, key);
        } else if (r->table == FLOOD_CACHE) {
                dp_cache_prefetch(r->cache, key);
        }
}

static bool look(struct flood_rig *r, const struct dp_key *key)
{
        const struct dp_trans_id trans = {.key = *key, .ident = key->w[0], .target = 1};
        const struct dp_dialog_id dialog = {.key = *key, .from = 1, .to = 2};
        struct dp_limit_claim claim;
        struct dp_transaction tx;
        struct dp_decision decision;
        struct dp_dialog d;

        switch (r->table) {
        case FLOOD_LIMITS:
                claim = claim_of(r, key);
                return dp_limits_charge(r->limits, &claim, NOW) == DP_LIMIT_OK;
        case FLOOD_TRUST:
                return dp_trust_level_of(r->trust, key, NOW) == DP_TRUST_PROVEN;
        case FLOOD_TRANSACTIONS:
                return dp_trans_look(r->calls, &trans, 11, NOW, &tx) == DP_TRANS_REPEAT;
        case FLOOD_DIALOGS:
                return dp_dialog_find(r->calls, &dialog, 11, NOW, &d);
        default:
                return dp_cache_get(r->cache, key, NOW, &decision);
        }
}

static unsigned look_bans(const struct flood_rig *r, const uint32_t at[FLOOD_BURST])
{
        struct dp_bans_query query[FLOOD_BURST];
        struct dp_bans_hit hit[FLOOD_BURST];
        unsigned found = 0;

        for (unsigned i = 0; i < FLOOD_BURST; i++)
                query[i] = (struct dp_bans_query){.ip = &r->inputs[at[i]]};
        dp_bans_lookup_burst(r->bans, query, FLOOD_BURST, NOW, hit);
        for (unsigned i = 0; i < FLOOD_BURST; i++)
                found += hit[i].table == SHM_TABLE_BAN;
        return found;
}

unsigned flood_rig_look(struct flood_rig *r)
{
        uint32_t at[FLOOD_BURST];
        unsigned found = 0;

        for (unsigned i = 0; i < FLOOD_BURST; i++)
                at[i] = (uint32_t)((rng(r) >> 32) * r->cnt >> 32);
        if (r->table == FLOOD_BANS)
                return look_bans(r, at);
        for (unsigned i = 0; i < FLOOD_BURST; i++)
                ahead(r, &r->keys[at[i]]);
        for (unsigned i = 0; i < FLOOD_BURST; i++)
                found += look(r, &r->keys[at[i]]);
        return found;
}

uint32_t flood_rig_missed(struct flood_rig *r)
{
        uint32_t missed = 0;

        for (uint32_t n = 0; n < r->cnt; n++) {
                struct dp_bans_hit hit;

                missed += r->table == FLOOD_BANS
                              ? !dp_bans_lookup(r->bans, &r->inputs[n], NOW, &hit)
                              : !look(r, &r->keys[n]);
        }
        return missed;
}

/* Other tables than that of bans look at one set of eight slots, whatever is in it. */
unsigned flood_rig_longest(const struct flood_rig *r)
{
        return r->table == FLOOD_BANS ? dp_bans_longest_run(r->bans) : DP_TABLE_SET_SLOTS;
}

const char *flood_table_name(enum flood_table table)
{
        static const char *const names[FLOOD_TABLES] = {"limits",  "trust", "transactions",
                                                        "dialogs", "cache", "bans"};

        return names[table];
}

const char *flood_input_name(enum flood_input input)
{
        static const char *const names[FLOOD_INPUTS] = {"random", "crc32", "jhash", "zero_key"};

        return names[input];
}
