/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sip_edit.c - the list of splices: written elsewhere and in place at every shift, flush
 * against pages that cannot be touched; what is refused, and what does not fit.
 */
#include "tests/parser/edits.h"
#include "tests/contract/rng.h"

#define ROOM 4096u

static void what_a_proxy_does(void **state)
{
        struct sip_edit e = open_text(LINE VIA MF "Route: <sip:us;lr>,<sip:next;lr>\r\n" BACK END);

        (void)state;
        assert_int_equal(sip_edit_ruri(&e, t("sip:b@192.0.2.4:5070")), SIP_EDIT_OK);
        assert_int_equal(sip_edit_max_forwards(&e), SIP_EDIT_OK);
        assert_int_equal(sip_edit_route_pop(&e), SIP_EDIT_OK);
        assert_int_equal(sip_edit_record_route(&e, t("sip:us;lr")), SIP_EDIT_OK);
        assert_int_equal(sip_edit_via_received(&e, t("192.0.2.1"), 5061), SIP_EDIT_OK);
        assert_int_equal(sip_edit_via_push(&e, &udp), SIP_EDIT_OK);
        expect(&e, "INVITE sip:b@192.0.2.4:5070 SIP/2.0\r\n"
                   "Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKabc\r\n"
                   "Via: SIP/2.0/UDP h;branch=z9hG4bKx;received=192.0.2.1\r\n"
                   "Record-Route: <sip:us;lr>\r\n"
                   "Max-Forwards: 69\r\nRoute: <sip:next;lr>\r\n" BACK END);
        close_text();
}

static void nothing_changes_nothing(void **state)
{
        struct sip_edit e = open_text(LINE VIA MF BACK END);

        (void)state;
        expect(&e, LINE VIA MF BACK END);
        assert_int_equal(sip_edit_shift(&e, 0), 0);
        close_text();
}

static void what_may_not_be_edited(void **state)
{
        static const char faulty[] = LINE VIA MF "From: <sip:a@h\r\n" END;
        static const char response[] = "SIP/2.0 200 OK\r\n" VIA BACK END;
        static const char lf[] =
            "OPTIONS sip:h SIP/2.0\nVia: SIP/2.0/UDP h\nFrom: <sip:a@h>;tag=1\n"
            "To: <sip:b@h>\nCall-ID: c\nCSeq: 1 OPTIONS\n\n";
        struct sip_edit e = open_text(faulty);
        size_t size, len;
        uint8_t out[8];

        (void)state;
        assert_int_equal(sip_edit_max_forwards(&e), SIP_EDIT_MESSAGE);
        assert_int_equal(sip_edit_size(&e, &size), SIP_EDIT_MESSAGE);
        assert_int_equal(sip_edit_apply(&e, out, sizeof(out), &len), SIP_EDIT_MESSAGE);
        close_text();
        e = open_text(response);
        assert_int_equal(sip_edit_ruri(&e, t("sip:h")), SIP_EDIT_MESSAGE);
        e = list(&w.m);
        assert_int_equal(sip_edit_max_forwards(&e), SIP_EDIT_MESSAGE);
        close_text();
        e = open_text(lf);
        assert_int_equal(sip_edit_via_push(&e, &udp), SIP_EDIT_ODD);
        close_text();
        e = open_text(LINE VIA MF BACK); /* no empty line */
        assert_int_equal(sip_edit_hdr_remove(&e, 0), SIP_EDIT_ODD);
        close_text();
        e = open_text("");
        assert_int_equal(sip_edit_via_pop(&e), SIP_EDIT_MESSAGE);
        close_text();
        e = open_text(LINE VIA MF BACK END);
        assert_int_equal(sip_edit_hdr_remove(&e, w.m.hdr_cnt), SIP_EDIT_INVALID);
        e = list(&w.m);
        assert_int_equal(sip_edit_hdr_insert(&e, w.m.hdr_cnt + 1u, t("A"), t("")),
                         SIP_EDIT_INVALID);
        e = list(&w.m);
        assert_int_equal(sip_edit_hdr_replace(&e, 99, t("")), SIP_EDIT_INVALID);
        e = list(&w.m);
        assert_int_equal(sip_edit_hdr_remove_all(&e, SIP_HDR_OTHER), SIP_EDIT_MESSAGE);
        e = list(&w.m);
        assert_int_equal(sip_edit_splice(&e, w.m.len + 1, 0, t("")), SIP_EDIT_INVALID);
        e = list(&w.m);
        assert_int_equal(sip_edit_splice(&e, 1, w.m.len, t("")), SIP_EDIT_INVALID);
        close_text();
        assert_string_equal(sip_edit_status_name(SIP_EDIT_CNT), "unknown");
}

