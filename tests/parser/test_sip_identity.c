/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/lines.h"
#include "tests/parser/probe.h"

#include "parser/sip_identity.h"

#define INFO ";info=<https://c.example/x.cer>"

static enum sip_value take(const char *text, size_t n, struct probe *p, struct sip_identity *id)
{
        struct sip_cur *c = probe_value(p, text, n);
        enum sip_value v = sip_identity_parse(c, id);

        assert_true(c->pos <= c->end);
        assert_true((uint32_t)id->all.off + id->all.len <= c->end);
        return v;
}

static void full_form(void **state)
{
        const char *text =
            "eyJh.b-_0.c0Vr ; alg = ES256\r\n ; INFO = <https://c.example/x;y,z.cer> "
            ";ppt=\"shaken\";x=\"a;b\" , ..abcd" INFO;
        struct probe p;
        struct sip_identity id;

        (void)state;
        assert_int_equal(take(text, strlen(text), &p, &id), SIP_VALUE_OK);
        probe_span(p.cur.buf, id.token, "eyJh.b-_0.c0Vr");
        probe_span(p.cur.buf, id.header, "eyJh");
        probe_span(p.cur.buf, id.payload, "b-_0");
        probe_span(p.cur.buf, id.signature, "c0Vr");
        probe_span(p.cur.buf, id.alg, "ES256");
        probe_span(p.cur.buf, id.ppt, "shaken");
        probe_span(p.cur.buf, id.info.all, "https://c.example/x;y,z.cer");
        assert_false(id.compact);
        assert_true(sip_cur_at(&p.cur, ','));
        p.cur.pos++;
        assert_int_equal(sip_identity_parse(&p.cur, &id), SIP_VALUE_OK);
        assert_int_equal(p.cur.pos, p.cur.end);
        assert_true(id.compact);
        probe_span(p.cur.buf, id.token, "..abcd");
        probe_span(p.cur.buf, id.signature, "abcd");
        assert_int_equal(id.alg.off, 0);
        probe_end(&p);
}

static void bad(void **state)
{
        static const struct {
                const char *text;
                enum sip_value want;
        } rows[] = {
            {"", SIP_VALUE_SYNTAX},
            {"x", SIP_VALUE_CHARSET},
            {"\"c2ln\"" INFO, SIP_VALUE_CHARSET},
            {"c2ln" INFO, SIP_VALUE_CHARSET},
            {"ab.cd" INFO, SIP_VALUE_CHARSET},
            {"ab.cd.ef.gh" INFO, SIP_VALUE_CHARSET},
            {"ab.cd.ef==" INFO, SIP_VALUE_CHARSET},
            {"ab.cd.e+" INFO, SIP_VALUE_CHARSET},
            {"ab.c/.ef" INFO, SIP_VALUE_CHARSET},
            {"abcde.cd.ef" INFO, SIP_VALUE_CHARSET},
            {"ab.cdcde.ef" INFO, SIP_VALUE_CHARSET},
            {"ab.cd.abcde" INFO, SIP_VALUE_CHARSET},
            {"ab.\r\n cd.ef" INFO, SIP_VALUE_CHARSET},
            {".." INFO, SIP_VALUE_SYNTAX},
            {"ab..ef" INFO, SIP_VALUE_SYNTAX},
            {".cd.ef" INFO, SIP_VALUE_SYNTAX},
            {"ab.cd." INFO, SIP_VALUE_SYNTAX},
            {"..ef", SIP_VALUE_MISSING},
            {"..ef;alg=ES256", SIP_VALUE_MISSING},
            {"..ef x" INFO, SIP_VALUE_SYNTAX},
            {"..ef;", SIP_VALUE_SYNTAX},
            {"..ef;info", SIP_VALUE_PARAM},
            {"..ef;info=", SIP_VALUE_PARAM},
            {"..ef;info=<", SIP_VALUE_SYNTAX},
            {"..ef;info=<>", SIP_VALUE_PARAM},
            {"..ef;info=<https://x", SIP_VALUE_SYNTAX},
            {"..ef;info=https://x", SIP_VALUE_PARAM},
            {"..ef;info=<no uri>", SIP_VALUE_PARAM},
            {"..ef" INFO INFO, SIP_VALUE_DUP},
            {"..ef" INFO ";alg=a;alg=b", SIP_VALUE_DUP},
            {"..ef" INFO ";ppt=a;ppt=a", SIP_VALUE_DUP},
            {"..ef" INFO ";ppt", SIP_VALUE_PARAM},
            {"..ef" INFO ";ppt=\"a b\"", SIP_VALUE_PARAM},
            {"..ef" INFO ";alg=", SIP_VALUE_SYNTAX},
            {"..ef" INFO ";x=\"", SIP_VALUE_SYNTAX},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct probe p;
                struct sip_identity id;
                enum sip_value got = take(rows[i].text, strlen(rows[i].text), &p, &id);

                if (got != rows[i].want)
                        fail_msg("\"%s\": got %s, want %s", rows[i].text, sip_value_name(got),
                                 sip_value_name(rows[i].want));
                probe_end(&p);
        }
}

static void prefixes(void **state)
{
        static const char text[] = "ab.cd.efgh;alg=ES256;ppt=\"shaken\"" INFO ";x=y";

        (void)state;
        for (size_t n = 0; n < sizeof(text); n++) {
                struct probe p;
                struct sip_identity id;

                (void)take(text, n, &p, &id);
                probe_end(&p);
        }
}

/* The header fields that RFC 8224 and 8946 print. */
static void vectors(void **state)
{
        FILE *f = lines_open("vectors/stir/identity-headers.txt");
        char line[8192];
        unsigned good = 0, compact = 0;

        (void)state;
        if (!f)
                skip();
        while (lines_next(f, line, sizeof(line))) {
                struct probe p;
                struct sip_identity id;
                const char *value = line + strlen("Identity:");

                assert_int_equal(strncmp(line, "Identity:", 9), 0);
                if (take(value, strlen(value), &p, &id) != SIP_VALUE_OK)
                        fail_msg("%s", line);
                compact += id.compact;
                good++;
                probe_end(&p);
        }
        fclose(f);
        assert_true(good >= 2 && compact >= 1);
}

static void names(void **state)
{
        (void)state;
        assert_string_equal(sip_value_name(SIP_VALUE_OK), "ok");
        assert_string_equal(sip_value_name(SIP_VALUE_CHARSET), "charset");
        assert_string_equal(sip_value_name(SIP_VALUE_CNT), "unknown");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(full_form), cmocka_unit_test(bad),   cmocka_unit_test(prefixes),
            cmocka_unit_test(vectors),   cmocka_unit_test(names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
