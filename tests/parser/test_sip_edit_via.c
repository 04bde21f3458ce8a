/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sip_edit_via.c - Via pushed, marked and popped, by the exact result.
 */
#include "tests/parser/edits.h"

static void via_push(void **state)
{
        static const struct {
                struct sip_edit_via via;
                const char *want; /* NULL: refused */
        } rows[] = {
            {{{"TCP", 3}, {"2001:db8::9", 11}, 0, {"z9hG4bK", 7}, {"", 0}},
             "TCP [2001:db8::9];branch=z9hG4bK"},
            {{{"TLS", 3}, {"[::1]", 5}, 65535, {"z9hG4bK.", 8}, {"", 0}},
             "TLS [::1]:65535;branch=z9hG4bK."},
            {{{"UDP", 3}, {"a-b.example", 11}, 1, {"z9hG4bK1", 8}, {"", 0}},
             "UDP a-b.example:1;branch=z9hG4bK1"},
            {{{"UDP", 3}, {"h", 1}, 1, {"z9hG4bK1", 8}, {"x=1;y;z=a.b", 11}},
             "UDP h:1;branch=z9hG4bK1;x=1;y;z=a.b"},
            {{{"UDP", 3}, {"h", 1}, 1, {"z9hG4bK1", 8}, {"x=1;", 4}}, NULL},
            {{{"UDP", 3}, {"h", 1}, 1, {"z9hG4bK1", 8}, {";x", 2}}, NULL},
            {{{"UDP", 3}, {"h", 1}, 1, {"z9hG4bK1", 8}, {"x=a=b", 5}}, NULL},
            {{{"UDP", 3}, {"h", 1}, 1, {"z9hG4bK1", 8}, {"x=a,b", 5}}, NULL},
            {{{"UDP", 3}, {"h", 1}, 1, {"z9hG4bK1", 8}, {"x\r\ny", 4}}, NULL},
            {{{"", 0}, {"h", 1}, 1, {"z9hG4bK1", 8}, {"", 0}}, NULL},
            {{{"U P", 3}, {"h", 1}, 1, {"z9hG4bK1", 8}, {"", 0}}, NULL},
            {{{"UDP", 3}, {"", 0}, 1, {"z9hG4bK1", 8}, {"", 0}}, NULL},
            {{{"UDP", 3}, {"h\r\nX", 4}, 1, {"z9hG4bK1", 8}, {"", 0}}, NULL},
            {{{"UDP", 3}, {"h;x", 3}, 1, {"z9hG4bK1", 8}, {"", 0}}, NULL},
            {{{"UDP", 3}, {"1.2.3.256", 9}, 1, {"z9hG4bK1", 8}, {"", 0}}, NULL},
            {{{"UDP", 3}, {"1:::1.2.3.4", 11}, 1, {"z9hG4bK1", 8}, {"", 0}}, NULL},
            {{{"UDP", 3}, {"[1:::1.2.3.4]", 13}, 1, {"z9hG4bK1", 8}, {"", 0}}, NULL},
            {{{"UDP", 3}, {"h", 1}, 1, {"z9hG4b1", 7}, {"", 0}}, NULL},
            {{{"UDP", 3}, {"h", 1}, 1, {"z9hG4bK\0", 8}, {"", 0}}, NULL},
            {{{"UDP", 3}, {"h", 1}, 1, {"z9hG4bK=", 8}, {"", 0}}, NULL},
        };
        char want[1024];

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct sip_edit e = open_text(LINE MF VIA BACK END);
                enum sip_edit_status got = sip_edit_via_push(&e, &rows[i].via);

                if (rows[i].want == NULL) {
                        assert_int_equal(got, SIP_EDIT_INVALID);
                        assert_int_equal(e.splice_cnt, 0);
                } else {
                        snprintf(want, sizeof(want), LINE MF "Via: SIP/2.0/%s\r\n" VIA BACK END,
                                 rows[i].want);
                        expect(&e, want);
                }
                close_text();
        }
}

