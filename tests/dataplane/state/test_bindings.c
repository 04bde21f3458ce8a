/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bindings table against a plain array: additions, replacements, removals, expiry and full
 * copies in random order; what was found stays whole until its reader is done; many bindings find
 * room in the memory that is named; a writer and readers at once.
 *
 *   --bindings N   how many of them the big table has (100,000)
 *   --writes N     how many changes the readers live through (30,000)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/contract/shm_msg.h"
#include "dataplane/state/bindings.h"

#define S         UINT64_C(1000000000)
#define NOW       (1000 * S)
#define READERS   2u
#define USERS_MAX 600u
#define FINDS     100000u

static uint32_t big_cnt = 100000, write_cnt = 30000;
static const struct dp_siphash_key key = {{UINT64_C(0x0706050403020100), UINT64_C(42)}};

struct record {
        struct shm_binding b;
        char text[2 * SHM_URI_BYTES_MAX + SHM_ROUTE_BYTES_MAX];
};

static size_t aor_write(char *out, unsigned user)
{
        return (size_t)sprintf(out, "sip:u%u@example.com", user);
}

/* The URI of a version: some octets, and many of them when the version says so. */
static size_t uri_write(char *out, unsigned user, unsigned version)
{
        size_t len = (size_t)sprintf(out, "sip:u%u@192.0.2.1:5060;v=%u;x=", user, version);
        size_t more = version * 37u % 400u;

        memset(out + len, 'a' + (int)(version % 26u), more);
        return len + more;
}

static struct record *record_of(unsigned user, unsigned version, uint64_t expires_ns)
{
        static _Thread_local struct record r;
        char *at = r.text;

        memset(&r.b, 0, sizeof(r.b));
        r.b.op = SHM_TABLE_ADD;
        r.b.expires_ns = expires_ns;
        r.b.hop = (struct shm_hop){.ip = {{[10] = 0xff, [11] = 0xff, [12] = 192, [15] = 1}},
                                   .port = (uint16_t)(1 + version % 60000u),
                                   .weight = 1,
                                   .ip_proto = IPPROTO_UDP};
        r.b.aor_len = (uint16_t)aor_write(at, user);
        at += r.b.aor_len;
        r.b.uri_len = (uint16_t)uri_write(at, user, version);
        at += r.b.uri_len;
        r.b.route_len = version % 3u == 0 ? (uint16_t)sprintf(at, "<sip:p%u;lr>", version) : 0;
        return &r;
}

static bool find(const struct dp_bindings *b, unsigned user, uint64_t now_ns,
                 struct dp_binding *out)
{
        char aor[64];
        size_t len = aor_write(aor, user);

        return dp_bindings_find(b, dp_bindings_hash(b, aor, len), aor, len, now_ns, out);
}

static bool is_version(const struct dp_binding *f, unsigned user, unsigned version)
{
        char uri[512];
        size_t len = uri_write(uri, user, version);

        return f->uri_len == len && memcmp(f->uri, uri, len) == 0 &&
               f->hop.port == 1 + version % 60000u && (f->route_len != 0) == (version % 3u == 0);
}

static void change(struct dp_bindings *b, uint8_t op, unsigned user)
{
        struct record r = {.b = {.op = op}};

        if (op == SHM_TABLE_DEL)
                r.b.aor_len = (uint16_t)aor_write(r.text, user);
        assert_true(shm_binding_check(&r, sizeof(r.b) + r.b.aor_len));
        assert_int_equal(dp_bindings_apply(b, &r.b), 0);
}

static void add(struct dp_bindings *b, unsigned user, unsigned version, uint64_t expires_ns)
{
        struct record *r = record_of(user, version, expires_ns);

        assert_true(
            shm_binding_check(r, sizeof(r->b) + r->b.aor_len + r->b.uri_len + r->b.route_len));
        assert_int_equal(dp_bindings_apply(b, &r->b), 0);
}

static void sweep_all(struct dp_bindings *b, uint64_t now_ns)
{
        for (unsigned i = 0; i < 4; i++)
                dp_bindings_sweep(b, now_ns, UINT32_MAX / 8u);
}

static void create_refuses(void **state)
{
        (void)state;
        assert_null(dp_bindings_create(0, &key));
        assert_null(dp_bindings_create(DP_BINDINGS_MAX + 1, &key));
}

struct model {
        bool held;
        unsigned version;
        uint64_t expires_ns;
};

static void model_check(const struct dp_bindings *b, const struct model *m, uint64_t now_ns)
{
        struct dp_binding f;

        for (unsigned u = 0; u < USERS_MAX; u++) {
                bool stands = m[u].held && m[u].expires_ns > now_ns;

                assert_int_equal(find(b, u, now_ns, &f), stands);
                if (stands)
                        assert_true(is_version(&f, u, m[u].version));
        }
}

