/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_prefs.h"
#include "parser/sip_list.h"

static void contacts(void **state)
{
        struct probe p;
        struct sip_features x;
        struct sip_param q;

        (void)state;
        assert_int_equal(
            sip_features_parse(
                probe_value(&p, "*;audio;+sip.newparam=\"<a>,b\";Require;explicit,*", 48), &x),
            SIP_VALUE_OK);
        assert_int_equal(x.feature_cnt, 2);
        assert_true(x.require && x.explicit_match);
        assert_true(sip_item_param(&p.cur, x.params, "+sip.newparam", &q));
        probe_span(p.cur.buf, q.value, "<a>,b");
        assert_true(sip_cur_at(&p.cur, ','));
        probe_end(&p);
        assert_int_equal(sip_features_parse(probe_value(&p, "*", 1), &x), SIP_VALUE_OK);
        probe_span(p.cur.buf, x.params, NULL);
        assert_false(x.require);
        probe_end(&p);
}

static void words(void **state)
{
        static const char text[] = "proxy, no-cancel, fork, no-recurse, parallel, no-queue";
        uint16_t x = 0;
        struct probe p;

        (void)state;
        assert_int_equal(sip_directives_add(probe_value(&p, text, sizeof(text) - 1), &x),
                         SIP_VALUE_OK);
        assert_int_equal(x, SIP_DIRECTIVE_PROXY | SIP_DIRECTIVE_NO_CANCEL | SIP_DIRECTIVE_FORK |
                                SIP_DIRECTIVE_NO_RECURSE | SIP_DIRECTIVE_PARALLEL |
                                SIP_DIRECTIVE_NO_QUEUE);
        probe_end(&p);
}

static enum sip_value as_features(struct sip_cur *c)
{
        struct sip_features x;

        return sip_features_parse(c, &x);
}

static void features_table(void **state)
{
        static const struct value_row rows[] = {
            {"*", SIP_VALUE_OK},
            {"*;audio;require", SIP_VALUE_OK},
            {"* ; methods=\"INVITE,BYE\";explicit , *;video", SIP_VALUE_OK},
            {"", SIP_VALUE_SYNTAX},
            {"audio", SIP_VALUE_SYNTAX},
            {"*audio", SIP_VALUE_SYNTAX},
            {"*;require=1", SIP_VALUE_PARAM},
            {"*;explicit;explicit", SIP_VALUE_DUP},
            {"*;", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_features);
}

static enum sip_value as_directives(struct sip_cur *c)
{
        uint16_t x = 0;

        return sip_directives_add(c, &x);
}

static void directives_table(void **state)
{
        static const struct value_row rows[] = {
            {"proxy", SIP_VALUE_OK},
            {"No-Fork , recurse,sequential", SIP_VALUE_OK},
            {"proxy,redirect", SIP_VALUE_DUP},
            {"fork,no-fork", SIP_VALUE_DUP},
            {"parallel, sequential", SIP_VALUE_DUP},
            {"jump", SIP_VALUE_PARAM},
            {"", SIP_VALUE_SYNTAX},
            {"proxy,", SIP_VALUE_SYNTAX},
            {"proxy fork", SIP_VALUE_SYNTAX},
            {"cancel,no-fork,no-recurse,queue", SIP_VALUE_OK},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_directives);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(contacts),
            cmocka_unit_test(words),
            cmocka_unit_test(features_table),
            cmocka_unit_test(directives_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
