/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices by name, against examples that others collected (Recog, in the outside corpus), and the
 * order of headers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "control/api/device.h"
#include "parser/sip_parse.h"

static void names(void **state)
{
        static const struct {
                const char *text, *vendor, *kind;
        } rows[] = {
            {"Asterisk PBX 18.1", "Asterisk", "server"},
            {"aSTERISK", "Asterisk", "server"},
            {"Grandstream HT818 1.0.8.7", "Grandstream", "gateway"},
            {"Grandstream GXP2200 1.0.3.27", "Grandstream", "phone"},
            {"friendly-scanner", "SIPVicious", "tool"},
            {"my asterisk", NULL, NULL},
            {"asteris", NULL, NULL},
            {"", NULL, NULL},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct cp_device d =
                    cp_device_find((const uint8_t *)rows[i].text, strlen(rows[i].text));

                if (rows[i].vendor == NULL) {
                        assert_null(d.vendor);
                        continue;
                }
                assert_non_null(d.vendor);
                assert_string_equal(d.vendor, rows[i].vendor);
                assert_string_equal(cp_device_kind_name(d.kind), rows[i].kind);
        }
        assert_string_equal(cp_device_kind_name(CP_DEVICE_KIND_CNT), "unknown");
}

static uint32_t order_of(const char *headers)
{
        static struct sip_msg m;
        char text[1024];
        int n = snprintf(text, sizeof(text), "OPTIONS sip:a SIP/2.0\r\n%s\r\n", headers);

        (void)sip_parse((const uint8_t *)text, (size_t)n, &m);
        return cp_device_header_order(&m);
}

static void order(void **state)
{
        uint32_t a = order_of("Via: SIP/2.0/UDP a\r\nFrom: <sip:a>\r\nTo: <sip:b>\r\n");

        (void)state;
        assert_int_equal(a, order_of("VIA: SIP/2.0/UDP b\r\nFROM: <sip:c>\r\nto: <sip:d>\r\n"));
        assert_int_equal(a, order_of("Via: SIP/2.0/UDP a\r\nVia: SIP/2.0/UDP b\r\nFrom: <sip:a>\r\n"
                                     "To: <sip:b>\r\n"));
        assert_int_not_equal(a, order_of("Via: SIP/2.0/UDP a\r\nTo: <sip:b>\r\nFrom: <sip:a>\r\n"));
        assert_int_not_equal(a, order_of("v: SIP/2.0/UDP a\r\nFrom: <sip:a>\r\nTo: <sip:b>\r\n"));
}

/* The text between two marks of a line of XML, its entities left as they are; NULL without. */
static char *between(char *line, const char *from, const char *to)
{
        char *at = strstr(line, from), *end;

        if (at == NULL)
                return NULL;
        at += strlen(from);
        end = strstr(at, to);
        if (end == NULL)
                return NULL;
        *end = '\0';
        return at;
}

/* Each fingerprint has its examples first and its vendor behind them. */
static void others(void **state)
{
        static char examples[64][512];
        static char line[4096];
        const char *dir = getenv("SLUICE_CORPUS"), *root = getenv("SLUICE_SOURCE_ROOT");
        char path[4200], beside[4096];
        unsigned cnt = 0, agree = 0, unknown = 0, differ = 0;

        (void)state;
        assert_non_null(root);
        if (dir == NULL) {
                snprintf(beside, sizeof(beside), "%s/../shared/corpus", root);
                dir = beside;
        }
        snprintf(path, sizeof(path), "%s/rules/recog/sip_user_agents.xml", dir);
        FILE *f = fopen(path, "r");

        if (f == NULL) {
                printf("skipped: examples of Recog, none at %s\n", path);
                return;
        }
        while (fgets(line, sizeof(line), f)) {
                char *text = strstr(line, "<example");

                if (strstr(line, "<fingerprint ") != NULL)
                        cnt = 0;
                if (text != NULL && (text = between(text, ">", "</example>")) != NULL && cnt < 64)
                        snprintf(examples[cnt++], sizeof(examples[0]), "%s", text);
                if (strstr(line, "\"hw.vendor\"") == NULL)
                        continue;
                const char *vendor = between(line, "value=\"", "\"");

                for (unsigned i = 0; i < cnt && vendor != NULL; i++) {
                        struct cp_device d =
                            cp_device_find((const uint8_t *)examples[i], strlen(examples[i]));

                        if (d.vendor == NULL) {
                                unknown++;
                        } else if (strcasecmp(vendor, d.vendor) == 0) {
                                agree++;
                        } else {
                                differ++;
                                print_error("%s: %s, Recog says %s\n", examples[i], d.vendor,
                                            vendor);
                        }
                }
                cnt = 0;
        }
        fclose(f);
        printf("Recog's examples with a vendor: %u agree, %u not in our table, %u differ\n", agree,
               unknown, differ);
        assert_int_equal(differ, 0);
        assert_true(agree >= 60 && agree > 10 * unknown);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(names),
            cmocka_unit_test(order),
            cmocka_unit_test(others),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
