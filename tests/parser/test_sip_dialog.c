/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_dialog.h"

static enum sip_value as_replaces(struct sip_cur *c)
{
        struct sip_dialog d;

        return sip_dialog_parse(c, SIP_DIALOG_REPLACES, &d);
}

static enum sip_value as_target(struct sip_cur *c)
{
        struct sip_dialog d;

        return sip_dialog_parse(c, SIP_DIALOG_TARGET, &d);
}

static void fields(void **state)
{
        const char *text = " 98732@sip.example.com ;from-tag=r33th4x0r; TO-TAG=ff87ff;early-only";
        struct probe p;
        struct sip_dialog d;

        (void)state;
        assert_int_equal(
            sip_dialog_parse(probe_value(&p, text, strlen(text)), SIP_DIALOG_REPLACES, &d),
            SIP_VALUE_OK);
        probe_span(p.cur.buf, d.call_id, "98732@sip.example.com");
        probe_span(p.cur.buf, d.from_tag, "r33th4x0r");
        probe_span(p.cur.buf, d.to_tag, "ff87ff");
        assert_true(d.early_only);
        /* Join knows no early-only: an extension there, with or without a value. */
        p.cur.pos = PROBE_LEAD;
        assert_int_equal(sip_dialog_parse(&p.cur, SIP_DIALOG_JOIN, &d), SIP_VALUE_OK);
        assert_false(d.early_only);
        probe_end(&p);

        text = "fa77as7dad8-sd98ajzz@host.example.com;local-tag=kkaz-;remote-tag=6544;x=\"y\"";
        assert_int_equal(
            sip_dialog_parse(probe_value(&p, text, strlen(text)), SIP_DIALOG_TARGET, &d),
            SIP_VALUE_OK);
        probe_span(p.cur.buf, d.local_tag, "kkaz-");
        probe_span(p.cur.buf, d.remote_tag, "6544");
        probe_span(p.cur.buf, d.to_tag, NULL);
        probe_end(&p);
}

static void replaces(void **state)
{
        static const struct value_row rows[] = {
            {"a;to-tag=b;from-tag=0", SIP_VALUE_OK},
            {"", SIP_VALUE_SYNTAX},
            {";to-tag=b;from-tag=c", SIP_VALUE_SYNTAX},
            {"a@;to-tag=b;from-tag=c", SIP_VALUE_SYNTAX},
            {"a@b@c;to-tag=b;from-tag=c", SIP_VALUE_SYNTAX},
            {"a", SIP_VALUE_MISSING},
            {"a;to-tag=b", SIP_VALUE_MISSING},
            {"a;from-tag=b", SIP_VALUE_MISSING},
            {"a;to-tag;from-tag=b", SIP_VALUE_PARAM},
            {"a;to-tag=;from-tag=b", SIP_VALUE_SYNTAX},
            {"a;to-tag=\"b\";from-tag=b", SIP_VALUE_PARAM},
            {"a;to-tag=[b];from-tag=b", SIP_VALUE_PARAM},
            {"a;to-tag=b;from-tag=c;to-tag=b", SIP_VALUE_DUP},
            {"a;to-tag=b;from-tag=c;early-only;early-only", SIP_VALUE_DUP},
            {"a;to-tag=b;from-tag=c;early-only=1", SIP_VALUE_PARAM},
            {"a;to-tag=b;from-tag=c, d;to-tag=e;from-tag=f", SIP_VALUE_SYNTAX},
            {"a;to-tag=b;from-tag=c;", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_replaces);
}

static void target(void **state)
{
        static const struct value_row rows[] = {
            {"a;local-tag=b;remote-tag=c", SIP_VALUE_OK},
            {"a;local-tag=b;to-tag=c", SIP_VALUE_MISSING},
            {"a;remote-tag=b", SIP_VALUE_MISSING},
            {"a;remote-tag=b;remote-tag=b", SIP_VALUE_DUP},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_target);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(fields),
            cmocka_unit_test(replaces),
            cmocka_unit_test(target),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
