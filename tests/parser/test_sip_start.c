/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/whole.h"

#define R SIP_VERDICT_REJECT
#define N SIP_VERDICT_NORMALISE
#define A SIP_VERDICT_ACCEPT

static void lines(void **state)
{
        static const struct {
                const char *line;
                const char *cseq;
                enum sip_verdict verdict;
                enum sip_anomaly reason;
        } rows[] = {
            {"OPTIONS sip:b@h SIP/2.0", "OPTIONS", A, SIP_ANOM_NONE},
            {"RE%47IST%45R sip:h SIP/2.0", "RE%47IST%45R", A, SIP_ANOM_NONE},
            {"X tel:+1 SIP/2.0", "X", A, SIP_ANOM_NONE},
            {"OPTIONS sip:b@h sip/2.0", "OPTIONS", N, SIP_ANOM_VERSION_CASE},
            {"OPTIONS sip:b@h SIP/7.0", "OPTIONS", R, SIP_ANOM_VERSION},
            {"OPTIONS sip:b@h SIP/2.00", "OPTIONS", R, SIP_ANOM_VERSION},
            {"OPTIONS sip:b@h SIP/02.0", "OPTIONS", R, SIP_ANOM_VERSION},
            {"OPTIONS sip:b@h HTTP/1.1", "OPTIONS", R, SIP_ANOM_START_LINE},
            {"OPTIONS sip:b@h", "OPTIONS", R, SIP_ANOM_START_LINE},
            {"OPTIONS SIP/2.0", "OPTIONS", R, SIP_ANOM_START_LINE},
            {"OPTIONS", "OPTIONS", R, SIP_ANOM_START_LINE},
            {"options sip:b@h SIP/2.0", "options", R, SIP_ANOM_METHOD_CASE},
            {"Invite sip:b@h SIP/2.0", "INVITE", R, SIP_ANOM_METHOD_CASE},
            {"foo sip:b@h SIP/2.0", "foo", A, SIP_ANOM_NONE},
            {"OPTIONS  sip:b@h SIP/2.0", "OPTIONS", R, SIP_ANOM_START_LINE_SPACE},
            {"OPTIONS sip:b@h  SIP/2.0", "OPTIONS", R, SIP_ANOM_START_LINE_SPACE},
            {"OPTIONS\tsip:b@h SIP/2.0", "OPTIONS", R, SIP_ANOM_START_LINE_SPACE},
            {"OPTIONS sip:b@h SIP/2.0 ", "OPTIONS", R, SIP_ANOM_START_LINE_SPACE},
            {" OPTIONS sip:b@h SIP/2.0", "OPTIONS", R, SIP_ANOM_METHOD_TOKEN},
            {"OPT(ONS sip:b@h SIP/2.0", "OPT(ONS", R, SIP_ANOM_METHOD_TOKEN},
            {"OPT\xc3ONS sip:b@h SIP/2.0", "OPTIONS", R, SIP_ANOM_METHOD_TOKEN},
            {"OPTIONS <sip:b@h> SIP/2.0", "OPTIONS", R, SIP_ANOM_RURI_BRACKETS},
            {"OPTIONS sip:b@h; lr SIP/2.0", "OPTIONS", R, SIP_ANOM_RURI_SPACE},
            {"OPTIONS sip:b@h?x=y SIP/2.0", "OPTIONS", R, SIP_ANOM_RURI_HEADERS},
            {"OPTIONS sip:@h SIP/2.0", "OPTIONS", R, SIP_ANOM_RURI},
            {"OPTIONS sip:b%@h SIP/2.0", "OPTIONS", R, SIP_ANOM_RURI},
            {"OPTIONS * SIP/2.0", "OPTIONS", R, SIP_ANOM_RURI},
            {"SIP/2.0 200 OK", "OPTIONS", A, SIP_ANOM_NONE},
            {"SIP/2.0 699 ", "OPTIONS", A, SIP_ANOM_NONE},
            {"sip/2.0 100 Trying", "OPTIONS", N, SIP_ANOM_VERSION_CASE},
            {"SIP/2.0 100", "OPTIONS", R, SIP_ANOM_START_LINE},
            {"SIP/2.0", "OPTIONS", R, SIP_ANOM_START_LINE},
            {"SIP/2.0 ", "OPTIONS", R, SIP_ANOM_START_LINE},
            {"SIP/2.0  200 OK", "OPTIONS", R, SIP_ANOM_START_LINE_SPACE},
            {"SIP/2.0 abc OK", "OPTIONS", R, SIP_ANOM_START_LINE},
            {"SIP/2.0 99 x", "OPTIONS", R, SIP_ANOM_STATUS_RANGE},
            {"SIP/2.0 099 x", "OPTIONS", R, SIP_ANOM_STATUS_RANGE},
            {"SIP/2.0 700 x", "OPTIONS", R, SIP_ANOM_STATUS_RANGE},
            {"SIP/2.0 4294967301 x", "OPTIONS", R, SIP_ANOM_STATUS_RANGE},
            {"SIP/2.0 200OK", "OPTIONS", R, SIP_ANOM_START_LINE},
            {"SIP/7.0 200 OK", "OPTIONS", R, SIP_ANOM_VERSION},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char text[512];
                int n = snprintf(text, sizeof(text),
                                 "%s\r\n" WHOLE_VIA WHOLE_FROM WHOLE_TO WHOLE_CALL_ID
                                 "Max-Forwards: 70\r\nCSeq: 1 %s\r\n\r\n",
                                 rows[i].line, rows[i].cseq);

                /* A method that CSeq cannot hold makes CSeq bad as well; the start line comes
                 * first. */
                whole_expect(text, (size_t)n, rows[i].verdict, rows[i].reason);
        }
}

