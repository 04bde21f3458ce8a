/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "dataplane/state/bans.h"
#include "tests/contract/rng.h"

#define NEVER 0u
#define NOW   UINT64_C(1700000000000000000)

static const struct dp_siphash_key seed = {{1, 2}};

static struct shm_ip ip4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
        return (struct shm_ip){{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}};
}

static struct shm_ip ip6(uint16_t first, uint16_t last)
{
        return (struct shm_ip){{(uint8_t)(first >> 8), (uint8_t)first, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                0, 0, (uint8_t)(last >> 8), (uint8_t)last}};
}

static int apply(struct dp_bans *b, enum shm_table_op op, enum shm_table table, struct shm_ip ip,
                 uint8_t len)
{
        const struct shm_table_update u = {
            .op = (uint8_t)op,
            .table = (uint8_t)table,
            .prefix_len = len,
            .reason = table == SHM_TABLE_BAN ? SHM_REASON_BANNED : SHM_REASON_PASS_ALLOW,
            .ip = ip,
        };

        return dp_bans_apply(b, &u);
}

static int add(struct dp_bans *b, enum shm_table table, struct shm_ip ip, uint8_t len,
               uint16_t reason, uint64_t expires_ns)
{
        const struct shm_table_update u = {
            .op = SHM_TABLE_ADD,
            .table = (uint8_t)table,
            .prefix_len = len,
            .reason = reason,
            .ip = ip,
            .expires_ns = expires_ns,
        };

        return dp_bans_apply(b, &u);
}

static int sync(struct dp_bans *b, enum shm_table_op op, enum shm_table table)
{
        return apply(b, op, table, (struct shm_ip){{0}}, 0);
}

/* SHM_TABLE_NONE wants no hit. */
static void expect(const struct dp_bans *b, struct shm_ip ip, uint64_t now, enum shm_table table,
                   enum shm_reason reason)
{
        struct dp_bans_hit hit = {.table = 0xee};

        assert_int_equal(dp_bans_lookup(b, &ip, now, &hit), table != SHM_TABLE_NONE);
        if (table == SHM_TABLE_NONE) {
                assert_int_equal(hit.table, 0xee);
                return;
        }
        assert_int_equal(hit.table, table);
        assert_int_equal(hit.reason, reason);
}

static void longest_prefix_and_peers_first(void **state)
{
        struct dp_bans *b = dp_bans_create(16, &seed);

        (void)state;
        expect(b, ip4(192, 0, 2, 1), NOW, SHM_TABLE_NONE, 0);
        assert_int_equal(add(b, SHM_TABLE_BAN, ip4(192, 0, 2, 77), 120, SHM_REASON_BANNED, NEVER),
                         0);
        assert_int_equal(add(b, SHM_TABLE_BAN, ip4(192, 0, 2, 9), 128, SHM_REASON_DENIED, NEVER),
                         0);
        expect(b, ip4(192, 0, 2, 1), NOW, SHM_TABLE_BAN, SHM_REASON_BANNED);
        expect(b, ip4(192, 0, 2, 9), NOW, SHM_TABLE_BAN, SHM_REASON_DENIED);
        expect(b, ip4(192, 0, 3, 1), NOW, SHM_TABLE_NONE, 0);
        /* a wide peer prefix wins over the narrowest ban, and the same prefix may be in both */
        assert_int_equal(
            add(b, SHM_TABLE_PEER, ip4(192, 0, 0, 0), 112, SHM_REASON_PASS_ALLOW, NEVER), 0);
        assert_int_equal(
            add(b, SHM_TABLE_PEER, ip4(192, 0, 2, 9), 128, SHM_REASON_PASS_ALLOW, NOW + 5), 0);
        expect(b, ip4(192, 0, 2, 9), NOW, SHM_TABLE_PEER, SHM_REASON_PASS_ALLOW);
        assert_int_equal(apply(b, SHM_TABLE_DEL, SHM_TABLE_PEER, ip4(192, 0, 9, 9), 112), 0);
        expect(b, ip4(192, 0, 2, 9), NOW, SHM_TABLE_PEER, SHM_REASON_PASS_ALLOW);
        expect(b, ip4(192, 0, 2, 9), NOW + 5, SHM_TABLE_BAN, SHM_REASON_DENIED);
        assert_int_equal(apply(b, SHM_TABLE_DEL, SHM_TABLE_PEER, ip4(192, 0, 9, 9), 112), -ENOENT);
        dp_bans_destroy(b);
}

