/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

struct result {
        struct sip_span token, quoted, text;
        uint32_t number;
        bool flag;
};

static const struct sip_value_param known[] = {
    {"token", 0, offsetof(struct result, token), SIP_FORM_TOKEN},
    {"quoted", 0, offsetof(struct result, quoted), SIP_FORM_QUOTED},
    {"text", 0, offsetof(struct result, text), SIP_FORM_TEXT},
    {"number", 10, offsetof(struct result, number), SIP_FORM_NUMBER},
    {"flag", 0, offsetof(struct result, flag), SIP_FORM_FLAG},
};

static enum sip_value as_params(struct sip_cur *c)
{
        struct result r = {.number = 1};

        return sip_value_params(c, known, 5, &r);
}

static void params(void **state)
{
        static const struct value_row rows[] = {
            {"", SIP_VALUE_OK},
            {" ;token=a;quoted=\"b c\";text=[::1];number=10;flag;other=@", SIP_VALUE_SYNTAX},
            {" ;token=a;quoted=\"b c\";text=[::1];number=10;flag;other=1 , x", SIP_VALUE_OK},
            {";text=\"\"", SIP_VALUE_OK},
            {";token", SIP_VALUE_PARAM},
            {";token=\"a\"", SIP_VALUE_PARAM},
            {";token=[a]", SIP_VALUE_PARAM},
            {";token=a;token=a", SIP_VALUE_DUP},
            {";quoted=a", SIP_VALUE_PARAM},
            {";quoted=\"\";quoted=\"\"", SIP_VALUE_DUP},
            {";text", SIP_VALUE_PARAM},
            {";number=11", SIP_VALUE_RANGE},
            {";number=99999999999", SIP_VALUE_RANGE},
            {";number=\"1\"", SIP_VALUE_PARAM},
            {";number", SIP_VALUE_PARAM},
            {";number=1;number=1", SIP_VALUE_DUP},
            {";flag=1", SIP_VALUE_PARAM},
            {";flag;flag", SIP_VALUE_DUP},
            {";", SIP_VALUE_SYNTAX},
            {"x", SIP_VALUE_SYNTAX},
        };
        static const char text[] = ";TOKEN=a;number=7;text=\"q\";flag";
        struct result r;
        struct probe p;

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_params);
        memset(&r, 0, sizeof(r));
        assert_int_equal(sip_value_params(probe_value(&p, text, sizeof(text) - 1), known, 5, &r),
                         SIP_VALUE_OK);
        probe_span(p.cur.buf, r.token, "a");
        probe_span(p.cur.buf, r.text, "q");
        probe_span(p.cur.buf, r.quoted, NULL);
        assert_int_equal(r.number, 7);
        assert_true(r.flag);
        probe_end(&p);
}

static enum sip_value as_addr(struct sip_cur *c)
{
        struct result r = {.number = 1};
        struct sip_addr a;

        return sip_value_addr(c, known, 5, &a, &r);
}

/* c->pos is at the parameter that is wrong, also behind an address. */
static void addr(void **state)
{
        static const struct value_row rows[] = {
            {"<sip:a@b>;token=x", SIP_VALUE_OK},
            {"sip:a@b;flag , x", SIP_VALUE_OK},
            {"\"\\\"\" <sip:a@b>", SIP_VALUE_OK},
            {"*", SIP_VALUE_SYNTAX},
            {"<sip:a@b>;token=[", SIP_VALUE_PARAM},
            {"<sip:a@b", SIP_VALUE_SYNTAX},
            {"", SIP_VALUE_SYNTAX},
        };
        static const char text[] = "<sip:a@b;flag=1> ;x=1;number=11";
        struct result r = {.number = 1};
        struct sip_addr a;
        struct probe p;

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_addr);
        assert_int_equal(sip_value_addr(probe_value(&p, text, sizeof(text) - 1), known, 5, &a, &r),
                         SIP_VALUE_RANGE);
        assert_int_equal(p.cur.buf[p.cur.pos], 'n');
        assert_false(r.flag);
        assert_true(r.number == SIP_VALUE_ABSENT);
        probe_end(&p);
}

static enum sip_value as_pairs(struct sip_cur *c)
{
        enum sip_value v;

        do {
                struct sip_param p;

                v = sip_value_pair(c, &p);
        } while (v == SIP_VALUE_OK && sip_value_more(c, &v));
        return v;
}

static void lists(void **state)
{
        static const struct value_row rows[] = {
            {"a=1", SIP_VALUE_OK},       {" a = 1 , b=\"2,3\"\r\n ,c=[::1]", SIP_VALUE_OK},
            {"a=1,", SIP_VALUE_SYNTAX},  {"a=1,,b=2", SIP_VALUE_SYNTAX},
            {"a=1 b", SIP_VALUE_SYNTAX}, {"a=", SIP_VALUE_SYNTAX},
            {"a", SIP_VALUE_SYNTAX},     {"=1", SIP_VALUE_SYNTAX},
            {"", SIP_VALUE_SYNTAX},      {"a=\"1", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_pairs);
}

static enum sip_value as_number(struct sip_cur *c)
{
        uint32_t n;

        return sip_value_number(c, 255, &n);
}

static void numbers(void **state)
{
        static const struct value_row rows[] = {
            {"0", SIP_VALUE_OK},      {" 255 ", SIP_VALUE_OK}, {"256", SIP_VALUE_RANGE},
            {"-1", SIP_VALUE_SYNTAX}, {"", SIP_VALUE_SYNTAX},  {"1 2", SIP_VALUE_SYNTAX},
        };
        static const struct {
                const char *text;
                uint16_t want;
        } qs[] = {
            {"0", 0},
            {"1", 1000},
            {"0.", 0},
            {"0.5", 500},
            {"0.025", 25},
            {"1.000", 1000},
            {"0.999", 999},
            {"1.001", SIP_VALUE_NO_Q},
            {"0.0001", SIP_VALUE_NO_Q},
            {"2", SIP_VALUE_NO_Q},
            {"", SIP_VALUE_NO_Q},
            {"0,5", SIP_VALUE_NO_Q},
            {"0.x", SIP_VALUE_NO_Q},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_number);
        for (size_t i = 0; i < sizeof(qs) / sizeof(qs[0]); i++) {
                struct sip_span s = {0, (uint16_t)strlen(qs[i].text)};

                assert_int_equal(sip_value_q((const uint8_t *)qs[i].text, s), qs[i].want);
        }
}

static void names(void **state)
{
        (void)state;
        assert_string_equal(sip_value_name(SIP_VALUE_RANGE), "range");
        assert_string_equal(sip_value_name(SIP_VALUE_CNT), "unknown");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(params),  cmocka_unit_test(addr),  cmocka_unit_test(lists),
            cmocka_unit_test(numbers), cmocka_unit_test(names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
