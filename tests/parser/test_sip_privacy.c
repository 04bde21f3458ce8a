/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_privacy.h"

static void sets(void **state)
{
        struct probe p;
        uint8_t x;

        (void)state;
        assert_int_equal(sip_privacy_parse(probe_value(&p, "User; header ;critical", 22), &x),
                         SIP_VALUE_OK);
        assert_int_equal(x, SIP_PRIVACY_USER | SIP_PRIVACY_HEADER | SIP_PRIVACY_CRITICAL);
        probe_end(&p);
        assert_int_equal(sip_privacy_parse(probe_value(&p, "history,id;session", 18), &x),
                         SIP_VALUE_OK);
        assert_int_equal(x, SIP_PRIVACY_HISTORY | SIP_PRIVACY_ID | SIP_PRIVACY_SESSION);
        probe_end(&p);
        assert_int_equal(sip_privacy_parse(probe_value(&p, "none", 4), &x), SIP_VALUE_OK);
        assert_int_equal(x, SIP_PRIVACY_NONE);
        probe_end(&p);
        assert_int_equal(sip_privacy_parse(probe_value(&p, "mine", 4), &x), SIP_VALUE_OK);
        assert_int_equal(x, SIP_PRIVACY_OTHER);
        probe_end(&p);
}

static enum sip_value as_privacy(struct sip_cur *c)
{
        uint8_t x;

        return sip_privacy_parse(c, &x);
}

static void privacy_table(void **state)
{
        static const struct value_row rows[] = {
            {"id", SIP_VALUE_OK},
            {"header;user", SIP_VALUE_OK},
            {"id , critical", SIP_VALUE_OK},
            {"NONE", SIP_VALUE_OK},
            {"", SIP_VALUE_SYNTAX},
            {"id;", SIP_VALUE_SYNTAX},
            {"id header", SIP_VALUE_SYNTAX},
            {"id;id", SIP_VALUE_DUP},
            {"none;id", SIP_VALUE_PARAM},
            {"a;b", SIP_VALUE_OK},
            {"critical;session;history;id", SIP_VALUE_OK},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_privacy);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(sets),
            cmocka_unit_test(privacy_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
