/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include "parser/sip_method.h"

static void names_and_back(void **state)
{
        struct guard g = guard_create(64);

        (void)state;
        for (unsigned m = 1; m < SIP_METHOD_CNT; m++) {
                const char *name = sip_method_name((enum sip_method)m);
                size_t n = strlen(name);
                char s[32];

                assert_int_equal(sip_method_find(guard_tail(&g, name, n), n), m);
                for (size_t at = 0; at < n; at++) {
                        memcpy(s, name, n);
                        s[at] ^= 0x20; /* methods are case-sensitive */
                        assert_int_equal(sip_method_find(guard_tail(&g, s, n), n),
                                         SIP_METHOD_OTHER);
                        assert_true(sip_method_is_miscased(guard_tail(&g, s, n), n));
                }
                assert_false(sip_method_is_miscased(guard_tail(&g, name, n), n));
                assert_false(sip_method_is_miscased(guard_tail(&g, s, n), n - 1));
                assert_int_equal(sip_method_find(guard_tail(&g, name, n), n - 1), SIP_METHOD_OTHER);
                snprintf(s, sizeof(s), "%sX", name);
                assert_int_equal(sip_method_find(guard_tail(&g, s, n + 1), n + 1),
                                 SIP_METHOD_OTHER);
        }
        guard_destroy(&g);
}

static void not_methods(void **state)
{
        (void)state;
        assert_int_equal(sip_method_find((const uint8_t *)"", 0), SIP_METHOD_OTHER);
        assert_int_equal(sip_method_find((const uint8_t *)"A", 1), SIP_METHOD_OTHER);
        assert_int_equal(sip_method_find((const uint8_t *)"RE%47IST%45R", 12), SIP_METHOD_OTHER);
        assert_false(sip_method_is_miscased((const uint8_t *)"", 0));
        assert_false(sip_method_is_miscased((const uint8_t *)"foo", 3));
        assert_false(sip_method_is_miscased((const uint8_t *)"subscribes", 10));
        assert_string_equal(sip_method_name(SIP_METHOD_OTHER), "OTHER");
        assert_string_equal(sip_method_name(SIP_METHOD_CNT), "OTHER");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(names_and_back),
            cmocka_unit_test(not_methods),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
