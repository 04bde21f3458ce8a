/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_history.h"
#include "parser/sip_uri_part.h"

static void entries(void **state)
{
        struct probe p;
        struct sip_history x;
        uint8_t text[64];
        size_t n;

        (void)state;
        assert_int_equal(
            sip_history_parse(probe_value(&p,
                                          "<sip:bob@example.com?Reason=SIP%3Bcause%3D302&Privacy="
                                          "history>;index=1.1.2;rc=1.1 , x",
                                          85),
                              &x),
            SIP_VALUE_OK);
        probe_span(p.cur.buf, x.index, "1.1.2");
        assert_int_equal(x.levels, 3);
        assert_int_equal(x.target, SIP_HISTORY_RC);
        probe_span(p.cur.buf, x.from, "1.1");
        probe_span(p.cur.buf, x.reason, "SIP%3Bcause%3D302");
        probe_span(p.cur.buf, x.privacy, "history");
        n = sip_uri_unescape(p.cur.buf, x.reason, text, sizeof(text));
        assert_int_equal(n, 13);
        assert_memory_equal(text, "SIP;cause=302", 13);
        probe_end(&p);
        assert_int_equal(
            sip_history_parse(probe_value(&p, "<sip:bob@example.com>;index=1", 29), &x),
            SIP_VALUE_OK);
        assert_int_equal(x.levels, 1);
        assert_int_equal(x.target, SIP_HISTORY_TARGET_NONE);
        probe_span(p.cur.buf, x.reason, NULL);
        probe_span(p.cur.buf, x.privacy, NULL);
        probe_end(&p);
}

static void levels(void **state)
{
        char text[400] = "<sip:a@b>;index=1";
        struct sip_history x;
        struct probe p;

        (void)state;
        for (unsigned i = 1; i < SIP_HISTORY_LEVELS_MAX; i++)
                strcat(text, ".1");
        assert_int_equal(sip_history_parse(probe_value(&p, text, strlen(text)), &x), SIP_VALUE_OK);
        assert_int_equal(x.levels, SIP_HISTORY_LEVELS_MAX);
        probe_end(&p);
        strcat(text, ".1");
        assert_int_equal(sip_history_parse(probe_value(&p, text, strlen(text)), &x),
                         SIP_VALUE_RANGE);
        probe_end(&p);
}

static void diversions(void **state)
{
        struct probe p;
        struct sip_diversion x;

        (void)state;
        assert_int_equal(
            sip_diversion_parse(
                probe_value(&p, "\"Tom\" <sip:tom@h>;Reason=\"Follow-Me\";counter=3;privacy=off",
                            58),
                &x),
            SIP_VALUE_OK);
        assert_int_equal(x.reason, SIP_DIVERSION_FOLLOW_ME);
        assert_int_equal(x.counter, 3);
        assert_true(x.limit == SIP_VALUE_ABSENT);
        probe_span(p.cur.buf, x.privacy, "off");
        probe_span(p.cur.buf, x.screen, NULL);
        probe_end(&p);
        assert_int_equal(sip_diversion_parse(probe_value(&p, "<sip:tom@h>", 11), &x), SIP_VALUE_OK);
        assert_int_equal(x.reason, SIP_DIVERSION_UNKNOWN);
        assert_true(x.counter == SIP_VALUE_ABSENT);
        probe_end(&p);
        assert_int_equal(sip_diversion_parse(probe_value(&p, "<sip:tom@h>;reason=lunch", 24), &x),
                         SIP_VALUE_OK);
        assert_int_equal(x.reason, SIP_DIVERSION_OTHER);
        probe_span(p.cur.buf, x.reason_name, "lunch");
        probe_end(&p);
}

static enum sip_value as_history(struct sip_cur *c)
{
        struct sip_history x;

        return sip_history_parse(c, &x);
}

static void history_table(void **state)
{
        static const struct value_row rows[] = {
            {"<sip:a@b>;index=1", SIP_VALUE_OK},
            {"<sip:a@b>;index=1.2.13;mp=1.2", SIP_VALUE_OK},
            {"<sip:a@b>", SIP_VALUE_MISSING},
            {"<sip:a@b>;index=", SIP_VALUE_SYNTAX},
            {"<sip:a@b>;index", SIP_VALUE_PARAM},
            {"<sip:a@b>;index=1.", SIP_VALUE_PARAM},
            {"<sip:a@b>;index=.1", SIP_VALUE_PARAM},
            {"<sip:a@b>;index=1..2", SIP_VALUE_PARAM},
            {"<sip:a@b>;index=x", SIP_VALUE_PARAM},
            {"sip:a@b;index=1", SIP_VALUE_PARAM},
            {"<sip:a@b>;index=1;index=1", SIP_VALUE_DUP},
            {"<sip:a@b>;index=1.1;rc=1;np=1", SIP_VALUE_DUP},
            {"<sip:a@b>;index=1.1;rc=x", SIP_VALUE_PARAM},
            {"", SIP_VALUE_SYNTAX},
            {"*", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_history);
}

static enum sip_value as_diversion(struct sip_cur *c)
{
        struct sip_diversion x;

        return sip_diversion_parse(c, &x);
}

static void diversion_table(void **state)
{
        static const struct value_row rows[] = {
            {"<sip:a@b>", SIP_VALUE_OK},
            {"<sip:a@b>;reason=user-busy;counter=2;privacy=\"full\";screen=yes", SIP_VALUE_OK},
            {"<tel:+15>;reason=\"no-answer\";limit=5, <sip:c@d>", SIP_VALUE_OK},
            {"<sip:a@b>;reason", SIP_VALUE_PARAM},
            {"<sip:a@b>;counter=x", SIP_VALUE_PARAM},
            {"<sip:a@b>;counter=100", SIP_VALUE_RANGE},
            {"<sip:a@b>;limit=100", SIP_VALUE_RANGE},
            {"<sip:a@b>;counter=1;counter=1", SIP_VALUE_DUP},
            {"x", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_diversion);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(entries),         cmocka_unit_test(levels),
            cmocka_unit_test(diversions),      cmocka_unit_test(history_table),
            cmocka_unit_test(diversion_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
