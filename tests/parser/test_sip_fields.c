/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/whole.h"

#define R SIP_VERDICT_REJECT
#define N SIP_VERDICT_NORMALISE
#define A SIP_VERDICT_ACCEPT

/* A header beside the mandatory ones. */
static void beside(void **state)
{
        static const struct {
                const char *line;
                enum sip_verdict verdict;
                enum sip_anomaly reason;
        } rows[] = {
            {"Contact: *", A, SIP_ANOM_NONE},
            {"Contact: <sip:a@h>;q=0.5;expires=3600, sip:b@h", A, SIP_ANOM_NONE},
            {"m: *, <sip:a@h>", R, SIP_ANOM_CONTACT_SYNTAX},
            {"Contact: *\r\nContact: <sip:a@h>", R, SIP_ANOM_CONTACT_SYNTAX},
            {"Contact: <sip:a@h>\r\nm: *", R, SIP_ANOM_CONTACT_SYNTAX},
            {"Contact: <sip:a@h>,", N, SIP_ANOM_LIST_EMPTY_LAST},
            {"Contact: <sip:a@h> ,\r\nm: <sip:b@h>", N, SIP_ANOM_LIST_EMPTY_LAST},
            {"Contact: *,", R, SIP_ANOM_CONTACT_SYNTAX},
            {"Contact: ,", R, SIP_ANOM_CONTACT_SYNTAX},
            {"Contact: <sip:a@h>,,", R, SIP_ANOM_CONTACT_SYNTAX},
            {"Contact: <sip:a@h>;;q=0.5", N, SIP_ANOM_PARAM_EMPTY},
            {"Contact: <sip:a@h>;;q=2", R, SIP_ANOM_CONTACT_SYNTAX},
            {"Contact: <sip:a@h>;q=0.5>", R, SIP_ANOM_CONTACT_SYNTAX},
            {"Contact: ,<sip:a@h>", R, SIP_ANOM_CONTACT_SYNTAX},
            {"Contact: <sip:a@h>,,<sip:b@h>", R, SIP_ANOM_CONTACT_SYNTAX},
            {"Contact:", R, SIP_ANOM_CONTACT_SYNTAX},
            {"Contact: <sip:a@h>;q=2", R, SIP_ANOM_CONTACT_SYNTAX},
            {"Contact: <sip:a@h>;q=1.001", R, SIP_ANOM_CONTACT_SYNTAX},
            {"Contact: <sip:a@h>;q=0.1234", R, SIP_ANOM_CONTACT_SYNTAX},
            {"Contact: <sip:a@h>;expires=", R, SIP_ANOM_CONTACT_SYNTAX},
            {"Contact: <sip:a@h>;expires", R, SIP_ANOM_DELTA_SYNTAX},
            {"Contact: <sip:a@h>;expires=-1", R, SIP_ANOM_DELTA_SYNTAX},
            {"Contact: <sip:a@h>;expires=280297596632815", R, SIP_ANOM_DELTA_RANGE},
            {"Route: <sip:a@h;lr>, <sip:b@h;lr>;x=y", A, SIP_ANOM_NONE},
            {"Route: sip:a@h;lr", R, SIP_ANOM_ROUTE_SYNTAX},
            {"Record-Route: <sip:a@h;;lr>", R, SIP_ANOM_ROUTE_SYNTAX},
            {"Record-Route: <sip:a@h;lr>,", N, SIP_ANOM_LIST_EMPTY_LAST},
            {"Route: <sip:a@h;lr>,\r\n <sip:b@h;lr>,\r\nX: 1", N, SIP_ANOM_HDR_FOLDED},
            {"Route: <sip:a@h;lr>,,", R, SIP_ANOM_ROUTE_SYNTAX},
            {"Expires: 4294967295", A, SIP_ANOM_NONE},
            {"Expires: 4294967296", R, SIP_ANOM_DELTA_RANGE},
            {"Expires: soon", R, SIP_ANOM_DELTA_SYNTAX},
            {"Min-Expires:", R, SIP_ANOM_DELTA_SYNTAX},
            {"Retry-After: 120 (I'm in a meeting)", A, SIP_ANOM_NONE},
            {"Retry-After: 120;duration=3600", A, SIP_ANOM_NONE},
            {"Retry-After: 949302838503028349304023988", R, SIP_ANOM_DELTA_RANGE},
            {"Date: Fri, 01 Jan 2010 16:00:00 EST", R, SIP_ANOM_DATE_SYNTAX},
            {"Date: Sat, 13 Nov 2010 23:29:00 GMT", A, SIP_ANOM_NONE},
            {"Date: Sat,\r\n 13 Nov 2010 23:29:00 GMT", N, SIP_ANOM_HDR_FOLDED},
            {"Date: Sat,\r\n 13 Nov 2010 23:29:00", R, SIP_ANOM_DATE_SYNTAX},
            {"From: <sip:x@h>;tag=2", R, SIP_ANOM_DUP_SINGLETON},
            {"f: <sip:x@h>;tag=2", R, SIP_ANOM_DUP_SINGLETON},
            {"T: <sip:x@h>", R, SIP_ANOM_DUP_SINGLETON},
            {"i: c@h", R, SIP_ANOM_DUP_SINGLETON},
            {"CSeq: 1 OPTIONS", R, SIP_ANOM_DUP_SINGLETON},
            {"Max-Forwards: 70", R, SIP_ANOM_DUP_SINGLETON},
            {"Content-Type: a/b\r\nc: a/b", R, SIP_ANOM_DUP_SINGLETON},
            {"Content-Length: 0\r\nl: 0", R, SIP_ANOM_DUP_SINGLETON},
            {"Content-Length: 0\r\nl: 1", R, SIP_ANOM_CONTENT_LENGTH_CONFLICT},
            {"Allow: INVITE\r\nAllow: ACK", A, SIP_ANOM_NONE},
            {"Unknown: ;;,,;;,;", A, SIP_ANOM_NONE},
            {"Unknown: \"a\\\001\"", A, SIP_ANOM_NONE},
            {"Subject: \"a\\\001\"", R, SIP_ANOM_HDR_CTL},
            {"User-Agent: \"a\\\001\"", R, SIP_ANOM_HDR_CTL},
            {"Route: <sip:*21#@h;lr>", R, SIP_ANOM_URI_USER_HASH},
            {"From-Person: x", A, SIP_ANOM_NONE},
            {"v: SIP/2.0/TCP g;branch=z9hG4bKy, SIP/2.0/UDP f", A, SIP_ANOM_NONE},
            {"v: SIP/2.0/TCP g,", R, SIP_ANOM_VIA_SYNTAX},
            {"v:", R, SIP_ANOM_VIA_SYNTAX},
            {"l: 0", A, SIP_ANOM_NONE},
            {"l:", R, SIP_ANOM_CONTENT_LENGTH_SYNTAX},
            {"l: -999", R, SIP_ANOM_CONTENT_LENGTH_SYNTAX},
            {"l: +5", R, SIP_ANOM_CONTENT_LENGTH_SYNTAX},
            {"l: 0 0", R, SIP_ANOM_CONTENT_LENGTH_SYNTAX},
            {"l: 0,0", R, SIP_ANOM_CONTENT_LENGTH_SYNTAX},
            {"l:\r\n 0", R, SIP_ANOM_CONTENT_LENGTH_SYNTAX},
            {"l: 0\r\n 0", R, SIP_ANOM_CONTENT_LENGTH_SYNTAX},
            {"l: 4294967296", R, SIP_ANOM_CONTENT_LENGTH_RANGE},
            {"l: 4294967328", R, SIP_ANOM_CONTENT_LENGTH_RANGE},
            {"l: 18446744073709551616", R, SIP_ANOM_CONTENT_LENGTH_RANGE},
            {"l: 2147483609", R, SIP_ANOM_CONTENT_LENGTH_BEYOND},
            {"l: 1", R, SIP_ANOM_CONTENT_LENGTH_BEYOND},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char text[1024];
                int n = snprintf(text, sizeof(text),
                                 WHOLE_START WHOLE_HEADERS("OPTIONS") "%s\r\n\r\n", rows[i].line);

                whole_expect(text, (size_t)n, rows[i].verdict, rows[i].reason);
        }
}

