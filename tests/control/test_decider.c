/* SPDX-License-Identifier: Apache-2.0 */
/* The decider and the publisher over real segments, both sides in one thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "control/bans/bans.h"
#include "control/decider.h"
#include "control/link.h"
#include "control/policy/policy.h"
#include "control/publisher.h"
#include "control/tables.h"
#include "tests/control/fake_dataplane.h"
#include "tests/control/messages.h"

#define NOW UINT64_C(1700000000000000000)

struct fixture {
        struct fake_dp dp;
        struct cp_link link;
        struct cp_policy *policy;
        struct cp_bans bans;
        struct cp_tables tables;
        struct cp_decider decider;
};

static struct cp_policy *compile(const char *text, uint32_t generation)
{
        struct cp_config *c = NULL;
        struct cp_config_error err;
        struct cp_policy *p;

        assert_int_equal(cp_config_parse(&c, "t", (const uint8_t *)text, strlen(text), &err), 0);
        p = cp_policy_create(c, generation, NOW, NULL);
        assert_non_null(p);
        return p;
}

static struct fixture *make(uint16_t workers, uint8_t ring_log2, const char *yaml)
{
        struct fixture *f = calloc(1, sizeof(*f));

        assert_non_null(f);
        fake_dp_make(&f->dp, workers, 1, ring_log2);
        cp_link_init(&f->link, "");
        assert_int_equal(cp_link_bind(&f->link, f->dp.to_control.fd, f->dp.to_dataplane.fd), 0);
        assert_int_equal(f->link.worker_cnt, workers);
        f->policy = compile(yaml, 1);
        f->policy->bans = &f->bans;
        return f;
}

static void drop(struct fixture *f)
{
        cp_link_detach(&f->link);
        fake_dp_free(&f->dp);
        cp_tables_fini(&f->tables);
        cp_policy_destroy(f->policy);
        cp_bans_fini(&f->bans);
        free(f);
}

static bool ask(struct fixture *f, uint16_t w, uint64_t id, uint64_t time_ns)
{
        const struct message m = {0};
        char text[4096];
        struct shm_request req = {
            .id = id,
            .time_ns = time_ns,
            .flow = fake_flow("10.0.0.1"),
            .age_limit_us = 1000,
            .msg_len = (uint16_t)message_write(&m, text, sizeof(text)),
        };

        return fake_dp_ask(&f->dp, w, &req, text);
}

static void test_answers_in_order(void **state)
{
        struct fixture *f = make(2, 10, "");
        struct shm_reply r;
        uint64_t next[2] = {0, 0};
        unsigned n;

        (void)state;
        for (uint64_t id = 0; id < 40; id++)
                assert_true(ask(f, id % 2, id / 2, NOW));
        n = cp_decider_run(&f->decider, &f->link, f->policy, NOW + 1, 8);
        assert_int_equal(n, 16); /* the budget holds for each worker */
        while (cp_decider_run(&f->decider, &f->link, f->policy, NOW + 1, 8) != 0)
                ;
        for (uint16_t w = 0; w < 2; w++) {
                while (fake_dp_reply(&f->dp, w, &r, NULL)) {
                        assert_int_equal(r.id, next[w]++);
                        assert_int_equal(r.action, SHM_ACTION_PASS);
                }
        }
        assert_int_equal(next[0], 20);
        assert_int_equal(next[1], 20);
        assert_int_equal(f->decider.stats.requests, 40);
        assert_int_equal(f->decider.stats.replies, 40);
        assert_int_equal(f->decider.stats.by_reason[SHM_REASON_PASS_POLICY], 40);
        drop(f);
}

