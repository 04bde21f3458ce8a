/* SPDX-License-Identifier: Apache-2.0 */
/* Bindings told to a dataplane: everything at first, then what changes, whatever the ring's size.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/edge/edge_push.h"
#include "control/location/location.h"
#include "tests/control/edge/edge_world.h"

#define YAML                                                                   \
        "edge:\n  domains: [example.com]\n  answer: at-once\n  calls: proxy\n" \
        "  users:\n    - {name: alice, password: wonderland}\n"                \
        "    - {name: bob, password: x, forward: 'sip:bob@elsewhere.net'}\n"

/* The dataplane's table, as the records make it. */
#define AORS_MAX 4096u
struct table {
        char aor[AORS_MAX][64];
        char uri[AORS_MAX][64];
        bool named[AORS_MAX]; /* since SYNC_BEGIN */
        unsigned cnt;
        unsigned adds;
        unsigned syncs;
        bool in_sync;
};

static unsigned find(const struct table *t, const char *aor)
{
        unsigned i = 0;

        while (i < t->cnt && strcmp(t->aor[i], aor) != 0)
                i++;
        return i;
}

static void forget(struct table *t, unsigned i)
{
        t->cnt--;
        memmove(t->aor[i], t->aor[t->cnt], sizeof(t->aor[i]));
        memmove(t->uri[i], t->uri[t->cnt], sizeof(t->uri[i]));
        t->named[i] = t->named[t->cnt];
}

static void add(struct table *t, const char *aor, const char *uri, size_t uri_len)
{
        unsigned i = find(t, aor);

        assert_true(i < AORS_MAX);
        if (i == t->cnt)
                t->cnt++;
        snprintf(t->aor[i], sizeof(t->aor[i]), "%s", aor);
        snprintf(t->uri[i], sizeof(t->uri[i]), "%.*s", (int)uri_len, uri);
        t->named[i] = true;
        t->adds++;
}

static void take(struct table *t, const uint8_t *rec, size_t bytes)
{
        const char *text = (const char *)rec + sizeof(struct shm_binding);
        struct shm_binding b;
        char aor[64];
        unsigned i;

        assert_true(shm_binding_check(rec, bytes));
        memcpy(&b, rec, sizeof(b));
        snprintf(aor, sizeof(aor), "%.*s", (int)b.aor_len, text);
        switch (b.op) {
        case SHM_TABLE_SYNC_BEGIN:
                memset(t->named, 0, sizeof(t->named));
                t->in_sync = true;
                break;
        case SHM_TABLE_SYNC_END:
                assert_true(t->in_sync);
                t->in_sync = false;
                t->syncs++;
                for (i = t->cnt; i-- != 0;) {
                        if (!t->named[i])
                                forget(t, i);
                }
                break;
        case SHM_TABLE_ADD:
                add(t, aor, text + b.aor_len, b.uri_len);
                break;
        default:
                i = find(t, aor);
                if (i < t->cnt)
                        forget(t, i);
        }
}

/* One turn of control, and of a worker that reads at most `most` records. */
static unsigned turn(struct edge_world *f, struct cp_push_cursor *c, struct table *t, unsigned most)
{
        uint8_t rec[SHM_BINDING_BYTES_MAX];
        unsigned said = cp_edge_push(f->edge, c, &f->link.rep[0], 7, f->now_s);
        uint16_t type;
        uint32_t bytes;

        assert_true(said <= 256);
        while (most-- != 0 && shm_ring_read(&f->dp.rep[0], rec, sizeof(rec), &type, &bytes) == 1) {
                assert_int_equal(type, SHM_REC_BINDING);
                take(t, rec, bytes);
        }
        shm_ring_release(&f->dp.rep[0]);
        return said;
}

static void settle(struct edge_world *f, struct cp_push_cursor *c, struct table *t)
{
        unsigned idle = 0;

        for (unsigned i = 0; i < 100000 && idle < 3; i++)
                idle = turn(f, c, t, 1000) == 0 ? idle + 1 : 0;
        assert_int_equal(idle, 3);
}

static void bind_user(struct edge_world *f, unsigned number, unsigned place, uint32_t expires_s)
{
        struct cp_bindings *b = cp_location_bindings(cp_edge_location(f->edge));
        char aor[64], uri[64];
        struct cp_aor *a;
        struct cp_binding_value v = {
            .expires_s = expires_s, .updated_s = f->now_s, .q_milli = 1000};

        snprintf(aor, sizeof(aor), "sip:u%u@example.com", number);
        snprintf(uri, sizeof(uri), "sip:u%u@192.0.2.%u", number, place);
        v.text[CP_BINDING_CONTACT] = (struct cp_text){uri, strlen(uri)};
        a = cp_bindings_aor(b, (struct cp_text){aor, strlen(aor)});
        assert_non_null(a);
        while (a->first != NULL)
                cp_bindings_remove(b, a->first);
        if (place != 0)
                cp_bindings_add(b, a, cp_binding_create(&v));
}

static void is_as_the_table(const struct edge_world *f, const struct table *t)
{
        const struct cp_bindings *b = cp_location_bindings(cp_edge_location(f->edge));
        const struct cp_aor *a;
        uint32_t at = 0;
        unsigned cnt = 0;

        while ((a = cp_bindings_next(b, &at)) != NULL) {
                const struct cp_binding *x = cp_aor_best(a, f->now_s);
                char aor[64];
                unsigned i;

                if (x == NULL)
                        continue;
                snprintf(aor, sizeof(aor), "%.*s", (int)a->len, a->text);
                i = find(t, aor);
                assert_true(i < t->cnt);
                assert_int_equal(strlen(t->uri[i]), x->text_len[CP_BINDING_CONTACT]);
                assert_memory_equal(t->uri[i], x->texts, x->text_len[CP_BINDING_CONTACT]);
                cnt++;
        }
        assert_int_equal(cnt, t->cnt);
}