/* A mandatory header replaced by something else, or left out (""). */
static void instead(void **state)
{
        static const char *const good[] = {WHOLE_VIA,
                                           WHOLE_FROM,
                                           WHOLE_TO,
                                           WHOLE_CALL_ID,
                                           "Max-Forwards: 70\r\n",
                                           "CSeq: 1 OPTIONS\r\n"};
        static const struct {
                unsigned which;
                const char *line;
                enum sip_verdict verdict;
                enum sip_anomaly reason;
        } rows[] = {
            {0, "", R, SIP_ANOM_VIA_MISSING},
            {0, "Via:\r\n", R, SIP_ANOM_VIA_SYNTAX},
            {0, "Via: SIP/2.0/UDP h;branch=z9hG4bK\r\n", A, SIP_ANOM_NONE},
            {0, "Via: SIP/2.0/UDP h\r\n", A, SIP_ANOM_NONE},
            {1, "", R, SIP_ANOM_FROM_MISSING},
            {1, "From:\r\n", R, SIP_ANOM_FROM_SYNTAX},
            {0, "Via: SIP/2.0/UDP h;;branch=z9hG4bKq\r\n", N, SIP_ANOM_PARAM_EMPTY},
            {0, "Via: SIP/2.0/UDP h;branch=z9hG4bKq;;\r\n", R, SIP_ANOM_VIA_SYNTAX},
            {0, "Via: SIP/2.0/UDP h;branch=z9hG4bKq;\r\n", R, SIP_ANOM_VIA_SYNTAX},
            {1, "From: <sip:a@h>;;tag=1\r\n", N, SIP_ANOM_PARAM_EMPTY},
            {1, "From: sip:a@h;tag=1,\r\n", R, SIP_ANOM_FROM_SYNTAX},
            {1, "From: <sip:a@h>;tag=1>\r\n", N, SIP_ANOM_ADDR_STRAY_BRACKET},
            {1, "From: <sip:a@h>;tag=1;x >\r\n", N, SIP_ANOM_ADDR_STRAY_BRACKET},
            {1, "From: <sip:a@h>;tag=1>>\r\n", R, SIP_ANOM_FROM_SYNTAX},
            {1, "From: <sip:a@h>;tag=1;>\r\n", R, SIP_ANOM_FROM_SYNTAX},
            {1, "From: <sip:a@h>;tag=1;x=>\r\n", R, SIP_ANOM_FROM_SYNTAX},
            {1, "From: <sip:a@h>;tag=1>;x=2\r\n", R, SIP_ANOM_FROM_SYNTAX},
            {1, "From: <sip:a@h>;x=1>\r\n", R, SIP_ANOM_FROM_SYNTAX},
            {1, "From: <sip:a@h>>\r\n", R, SIP_ANOM_FROM_SYNTAX},
            {1, "From: sip:a@h;tag=1>\r\n", R, SIP_ANOM_FROM_SYNTAX},
            {1, "From: *\r\n", R, SIP_ANOM_FROM_SYNTAX},
            {1, "From: <sip:a@h>;tag=\r\n", R, SIP_ANOM_FROM_SYNTAX},
            {1, "From: <sip:a@h>\r\n", A, SIP_ANOM_NONE},
            {1, "From: sip:a@h;tag=1, sip:b@h;tag=2\r\n", R, SIP_ANOM_FROM_SYNTAX},
            {2, "", R, SIP_ANOM_TO_MISSING},
            {2, "To:\r\n", R, SIP_ANOM_TO_SYNTAX},
            {2, "To: \"x <sip:b@h>\r\n", R, SIP_ANOM_TO_SYNTAX},
            {2, "To: <sip:b@h>;tag=a;tag=b\r\n", R, SIP_ANOM_TO_SYNTAX},
            {2, "To: x<sip:b@h>\r\n", N, SIP_ANOM_ADDR_NO_LWS},
            {3, "", R, SIP_ANOM_CALL_ID_MISSING},
            {3, "Call-ID:\r\n", R, SIP_ANOM_CALL_ID_SYNTAX},
            {3, "Call-ID: a@\r\n", R, SIP_ANOM_CALL_ID_SYNTAX},
            {3, "Call-ID: @a\r\n", R, SIP_ANOM_CALL_ID_SYNTAX},
            {3, "Call-ID: a@b@c\r\n", R, SIP_ANOM_CALL_ID_SYNTAX},
            {3, "Call-ID: a b\r\n", R, SIP_ANOM_CALL_ID_SYNTAX},
            {3, "Call-ID: a,b\r\n", R, SIP_ANOM_CALL_ID_SYNTAX},
            {3, "Call-ID: ()<>:\\/\"[]?{}%ZK@~\r\n", A, SIP_ANOM_NONE},
            {4, "", A, SIP_ANOM_NONE},
            {4, "Max-Forwards: 0\r\n", A, SIP_ANOM_NONE},
            {4, "Max-Forwards: 0068\r\n", A, SIP_ANOM_NONE},
            {4, "Max-Forwards: 255\r\n", A, SIP_ANOM_NONE},
            {4, "Max-Forwards: 256\r\n", R, SIP_ANOM_MAX_FORWARDS_RANGE},
            {4, "Max-Forwards: -1\r\n", R, SIP_ANOM_MAX_FORWARDS_SYNTAX},
            {4, "Max-Forwards:\r\n", R, SIP_ANOM_MAX_FORWARDS_SYNTAX},
            {5, "", R, SIP_ANOM_CSEQ_MISSING},
            {5, "CSeq: 1 INVITE\r\n", R, SIP_ANOM_CSEQ_METHOD_MISMATCH},
            {5, "CSeq: 1 options\r\n", R, SIP_ANOM_CSEQ_METHOD_MISMATCH},
            {5, "CSeq: 2147483648 OPTIONS\r\n", R, SIP_ANOM_CSEQ_RANGE},
            {5, "CSeq: OPTIONS\r\n", R, SIP_ANOM_CSEQ_SYNTAX},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char text[1024];
                size_t n = (size_t)snprintf(text, sizeof(text), WHOLE_START);

                for (unsigned k = 0; k < 6; k++)
                        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s",
                                              k == rows[i].which ? rows[i].line : good[k]);
                n += (size_t)snprintf(text + n, sizeof(text) - n, "\r\n");
                whole_expect(text, n, rows[i].verdict, rows[i].reason);
        }
}

