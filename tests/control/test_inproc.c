/* SPDX-License-Identifier: Apache-2.0 */
/* contract/cp_inproc.h end to end: the dataplane's side of a replay, without packets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "control/contract/cp_inproc.h"
#include "tests/control/fake_dataplane.h"
#include "tests/control/messages.h"

static char config_path[64];
static char events_path[64];

static void write_config(const char *text)
{
        FILE *f = fopen(config_path, "w");

        assert_non_null(f);
        fputs(text, f);
        fclose(f);
}

static struct cp_inproc *create(const char *config, const char *events)
{
        const struct cp_inproc_args args = {.config_path = config, .events_path = events};
        struct cp_inproc *in = NULL;

        assert_int_equal(cp_inproc_create(&in, &args), 0);
        assert_non_null(in);
        return in;
}

static void ask(struct fake_dp *dp, uint64_t id, const char *user_agent)
{
        const struct message m = {.user_agent = user_agent};
        char text[4096];
        struct shm_request req = {
            .id = id,
            .time_ns = UINT64_C(1000000000), /* 1970: nothing reads a clock */
            .flow = fake_flow("10.0.0.1"),
            .age_limit_us = 1,
            .msg_len = (uint16_t)message_write(&m, text, sizeof(text)),
        };

        assert_true(fake_dp_ask(dp, 0, &req, text));
}

static void tell(struct fake_dp *dp, uint16_t w, uint64_t serial)
{
        char id[32];
        const struct message m = {.call_id = id};
        char text[4096];
        struct shm_event ev = {
            .time_ns = serial * 1000,
            .serial = serial,
            .flow = fake_flow("10.0.0.1"),
            .action = SHM_ACTION_PASS,
            .reason = SHM_REASON_PASS_POLICY,
        };

        snprintf(id, sizeof(id), "%llu", (unsigned long long)serial);
        ev.msg_len = ev.full_len = (uint16_t)message_write(&m, text, sizeof(text));
        assert_true(fake_dp_tell(dp, w, &ev, text));
}

static void test_decides(void **state)
{
        struct cp_inproc *in;
        struct shm_reply r;
        struct fake_dp dp;
        unsigned updates = 0;

        (void)state;
        write_config("policy: {deny: [{prefix: 203.0.113.7, ttl-s: 1}]}\n");
        in = create(config_path, NULL);
        fake_dp_make(&dp, 1, 1, 12);
        assert_int_equal(cp_inproc_attach(in, dp.to_control.fd, dp.to_dataplane.fd), 0);
        assert_int_equal(cp_inproc_attach(in, dp.to_control.fd, dp.to_dataplane.fd), -EALREADY);
        assert_int_equal(cp_inproc_decide(in), 0);
        ask(&dp, 1, NULL);
        ask(&dp, 2, "friendly-scanner");
        assert_int_equal(cp_inproc_decide(in), 2);
        assert_true(fake_dp_reply(&dp, 0, &r, &updates));
        assert_int_equal(r.action, SHM_ACTION_PASS);
        assert_int_equal(updates, 1 + 2 + 2 + 3); /* flush; peers; limits; bans with one entry */
        assert_true(fake_dp_reply(&dp, 0, &r, &updates));
        assert_int_equal(r.reason, SHM_REASON_SCANNER);
        assert_int_equal(cp_inproc_events(in, UINT64_MAX), 0);
        cp_inproc_destroy(in);
        fake_dp_free(&dp);
}

/* Events come in any order over two workers, and are written in order of serial. */
static void test_events_in_order(void **state)
{
        static struct shm_counters counters;
        struct cp_inproc *in = create(NULL, events_path);
        struct fake_dp dp;
        char line[8192];
        unsigned n = 0;
        FILE *f;

        (void)state;
        fake_dp_make(&dp, 2, 1, 12);
        assert_int_equal(cp_inproc_attach(in, dp.to_control.fd, dp.to_dataplane.fd), 0);
        tell(&dp, 0, 5);
        tell(&dp, 0, 1);
        tell(&dp, 1, 3);
        assert_int_equal(cp_inproc_events(in, 2), 1); /* 2 is undecided yet */
        assert_int_equal(cp_inproc_events(in, 2), 0);
        tell(&dp, 1, 4);
        tell(&dp, 0, 2);
        assert_int_equal(cp_inproc_events(in, UINT64_MAX), 4);
        counters.received = 5;
        counters.sent = 5;
        assert_int_equal(cp_inproc_stats(in, &counters, 6000), 0);
        cp_inproc_destroy(in);
        fake_dp_free(&dp);
        f = fopen(events_path, "r");
        assert_non_null(f);
        while (fgets(line, sizeof(line), f) != NULL) {
                json_t *o = json_loads(line, 0, NULL);
                char want[8];

                assert_non_null(o);
                n++;
                snprintf(want, sizeof(want), "%u", n);
                if (n <= 5) {
                        const json_t *sip = json_object_get(o, "sip");

                        assert_string_equal(json_string_value(json_object_get(sip, "call_id")),
                                            want);
                } else {
                        assert_string_equal(json_string_value(json_object_get(o, "event_type")),
                                            "stats");
                }
                json_decref(o);
        }
        fclose(f);
        assert_int_equal(n, 6);
}

static void test_refusals(void **state)
{
        struct cp_inproc_args args = {.rules_path = "x.rules"};
        struct cp_inproc *in = NULL;
        struct fake_dp dp;

        (void)state;
        assert_int_equal(cp_inproc_create(&in, &args), -EINVAL);
        args = (struct cp_inproc_args){.config_path = "/nonexistent.yaml"};
        assert_int_equal(cp_inproc_create(&in, &args), -ENOENT);
        write_config("policy: {defalt: drop}\n");
        args = (struct cp_inproc_args){.config_path = config_path};
        assert_int_equal(cp_inproc_create(&in, &args), -EINVAL);
        args = (struct cp_inproc_args){.events_path = "/nonexistent/e.json"};
        assert_int_equal(cp_inproc_create(&in, &args), -ENOENT);
        assert_null(in);
        in = create(NULL, NULL);
        fake_dp_make(&dp, 1, 1, 8);
        assert_true(cp_inproc_attach(in, dp.stats.fd, dp.to_dataplane.fd) < 0);
        assert_true(cp_inproc_attach(in, 0, -1) < 0);
        assert_int_equal(cp_inproc_attach(in, dp.to_control.fd, dp.to_dataplane.fd), 0);
        cp_inproc_destroy(in);
        fake_dp_free(&dp);
}

static int tear_down(void **state)
{
        (void)state;
        unlink(config_path);
        unlink(events_path);
        return 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_decides),
            cmocka_unit_test(test_events_in_order),
            cmocka_unit_test(test_refusals),
        };

        snprintf(config_path, sizeof(config_path), "/tmp/sluice-inproc-%d.yaml", (int)getpid());
        snprintf(events_path, sizeof(events_path), "/tmp/sluice-inproc-%d.json", (int)getpid());
        return cmocka_run_group_tests(tests, NULL, tear_down);
}