static void equals_a_model(void **state)
{
        struct dp_bindings *b = dp_bindings_create(4 * USERS_MAX, &key);
        static struct model m[USERS_MAX];
        struct dp_bindings_stats st;
        uint64_t now = NOW;

        (void)state;
        srand(11);
        assert_non_null(b);
        for (unsigned i = 0; i < 200000; i++) {
                unsigned u = (unsigned)rand() % USERS_MAX;

                if (rand() % 3 != 0) {
                        m[u] = (struct model){true, i, now + (uint64_t)(1 + rand() % 900) * S};
                        add(b, u, i, m[u].expires_ns);
                } else {
                        m[u].held = false;
                        change(b, SHM_TABLE_DEL, u);
                }
                if (i % 64 == 0)
                        dp_bindings_sweep(b, now, 2);
                if (i % 5000 == 0) {
                        now += 100 * S;
                        model_check(b, m, now);
                }
        }
        now += 1000 * S;
        sweep_all(b, now);
        dp_bindings_stats(b, &st);
        assert_int_equal(st.bindings, 0); /* all have ended by now */
        assert_int_equal(st.retired, 0);
        dp_bindings_destroy(b);
}

/* A copy that names some removes the others, but only when it is complete. */
static void full_copy(void **state)
{
        struct dp_bindings *b = dp_bindings_create(1000, &key);
        struct dp_bindings_stats st;
        struct dp_binding f;

        (void)state;
        for (unsigned u = 0; u < 100; u++)
                add(b, u, 1, NOW + S);
        change(b, SHM_TABLE_SYNC_BEGIN, 0);
        for (unsigned u = 0; u < 50; u++)
                add(b, u, 2, NOW + S);
        sweep_all(b, NOW);
        for (unsigned u = 0; u < 100; u++)
                assert_true(find(b, u, NOW, &f)); /* control may have died here */
        change(b, SHM_TABLE_SYNC_BEGIN, 0);
        for (unsigned u = 20; u < 60; u++)
                add(b, u, 3, NOW + S);
        change(b, SHM_TABLE_SYNC_END, 0);
        add(b, 99, 4, NOW + S);
        sweep_all(b, NOW);
        for (unsigned u = 0; u < 99; u++)
                assert_int_equal(find(b, u, NOW, &f), u >= 20 && u < 60);
        assert_true(find(b, 99, NOW, &f));
        dp_bindings_stats(b, &st);
        assert_int_equal(st.bindings, 41);
        dp_bindings_destroy(b);
}

/* What was found stays as it was until the reader's turn is over, whatever happens to it. */
static void found_stays(void **state)
{
        struct dp_bindings *b = dp_bindings_create(64, &key);
        struct dp_binding f;
        struct dp_binding g;

        (void)state;
        add(b, 1, 9, NOW + S);
        assert_true(find(b, 1, NOW, &f));
        add(b, 1, 10, NOW + S);
        assert_true(find(b, 1, NOW, &g));
        change(b, SHM_TABLE_DEL, 1);
        for (unsigned u = 2; u < 10; u++)
                add(b, u, 9, NOW + S);
        assert_true(is_version(&f, 1, 9));
        assert_true(is_version(&g, 1, 10));
        assert_false(find(b, 1, NOW, &f));
        dp_bindings_destroy(b);
}

/* Too many for the memory: the last ones are not taken, the others are all there, and a binding
 * whose news found no room is not told with its old contact. */
static void full_table(void **state)
{
        struct dp_bindings *b = dp_bindings_create(16, &key);
        struct dp_bindings_stats st;
        struct dp_binding f;
        unsigned taken = 0;
        int rc;

        (void)state;
        while ((rc = dp_bindings_apply(b, &record_of(taken, 0, NOW + S)->b)) == 0)
                taken++;
        assert_int_equal(rc, -ENOSPC);
        assert_true(taken >= 16);
        for (unsigned u = 0; u <= taken; u++)
                assert_int_equal(find(b, u, NOW, &f), u < taken);
        assert_int_equal(dp_bindings_apply(b, &record_of(0, 10, NOW + S)->b), -ENOSPC);
        assert_false(find(b, 0, NOW, &f));
        dp_bindings_stats(b, &st);
        assert_int_equal(st.full, 2);
        assert_int_equal(st.bindings, taken - 1);
        dp_bindings_destroy(b);
}

