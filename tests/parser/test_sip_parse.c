/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/whole.h"

#define R    SIP_VERDICT_REJECT
#define N    SIP_VERDICT_NORMALISE
#define A    SIP_VERDICT_ACCEPT
#define HEAD WHOLE_START WHOLE_HEADERS("OPTIONS")

static void sniff(void **state)
{
        static const struct {
                const char *text;
                size_t n; /* 0: strlen(text) */
                enum sip_sniff want;
        } rows[] = {
            {"", 0, SIP_SNIFF_NOT_SIP},
            {"\r\n\r\n", 0, SIP_SNIFF_KEEPALIVE},
            {"\r\n", 0, SIP_SNIFF_KEEPALIVE},
            {"\0\0\0\0", 4, SIP_SNIFF_KEEPALIVE},
            {"\0\0\0", 3, SIP_SNIFF_NOT_SIP},
            {"\0\0\0\0\0", 5, SIP_SNIFF_NOT_SIP},
            {"SIP/2.0 200 OK\r\n", 0, SIP_SNIFF_SIP},
            {"SIP/", 0, SIP_SNIFF_SIP},
            {"\r\n\r\nINVITE sip:a SIP/2.0\r\n", 0, SIP_SNIFF_SIP},
            {"FOO sip:a SIP/3.1\r\nx", 0, SIP_SNIFF_SIP},
            {"FOO sip:a SIP/2.0", 0, SIP_SNIFF_SIP},
            {"FOO sip:a SIP/2.0  \r\n", 0, SIP_SNIFF_SIP},
            {"INVITE", 0, SIP_SNIFF_SIP},
            {"INVITE\0garbage", 14, SIP_SNIFF_SIP},
            {"REGISTER \xff\xff", 0, SIP_SNIFF_SIP},
            {"INVITEX sip:a", 0, SIP_SNIFF_NOT_SIP},
            {"FOO sip:a HTTP/1.1\r\n", 0, SIP_SNIFF_NOT_SIP},
            {"OPTIONS * HTTP/1.1\r\n", 0, SIP_SNIFF_NOT_SIP},
            {"OPTIONS rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\n", 0, SIP_SNIFF_NOT_SIP},
            {"NOTIFY * HTTP/1.1\r\n", 0, SIP_SNIFF_NOT_SIP},
            {"GET / HTTP/1.1\r\nX: a SIP/2.0\r\n", 0, SIP_SNIFF_NOT_SIP},
            {"\x80\x00\x01\x02", 4, SIP_SNIFF_NOT_SIP},
            {"\x00\x01\x00\x00\x21\x12\xa4\x42", 8, SIP_SNIFF_NOT_SIP},
            /* what Kamailio, sofia-sip, libosip2 or chan_sip read as SIP all the same */
            {" INVITE sip:a SIP/2.0", 0, SIP_SNIFF_SIP},
            {"\t INVITE sip:a SIP/2.0", 0, SIP_SNIFF_SIP},
            {"\nINVITE sip:a SIP/2.0", 0, SIP_SNIFF_SIP},
            {"\rINVITE sip:a SIP/2.0", 0, SIP_SNIFF_SIP},
            {"\r\n\r\n\r\nINVITE sip:a SIP/2.0", 0, SIP_SNIFF_SIP},
            {"\0\0\0\0INVITE sip:a SIP/2.0", 24, SIP_SNIFF_SIP},
            {"\001invite sip:a SIP/2.0", 0, SIP_SNIFF_SIP},
            {" SIP/2.0 200 OK\r\n", 0, SIP_SNIFF_SIP},
            {"FOO\tsip:a SIP/2.0\r\n", 0, SIP_SNIFF_SIP},
            {"FOO sip:a SIP/2.00\r\n", 0, SIP_SNIFF_SIP},
            {"FOO sip:a SIP/2.0x\r\n", 0, SIP_SNIFF_SIP},
            {"FOO sip:a sip/2\r\n", 0, SIP_SNIFF_SIP},
            {"FOO sip:a SIP/2.0\f\r\n", 0, SIP_SNIFF_SIP},
            {"FOO sip:a SIP/2.0 x\r\n", 0, SIP_SNIFF_SIP},
            {"FOO sip:a SIP/2.0\rX: HTTP/1.1\r\n", 0, SIP_SNIFF_SIP},
            {"OPTIONS sip:a SIP/2.0\rX: HTTP/1.1\r\n", 0, SIP_SNIFF_SIP},
            {"FOO sip:a\r\nX: SIP/2.0\r\n", 0, SIP_SNIFF_NOT_SIP},
            {"HEP3\001\002 INVITE sip:a SIP/2.0\r\n", 0, SIP_SNIFF_NOT_SIP},
            {"\0\001INFO\0octet", 12, SIP_SNIFF_NOT_SIP}, /* TFTP asks for a file of that name */
            {"  ", 0, SIP_SNIFF_NOT_SIP},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                size_t n = rows[i].n ? rows[i].n : strlen(rows[i].text);
                struct guard g = guard_create(64);

                if (sip_sniff(guard_tail(&g, rows[i].text, n), n) != rows[i].want)
                        fail_msg("row %zu: %s", i, rows[i].text);
                guard_destroy(&g);
        }
        assert_int_equal(sip_sniff(NULL, 0), SIP_SNIFF_NOT_SIP);
}

