/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_session_id.h"

static void halves(void **state)
{
        struct probe p;
        struct sip_session_id x;

        (void)state;
        assert_int_equal(
            sip_session_id_parse(
                probe_value(
                    &p, "ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000",
                    72),
                &x),
            SIP_VALUE_OK);
        probe_span(p.cur.buf, x.local, "ab30317f1a784dc48ff824d0d3715d86");
        probe_span(p.cur.buf, x.remote, "00000000000000000000000000000000");
        assert_true(x.remote_nil && !x.local_nil && !x.upper_case);
        probe_end(&p);
        assert_int_equal(
            sip_session_id_parse(probe_value(&p, "AB30317F1A784DC48FF824D0D3715D86", 32), &x),
            SIP_VALUE_OK);
        probe_span(p.cur.buf, x.remote, NULL);
        assert_true(x.upper_case && !x.local_nil);
        probe_end(&p);
}

static enum sip_value as_session_id(struct sip_cur *c)
{
        struct sip_session_id x;

        return sip_session_id_parse(c, &x);
}

static void session_id_table(void **state)
{
        static const struct value_row rows[] = {
            {"ab30317f1a784dc48ff824d0d3715d86", SIP_VALUE_OK},
            {"ab30317f1a784dc48ff824d0d3715d86;remote=47755a9de7794ba387653f2099600ef2",
             SIP_VALUE_OK},
            {"ab30317f1a784dc48ff824d0d3715d86 ; x=y;remote=00000000000000000000000000000000",
             SIP_VALUE_OK},
            {"", SIP_VALUE_SYNTAX},
            {"ab30317f1a784dc48ff824d0d3715d86, 47755a9de7794ba387653f2099600ef2",
             SIP_VALUE_SYNTAX},
            {"ab30317f1a784dc48ff824d0d3715d8", SIP_VALUE_CHARSET},
            {"ab30317f1a784dc48ff824d0d3715d860", SIP_VALUE_CHARSET},
            {"gb30317f1a784dc48ff824d0d3715d86", SIP_VALUE_CHARSET},
            {"ab30317f1a784dc48ff824d0d3715d86;remote=12", SIP_VALUE_CHARSET},
            {"ab30317f1a784dc48ff824d0d3715d86;remote", SIP_VALUE_PARAM},
            {"ab30317f1a784dc48ff824d0d3715d86;remote=\"47755a9de7794ba387653f2099600ef2\"",
             SIP_VALUE_PARAM},
            {"ab30317f1a784dc48ff824d0d3715d86;remote=47755a9de7794ba387653f2099600ef2;remote="
             "47755a9de7794ba387653f2099600ef2",
             SIP_VALUE_DUP},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_session_id);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(halves),
            cmocka_unit_test(session_id_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