static void both_families(void **state)
{
        struct dp_bans *b = dp_bans_create(16, &seed);

        (void)state;
        assert_int_equal(add(b, SHM_TABLE_BAN, ip6(0x2001, 0), 16, SHM_REASON_BANNED, NEVER), 0);
        expect(b, ip6(0x2001, 7), NOW, SHM_TABLE_BAN, SHM_REASON_BANNED);
        expect(b, ip6(0x2002, 7), NOW, SHM_TABLE_NONE, 0);
        /* all of IPv4, and nothing of IPv6 */
        assert_int_equal(add(b, SHM_TABLE_BAN, ip4(9, 9, 9, 9), 96, SHM_REASON_DENIED, NEVER), 0);
        expect(b, ip4(255, 1, 2, 3), NOW, SHM_TABLE_BAN, SHM_REASON_DENIED);
        expect(b, ip6(0, 7), NOW, SHM_TABLE_NONE, 0);
        /* everything */
        assert_int_equal(add(b, SHM_TABLE_BAN, ip6(1, 1), 0, SHM_REASON_BANNED, NEVER), 0);
        expect(b, ip6(0, 7), NOW, SHM_TABLE_BAN, SHM_REASON_BANNED);
        /* the 64-bit seam */
        assert_int_equal(add(b, SHM_TABLE_BAN, ip6(0xfe80, 0), 64, SHM_REASON_DENIED, NEVER), 0);
        expect(b, ip6(0xfe80, 0xffff), NOW, SHM_TABLE_BAN, SHM_REASON_DENIED);
        dp_bans_destroy(b);
}

static void what_is_refused(void **state)
{
        struct dp_bans *b = dp_bans_create(4, &seed);

        (void)state;
        assert_null(dp_bans_create(0, &seed));
        assert_null(dp_bans_create(DP_BANS_ENTRIES_MAX + 1, &seed));
        assert_int_equal(add(b, SHM_TABLE_NONE, ip4(1, 1, 1, 1), 128, 1, NEVER), -EINVAL);
        assert_int_equal(add(b, SHM_TABLE_CNT, ip4(1, 1, 1, 1), 128, 1, NEVER), -EINVAL);
        assert_int_equal(add(b, SHM_TABLE_BAN, ip4(1, 1, 1, 1), 129, 1, NEVER), -EINVAL);
        assert_int_equal(add(b, SHM_TABLE_BAN, ip4(1, 1, 1, 1), 128, SHM_REASONS_MAX, NEVER),
                         -EINVAL);
        assert_int_equal(apply(b, SHM_TABLE_FLUSH_CACHE, SHM_TABLE_BAN, ip4(1, 1, 1, 1), 1),
                         -EINVAL);
        assert_int_equal(apply(b, SHM_TABLE_DEL, SHM_TABLE_BAN, ip4(1, 1, 1, 1), 128), -ENOENT);
        assert_int_equal(sync(b, SHM_TABLE_SYNC_END, SHM_TABLE_BAN), -ENOENT);
        assert_int_equal(dp_bans_count(b), 0);
        dp_bans_destroy(b);
        dp_bans_destroy(NULL);
}

