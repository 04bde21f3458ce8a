/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sip_edit_route.c - Route and Record-Route, by the exact result.
 */
#include "tests/parser/edits.h"

/* name of the edit: pop, push, to_strict, from_strict, record */
static enum sip_edit_status route_edit(struct sip_edit *e, char what)
{
        switch (what) {
        case 'p':
                return sip_edit_route_pop(e);
        case 'r':
                return sip_edit_record_route(e, t("sip:[2001:db8::1]:5060;lr;x=y"));
        case 'k':
                return sip_edit_lines_known(
                    e, sip_edit_place(e->msg, SIP_HDR_RECORD_ROUTE),
                    &(const struct sip_edit_lines){
                        t("Record-Route: <sip:t0ken@192.0.2.1:5060;lr>\r\n"), 1, 0});
        case 't':
                return sip_edit_route_to_strict(e);
        case 'f':
                return sip_edit_route_from_strict(e);
        default:
                return sip_edit_route_push(e, t("sips:p0;lr"));
        }
}

static void routes(void **state)
{
        static const struct {
                char what;
                const char *in, *out; /* between Max-Forwards and From */
                const char *ruri;     /* of the result, NULL = as it was */
        } rows[] = {
            {'p', "Route: <sip:a;lr>\r\nX-A: z\r\nRoute: <sip:b;lr>\r\n",
             "X-A: z\r\nRoute: <sip:b;lr>\r\n", NULL},
            {'p', "Route: <sip:a;lr>;x=y , \"B, b\" <sip:b;lr>\r\n",
             "Route: \"B, b\" <sip:b;lr>\r\n", NULL},
            {'+', "X-A: z\r\nRoute: <sip:b;lr>\r\n",
             "X-A: z\r\nRoute: <sips:p0;lr>\r\nRoute: <sip:b;lr>\r\n", NULL},
            {'r', "Record-Route: <sip:b;lr>\r\n",
             "Record-Route: <sip:[2001:db8::1]:5060;lr;x=y>\r\nRecord-Route: <sip:b;lr>\r\n", NULL},
            {'k', "X-A: z\r\nRecord-Route: <sip:b;lr>\r\n",
             "X-A: z\r\nRecord-Route: <sip:t0ken@192.0.2.1:5060;lr>\r\n"
             "Record-Route: <sip:b;lr>\r\n",
             NULL},
            /* RFC 3261 16.12.1.2: p1 routes strictly */
            {'t', "Route: <sip:p1>,<sip:p2;lr>\r\nRoute: <sip:p3;lr>\r\nX-A: z\r\n",
             "Route: <sip:p2;lr>\r\nRoute: <sip:p3;lr>\r\nRoute: <sip:b@h>\r\nX-A: z\r\n",
             "sip:p1"},
            {'t', "X-A: y\r\nRoute: <sip:p1?subject=x>\r\nX-A: z\r\n",
             "X-A: y\r\nRoute: <sip:b@h>\r\nX-A: z\r\n", "sip:p1"},
            {'f', "Route: <sip:p1;lr>,<sip:p2;lr>\r\nRoute: <sip:p3;lr> , <sip:u@d>;x\r\n",
             "Route: <sip:p1;lr>,<sip:p2;lr>\r\nRoute: <sip:p3;lr>\r\n", "sip:u@d"},
            {'f', "Route: <sip:p1;lr>\r\nRoute: <sip:u@d>\r\n", "Route: <sip:p1;lr>\r\n",
             "sip:u@d"},
            {'f', "Route: <sip:u@d>\r\n", "", "sip:u@d"},
            /* a comma with nothing behind it */
            {'f', "Route: <sip:p>,<sip:u@d>,\r\n", "Route: <sip:p>,\r\n", "sip:u@d"},
            {'p', "Route: <sip:u@d> ,\r\n", "", NULL},
        };
        char in[1024], want[1024];
        struct sip_edit e;

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                const char *ruri = rows[i].ruri ? rows[i].ruri : "sip:b@h";

                snprintf(in, sizeof(in), LINE VIA MF "%s" BACK END, rows[i].in);
                snprintf(want, sizeof(want), "INVITE %s SIP/2.0\r\n" VIA MF "%s" BACK END, ruri,
                         rows[i].out);
                e = open_text(in);
                (void)route_edit(&e, rows[i].what);
                expect(&e, want);
                close_text();
        }
        for (const char *what = "ptf"; *what != '\0'; what++) {
                e = open_text(LINE VIA MF BACK END);
                assert_int_equal(route_edit(&e, *what), SIP_EDIT_MESSAGE);
                close_text();
        }
        e = open_text(LINE VIA MF BACK END);
        (void)route_edit(&e, '+');
        expect(&e, LINE VIA "Route: <sips:p0;lr>\r\n" MF BACK END);
        close_text();
        /* a URI with a fold in it may not come into the start line */
        e = open_text(LINE VIA MF "Route: <sip:p1;x\r\n ;y>\r\n" BACK END);
        assert_int_equal(route_edit(&e, 't'), SIP_EDIT_ODD);
        close_text();
}

