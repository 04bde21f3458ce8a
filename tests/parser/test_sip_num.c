/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include "parser/sip_num.h"

static void numbers(void **state)
{
        static const struct {
                const char *text;
                uint32_t max;
                enum sip_num_result want;
                uint32_t value;
        } rows[] = {
            {"0", 0, SIP_NUM_OK, 0},
            {"65535", 65535, SIP_NUM_OK, 65535},
            {"65536", 65535, SIP_NUM_RANGE, 0},
            {"0000000007", 255, SIP_NUM_OK, 7},
            {"00000000007", 255, SIP_NUM_RANGE, 0}, /* eleven digits */
            {"4294967295", UINT32_MAX, SIP_NUM_OK, UINT32_MAX},
            {"4294967296", UINT32_MAX, SIP_NUM_RANGE, 0},
            {"9999999999", UINT32_MAX, SIP_NUM_RANGE, 0},
            {"36893488147419103232", UINT32_MAX, SIP_NUM_RANGE, 0},
            {"18446744073709551616", UINT32_MAX, SIP_NUM_RANGE, 0},
            {"", 9, SIP_NUM_SYNTAX, 0},
            {"-1", 9, SIP_NUM_SYNTAX, 0},
            {"+5", 9, SIP_NUM_SYNTAX, 0},
            {" 5", 9, SIP_NUM_SYNTAX, 0},
            {"5 ", 9, SIP_NUM_SYNTAX, 0},
            {"0x5", 9, SIP_NUM_SYNTAX, 0},
            {"5a", 9, SIP_NUM_SYNTAX, 0},
            {"12345678901x", 9, SIP_NUM_SYNTAX, 0},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct probe p;
                size_t n = strlen(rows[i].text);
                struct sip_cur *c = probe_value(&p, rows[i].text, n);
                uint32_t v = 0xdead;
                enum sip_num_result r =
                    sip_num_parse(c->buf, sip_span_make(c->pos, c->end), rows[i].max, &v);

                if (r != rows[i].want)
                        fail_msg("\"%s\": got %d, want %d", rows[i].text, r, rows[i].want);
                assert_int_equal(v, r == SIP_NUM_OK ? rows[i].value : 0xdead);
                probe_end(&p);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(numbers)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