static void full(void **state)
{
        struct dp_bans *b = dp_bans_create(100, &seed);

        (void)state;
        for (uint8_t i = 0; i < 100; i++)
                assert_int_equal(
                    add(b, SHM_TABLE_BAN, ip4(10, 0, 0, i), 128, SHM_REASON_BANNED, NOW), 0);
        assert_int_equal(add(b, SHM_TABLE_BAN, ip4(10, 0, 1, 0), 128, SHM_REASON_BANNED, NEVER),
                         -ENOSPC);
        expect(b, ip4(10, 0, 1, 0), NOW, SHM_TABLE_NONE, 0);
        /* replacing needs no room */
        assert_int_equal(add(b, SHM_TABLE_BAN, ip4(10, 0, 0, 5), 128, SHM_REASON_DENIED, NEVER), 0);
        expect(b, ip4(10, 0, 0, 5), NOW, SHM_TABLE_BAN, SHM_REASON_DENIED);
        /* the other 99 have expired: swept, a few slots a call */
        uint32_t calls = 0;

        while (dp_bans_count(b) > 1 && calls++ < 1000)
                assert_true(dp_bans_sweep(b, NOW, 7) <= 7);
        assert_int_equal(dp_bans_count(b), 1);
        assert_true(calls > 10);
        assert_int_equal(add(b, SHM_TABLE_BAN, ip4(10, 0, 1, 0), 128, SHM_REASON_BANNED, NEVER), 0);
        expect(b, ip4(10, 0, 0, 5), NOW, SHM_TABLE_BAN, SHM_REASON_DENIED);
        dp_bans_destroy(b);
}

static void sync_replaces_one_table(void **state)
{
        struct dp_bans *b = dp_bans_create(200, &seed);

        (void)state;
        for (uint8_t i = 0; i < 100; i++)
                add(b, SHM_TABLE_BAN, ip4(10, 0, 0, i), 128, SHM_REASON_BANNED, NEVER);
        add(b, SHM_TABLE_PEER, ip4(172, 16, 0, 1), 128, SHM_REASON_PASS_ALLOW, NEVER);
        sync(b, SHM_TABLE_SYNC_BEGIN, SHM_TABLE_BAN);
        add(b, SHM_TABLE_BAN, ip4(10, 0, 0, 1), 128, SHM_REASON_DENIED, NEVER);
        /* a copy that was cut short changes nothing but what it named */
        sync(b, SHM_TABLE_SYNC_BEGIN, SHM_TABLE_BAN);
        expect(b, ip4(10, 0, 0, 1), NOW, SHM_TABLE_BAN, SHM_REASON_DENIED);
        expect(b, ip4(10, 0, 0, 2), NOW, SHM_TABLE_BAN, SHM_REASON_BANNED);
        add(b, SHM_TABLE_BAN, ip4(10, 0, 0, 3), 128, SHM_REASON_DENIED, NEVER);
        assert_int_equal(sync(b, SHM_TABLE_SYNC_END, SHM_TABLE_BAN), 0);
        /* gone at once, before any sweep */
        expect(b, ip4(10, 0, 0, 1), NOW, SHM_TABLE_NONE, 0);
        expect(b, ip4(10, 0, 0, 2), NOW, SHM_TABLE_NONE, 0);
        expect(b, ip4(10, 0, 0, 3), NOW, SHM_TABLE_BAN, SHM_REASON_DENIED);
        expect(b, ip4(172, 16, 0, 1), NOW, SHM_TABLE_PEER, SHM_REASON_PASS_ALLOW);
        assert_int_equal(dp_bans_count(b), 101);
        for (unsigned i = 0; i < 1000; i++)
                dp_bans_sweep(b, NOW, 1);
        assert_int_equal(dp_bans_count(b), 2);
        expect(b, ip4(10, 0, 0, 3), NOW, SHM_TABLE_BAN, SHM_REASON_DENIED);
        expect(b, ip4(172, 16, 0, 1), NOW, SHM_TABLE_PEER, SHM_REASON_PASS_ALLOW);
        dp_bans_destroy(b);
}

static void sync_of_a_full_table_finds_room(void **state)
{
        struct dp_bans *b = dp_bans_create(100, &seed);

        (void)state;
        for (uint8_t round = 0; round < 20; round++) {
                for (uint8_t i = 0; i < 100; i++)
                        assert_int_equal(add(b, SHM_TABLE_BAN, ip4(10, 0, round, i), 128,
                                             SHM_REASON_BANNED, NEVER),
                                         0);
                sync(b, SHM_TABLE_SYNC_BEGIN, SHM_TABLE_BAN);
                sync(b, SHM_TABLE_SYNC_END, SHM_TABLE_BAN);
        }
        dp_bans_destroy(b);
}