static void all_then_changes(void **state)
{
        struct edge_world *f = edge_make(YAML, "");
        struct table *t = calloc(1, sizeof(*t));
        struct cp_push_cursor c = {0};

        (void)state;
        for (unsigned i = 0; i < 1000; i++)
                bind_user(f, i, 1 + i % 200, f->now_s + 1000);
        settle(f, &c, t);
        assert_int_equal(t->syncs, 1);
        assert_int_equal(t->cnt, 1000);
        assert_int_equal(t->adds, 1000);
        is_as_the_table(f, t);
        assert_true(cp_edge_pushed(f->edge, &c));
        /* another contact, a refresh, a removal, an end */
        bind_user(f, 5, 201, f->now_s + 50);
        bind_user(f, 6, 7, f->now_s + 1000);
        bind_user(f, 7, 0, 0);
        settle(f, &c, t);
        is_as_the_table(f, t);
        assert_int_equal(t->cnt, 999);
        f->now_s += 60;
        (void)edge_release(f);
        settle(f, &c, t);
        is_as_the_table(f, t);
        assert_int_equal(t->cnt, 998);
        assert_int_equal(t->syncs, 1);
        free(t);
        edge_drop(f);
}

/* A control that comes new tells what there is; what it does not name is gone. */
static void a_new_control(void **state)
{
        struct edge_world *f = edge_make(YAML, "");
        struct table *t = calloc(1, sizeof(*t));
        struct cp_push_cursor c = {0};

        (void)state;
        add(t, "sip:old@example.com", "sip:old@192.0.2.1", 17);
        bind_user(f, 1, 1, f->now_s + 10);
        settle(f, &c, t);
        assert_int_equal(t->cnt, 1);
        is_as_the_table(f, t);
        free(t);
        edge_drop(f);
}

/* Changes by chance while a slow worker is still being told all; the end is always right. */
static void chance(void **state)
{
        struct edge_world *f = edge_make(YAML, "");
        struct table *t = calloc(1, sizeof(*t));
        struct cp_push_cursor c = {0};
        unsigned seed = 20261122;

        (void)state;
        print_message("seed %u\n", seed);
        srand(seed);
        for (unsigned round = 0; round < 40; round++) {
                for (unsigned i = 0; i < 500; i++)
                        bind_user(f, (unsigned)rand() % 1500, (unsigned)rand() % 5,
                                  f->now_s + (unsigned)rand() % 30);
                for (unsigned i = 0; i < 5; i++)
                        (void)turn(f, &c, t, (unsigned)rand() % 300);
                f->now_s += (unsigned)rand() % 4;
                if (rand() % 2)
                        (void)edge_release(f);
                if (round % 10 == 9) {
                        (void)edge_release(f);
                        settle(f, &c, t);
                        is_as_the_table(f, t);
                }
        }
        free(t);
        edge_drop(f);
}

/* Answers have half of the ring, whatever there is to tell. */
static void answers_have_room(void **state)
{
        struct edge_world *f = edge_make(YAML, "");
        struct cp_push_cursor c = {0};

        (void)state;
        for (unsigned i = 0; i < 3000; i++)
                bind_user(f, i, 1, f->now_s + 1000);
        while (cp_edge_push(f->edge, &c, &f->link.rep[0], 7, f->now_s) != 0)
                ;
        assert_false(cp_edge_pushed(f->edge, &c));
        assert_true(shm_ring_free(&f->link.rep[0]) >= f->link.rep[0].capacity / 2 - 40);
        edge_drop(f);
}

/* A user whose calls are forwarded is not among them; after another configuration he may be. */
static void only_who_is_plain(void **state)
{
        struct edge_world *f = edge_make(YAML, "");
        struct cp_bindings *b = cp_location_bindings(cp_edge_location(f->edge));
        const char *aor = "sip:bob@example.com";
        struct table *t = calloc(1, sizeof(*t));
        struct cp_push_cursor c = {0};
        const struct cp_binding_value v = {
            .text = {[CP_BINDING_CONTACT] = {"sip:bob@192.0.2.9", 17}},
            .expires_s = f->now_s + 100,
            .q_milli = 1000,
        };
        struct cp_config *config;
        char why[256];

        (void)state;
        cp_bindings_add(b, cp_bindings_aor(b, (struct cp_text){aor, strlen(aor)}),
                        cp_binding_create(&v));
        settle(f, &c, t);
        assert_int_equal(t->cnt, 0);
        config = edge_config("edge:\n  domains: [example.com]\n  calls: proxy\n");
        assert_int_equal(cp_edge_reload(f->edge, &config->edge, why, sizeof(why)), 0);
        cp_config_free(config);
        assert_false(cp_edge_pushed(f->edge, &c));
        settle(f, &c, t);
        assert_int_equal(t->cnt, 1);
        assert_int_equal(t->syncs, 2);
        config = edge_config("edge:\n  domains: [example.com]\n");
        assert_int_equal(cp_edge_reload(f->edge, &config->edge, why, sizeof(why)), 0);
        cp_config_free(config);
        settle(f, &c, t);
        assert_int_equal(t->cnt, 0); /* who redirects needs no table */
        free(t);
        edge_drop(f);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(all_then_changes),
            cmocka_unit_test(a_new_control),
            cmocka_unit_test(chance),
            cmocka_unit_test(answers_have_room),
            cmocka_unit_test(only_who_is_plain),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