static void request_fields(void **state)
{
        static const char text[] = WHOLE_START WHOLE_HEADERS("OPTIONS") "\r\n";
        struct whole w;

        (void)state;
        whole_parse(&w, text, sizeof(text) - 1);
        assert_int_equal(w.m.kind, SIP_KIND_REQUEST);
        assert_int_equal(w.m.method, SIP_METHOD_OPTIONS);
        assert_int_equal(w.m.status, 0);
        probe_span(w.m.buf, w.m.method_name, "OPTIONS");
        probe_span(w.m.buf, w.m.ruri.all, "sip:b@h");
        probe_span(w.m.buf, w.m.version, "SIP/2.0");
        probe_span(w.m.buf, w.m.start_line, "OPTIONS sip:b@h SIP/2.0");
        whole_end(&w);
}

static void response_fields(void **state)
{
        static const char text[] = "SIP/2.0 486 Busy Here\r\n" WHOLE_HEADERS("INVITE") "\r\n";
        struct whole w;

        (void)state;
        whole_parse(&w, text, sizeof(text) - 1);
        assert_int_equal(w.m.kind, SIP_KIND_RESPONSE);
        assert_int_equal(w.m.status, 486);
        probe_span(w.m.buf, w.m.reason, "Busy Here");
        assert_int_equal(w.m.method_name.len, 0);
        whole_end(&w);
}

static void long_methods(void **state)
{
        static const size_t lengths[] = {64, 65, 1024, 60000};

        (void)state;
        for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
                static char text[65535];
                size_t n = lengths[i];
                enum sip_anomaly want = SIP_ANOM_METHOD_TOO_LONG;

                memset(text, 'M', n);
                n +=
                    (size_t)snprintf(text + n, 400, " sip:h SIP/2.0\r\n" WHOLE_HEADERS("X") "\r\n");
                if (lengths[i] == 64)
                        want = SIP_ANOM_CSEQ_METHOD_MISMATCH;
                whole_expect(text, n, R, want);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(lines),
            cmocka_unit_test(request_fields),
            cmocka_unit_test(response_fields),
            cmocka_unit_test(long_methods),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