/* ---- against a plain list ---- */

#define CAPACITY 300u

struct entry {
        struct shm_ip ip;
        uint64_t expires_ns;
        uint64_t generation;
        uint8_t len;
        uint8_t table;
        uint16_t reason;
        bool used;
};

struct model {
        struct entry list[CAPACITY];
        uint64_t stamp[SHM_TABLE_CNT];
        uint64_t floor[SHM_TABLE_CNT];
};

static bool same_bits(const struct shm_ip *a, const struct shm_ip *b, unsigned bits)
{
        for (unsigned i = 0; i < bits; i++)
                if (((a->b[i / 8] ^ b->b[i / 8]) >> (7 - i % 8) & 1) != 0)
                        return false;
        return true;
}

static struct entry *model_find(struct model *m, const struct shm_ip *ip, uint8_t len,
                                uint8_t table)
{
        for (unsigned i = 0; i < CAPACITY; i++)
                if (m->list[i].used && m->list[i].len == len && m->list[i].table == table &&
                    same_bits(&m->list[i].ip, ip, len))
                        return &m->list[i];
        return NULL;
}

static bool alive(const struct model *m, const struct entry *e, uint64_t now)
{
        return e->used && e->generation >= m->floor[e->table] &&
               (e->expires_ns == 0 || e->expires_ns > now);
}

static const struct entry *model_lookup(const struct model *m, const struct shm_ip *ip,
                                        uint64_t now)
{
        const struct entry *best = NULL;

        for (unsigned i = 0; i < CAPACITY; i++) {
                const struct entry *e = &m->list[i];

                if (!alive(m, e, now) || !same_bits(&e->ip, ip, e->len))
                        continue;
                if (best == NULL || (e->table == SHM_TABLE_PEER && best->table == SHM_TABLE_BAN) ||
                    (e->table == best->table && e->len > best->len))
                        best = e;
        }
        return best;
}

/* Few bits vary, so that prefixes nest and meet. */
static struct shm_ip random_ip(struct rng *rng)
{
        struct shm_ip ip = rng_below(rng, 2) == 0 ? ip4(10, 0, 0, 0) : ip6(0x2001, 0);

        ip.b[13] = (uint8_t)rng_below(rng, 4);
        ip.b[14] = (uint8_t)(rng_below(rng, 4) << 6);
        ip.b[15] = (uint8_t)rng_below(rng, 8);
        return ip;
}

static uint8_t random_len(struct rng *rng)
{
        static const uint8_t lens[] = {128, 128, 128, 126, 120, 114, 112, 107, 96, 64, 16, 1, 0};

        return lens[rng_below(rng, sizeof(lens))];
}

static void model_add(struct model *m, const struct shm_table_update *u, uint64_t now, int rc)
{
        struct entry *e = model_find(m, &u->ip, u->prefix_len, u->table);

        if (rc != 0) {
                assert_int_equal(rc, -ENOSPC);
                return;
        }
        for (unsigned i = 0; e == NULL && i < CAPACITY; i++)
                if (!m->list[i].used)
                        e = &m->list[i];
        /* the table may have swept a dead entry that the list still has */
        for (unsigned i = 0; e == NULL && i < CAPACITY; i++)
                if (!alive(m, &m->list[i], now))
                        e = &m->list[i];
        assert_non_null(e);
        *e = (struct entry){u->ip,     u->expires_ns, m->stamp[u->table], u->prefix_len, u->table,
                            u->reason, true};
}