static void values(void **state)
{
        static const char text[] =
            "INVITE sip:b@h SIP/2.0\r\n"
            "v: SIP/2.0/UDP p1:5062;branch=z9hG4bK1;rport, SIP/2.0/TCP p2\r\n"
            "Via: SIP/2.0/UDP p3;branch=z9hG4bK3\r\n"
            "f: \"A\" <sip:a@h>;tag=ft\r\nt: <sip:b@h>;tag=tt\r\ni: c@h\r\n"
            "CSeq: 77 INVITE\r\nMax-Forwards: 7\r\nm: <sip:a@1.2.3.4:5070>;x, <sip:z@h>\r\n"
            "c: text/plain\r\nl: 3\r\n\r\nabc";
        struct whole w;

        (void)state;
        whole_parse(&w, text, sizeof(text) - 1);
        assert_int_equal(w.j.verdict, A);
        assert_true(sip_anom_empty(&w.m.anomalies));
        assert_int_equal(w.m.via_cnt, 3);
        probe_span(w.m.buf, w.m.via.host, "p1");
        assert_int_equal(w.m.via.port, 5062);
        assert_true(w.m.via.has_rport && w.m.via.cookie);
        probe_span(w.m.buf, w.m.via.branch, "z9hG4bK1");
        probe_span(w.m.buf, w.m.from.display, "A");
        probe_span(w.m.buf, w.m.from.tag, "ft");
        probe_span(w.m.buf, w.m.to.tag, "tt");
        probe_span(w.m.buf, w.m.call_id, "c@h");
        assert_int_equal(w.m.cseq.number, 77);
        assert_int_equal(w.m.cseq.method, SIP_METHOD_INVITE);
        assert_int_equal(w.m.max_forwards, 7);
        probe_span(w.m.buf, w.m.contact.uri.host, "1.2.3.4");
        assert_int_equal(w.m.contact.uri.port, 5070);
        assert_int_equal(w.m.content_length, 3);
        assert_int_equal(w.m.body_len, 3);
        whole_end(&w);
}

