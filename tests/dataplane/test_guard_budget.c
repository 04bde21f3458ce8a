/* SPDX-License-Identifier: Apache-2.0 */
/* test_guard_budget.c - which octets begin like a call for help. Budgets are in test_police.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/stages/guard_budget.h"

static void test_begins_emergency(void **state)
{
        static const char *const numbers[] = {"112", "911"};
        static const struct {
                const char *text;
                bool yes;
        } rows[] = {
            {"INVITE sip:112@example.com SIP/2.0", true},
            {"INVITE SIP:112@example.com SIP/2.0", true},
            {"INVITE sips:911;phone-context=x@a SIP/2.0", true},
            {"INVITE tel:112 SIP/2.0", true},
            {"INVITE sip:112:pw@a SIP/2.0", true},
            {"INVITE urn:service:sos SIP/2.0", true},
            {"INVITE URN:Service:SOS.police SIP/2.0", true},
            {"INVITE sip:1123@example.com SIP/2.0", false},
            {"INVITE sip:113@example.com SIP/2.0", false},
            {"INVITE sip:112", false},
            {"INVITE sip:", false},
            {"INVITE ", false},
            {"", false},
            {"REGISTER sip:112@example.com SIP/2.0", false},
            {"INVITE http:112@a SIP/2.0", false},
            {"INVITE urn:service:counseling SIP/2.0", false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                size_t len = strlen(rows[i].text);
                uint8_t *exact = malloc(len); /* a sanitizer sees what is read beyond */

                memcpy(exact, rows[i].text, len);
                if (dp_guard_begins_emergency(exact, (uint16_t)len, numbers, 2) != rows[i].yes)
                        fail_msg("row %zu: %s", i, rows[i].text);
                free(exact);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_begins_emergency),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