static void model_step(struct rng *rng, struct model *m, struct dp_bans *b, uint64_t now)
{
        struct shm_table_update u = {
            .op = (uint8_t)(1 + rng_below(rng, 2)),
            .table = (uint8_t)(1 + (rng_below(rng, 4) == 0)),
            .prefix_len = random_len(rng),
            .reason = (uint16_t)(1 + rng_below(rng, SHM_REASONS_DECISION_MAX - 1)),
            .ip = random_ip(rng),
            .expires_ns = rng_below(rng, 3) == 0 ? 0 : now + rng_below(rng, 3000),
        };
        int rc;

        if (rng_below(rng, 400) == 0)
                u.op = (uint8_t)(SHM_TABLE_SYNC_BEGIN + rng_below(rng, 2));
        rc = dp_bans_apply(b, &u);
        if (u.op == SHM_TABLE_ADD) {
                model_add(m, &u, now, rc);
        } else if (u.op == SHM_TABLE_DEL) {
                struct entry *e = model_find(m, &u.ip, u.prefix_len, u.table);

                /* what is dead may be swept already, or forgotten by the list first */
                assert_true(rc == 0 || e == NULL || !alive(m, e, now));
                if (e != NULL)
                        e->used = false;
        } else if (u.op == SHM_TABLE_SYNC_BEGIN) {
                m->stamp[u.table]++;
        } else {
                assert_int_equal(rc, m->floor[u.table] == m->stamp[u.table] ? -ENOENT : 0);
                m->floor[u.table] = m->stamp[u.table];
        }
}

static void like_a_list(void **state)
{
        struct rng rng = rng_seeded("bans");
        struct dp_bans *b = dp_bans_create(CAPACITY, &seed);
        static struct model m;
        uint64_t now = NOW, hits = 0;

        (void)state;
        for (unsigned i = 0; i < 60000; i++) {
                now += rng_below(&rng, 10);
                model_step(&rng, &m, b, now);
                if (rng_below(&rng, 4) == 0)
                        dp_bans_sweep(b, now, (uint32_t)rng_below(&rng, 64));
                for (unsigned k = 0; k < 3; k++) {
                        struct shm_ip ip = random_ip(&rng);
                        const struct entry *want = model_lookup(&m, &ip, now);
                        struct dp_bans_hit got;

                        assert_int_equal(dp_bans_lookup(b, &ip, now, &got), want != NULL);
                        if (want == NULL)
                                continue;
                        hits++;
                        assert_int_equal(got.table, want->table);
                        /* which of several peers is the longest does not matter to anyone */
                        if (want->table == SHM_TABLE_BAN)
                                assert_int_equal(got.reason, want->reason);
                }
        }
        printf("bans: %llu hits, %u slots taken at the end\n", (unsigned long long)hits,
               dp_bans_count(b));
        assert_true(hits > 10000);
        dp_bans_destroy(b);
}

static struct dp_bans_hit ask(const struct dp_bans *b, struct shm_ip ip, uint16_t port)
{
        const struct dp_bans_query q = {&ip, port};
        struct dp_bans_hit hit;

        dp_bans_lookup_burst(b, &q, 1, NOW, &hit);
        return hit;
}

/* One port of an address is narrower than the address; the others of it live on. */
static void ports(void **state)
{
        struct dp_bans *b = dp_bans_create(8, &seed);
        struct shm_table_update u = {
            .op = SHM_TABLE_ADD,
            .table = SHM_TABLE_BAN,
            .prefix_len = 128,
            .reason = SHM_REASON_BANNED,
            .port = 5062,
            .ip = ip4(192, 0, 2, 7),
        };

        (void)state;
        assert_int_equal(dp_bans_apply(b, &u), 0);
        assert_int_equal(ask(b, u.ip, 5062).table, SHM_TABLE_BAN);
        assert_int_equal(ask(b, u.ip, 5063).table, SHM_TABLE_NONE);
        assert_int_equal(ask(b, u.ip, 0).table, SHM_TABLE_NONE); /* a fragment has no port */
        assert_int_equal(ask(b, ip4(192, 0, 2, 8), 5062).table, SHM_TABLE_NONE);
        /* the whole address besides: both go apart */
        u.port = 0;
        u.reason = SHM_REASON_DENIED;
        assert_int_equal(dp_bans_apply(b, &u), 0);
        assert_int_equal(ask(b, u.ip, 5062).reason, SHM_REASON_BANNED);
        assert_int_equal(ask(b, u.ip, 5063).reason, SHM_REASON_DENIED);
        u.op = SHM_TABLE_DEL;
        u.port = 5062;
        assert_int_equal(dp_bans_apply(b, &u), 0);
        assert_int_equal(ask(b, u.ip, 5062).reason, SHM_REASON_DENIED);
        assert_int_equal(dp_bans_count(b), 1);
        /* a peer's port is not banned by anything */
        assert_int_equal(add(b, SHM_TABLE_PEER, u.ip, 120, SHM_REASON_PASS_ALLOW, 0), 0);
        assert_int_equal(ask(b, u.ip, 5062).table, SHM_TABLE_PEER);
        /* no port of a network, none of a peer's entry but all */
        u.op = SHM_TABLE_ADD;
        u.prefix_len = 120;
        assert_int_equal(dp_bans_apply(b, &u), -EINVAL);
        dp_bans_destroy(b);
}

