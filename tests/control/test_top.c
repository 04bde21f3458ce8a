/* SPDX-License-Identifier: Apache-2.0 */
/* Who sends the most: by source, caller, callee and device, of one purpose or of all, and in time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "control/top.h"
#include "parser/sip_parse.h"
#include "tests/control/fake_dataplane.h"
#include "tests/control/messages.h"

#define S UINT64_C(1000000000)

static struct cp_top top;
static struct cp_top_row rows[16];
static uint64_t now_ns = 1000 * S;

static void take(const char *source, const char *agent, enum sip_purpose purpose, bool dropped)
{
        const struct message m = {.user_agent = agent};
        static struct sip_msg msg;
        char text[4096];
        size_t len = message_write(&m, text, sizeof(text));
        struct shm_event ev = {
            .time_ns = now_ns,
            .flow = fake_flow(source),
            .action = dropped ? SHM_ACTION_DROP : SHM_ACTION_PASS,
        };

        (void)sip_parse((const uint8_t *)text, len, &msg);
        cp_top_take(&top, &ev, &msg, purpose);
}

static unsigned list(enum cp_top_by by, enum sip_purpose purpose)
{
        return cp_top_list(&top, by, purpose, rows, 16);
}

static void row(unsigned i, const char *key, uint64_t count, uint64_t dropped)
{
        assert_int_equal(rows[i].key_len, strlen(key));
        assert_memory_equal(rows[i].key, key, strlen(key));
        assert_int_equal(rows[i].count, count);
        assert_int_equal(rows[i].dropped, dropped);
        assert_int_equal(rows[i].over, 0);
}

static void sums(void **state)
{
        (void)state;
        assert_int_equal(cp_top_init(&top), 0);
        for (unsigned i = 0; i < 5; i++)
                take("192.0.2.1", "one", SIP_PURPOSE_CALL_SETUP, i < 2);
        for (unsigned i = 0; i < 3; i++)
                take("192.0.2.1", "one", SIP_PURPOSE_REGISTRATION, false);
        for (unsigned i = 0; i < 4; i++)
                take("2001:db8::1:2", "two", SIP_PURPOSE_REGISTRATION, true);
        take("2001:db8::7:8", "two", SIP_PURPOSE_REGISTRATION, true);

        assert_int_equal(list(CP_TOP_SOURCE, SIP_PURPOSE_NONE), 2);
        row(0, "192.0.2.1", 8, 2);
        row(1, "2001:db8::/64", 5, 5);
        assert_int_equal(list(CP_TOP_SOURCE, SIP_PURPOSE_REGISTRATION), 2);
        row(0, "2001:db8::/64", 5, 5);
        row(1, "192.0.2.1", 3, 0);
        assert_int_equal(list(CP_TOP_SOURCE, SIP_PURPOSE_MESSAGE), 0);
        assert_int_equal(list(CP_TOP_DEVICE, SIP_PURPOSE_CALL_SETUP), 1);
        row(0, "one", 5, 2);
        assert_int_equal(list(CP_TOP_CALLER, SIP_PURPOSE_NONE), 1);
        row(0, "sip:alice@example.com", 13, 7);
        assert_int_equal(list(CP_TOP_CALLEE, SIP_PURPOSE_NONE), 1);
        row(0, "sip:bob@example.com", 13, 7);
        assert_int_equal(cp_top_list(&top, CP_TOP_SOURCE, SIP_PURPOSE_NONE, rows, 1), 1);
        row(0, "192.0.2.1", 8, 2);
        cp_top_fini(&top);
}

static void windows(void **state)
{
        (void)state;
        assert_int_equal(cp_top_init(&top), 0);
        take("192.0.2.1", "x", SIP_PURPOSE_PROBE, false);
        now_ns += CP_TOP_WINDOW_S * S;
        take("192.0.2.2", "x", SIP_PURPOSE_PROBE, false);
        assert_int_equal(list(CP_TOP_SOURCE, SIP_PURPOSE_NONE), 2);
        now_ns += CP_TOP_WINDOW_S * S;
        take("192.0.2.3", "x", SIP_PURPOSE_PROBE, false);
        assert_int_equal(list(CP_TOP_SOURCE, SIP_PURPOSE_NONE), 2);
        row(0, "192.0.2.2", 1, 0);
        now_ns += 3 * CP_TOP_WINDOW_S * S; /* long silence */
        take("192.0.2.4", "x", SIP_PURPOSE_PROBE, false);
        assert_int_equal(list(CP_TOP_SOURCE, SIP_PURPOSE_NONE), 1);
        now_ns -= 500 * S; /* the clock was set back */
        take("192.0.2.5", "x", SIP_PURPOSE_PROBE, false);
        assert_int_equal(list(CP_TOP_SOURCE, SIP_PURPOSE_NONE), 1);
        row(0, "192.0.2.5", 1, 0);
        cp_top_fini(&top);
        assert_string_equal(cp_top_by_name(CP_TOP_DEVICE), "device");
        assert_null(cp_top_by_name(CP_TOP_BY_CNT));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(sums),
            cmocka_unit_test(windows),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