static void test_old_requests_are_skipped(void **state)
{
        struct fixture *f = make(1, 10, "");
        struct shm_reply r;

        (void)state;
        assert_true(ask(f, 0, 1, NOW - 1000001));
        assert_true(ask(f, 0, 2, NOW - 1000000));
        assert_true(ask(f, 0, 3, NOW + 5000000)); /* the clock was set back: not old */
        assert_int_equal(cp_decider_run(&f->decider, &f->link, f->policy, NOW, 64), 3);
        assert_true(fake_dp_reply(&f->dp, 0, &r, NULL));
        assert_int_equal(r.id, 2);
        assert_true(fake_dp_reply(&f->dp, 0, &r, NULL));
        assert_int_equal(r.id, 3);
        assert_false(fake_dp_reply(&f->dp, 0, &r, NULL));
        assert_int_equal(f->decider.stats.expired, 1);
        /* In a replay nothing is old. */
        assert_true(ask(f, 0, 4, 5));
        assert_int_equal(cp_decider_run(&f->decider, &f->link, f->policy, 0, 64), 1);
        assert_true(fake_dp_reply(&f->dp, 0, &r, NULL));
        drop(f);
}

static void test_full_reply_ring_only_loses_answers(void **state)
{
        struct fixture *f = make(1, 7, "");
        struct shm_reply r;
        unsigned asked = 0;
        unsigned got = 0;

        (void)state;
        while (asked < 1000) {
                while (ask(f, 0, asked, NOW))
                        asked++;
                while (cp_decider_run(&f->decider, &f->link, f->policy, NOW, 64) != 0)
                        ;
        }
        while (fake_dp_reply(&f->dp, 0, &r, NULL))
                got++;
        assert_int_equal(got, f->decider.stats.replies);
        assert_int_equal(got + f->decider.stats.replies_lost, asked);
        assert_true(f->decider.stats.replies_lost > 0);
        assert_true(ask(f, 0, 12345, NOW)); /* and it goes on */
        cp_decider_run(&f->decider, &f->link, f->policy, NOW, 64);
        assert_true(fake_dp_reply(&f->dp, 0, &r, NULL));
        assert_int_equal(r.id, 12345);
        drop(f);
}

static void test_bad_records(void **state)
{
        struct fixture *f = make(1, 10, "");
        struct shm_request req = {.flow = fake_flow("10.0.0.1"), .cls = 200, .msg_len = 3};
        struct shm_event ev = {.msg_len = 0};
        struct shm_reply r;
        void *to;

        (void)state;
        assert_true(fake_dp_ask(&f->dp, 0, &req, "abc")); /* no such class */
        to = shm_ring_reserve(&f->dp.req[0], SHM_REC_EVENT, sizeof(ev));
        memcpy(to, &ev, sizeof(ev)); /* no request at all */
        shm_ring_commit(&f->dp.req[0]);
        assert_true(ask(f, 0, 9, NOW));
        assert_int_equal(cp_decider_run(&f->decider, &f->link, f->policy, NOW, 64), 3);
        assert_int_equal(f->decider.stats.malformed_records, 2);
        assert_true(fake_dp_reply(&f->dp, 0, &r, NULL));
        assert_int_equal(r.id, 9);
        drop(f);
}

static void test_broken_ring_is_given_up(void **state)
{
        struct fixture *f = make(1, 8, "");
        struct shm_ring_mem *mem = shm_region_part(&f->dp.to_control, SHM_PART_RING_REQ, 0, NULL);

        (void)state;
        atomic_store(&mem->head, UINT64_C(1) << 40);
        assert_int_equal(cp_decider_run(&f->decider, &f->link, f->policy, NOW, 64), 0);
        assert_true(atomic_load(&f->link.broken));
        assert_int_equal(f->decider.stats.broken_rings, 1);
        cp_decider_run(&f->decider, &f->link, f->policy, NOW, 64);
        assert_int_equal(f->decider.stats.broken_rings, 1);
        drop(f);
}

/* What a dataplane would hold after applying everything that comes. */
struct mirror {
        struct shm_table_update entry[SHM_TABLE_CNT - 1][4096];
        bool keep[SHM_TABLE_CNT - 1][4096];
        size_t cnt[SHM_TABLE_CNT - 1];
        unsigned flushes;
        unsigned syncs;
};