/* The topmost Via that comes in, and the one that goes on (as in sip_reply). */
static void via_received(void **state)
{
        static const struct {
                const char *in, *out, *src;
        } rows[] = {
            {"192.0.2.4:5060;branch=z9hG4bKa", "192.0.2.4:5060;branch=z9hG4bKa", "192.0.2.4"},
            {"192.0.2.4;rport;branch=z9hG4bKa",
             "192.0.2.4;branch=z9hG4bKa;received=192.0.2.4;rport=5061", "192.0.2.4"},
            {"h;received=198.51.100.9;branch=z9hG4bKa", "h;branch=z9hG4bKa;received=192.0.2.4",
             "192.0.2.4"},
            {"192.0.2.4;branch=z9hG4bKa ; RECEIVED=198.51.100.9;x", "192.0.2.4;branch=z9hG4bKa ;x",
             "192.0.2.4"},
            {"h;rport=9;x=\";rport\";branch=z9hG4bKa",
             "h;x=\";rport\";branch=z9hG4bKa;received=192.0.2.4;rport=5061", "192.0.2.4"},
            {"h;branch=z9hG4bKa , SIP/2.0/UDP i;rport",
             "h;branch=z9hG4bKa;received=2001:db8::9 , SIP/2.0/UDP i;rport", "2001:db8::9"},
            {"[2001:DB8::9]:5060;branch=z9hG4bKa", "[2001:DB8::9]:5060;branch=z9hG4bKa",
             "2001:db8::9"},
        };
        static const char *const bad[] = {"", "[::1]", "h", "1.2.3", "::1\r\nX: y", "1:::1.2.3.4"};
        char in[1024], want[1024];
        struct sip_edit e;

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                snprintf(in, sizeof(in), LINE "v: SIP/2.0/UDP %s\r\n" MF BACK END, rows[i].in);
                snprintf(want, sizeof(want), LINE "v: SIP/2.0/UDP %s\r\n" MF BACK END, rows[i].out);
                e = open_text(in);
                (void)sip_edit_via_received(&e, t(rows[i].src), 5061);
                expect(&e, want);
                close_text();
        }
        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
                e = open_text(LINE VIA MF BACK END);
                assert_int_equal(sip_edit_via_received(&e, t(bad[i]), 5061), SIP_EDIT_INVALID);
                close_text();
        }
        e = open_text(LINE VIA MF BACK END);
        assert_int_equal(sip_edit_via_received(&e, t("1.2.3.4"), 0), SIP_EDIT_INVALID);
        close_text();
}

static void via_pop(void **state)
{
        static const struct {
                const char *in, *out;
        } rows[] = {
            {"Via: SIP/2.0/UDP a\r\n" VIA, VIA},
            {"v: SIP/2.0/UDP a;x=\",\" \t,  SIP/2.0/TCP b,SIP/2.0/UDP c\r\n" VIA,
             "v: SIP/2.0/TCP b,SIP/2.0/UDP c\r\n" VIA},
            {"Via:\r\n SIP/2.0/UDP a\r\n ,\r\n SIP/2.0/TCP b\r\n", "Via:\r\n SIP/2.0/TCP b\r\n"},
            {"Via:\r\n SIP/2.0/UDP a\r\n ;x\r\n" VIA, VIA},
        };
        char in[1024], want[1024];

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct sip_edit e;

                snprintf(in, sizeof(in), "SIP/2.0 200 OK\r\n%s" BACK END, rows[i].in);
                snprintf(want, sizeof(want), "SIP/2.0 200 OK\r\n%s" BACK END, rows[i].out);
                e = open_text(in);
                (void)sip_edit_via_pop(&e);
                expect(&e, want);
                close_text();
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(via_push),
            cmocka_unit_test(via_received),
            cmocka_unit_test(via_pop),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
