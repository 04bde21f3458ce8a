/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include "parser/sip_ctype.h"

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* The classes as RFC 3261 25.1 lists them, octet by octet. */
static void classes(void **state)
{
        static const struct {
                unsigned bit;
                const char *members;
        } rows[] = {
            {SIP_CT_TOKEN, ALNUM "-.!%*_+`'~"},
            {SIP_CT_WORD, ALNUM "-.!%*_+`'~()<>:\\\"/[]?{}"},
            {SIP_CT_USER, ALNUM "-_.!~*'()&=+$,;?/"},
            {SIP_CT_PASS, ALNUM "-_.!~*'()&=+$,"},
            {SIP_CT_PARAM, ALNUM "-_.!~*'()[]/:&+$"},
            {SIP_CT_HNV, ALNUM "-_.!~*'()[]/?:+$"},
            {SIP_CT_HOST, ALNUM "-._"},
            {SIP_CT_DIGIT, "0123456789"},
            {SIP_CT_ALPHA, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"},
            {SIP_CT_HEX, "0123456789abcdefABCDEF"},
            {SIP_CT_LWS, " \t\r\n"},
            {SIP_CT_URIC, ALNUM "-_.!~*'();/?:@&=+$,[]"},
            {SIP_CT_PVAL, ALNUM "-.!%*_+`'~[]:"},
            {SIP_CT_SCHEME, ALNUM "+-."},
            {SIP_CT_BARE_END, ",;? \t\r\n"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                for (unsigned c = 0; c < 256; c++) {
                        bool want = c != 0 && strchr(rows[i].members, (int)c) != NULL && c < 128;

                        if (sip_is((uint8_t)c, rows[i].bit) != want)
                                fail_msg("class %#x, octet %#x", rows[i].bit, c);
                }
        }
}

static void lower(void **state)
{
        (void)state;
        for (unsigned c = 0; c < 256; c++)
                assert_int_equal(sip_lower((uint8_t)c), c >= 'A' && c <= 'Z' ? c + 32 : c);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(classes), cmocka_unit_test(lower)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
