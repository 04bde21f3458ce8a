/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_event.h"

static enum sip_value as_event(struct sip_cur *c)
{
        struct sip_event e;

        return sip_event_parse(c, &e);
}

static enum sip_value as_state(struct sip_cur *c)
{
        struct sip_substate s;

        return sip_substate_parse(c, &s);
}

static void fields(void **state)
{
        const char *text = "presence.winfo.x;id=1.2;shared";
        struct probe p;
        struct sip_event e;
        struct sip_substate s;

        (void)state;
        assert_int_equal(sip_event_parse(probe_value(&p, text, strlen(text)), &e), SIP_VALUE_OK);
        probe_span(p.cur.buf, e.type, "presence.winfo.x");
        probe_span(p.cur.buf, e.package, "presence");
        probe_span(p.cur.buf, e.id, "1.2");
        probe_end(&p);

        text = "Terminated ; reason=deactivated;retry-after=10 ; expires=4294967294";
        assert_int_equal(sip_substate_parse(probe_value(&p, text, strlen(text)), &s), SIP_VALUE_OK);
        probe_span(p.cur.buf, s.name, "Terminated");
        probe_span(p.cur.buf, s.reason, "deactivated");
        assert_int_equal(s.kind, SIP_SUBSTATE_TERMINATED);
        assert_int_equal(s.retry_after, 10);
        assert_int_equal(s.expires, 4294967294u);
        probe_end(&p);
}

static void kinds(void **state)
{
        static const struct {
                const char *text;
                enum sip_substate_kind want;
        } rows[] = {
            {"active", SIP_SUBSTATE_ACTIVE},
            {"PENDING", SIP_SUBSTATE_PENDING},
            {"waiting", SIP_SUBSTATE_OTHER},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct probe p;
                struct sip_substate s;
                struct sip_cur *c = probe_value(&p, rows[i].text, strlen(rows[i].text));

                assert_int_equal(sip_substate_parse(c, &s), SIP_VALUE_OK);
                assert_int_equal(s.kind, rows[i].want);
                assert_true(s.expires == SIP_SUBSTATE_ABSENT &&
                            s.retry_after == SIP_SUBSTATE_ABSENT);
                probe_end(&p);
        }
}

static void event(void **state)
{
        static const struct value_row rows[] = {
            {"refer", SIP_VALUE_OK},
            {"", SIP_VALUE_SYNTAX},
            {".", SIP_VALUE_SYNTAX},
            {".winfo", SIP_VALUE_SYNTAX},
            {"presence.", SIP_VALUE_SYNTAX},
            {"presence..winfo", SIP_VALUE_SYNTAX},
            {"presence;id", SIP_VALUE_PARAM},
            {"presence;id=\"1\"", SIP_VALUE_PARAM},
            {"presence;id=1;id=2", SIP_VALUE_DUP},
            {"presence;", SIP_VALUE_SYNTAX},
            {"presence, dialog", SIP_VALUE_SYNTAX},
            {"presence dialog", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_event);
}

static void substate(void **state)
{
        static const struct value_row rows[] = {
            {"", SIP_VALUE_SYNTAX},
            {";expires=1", SIP_VALUE_SYNTAX},
            {"active;expires", SIP_VALUE_PARAM},
            {"active;expires=-1", SIP_VALUE_PARAM},
            {"active;expires=\"1\"", SIP_VALUE_PARAM},
            {"active;expires=4294967295", SIP_VALUE_RANGE},
            {"active;expires=36893488147419103232", SIP_VALUE_RANGE},
            {"active;expires=1;expires=1", SIP_VALUE_DUP},
            {"active;retry-after=1;retry-after=1", SIP_VALUE_DUP},
            {"active;reason=a;reason=a", SIP_VALUE_DUP},
            {"active;reason", SIP_VALUE_PARAM},
            {"active;x=\"", SIP_VALUE_SYNTAX},
            {"active, pending", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_state);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(fields),
            cmocka_unit_test(kinds),
            cmocka_unit_test(event),
            cmocka_unit_test(substate),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