static void limits(void **state)
{
        struct dp_bans *b = dp_bans_create(64, &seed);
        struct shm_table_update u = {
            .op = SHM_TABLE_ADD,
            .table = SHM_TABLE_LIMIT,
            .prefix_len = 120,
            .reason = SHM_REASON_LIMIT_SOURCE,
            .rate = 6,
            .ip = ip4(192, 0, 2, 0),
        };
        struct dp_bans_hit hit;

        (void)state;
        assert_int_equal(dp_bans_apply(b, &u), 0);
        hit = ask(b, ip4(192, 0, 2, 7), 5062);
        assert_int_equal(hit.table, SHM_TABLE_LIMIT);
        assert_int_equal(hit.rate, 6);
        assert_int_equal(hit.prefix_len, 120);
        assert_int_equal(hit.port, 0);
        u.prefix_len = 128;
        u.ip = ip4(192, 0, 2, 7);
        u.port = 5062;
        u.rate = 60;
        assert_int_equal(dp_bans_apply(b, &u), 0);
        hit = ask(b, u.ip, 5062);
        assert_int_equal(hit.rate, 60);
        assert_int_equal(hit.prefix_len, 128);
        assert_int_equal(hit.port, 5062);
        assert_int_equal(ask(b, u.ip, 5063).rate, 6);
        /* a ban of any width wins over it */
        assert_int_equal(add(b, SHM_TABLE_BAN, u.ip, 112, SHM_REASON_BANNED, 0), 0);
        assert_int_equal(ask(b, u.ip, 5062).table, SHM_TABLE_BAN);
        /* rates move with their entries when others are taken out */
        for (uint8_t i = 1; i < 60; i++)
                assert_int_equal(
                    add(b, SHM_TABLE_PEER, ip4(10, 0, 0, i), 128, SHM_REASON_PASS_ALLOW, 0), 0);
        assert_int_equal(apply(b, SHM_TABLE_DEL, SHM_TABLE_BAN, u.ip, 112), 0);
        for (uint8_t i = 1; i < 60; i++) {
                assert_int_equal(apply(b, SHM_TABLE_DEL, SHM_TABLE_PEER, ip4(10, 0, 0, i), 128), 0);
                assert_int_equal(ask(b, u.ip, 5062).rate, 60);
                assert_int_equal(ask(b, u.ip, 5063).rate, 6);
        }
        assert_int_equal(sync(b, SHM_TABLE_SYNC_BEGIN, SHM_TABLE_LIMIT), 0);
        assert_int_equal(sync(b, SHM_TABLE_SYNC_END, SHM_TABLE_LIMIT), 0);
        assert_int_equal(ask(b, u.ip, 5062).table, SHM_TABLE_NONE);
        dp_bans_destroy(b);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(longest_prefix_and_peers_first),
            cmocka_unit_test(both_families),
            cmocka_unit_test(what_is_refused),
            cmocka_unit_test(full),
            cmocka_unit_test(sync_replaces_one_table),
            cmocka_unit_test(sync_of_a_full_table_finds_room),
            cmocka_unit_test(like_a_list),
            cmocka_unit_test(ports),
            cmocka_unit_test(limits),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