static void trim_and_append(void **state)
{
        static const struct {
                uint32_t front;
                bool last, append;
                const char *in, *out; /* NULL: MESSAGE */
        } rows[] = {
            {2, false, false, "Route: <sip:a;lr>, <sip:b;lr> , <sip:c;lr>\r\n",
             "Route: <sip:c;lr>\r\n"},
            {2, false, false, "Route: <sip:a;lr>\r\nX-A: z\r\nRoute: <sip:b;lr>,<sip:c;lr>\r\n",
             "X-A: z\r\nRoute: <sip:c;lr>\r\n"},
            {1, true, false, "Route: <sip:a;lr>,<sip:b;lr>,<sip:c>\r\n", "Route: <sip:b;lr>\r\n"},
            {1, true, false, "Route: <sip:a;lr>,<sip:c>\r\nX-A: z\r\n", "X-A: z\r\n"},
            {1, true, false, "Route: <sip:a;lr>\r\nRoute: <sip:b;lr>\r\nRoute: <sip:c>\r\n",
             "Route: <sip:b;lr>\r\n"},
            {0, true, false, "Route: <sip:a;lr>\r\nRoute: <sip:b;lr> , <sip:c>\r\n",
             "Route: <sip:a;lr>\r\nRoute: <sip:b;lr>\r\n"},
            {0, false, true, "Route: <sip:a;lr>\r\nX-A: z\r\n",
             "Route: <sip:a;lr>\r\nRoute: <sip:z;x>\r\nX-A: z\r\n"},
            {1, false, true, "Route: <sip:a>\r\nX-A: z\r\n", "Route: <sip:z;x>\r\nX-A: z\r\n"},
            {1, true, true, "Route: <sip:a;lr>,<sip:c>\r\n", "Route: <sip:z;x>\r\n"},
            {2, false, false, "Route: <sip:a;lr>\r\n", NULL},
            {1, true, false, "Route: <sip:a;lr>\r\n", NULL},
            {0, true, false, "", NULL},
        };
        char in[1024], want[1024];

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct sip_edit e;

                snprintf(in, sizeof(in), LINE VIA MF "%s" BACK END, rows[i].in);
                e = open_text(in);
                (void)sip_edit_route_trim(&e, rows[i].front, rows[i].last);
                if (rows[i].append)
                        (void)sip_edit_route_append(&e, t("sip:z;x"));
                if (rows[i].out == NULL) {
                        assert_int_equal(e.status, SIP_EDIT_MESSAGE);
                } else {
                        snprintf(want, sizeof(want), LINE VIA MF "%s" BACK END, rows[i].out);
                        expect(&e, want);
                }
                close_text();
        }
}

