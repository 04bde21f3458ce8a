/* SPDX-License-Identifier: Apache-2.0 */
/* The two stores of events: the log of the last verdicts, and the order by serial. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/events/event_order.h"
#include "control/events/verdict_log.h"
#include "tests/control/fake_dataplane.h"

struct found {
        size_t cnt;
        unsigned number[4096]; /* the line's number, newest first */
};

static void visit(void *arg, const char *line, size_t len)
{
        struct found *f = arg;
        char head[9] = "";
        unsigned n;

        assert_true(len >= 8);
        memcpy(head, line, 8); /* the line does not end with a NUL */
        n = (unsigned)strtoul(head, NULL, 10);
        for (size_t i = 8; i < len; i++) /* the filling: nothing was overwritten */
                assert_int_equal((uint8_t)line[i], (uint8_t)('a' + n % 26));
        f->number[f->cnt++] = n;
}

static void put(struct cp_verdict_log *log, unsigned n, size_t len, const char *src)
{
        struct shm_flow flow = fake_flow(src);
        char *line = malloc(len);
        char id[32];
        struct cp_verdict v = {.flow = &flow, .line = line, .line_len = len};

        memset(line, 'a' + (int)(n % 26), len);
        snprintf(line, 9, "%7u", n);
        line[7] = ' ';
        snprintf(id, sizeof(id), "call-%u@x", n % 10);
        v.call_id = (const uint8_t *)id;
        v.call_id_len = strlen(id);
        cp_verdict_log_put(log, &v);
        free(line);
}

static size_t find(struct cp_verdict_log *log, const char *key, size_t limit, struct found *f)
{
        size_t n;

        f->cnt = 0;
        n = cp_verdict_log_find(log, key, limit, visit, f);
        assert_int_equal(n, f->cnt);
        return n;
}

static void test_keys(void **state)
{
        struct cp_verdict_log *log = cp_verdict_log_create(100);
        static struct found f;

        (void)state;
        for (unsigned n = 0; n < 50; n++)
                put(log, n, 100, n % 2 ? "10.0.0.1" : "10.0.0.2");
        assert_int_equal(find(log, "10.0.0.1", 100, &f), 25);
        assert_int_equal(f.number[0], 49);
        assert_int_equal(f.number[24], 1);
        assert_int_equal(find(log, "10.0.0.0/30", 10, &f), 10);
        assert_int_equal(f.number[0], 49);
        assert_int_equal(f.number[9], 40);
        assert_int_equal(find(log, "192.0.2.100", 100, &f), 50); /* the destination */
        assert_int_equal(find(log, "10.0.0.3", 100, &f), 0);
        assert_int_equal(find(log, "::/0", 100, &f), 0);
        assert_int_equal(find(log, "call-3@x", 100, &f), 5);
        assert_int_equal(f.number[0], 43);
        assert_int_equal(find(log, "call-3", 100, &f), 0);
        assert_int_equal(find(log, "", 100, &f), 0);
        assert_int_equal(find(log, "10.0.0.1", 0, &f), 0);
        cp_verdict_log_destroy(log);
}

/* Random sizes over many laps: what is found is always an unbroken run of the newest. */
static void test_laps(void **state)
{
        static struct found f;

        (void)state;
        for (uint32_t entries = 1; entries <= 400; entries += 57) {
                struct cp_verdict_log *log = cp_verdict_log_create(entries);

                for (unsigned n = 0; n < 3000; n++) {
                        put(log, n, 8 + (size_t)rand() % (rand() % 4 ? 300 : 4000), "10.0.0.1");
                        if (n % 41)
                                continue;
                        assert_true(find(log, "10.0.0.1", 4096, &f) >= 1);
                        assert_true(f.cnt <= entries);
                        for (size_t i = 0; i < f.cnt; i++)
                                assert_int_equal(f.number[i], n - i);
                }
                cp_verdict_log_destroy(log);
        }
}

static void test_none_kept(void **state)
{
        struct cp_verdict_log *log = cp_verdict_log_create(0);
        static struct found f;

        (void)state;
        put(log, 1, 100, "10.0.0.1");
        assert_int_equal(find(log, "10.0.0.1", 10, &f), 0);
        cp_verdict_log_destroy(log);
}

static void test_order(void **state)
{
        struct cp_event_order o = {0};
        uint64_t last = 0;
        unsigned taken = 0;

        (void)state;
        for (uint64_t base = 0; base < 50; base++) {
                struct cp_event_item *item;

                for (unsigned k = 0; k < 100; k++) {
                        uint64_t serial = base * 100 + (uint64_t)rand() % 300;

                        assert_int_equal(cp_event_order_put(&o, serial, &serial, sizeof(serial)),
                                         0);
                }
                while ((item = cp_event_order_take(&o, (base + 1) * 100)) != NULL) {
                        uint64_t serial;

                        memcpy(&serial, item->rec, sizeof(serial));
                        assert_int_equal(serial, item->serial);
                        assert_true(serial >= last && serial < (base + 1) * 100);
                        last = serial;
                        free(item);
                        taken++;
                }
        }
        for (struct cp_event_item *item; (item = cp_event_order_take(&o, UINT64_MAX)) != NULL;
             taken++) {
                assert_true(item->serial >= last);
                last = item->serial;
                free(item);
        }
        assert_int_equal(taken, 5000);
        assert_int_equal(o.bytes, 0);
        cp_event_order_fini(&o);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_keys),
            cmocka_unit_test(test_laps),
            cmocka_unit_test(test_none_kept),
            cmocka_unit_test(test_order),
        };

        srand(20260105);
        print_message("seed 20260105\n");
        return cmocka_run_group_tests(tests, NULL, NULL);
}
