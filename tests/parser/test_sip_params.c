/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include "parser/sip_params.h"

static void walk(void **state)
{
        const char *text = ";tag = a1 ; q=\"x;,\\\"y\" ;lr\r\n ;h=[::1]:5 , next";
        struct probe p;
        struct sip_cur *c = probe_value(&p, text, strlen(text));
        struct sip_param m;

        (void)state;
        assert_int_equal(sip_params_next(c, &m), SIP_PARAMS_ONE);
        probe_span(c->buf, m.name, "tag");
        probe_span(c->buf, m.value, "a1");
        assert_int_equal(sip_params_next(c, &m), SIP_PARAMS_ONE);
        probe_span(c->buf, m.name, "q");
        probe_span(c->buf, m.value, "x;,\\\"y");
        assert_true(m.quoted);
        assert_int_equal(sip_params_next(c, &m), SIP_PARAMS_ONE);
        probe_span(c->buf, m.name, "lr");
        probe_span(c->buf, m.value, NULL);
        assert_int_equal(sip_params_next(c, &m), SIP_PARAMS_ONE);
        probe_span(c->buf, m.value, "[::1]:5");
        assert_int_equal(sip_params_next(c, &m), SIP_PARAMS_END);
        assert_int_equal(c->buf[c->pos], ',');
        probe_end(&p);
}

static void bad(void **state)
{
        static const char *const rows[] = {
            ";",     ";;",    "; ;,;a",  ";;=x",      ";=x", ";a=",  ";a= ",
            ";a=;b", ";a=\"", ";a=\"\\", ";a=\"\\\"", "x",   ";a=@", ";\xff",
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct probe p;
                struct sip_cur *c = probe_value(&p, rows[i], strlen(rows[i]));
                struct sip_param m;

                if (sip_params_next(c, &m) != SIP_PARAMS_BAD)
                        fail_msg("%s", rows[i]);
                assert_true(c->pos <= c->end);
                probe_end(&p);
        }
}

/* Nothing between two semicolons is passed over when a name follows, and noted. */
static void empty(void **state)
{
        static const char *const rows[] = {";;a=1", "; ;a=1", ";;;\r\n ;a=1", ";;a=1,x"};

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct probe p;
                struct sip_cur *c = probe_value(&p, rows[i], strlen(rows[i]));
                struct sip_param m;

                assert_int_equal(sip_params_next(c, &m), SIP_PARAMS_ONE);
                probe_span(c->buf, m.name, "a");
                probe_span(c->buf, m.value, "1");
                assert_true(sip_anom_has(c->notes, SIP_ANOM_PARAM_EMPTY));
                assert_int_equal(sip_params_next(c, &m), SIP_PARAMS_END);
                probe_end(&p);
        }
}

static void quoted(void **state)
{
        static const struct {
                const char *text;
                const char *want; /* NULL: does not end */
        } rows[] = {
            {"\"\"", ""}, {"\"a b\"x", "a b"}, {"\"\\\"\"", "\\\""}, {"\"\\\\\"", "\\\\"},
            {"\"", NULL}, {"\"a", NULL},       {"\"\\", NULL},       {"\"\\\"", NULL},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct probe p;
                struct sip_cur *c = probe_value(&p, rows[i].text, strlen(rows[i].text));
                struct sip_span s;

                assert_int_equal(sip_quoted_parse(c, &s), rows[i].want != NULL);
                if (rows[i].want)
                        probe_span(c->buf, s, rows[i].want);
                else
                        assert_int_equal(c->pos, c->end);
                probe_end(&p);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(walk),
            cmocka_unit_test(bad),
            cmocka_unit_test(empty),
            cmocka_unit_test(quoted),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