static void leading_line_ends(void **state)
{
        struct whole w;

        (void)state;
        whole_parse(&w, "\r\n\r\n" HEAD "\r\n", sizeof("\r\n\r\n" HEAD "\r\n") - 1);
        assert_int_equal(w.j.verdict, N);
        assert_int_equal(w.j.reason, SIP_ANOM_LEADING_CRLF);
        assert_int_equal(w.m.buf[0], 'O');
        assert_int_equal(w.m.start_line.off, 0);
        whole_end(&w);
        whole_expect("\r\n\r\n\r\n" HEAD "\r\n", sizeof("\r\n\r\n\r\n" HEAD "\r\n") - 1, R,
                     SIP_ANOM_START_LINE);
        whole_expect("\r\n\r\n", 4, R, SIP_ANOM_EMPTY);
        whole_expect("\n\n\n", 3, R, SIP_ANOM_EMPTY);
        whole_expect("", 0, R, SIP_ANOM_EMPTY);
}

static void null_buffer(void **state)
{
        struct sip_msg m;

        (void)state;
        assert_int_equal(sip_parse(NULL, 0, &m), SIP_ANOM_EMPTY);
        whole_invariants(&m);
}

static void framing(void **state)
{
        static const struct {
                const char *rest;
                enum sip_verdict verdict;
                enum sip_anomaly reason;
                uint16_t body;
        } rows[] = {
            {"\r\nabc", A, SIP_ANOM_NONE, 3},
            {"c: a/b\r\nl: 3\r\n\r\nabc", A, SIP_ANOM_NONE, 3},
            {"l: 0003\r\n\r\nabc", A, SIP_ANOM_NONE, 3},
            {"l: 2\r\n\r\nabc", N, SIP_ANOM_BODY_TRAILING, 2},
            {"l: 0\r\n\r\n\r\n", N, SIP_ANOM_BODY_TRAILING, 0},
            {"l: 0\r\n\r\n\r\n\r\nINVITE sip:a@h SIP/2.0\r\n", N, SIP_ANOM_SECOND_MESSAGE, 0},
            {"l: 4\r\n\r\nabc", R, SIP_ANOM_CONTENT_LENGTH_BEYOND, 3},
            {"l: 9999\r\n\r\n", R, SIP_ANOM_CONTENT_LENGTH_BEYOND, 0},
            {"l: 1\r\n\r\n\xc3\xa9", N, SIP_ANOM_BODY_TRAILING, 1},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char text[512];
                int n = snprintf(text, sizeof(text), HEAD "%s", rows[i].rest);
                struct whole w;

                whole_expect(text, (size_t)n, rows[i].verdict, rows[i].reason);
                whole_parse(&w, text, (size_t)n);
                assert_int_equal(w.m.body_len, rows[i].body);
                assert_int_equal(w.m.body_off, w.m.header_end);
                assert_int_equal(sip_anom_has(&w.m.anomalies, SIP_ANOM_SECOND_MESSAGE), i == 5);
                whole_end(&w);
        }
}

/* NUL and any other octet are legal in a body. */
static void binary_body(void **state)
{
        char text[1024];
        size_t n = (size_t)snprintf(text, sizeof(text), HEAD "c: a/b\r\nl: 256\r\n\r\n");

        (void)state;
        for (unsigned c = 0; c < 256; c++)
                text[n++] = (char)c;
        whole_expect(text, n, A, SIP_ANOM_NONE);
}

static void largest(void **state)
{
        static char text[SIP_MSG_BYTES_MAX + 2];
        struct sip_msg m;
        size_t n = (size_t)snprintf(text, sizeof(text), HEAD "\r\n");

        (void)state;
        memset(text + n, 'x', sizeof(text) - n);
        whole_expect(text, SIP_MSG_BYTES_MAX, A, SIP_ANOM_NONE);
        assert_int_equal(sip_parse((uint8_t *)text, SIP_MSG_BYTES_MAX + 1, &m),
                         SIP_ANOM_MSG_TOO_LONG);
        assert_int_equal(sip_check(&m).verdict, R);
        assert_int_equal(m.hdr_cnt, 0);
        whole_invariants(&m);
        /* One header that fills the datagram, and one whose line end is its last octet. */
        memset(text, 'x', sizeof(text));
        n = (size_t)snprintf(text, sizeof(text), HEAD "X:");
        text[n] = 'y';
        text[SIP_MSG_BYTES_MAX - 2] = '\r';
        text[SIP_MSG_BYTES_MAX - 1] = '\n';
        whole_expect(text, SIP_MSG_BYTES_MAX, N, SIP_ANOM_HDR_END_IMPLIED);
}

/* err_off points at the octet that is wrong. */
static void offsets(void **state)
{
        static const struct {
                const char *text;
                const char *at;
        } rows[] = {
            {WHOLE_START "Via: SIP/2.0/UDP h;;=x\r\n", "=x"},
            {WHOLE_START WHOLE_VIA "From: <sip:a@h>;tag=1>;\r\n", ">;\r\n"},
            {WHOLE_START WHOLE_VIA "From: \"a <sip:a@h>\r\n", "\r\n\r\n"},
            {"OPTIONS sip:a@b%4 SIP/2.0\r\n", "%4"},
            {"SIP/2.0 0200 OK\r\n", "0200"},
            {WHOLE_START WHOLE_VIA "no colon\r\n", "no colon"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char text[512];
                int n = snprintf(text, sizeof(text), "%s\r\n", rows[i].text);
                struct whole w;
                const char *want = strstr(text, rows[i].at);

                whole_parse(&w, text, (size_t)n);
                if (w.m.err_off != want - text)
                        fail_msg("row %zu: %s at %u, want %td", i,
                                 sip_anomaly_name((enum sip_anomaly)w.m.error), w.m.err_off,
                                 want - text);
                whole_end(&w);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(sniff),       cmocka_unit_test(leading_line_ends),
            cmocka_unit_test(null_buffer), cmocka_unit_test(framing),
            cmocka_unit_test(binary_body), cmocka_unit_test(largest),
            cmocka_unit_test(offsets),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