static void mirror_apply(struct mirror *m, const struct shm_table_update *u)
{
        unsigned t = u->table - 1u;
        size_t i;

        if (u->op == SHM_TABLE_FLUSH_CACHE) {
                m->flushes++;
                return;
        }
        if (u->op == SHM_TABLE_SYNC_BEGIN) {
                memset(m->keep[t], 0, sizeof(m->keep[t]));
                m->syncs++;
                return;
        }
        if (u->op == SHM_TABLE_SYNC_END) {
                size_t kept = 0;

                for (i = 0; i < m->cnt[t]; i++) {
                        if (m->keep[t][i])
                                m->entry[t][kept++] = m->entry[t][i];
                }
                m->cnt[t] = kept;
                return;
        }
        for (i = 0; i < m->cnt[t]; i++) {
                if (m->entry[t][i].prefix_len == u->prefix_len &&
                    memcmp(&m->entry[t][i].ip, &u->ip, sizeof(u->ip)) == 0)
                        break;
        }
        if (u->op == SHM_TABLE_ADD) {
                assert_true(i < 4096);
                m->entry[t][i] = *u;
                m->keep[t][i] = true;
                m->cnt[t] += i == m->cnt[t];
        } else if (i < m->cnt[t]) {
                m->cnt[t]--;
                m->entry[t][i] = m->entry[t][m->cnt[t]];
                m->keep[t][i] = m->keep[t][m->cnt[t]];
        }
}

static void publish(struct fixture *f, struct mirror *m, unsigned rounds)
{
        const struct cp_publish p = {
            .tables = &f->tables, .policy = f->policy, .bans = &f->bans, .now_ns = NOW};
        struct shm_table_update u;

        for (unsigned i = 0; i < rounds; i++) {
                cp_publish_run(&p, &f->link.cursor[0], &f->link.rep[0]);
                while (fake_dp_update(&f->dp, 0, &u))
                        mirror_apply(m, &u);
        }
}

static void set_ban(struct fixture *f, unsigned n, bool on)
{
        struct cp_ban ban = {.prefix = {.ip = fake_ip("10.0.0.0"), .len = 128}};

        ban.prefix.ip.b[14] = (uint8_t)(n >> 8);
        ban.prefix.ip.b[15] = (uint8_t)n;
        if (on)
                assert_int_equal(cp_bans_put(&f->bans, &ban), 0);
        else
                cp_bans_del(&f->bans, &ban.prefix);
        cp_tables_ban_changed(&f->tables, f->policy, &f->bans, &ban.prefix, false, NOW);
}

static void assert_mirrors(const struct fixture *f, const struct mirror *m, size_t denied)
{
        assert_int_equal(m->cnt[SHM_TABLE_BAN - 1], cp_bans_count(&f->bans) + denied);
        for (size_t i = 0; i < m->cnt[SHM_TABLE_BAN - 1]; i++) {
                const struct shm_table_update *u = &m->entry[SHM_TABLE_BAN - 1][i];
                const struct cp_prefix p = {u->ip, u->prefix_len, u->port};

                if (u->reason == SHM_REASON_BANNED)
                        assert_non_null(cp_bans_get(&f->bans, &p));
                else
                        assert_non_null(cp_prefix_map_get(&f->policy->deny_map, &p));
        }
}

static void test_tables_reach_the_worker(void **state)
{
        struct fixture *f = make(1, 6, /* 64 granules: everything takes several turns */
                                 "policy:\n  allow: [{prefix: 192.0.2.0/24}, {prefix: '::/0'}]\n"
                                 "  deny: [{prefix: 203.0.113.7}]\n");
        struct mirror *m = calloc(1, sizeof(*m));

        (void)state;
        for (unsigned n = 0; n < 1000; n++)
                set_ban(f, n, true);
        publish(f, m, 3);
        set_ban(f, 5, false); /* while the image is under way */
        set_ban(f, 2000, true);
        publish(f, m, 200);
        assert_int_equal(m->flushes, 1); /* the generation was unknown */
        assert_int_equal(m->syncs, 3);
        assert_int_equal(m->cnt[SHM_TABLE_PEER - 1], 1 + 96); /* ::/0 means IPv6 alone */
        assert_mirrors(f, m, 1);
        /* Deltas. */
        for (unsigned n = 0; n < 300; n++) {
                set_ban(f, (unsigned)rand() % 1500, rand() % 2);
                if (n % 10 == 0)
                        publish(f, m, 1);
        }
        publish(f, m, 50);
        assert_int_equal(m->syncs, 3);
        assert_mirrors(f, m, 1);
        /* More changes than the journal holds: an image again. */
        for (unsigned n = 0; n < CP_JOURNAL_LEN + 10; n++)
                set_ban(f, n % 1500, n % 3);
        publish(f, m, 300);
        assert_int_equal(m->syncs, 6);
        assert_mirrors(f, m, 1);
        free(m);
        drop(f);
}

