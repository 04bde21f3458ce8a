/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sip_edit_hdr.c - the start line and header fields in general, by the exact result.
 */
#include "tests/parser/edits.h"

static void max_forwards(void **state)
{
        struct sip_edit e = open_text(LINE VIA BACK END);

        (void)state;
        (void)sip_edit_max_forwards(&e);
        expect(&e, LINE VIA "Max-Forwards: 70\r\n" BACK END);
        close_text();
        e = open_text(LINE VIA "Max-Forwards:10\r\n" BACK END);
        (void)sip_edit_max_forwards(&e);
        expect(&e, LINE VIA "Max-Forwards:9\r\n" BACK END);
        close_text();
        e = open_text(LINE VIA "Max-Forwards: 0\r\n" BACK END);
        assert_int_equal(sip_edit_max_forwards(&e), SIP_EDIT_HOPS);
        close_text();
}

static void headers(void **state)
{
        struct sip_edit e = open_text(LINE VIA MF "X-A: 1\r\nx-a:\r\nX-A:  2 \r\n 3\r\n" BACK END);

        (void)state;
        assert_int_equal(sip_edit_hdr_remove(&e, 2), SIP_EDIT_OK);
        assert_int_equal(sip_edit_hdr_replace(&e, 3, t("new")), SIP_EDIT_OK);
        assert_int_equal(sip_edit_hdr_replace(&e, 4, t("\xc3\xa9\t")), SIP_EDIT_OK);
        assert_int_equal(sip_edit_hdr_insert(&e, 0, t("First"), t("1")), SIP_EDIT_OK);
        assert_int_equal(sip_edit_hdr_insert(&e, 0, t("Second"), t("")), SIP_EDIT_OK);
        assert_int_equal(sip_edit_hdr_insert(&e, w.m.hdr_cnt, t("Last"), t("z")), SIP_EDIT_OK);
        assert_int_equal(sip_edit_hdr_remove_all(&e, SIP_HDR_MAX_FORWARDS), SIP_EDIT_OK);
        assert_int_equal(sip_edit_hdr_remove_all(&e, SIP_HDR_SUBJECT), SIP_EDIT_OK);
        expect(&e, LINE "First: 1\r\nSecond: \r\n" VIA "x-a:new\r\nX-A:  \xc3\xa9\t\r\n" BACK
                        "Content-Length: 4\r\nLast: z\r\n\r\nbody");
        close_text();
        e = open_text(LINE VIA "v: SIP/2.0/UDP i\r\n" MF "v: SIP/2.0/UDP j\r\n" BACK END);
        assert_int_equal(sip_edit_hdr_remove_all(&e, SIP_HDR_VIA), SIP_EDIT_OK);
        assert_int_equal(sip_edit_via_push(&e, &udp), SIP_EDIT_OK);
        expect(&e, LINE "Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKabc\r\n" MF BACK END);
        close_text();
}

static void content_length(void **state)
{
        struct sip_edit e = open_text(LINE VIA MF BACK "l:0004\r\n\r\nbody");

        (void)state;
        (void)sip_edit_content_length(&e, 0);
        expect(&e, LINE VIA MF BACK "l:0\r\n\r\nbody");
        close_text();
        e = open_text(LINE VIA MF BACK "\r\nbody");
        (void)sip_edit_content_length(&e, 4);
        expect(&e, LINE VIA MF BACK "Content-Length: 4\r\n\r\nbody");
        close_text();
}

static enum sip_edit_status insert(const char *name, const char *value, size_t len)
{
        struct sip_edit e = open_text(LINE VIA MF BACK END);
        enum sip_edit_status got =
            sip_edit_hdr_insert(&e, 1, t(name), (struct sip_text){value, len});

        assert_int_equal(e.status, got);
        close_text();
        return got;
}

static void nothing_is_injected(void **state)
{
        static const char *const uris[] = {"",
                                           "sip:",
                                           "sip:a b",
                                           "sip:a@b\r\nX: y",
                                           "sip:a;x\r\n ;y",
                                           "sip:h?subject=x",
                                           "<sip:h>",
                                           "sip:h>",
                                           "sip:h SIP/2.0",
                                           "sip:\x80",
                                           "sip:[1:::1.2.3.4]"};
        struct sip_edit e;

        (void)state;
        assert_int_equal(insert("X-A", "a b\t", 4), SIP_EDIT_OK);
        assert_int_equal(insert("X-A", "", 0), SIP_EDIT_OK);
        assert_int_equal(insert("X-A", "a\r\nB: c", 7), SIP_EDIT_INVALID);
        assert_int_equal(insert("X-A", "a\nB", 3), SIP_EDIT_INVALID);
        assert_int_equal(insert("X-A", "a\rB", 3), SIP_EDIT_INVALID);
        assert_int_equal(insert("X-A", "a\0", 2), SIP_EDIT_INVALID);
        assert_int_equal(insert("X-A", "\x7f", 1), SIP_EDIT_INVALID);
        assert_int_equal(insert("X-A", "a\r\n b", 5), SIP_EDIT_INVALID);
        assert_int_equal(insert("", "a", 1), SIP_EDIT_INVALID);
        assert_int_equal(insert("X A", "a", 1), SIP_EDIT_INVALID);
        assert_int_equal(insert("X:", "a", 1), SIP_EDIT_INVALID);
        for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
                e = open_text(LINE VIA MF BACK END);
                assert_int_equal(sip_edit_ruri(&e, t(uris[i])), SIP_EDIT_INVALID);
                assert_int_equal(sip_edit_route_push(&e, t("sip:h")),
                                 SIP_EDIT_INVALID); /* sticks */
                e = list(&w.m);
                assert_int_equal(sip_edit_record_route(&e, t(uris[i])), SIP_EDIT_INVALID);
                close_text();
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(max_forwards),
            cmocka_unit_test(headers),
            cmocka_unit_test(content_length),
            cmocka_unit_test(nothing_is_injected),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