/* After a duplicate, the first one is what the fields hold. */
static void first_wins(void **state)
{
        static const char text[] =
            WHOLE_START WHOLE_HEADERS("OPTIONS") "f: <sip:z@h>;tag=9\r\n\r\n";
        struct whole w;

        (void)state;
        whole_parse(&w, text, sizeof(text) - 1);
        probe_span(w.m.buf, w.m.from.tag, "1");
        whole_end(&w);
}

static void many_vias(void **state)
{
        static char text[8192];

        (void)state;
        for (unsigned vias = 128; vias <= 129; vias++) {
                size_t n =
                    (size_t)snprintf(text, sizeof(text),
                                     WHOLE_START WHOLE_FROM WHOLE_TO WHOLE_CALL_ID WHOLE_REST(
                                         "OPTIONS") "Via: SIP/2.0/UDP h");

                for (unsigned i = 1; i < vias; i++)
                        n += (size_t)snprintf(text + n, sizeof(text) - n, ",SIP/2.0/UDP h%u", i);
                n += (size_t)snprintf(text + n, sizeof(text) - n, "\r\n\r\n");
                whole_expect(text, n, vias == 128 ? A : R,
                             vias == 128 ? SIP_ANOM_NONE : SIP_ANOM_VIA_COUNT);
        }
}

static void long_values(void **state)
{
        static char text[4096];

        (void)state;
        for (int len = 512; len <= 513; len++) {
                int n = snprintf(text, sizeof(text),
                                 WHOLE_START WHOLE_VIA WHOLE_FROM WHOLE_TO WHOLE_REST(
                                     "OPTIONS") "Call-ID: %0*d\r\n\r\n",
                                 len, 7);

                whole_expect(text, (size_t)n, len == 512 ? A : R,
                             len == 512 ? SIP_ANOM_NONE : SIP_ANOM_CALL_ID_SYNTAX);
                n = snprintf(text, sizeof(text),
                             WHOLE_START WHOLE_HEADERS("OPTIONS") "N%0*d: x\r\n\r\n", len - 257, 7);
                whole_expect(text, (size_t)n, len == 512 ? A : R,
                             len == 512 ? SIP_ANOM_NONE : SIP_ANOM_HDR_NAME_TOO_LONG);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(beside),    cmocka_unit_test(instead),
            cmocka_unit_test(values),    cmocka_unit_test(first_wins),
            cmocka_unit_test(many_vias), cmocka_unit_test(long_values),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