static void overlaps(void **state)
{
        static const struct {
                uint32_t at, cut, at2, cut2;
                enum sip_edit_status want;
        } rows[] = {
            {10, 5, 12, 0, SIP_EDIT_OVERLAP}, {10, 5, 12, 9, SIP_EDIT_OVERLAP},
            {10, 5, 10, 5, SIP_EDIT_OVERLAP}, {10, 5, 10, 1, SIP_EDIT_OVERLAP},
            {12, 0, 10, 5, SIP_EDIT_OVERLAP}, {12, 2, 10, 3, SIP_EDIT_OVERLAP},
            {10, 5, 8, 20, SIP_EDIT_OVERLAP}, {10, 5, 10, 0, SIP_EDIT_OK},
            {10, 5, 15, 0, SIP_EDIT_OK},      {10, 5, 15, 5, SIP_EDIT_OK},
            {10, 5, 5, 5, SIP_EDIT_OK},       {10, 0, 10, 5, SIP_EDIT_OK},
            {10, 0, 10, 0, SIP_EDIT_OK},      {10, 0, 5, 5, SIP_EDIT_OK},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct sip_edit e = open_text(LINE VIA MF BACK END);

                assert_int_equal(sip_edit_splice(&e, rows[i].at, rows[i].cut, t("a")), SIP_EDIT_OK);
                assert_int_equal(sip_edit_splice(&e, rows[i].at2, rows[i].cut2, t("b")),
                                 rows[i].want);
                close_text();
        }
}

/* What may stand in a message once is not inserted twice. */
static void twice(void **state)
{
        struct sip_edit e = open_text(LINE VIA BACK "\r\n");

        (void)state;
        assert_int_equal(sip_edit_max_forwards(&e), SIP_EDIT_OK);
        assert_int_equal(sip_edit_max_forwards(&e), SIP_EDIT_OVERLAP);
        e = list(&w.m);
        assert_int_equal(sip_edit_content_length(&e, 0), SIP_EDIT_OK);
        assert_int_equal(sip_edit_content_length(&e, 0), SIP_EDIT_OVERLAP);
        e = list(&w.m);
        assert_int_equal(sip_edit_via_received(&e, t("192.0.2.1"), 1), SIP_EDIT_OK);
        assert_int_equal(sip_edit_via_received(&e, t("192.0.2.1"), 1), SIP_EDIT_OVERLAP);
        e = list(&w.m);
        for (unsigned i = 0; i < 3; i++)
                assert_int_equal(sip_edit_via_push(&e, &udp), SIP_EDIT_OK);
        close_text();
}