/* From one value to the next over all fields, by reading or by knowing where they end. */
static void places(void **state)
{
        static const char *const uris[] = {"sip:f", "sip:g", "sip:h;lr", "sip:i"};
        static const char *const kept[] = {
            "Route: <sip:f>\r\nRoute: <sip:g> , <sip:h;lr>\r\nX: y\r\nRoute: <sip:i>\r\n",
            "Route: <sip:g> , <sip:h;lr>\r\nX: y\r\nRoute: <sip:i>\r\n",
            "Route: <sip:h;lr>\r\nX: y\r\nRoute: <sip:i>\r\n",
            "X: y\r\nRoute: <sip:i>\r\n",
            "X: y\r\n",
        };
        char in[1024], want[1024];
        struct sip_route a;

        (void)state;
        for (uint32_t n = 0; n <= 4; n++) {
                struct sip_route_place p, skipped;
                struct sip_edit e;

                snprintf(in, sizeof(in), LINE VIA MF "%s" BACK END, kept[0]);
                e = open_text(in);
                p = skipped = sip_route_begin(&w.m);
                for (uint32_t k = 0; k < n; k++) {
                        assert_true(sip_route_next(&w.m, &p, &a));
                        probe_span(w.m.buf, a.addr.uri.all, uris[k]);
                        uint32_t end = (uint32_t)a.addr.all.off + a.addr.all.len;

                        assert_false(sip_route_skip(&w.m, &skipped, end - 1));
                        /* white space before a comma is not skipped: it has to be read */
                        if (!sip_route_skip(&w.m, &skipped, end))
                                skipped = p;
                        assert_int_equal(skipped.hdr, p.hdr);
                        assert_int_equal(skipped.at, p.at);
                }
                (void)sip_edit_route_keep(&e, p);
                snprintf(want, sizeof(want), LINE VIA MF "%s" BACK END, kept[n]);
                expect(&e, want);
                close_text();
        }
        struct sip_edit e;

        (void)open_text(LINE VIA MF "Route: <sip:f>\r\nRoute: sip:g\r\n" BACK END);
        struct sip_route_place p = sip_route_begin(&w.m);

        assert_true(sip_route_next(&w.m, &p, &a));
        assert_false(sip_route_next(&w.m, &p, &a));
        close_text();
        e = open_text(LINE VIA MF "Route: <sip:f>\r\n" BACK END);
        p = sip_route_begin(&w.m);
        assert_int_equal(sip_edit_route_keep(&e, (struct sip_route_place){p.hdr, p.at - 1}),
                         SIP_EDIT_INVALID);
        e = list(&w.m);
        assert_int_equal(sip_edit_route_keep(&e, (struct sip_route_place){0, p.at}),
                         SIP_EDIT_INVALID);
        close_text();
        (void)open_text(LINE VIA MF BACK END);
        p = sip_route_begin(&w.m);
        assert_false(sip_route_next(&w.m, &p, &a));
        close_text();
}

static void route_reads(void **state)
{
        static const struct {
                const char *uri;
                bool loose;
        } rows[] = {
            {"sip:h;lr", true},        {"sip:h;LR=on;x", true}, {"sip:h;transport=udp;lr", true},
            {"sip:h;x\r\n ;lr", true}, {"sip:h", false},        {"sip:h;lrx", false},
            {"sip:h;x=lr", false},     {"sip:lr@h;xlr", false},
        };
        struct sip_route a;

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char in[1024];

                snprintf(in, sizeof(in),
                         LINE VIA MF "Route: <sip:f>\r\nRoute: <sip:g>,<%s>\r\n" BACK END,
                         rows[i].uri);
                (void)open_text(in);
                assert_true(sip_route_first(&w.m, &a));
                probe_span(w.m.buf, a.addr.uri.all, "sip:f");
                assert_true(sip_route_last(&w.m, &a));
                probe_span(w.m.buf, a.addr.uri.all, rows[i].uri);
                assert_int_equal(a.lr, rows[i].loose);
                close_text();
        }
        (void)open_text(LINE VIA MF BACK END);
        assert_false(sip_route_first(&w.m, &a));
        assert_false(sip_route_last(&w.m, &a));
        close_text();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(routes),
            cmocka_unit_test(trim_and_append),
            cmocka_unit_test(places),
            cmocka_unit_test(route_reads),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
