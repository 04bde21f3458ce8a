/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_asserted.h"

static void both(void **state)
{
        struct sip_asserted x = {0};
        struct probe p;

        (void)state;
        assert_int_equal(sip_asserted_add(probe_value(&p, "tel:+1-555", 10), &x), SIP_VALUE_OK);
        probe_span(p.cur.buf, x.tel.uri.user, "+1-555");
        assert_int_equal(x.sip.all.len, 0);
        probe_end(&p);
        /* The second header field. */
        assert_int_equal(sip_asserted_add(probe_value(&p, "\"A\" <sip:a@b>", 13), &x),
                         SIP_VALUE_OK);
        probe_span(p.cur.buf, x.sip.display, "A");
        probe_span(p.cur.buf, x.sip.uri.user, "a");
        probe_end(&p);
}

static enum sip_value as_asserted(struct sip_cur *c)
{
        struct sip_asserted x = {0};

        return sip_asserted_add(c, &x);
}

static void asserted_table(void **state)
{
        static const struct value_row rows[] = {
            {"<sip:a@b>", SIP_VALUE_OK},
            {"\"A\" <sips:a@b>, tel:+1555", SIP_VALUE_OK},
            {"<tel:+1555>, <sip:a@b>", SIP_VALUE_OK},
            {"", SIP_VALUE_SYNTAX},
            {"*", SIP_VALUE_SYNTAX},
            {"<sip:a@b>,", SIP_VALUE_SYNTAX},
            {"<sip:a@b>, <sips:c@d>", SIP_VALUE_DUP},
            {"tel:+1, tel:+2", SIP_VALUE_DUP},
            {"<urn:x:y>", SIP_VALUE_PARAM},
            {"<sip:a@b", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_asserted);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(both),
            cmocka_unit_test(asserted_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