/* As many as were asked for, of usual length, all find room. */
static void many(void **state)
{
        struct dp_bindings *b = dp_bindings_create(big_cnt, &key);
        struct dp_bindings_stats st;
        struct dp_binding f;

        (void)state;
        assert_non_null(b);
        for (unsigned u = 0; u < big_cnt; u++)
                add(b, u, 11, NOW + S); /* 11 * 37 % 400 = 7 */
        for (unsigned u = 0; u < big_cnt; u++) {
                assert_true(find(b, u, NOW, &f));
                assert_true(is_version(&f, u, 11));
        }
        assert_false(find(b, big_cnt, NOW, &f));
        dp_bindings_stats(b, &st);
        assert_int_equal(st.bindings, big_cnt);
        assert_int_equal(st.full, 0);
        print_message("%u bindings in %.1f MB, %.0f octets each\n", big_cnt, (double)st.bytes / 1e6,
                      (double)st.bytes / big_cnt);
        for (unsigned u = 0; u < big_cnt; u++)
                change(b, SHM_TABLE_DEL, u);
        dp_bindings_stats(b, &st);
        assert_int_equal(st.bindings, 0);
        dp_bindings_destroy(b);
}

/* ---- a writer and readers ---- */

struct race {
        struct dp_bindings *b;
        struct rte_rcu_qsbr *qsbr;
        _Atomic bool stop;
        _Atomic uint64_t found;
        _Atomic uint64_t torn;
};

static struct race race;

/* The version is in what was found; a block used again too early would not agree with itself. */
static void *reader(void *arg)
{
        unsigned id = (unsigned)(uintptr_t)arg;
        unsigned seed = id;

        while (!atomic_load(&race.stop)) {
                for (unsigned i = 0; i < 32; i++) {
                        unsigned u = (unsigned)rand_r(&seed) % 64u;
                        unsigned version = 0;
                        struct dp_binding f;
                        const char *v;

                        if (!find(race.b, u, NOW, &f))
                                continue;
                        v = memmem(f.uri, f.uri_len, ";v=", 3);
                        if (v == NULL || sscanf(v, ";v=%u", &version) != 1 ||
                            !is_version(&f, u, version))
                                atomic_fetch_add(&race.torn, 1);
                        atomic_fetch_add(&race.found, 1);
                }
                rte_rcu_qsbr_quiescent(race.qsbr, id);
        }
        rte_rcu_qsbr_thread_offline(race.qsbr, id);
        rte_rcu_qsbr_thread_unregister(race.qsbr, id);
        return NULL;
}

static void writer_and_readers(void **state)
{
        pthread_t threads[READERS];
        size_t bytes = rte_rcu_qsbr_get_memsize(READERS + 1);

        (void)state;
        race.qsbr = aligned_alloc(RTE_CACHE_LINE_SIZE, (bytes + 63u) & ~(size_t)63u);
        assert_int_equal(rte_rcu_qsbr_init(race.qsbr, READERS + 1), 0);
        race.b = dp_bindings_create(256, &key);
        dp_bindings_readers(race.b, race.qsbr);
        for (uintptr_t i = 0; i <= READERS; i++) {
                rte_rcu_qsbr_thread_register(race.qsbr, (unsigned)i);
                rte_rcu_qsbr_thread_online(race.qsbr, (unsigned)i);
        }
        for (uintptr_t i = 0; i < READERS; i++)
                assert_int_equal(pthread_create(&threads[i], NULL, reader, (void *)i), 0);
        /* until the readers, who may be slow to begin, have seen their share */
        for (unsigned i = 0; i < write_cnt || atomic_load(&race.found) < FINDS; i++) {
                unsigned u = i * 7u % 64u;

                if (i % 5 == 0)
                        change(race.b, SHM_TABLE_DEL, u);
                else /* a reader that is off the CPU may keep all blocks from coming back */
                        (void)dp_bindings_apply(race.b, &record_of(u, i, NOW + S)->b);
                if (i % 16 == 0) {
                        rte_rcu_qsbr_quiescent(race.qsbr, READERS);
                        dp_bindings_sweep(race.b, NOW, 1);
                }
        }
        atomic_store(&race.stop, true);
        for (unsigned i = 0; i < READERS; i++)
                pthread_join(threads[i], NULL);
        assert_int_equal(atomic_load(&race.torn), 0);
        dp_bindings_destroy(race.b);
        free(race.qsbr);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(create_refuses),     cmocka_unit_test(equals_a_model),
            cmocka_unit_test(full_copy),          cmocka_unit_test(found_stays),
            cmocka_unit_test(full_table),         cmocka_unit_test(many),
            cmocka_unit_test(writer_and_readers),
        };

        if (argc == 3 && strcmp(argv[1], "--bindings") == 0)
                big_cnt = (uint32_t)strtoul(argv[2], NULL, 10);
        if (argc == 3 && strcmp(argv[1], "--writes") == 0)
                write_cnt = (uint32_t)strtoul(argv[2], NULL, 10);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