static void limits(void **state)
{
        static char in[SIP_MSG_BYTES_MAX];
        static const char head[] = LINE VIA MF BACK "\r\n";
        struct sip_edit e;
        size_t size, n;

        (void)state;
        memset(in, 'x', sizeof(in));
        memcpy(in, head, sizeof(head) - 1);
        whole_parse(&w, in, sizeof(in));
        e = list(&w.m);
        assert_int_equal(sip_edit_via_push(&e, &udp), SIP_EDIT_OK);
        assert_int_equal(sip_edit_size(&e, &size), SIP_EDIT_TOO_LONG);
        /* room that an edit makes counts */
        assert_int_equal(sip_edit_splice(&e, 60000, 5000, t("")), SIP_EDIT_OK);
        assert_int_equal(sip_edit_size(&e, &size), SIP_EDIT_OK);
        close_text();

        /* 128 headers and 128 Vias are all there may be */
        n = (size_t)snprintf(in, sizeof(in), LINE MF BACK "Via: SIP/2.0/UDP h");
        for (unsigned i = 1; i < 127; i++)
                n += (size_t)snprintf(in + n, sizeof(in) - n, ",SIP/2.0/UDP h");
        n += (size_t)snprintf(in + n, sizeof(in) - n, "\r\n\r\n");
        whole_parse(&w, in, n);
        e = list(&w.m);
        assert_int_equal(sip_edit_via_push(&e, &udp), SIP_EDIT_OK);
        assert_int_equal(sip_edit_via_push(&e, &udp), SIP_EDIT_TOO_LONG);
        close_text();
        n = (size_t)snprintf(in, sizeof(in), LINE VIA MF BACK);
        for (unsigned i = 6; i < 127; i++)
                n += (size_t)snprintf(in + n, sizeof(in) - n, "A: b\r\n");
        n += (size_t)snprintf(in + n, sizeof(in) - n, "\r\n");
        whole_parse(&w, in, n);
        e = list(&w.m);
        assert_int_equal(sip_edit_hdr_insert(&e, 0, t("B"), t("")), SIP_EDIT_OK);
        assert_int_equal(sip_edit_hdr_insert(&e, 0, t("B"), t("")), SIP_EDIT_TOO_LONG);
        close_text();

        e = open_text(LINE VIA MF BACK END);
        for (unsigned i = 0; i < SIP_EDIT_SPLICES_USUAL; i++)
                assert_int_equal(sip_edit_splice(&e, i, 0, t("")), SIP_EDIT_OK);
        assert_int_equal(sip_edit_splice(&e, 99, 0, t("")), SIP_EDIT_FULL);
        e = list(&w.m);
        assert_int_equal(
            sip_edit_splice(&e, 0, 0, (struct sip_text){in, SIP_EDIT_TEXT_BYTES_USUAL}),
            SIP_EDIT_OK);
        assert_int_equal(sip_edit_splice(&e, 0, 0, t("x")), SIP_EDIT_FULL);
        close_text();
}

/* The shorter side: what is in front of a Via near the top, or what is behind a trailer. */
static void shorter_side(void **state)
{
        struct sip_edit e = open_text(LINE VIA MF BACK END);

        (void)state;
        (void)sip_edit_via_push(&e, &udp);
        assert_int_equal(sip_edit_shift(&e, 42), -e.growth);
        assert_int_equal(sip_edit_shift(&e, 4000), 0);
        e = list(&w.m);
        (void)sip_edit_content_length(&e, 99999);
        assert_int_equal(sip_edit_shift(&e, 42), 0);
        close_text();
}

/* Splices anywhere, of any size, in any order: written elsewhere, in place, and as a plain loop
 * over the sorted list has it, three times the same. */
static void random_splices(void **state)
{
        struct rng r = rng_seeded("random splices");
        static const char filler[] = "abcdefghijklmnopqrstuvwxyz0123456789";
        static const char in[] = LINE VIA MF BACK END;
        unsigned refused = 0;

        (void)state;
        for (unsigned i = 0; i < 20000; i++) {
                struct sip_edit e = open_text(in);
                unsigned want = (unsigned)rng_below(&r, 12);
                uint8_t plain[ROOM];
                size_t n = 0, from = 0, size;

                for (unsigned k = 0; k < want; k++) {
                        uint32_t at = (uint32_t)rng_below(&r, w.m.len + 1);
                        uint32_t cut = (uint32_t)rng_below(&r, 20);
                        struct sip_edit before = e;

                        if (cut > w.m.len - at)
                                cut = w.m.len - at;
                        if (sip_edit_splice(&e, at, cut,
                                            (struct sip_text){filler, rng_below(&r, 36)}) !=
                            SIP_EDIT_OK) {
                                e = before;
                                refused++;
                        }
                }
                for (unsigned k = 0; k < e.splice_cnt; k++) {
                        struct sip_splice s = e.splices[k];

                        while (from < s.at)
                                plain[n++] = w.m.buf[from++];
                        for (unsigned o = 0; o < s.len; o++)
                                plain[n++] = e.text[s.text + o];
                        from += s.cut;
                }
                while (from < w.m.len)
                        plain[n++] = w.m.buf[from++];
                const uint8_t *out = written(&e, &size);

                assert_int_equal(size, n);
                assert_memory_equal(out, plain, n);
                close_text();
        }
        assert_true(refused > 1000);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(what_a_proxy_does),
            cmocka_unit_test(nothing_changes_nothing),
            cmocka_unit_test(what_may_not_be_edited),
            cmocka_unit_test(overlaps),
            cmocka_unit_test(twice),
            cmocka_unit_test(limits),
            cmocka_unit_test(shorter_side),
            cmocka_unit_test(random_splices),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