static void test_new_policy_flushes(void **state)
{
        struct fixture *f = make(1, 8, "policy: {deny: [{prefix: 10.1.1.1}]}\n");
        struct mirror *m = calloc(1, sizeof(*m));
        struct cp_policy *old = f->policy;

        (void)state;
        cp_cursor_init(&f->link.cursor[0], 1); /* the dataplane knows this policy already */
        publish(f, m, 5);
        assert_int_equal(m->flushes, 0);
        assert_mirrors(f, m, 1);
        f->policy = compile("policy: {deny: [{prefix: 10.1.1.2}, {prefix: 10.1.1.3}]}\n", 2);
        f->policy->bans = &f->bans;
        cp_tables_reset(&f->tables);
        cp_policy_destroy(old);
        publish(f, m, 5);
        assert_int_equal(m->flushes, 1);
        assert_mirrors(f, m, 2);
        free(m);
        drop(f);
}

/* Lifting a ban of a prefix that the configuration denies leaves it denied. */
static void test_ban_over_deny(void **state)
{
        struct fixture *f = make(1, 8, "policy: {deny: [{prefix: 10.0.0.3}]}\n");
        struct mirror *m = calloc(1, sizeof(*m));

        (void)state;
        set_ban(f, 3, true);
        publish(f, m, 5);
        assert_int_equal(m->cnt[SHM_TABLE_BAN - 1], 1);
        assert_int_equal(m->entry[SHM_TABLE_BAN - 1][0].reason, SHM_REASON_BANNED);
        set_ban(f, 3, false);
        publish(f, m, 5);
        assert_int_equal(m->cnt[SHM_TABLE_BAN - 1], 1);
        assert_int_equal(m->entry[SHM_TABLE_BAN - 1][0].reason, SHM_REASON_DENIED);
        free(m);
        drop(f);
}

/* A ban within the allow list can not act, so the dataplane does not hear of it. */
static void test_allow_hides_bans(void **state)
{
        struct fixture *f = make(1, 8,
                                 "policy:\n  allow: [{prefix: 10.0.0.0/30}, {prefix: 10.2.0.1}]\n"
                                 "  deny: [{prefix: 10.0.0.2}, {prefix: 10.2.0.1},"
                                 " {prefix: 10.2.0.0/24}]\n");
        struct mirror *m = calloc(1, sizeof(*m));

        (void)state;
        set_ban(f, 1, true); /* allowed */
        set_ban(f, 4, true); /* just outside */
        publish(f, m, 5);
        set_ban(f, 3, true); /* the same by way of the journal */
        publish(f, m, 5);
        assert_int_equal(m->cnt[SHM_TABLE_PEER - 1], 2);
        assert_int_equal(m->cnt[SHM_TABLE_BAN - 1], 2); /* 10.0.0.4, 10.2.0.0/24 */
        free(m);
        drop(f);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_answers_in_order),
            cmocka_unit_test(test_old_requests_are_skipped),
            cmocka_unit_test(test_full_reply_ring_only_loses_answers),
            cmocka_unit_test(test_bad_records),
            cmocka_unit_test(test_broken_ring_is_given_up),
            cmocka_unit_test(test_tables_reach_the_worker),
            cmocka_unit_test(test_new_policy_flushes),
            cmocka_unit_test(test_ban_over_deny),
            cmocka_unit_test(test_allow_hides_bans),
        };

        srand(20260103);
        print_message("seed 20260103\n");
        return cmocka_run_group_tests(tests, NULL, NULL);
}
