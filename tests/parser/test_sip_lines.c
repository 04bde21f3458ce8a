/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/whole.h"

#define R SIP_VERDICT_REJECT
#define N SIP_VERDICT_NORMALISE
#define A SIP_VERDICT_ACCEPT

/* A header line, or several, among good ones. */
static void header_lines(void **state)
{
        static const struct {
                const char *line; /* with its line end */
                size_t n;         /* 0: strlen(line) */
                enum sip_verdict verdict;
                enum sip_anomaly reason;
        } rows[] = {
            {"X: y\r\n", 0, A, SIP_ANOM_NONE},
            {"X:\r\n", 0, A, SIP_ANOM_NONE},
            {"X:y\r\n", 0, A, SIP_ANOM_NONE},
            {"X-!.%*+_`'~: y\r\n", 0, A, SIP_ANOM_NONE},
            {"X: a:b:c\r\n", 0, A, SIP_ANOM_NONE},
            {"X: caf\xc3\xa9\r\n", 0, A, SIP_ANOM_NONE},
            {"X: caf\xe9\r\n", 0, A, SIP_ANOM_NONE},
            {"X : y\r\n", 0, N, SIP_ANOM_HDR_SPACE_BEFORE_COLON},
            {"X\t \t: y\r\n", 0, N, SIP_ANOM_HDR_SPACE_BEFORE_COLON},
            {"X: y\r\n z\r\n", 0, N, SIP_ANOM_HDR_FOLDED},
            {"X:\r\n\ty\r\n", 0, N, SIP_ANOM_HDR_FOLDED},
            {"X: y\r\n \r\n", 0, R, SIP_ANOM_HDR_FOLD_BLANK},
            {"X: y\r\n \t \r\n z\r\n", 0, R, SIP_ANOM_HDR_FOLD_BLANK},
            {"X\r\n", 0, R, SIP_ANOM_HDR_NO_COLON},
            {"X\r\n folded\r\n", 0, R, SIP_ANOM_HDR_NO_COLON},
            {": y\r\n", 0, R, SIP_ANOM_HDR_NAME},
            {"X y: z\r\n", 0, R, SIP_ANOM_HDR_NAME},
            {"To\x01: z\r\n", 0, R, SIP_ANOM_HDR_CTL},
            {"X\xc3\xa9: z\r\n", 0, R, SIP_ANOM_HDR_NAME},
            {"X(y): z\r\n", 0, R, SIP_ANOM_HDR_NAME},
            {"X: \x01\r\n", 0, R, SIP_ANOM_HDR_CTL},
            {"X: \x7f\r\n", 0, R, SIP_ANOM_HDR_CTL},
            {"X: a\0b\r\n", 8, R, SIP_ANOM_HDR_NUL},
            {"X: \"a\0b\"\r\n", 10, R, SIP_ANOM_HDR_NUL},
            {"X: \"a\\\0b\"\r\n", 11, A, SIP_ANOM_NONE},
            {"X: \"a\\\\\0b\"\r\n", 12, R, SIP_ANOM_HDR_NUL},
            {"X: \\\0\r\n", 7, R, SIP_ANOM_HDR_NUL},
            {"X: a\rb\r\n", 0, R, SIP_ANOM_HDR_BARE_CR},
            {"X: a\r\r\n", 0, R, SIP_ANOM_HDR_BARE_CR},
            {"X: a\n", 0, R, SIP_ANOM_HDR_BARE_LF},
            {"X: a\n b\r\n", 0, R, SIP_ANOM_HDR_BARE_LF},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                /* At every distance from the start, so that each octet meets each block border. */
                for (size_t pad = 0; pad < 70; pad++) {
                        char text[1024];
                        size_t n = (size_t)snprintf(text, sizeof(text),
                                                    WHOLE_START "Pad: %.*s\r\n" WHOLE_VIA, (int)pad,
                                                    "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd"
                                                    "eeeeeeeeeeffffffffffgggggggggghhhhhhhhhh");
                        size_t k = rows[i].n ? rows[i].n : strlen(rows[i].line);

                        memcpy(text + n, rows[i].line, k);
                        n += k;
                        n += (size_t)snprintf(
                            text + n, sizeof(text) - n,
                            WHOLE_FROM WHOLE_TO WHOLE_CALL_ID WHOLE_REST("OPTIONS") "\r\n");
                        whole_expect(text, n, rows[i].verdict, rows[i].reason);
                }
        }
}

static void first_line_folded(void **state)
{
        static const char text[] = WHOLE_START " folded\r\n" WHOLE_HEADERS("OPTIONS") "\r\n";

        (void)state;
        whole_expect(text, sizeof(text) - 1, R, SIP_ANOM_HDR_FIRST_FOLD);
}

static void spans_and_flags(void **state)
{
        static const char text[] =
            WHOLE_START "v:  SIP/2.0/UDP h;branch=z9hG4bKx  \r\n"
                        "subject \t:\r\n  a\r\n\tb \r\n"
                        "X-Y:\r\n" WHOLE_FROM WHOLE_TO "Via: SIP/2.0/UDP g\r\n"
                        "i: c\r\n" WHOLE_REST("OPTIONS") "\r\nbody";
        struct whole w;
        const struct sip_hdr *h;

        (void)state;
        whole_parse(&w, text, sizeof(text) - 1);
        assert_int_equal(w.m.hdr_cnt, 9);
        h = sip_msg_first(&w.m, SIP_HDR_VIA);
        assert_int_equal(h->flags, SIP_HDR_F_COMPACT);
        probe_span(w.m.buf, h->name, "v");
        probe_span(w.m.buf, h->value, "SIP/2.0/UDP h;branch=z9hG4bKx");
        assert_int_equal(h->next_same, 5);
        assert_int_equal(w.m.hdrs[5].next_same, SIP_HDR_NONE);
        assert_int_equal(w.m.hdrs[5].flags, 0);
        h = sip_msg_first(&w.m, SIP_HDR_SUBJECT);
        assert_int_equal(h->flags, SIP_HDR_F_FOLDED);
        probe_span(w.m.buf, h->name, "subject");
        probe_span(w.m.buf, h->value, "a\r\n\tb");
        h = &w.m.hdrs[2];
        assert_int_equal(h->id, SIP_HDR_OTHER);
        assert_int_equal(h->value.len, 0);
        assert_true(h->value.off > 0);
        assert_int_equal(h->next_same, SIP_HDR_NONE);
        assert_null(sip_msg_first(&w.m, SIP_HDR_CONTACT));
        assert_int_equal(w.m.header_end, sizeof(text) - 1 - 4);
        assert_int_equal(w.m.body_len, 4);
        whole_end(&w);
}

static size_t many(char *text, size_t cap, unsigned headers)
{
        size_t n = (size_t)snprintf(text, cap, WHOLE_START WHOLE_HEADERS("OPTIONS"));

        for (unsigned i = 6; i < headers; i++)
                n += (size_t)snprintf(text + n, cap - n, "x:\r\n");
        n += (size_t)snprintf(text + n, cap - n, "\r\n");
        return n;
}

static void header_count(void **state)
{
        static char text[SIP_MSG_BYTES_MAX + 1];
        struct whole w;
        size_t n;

        (void)state;
        /* "x" is Session-Expires, once allowed: use the count alone as the reason. */
        n = many(text, sizeof(text), SIP_MSG_HDRS_MAX);
        for (char *p = text; (p = strstr(p, "\nx:")); p++)
                p[1] = 'z';
        whole_expect(text, n, A, SIP_ANOM_NONE);
        n = many(text, sizeof(text), SIP_MSG_HDRS_MAX + 1);
        whole_expect(text, n, R, SIP_ANOM_HDR_COUNT);
        n = many(text, sizeof(text), 10000);
        whole_parse(&w, text, n);
        assert_int_equal(w.m.error, SIP_ANOM_DUP_SINGLETON);
        assert_true(sip_anom_has(&w.m.anomalies, SIP_ANOM_HDR_COUNT));
        assert_int_equal(w.m.hdr_cnt, SIP_MSG_HDRS_MAX);
        probe_span(w.m.buf, w.m.call_id, "c@h");
        whole_end(&w);
}

static void ends(void **state)
{
#define HEAD WHOLE_START WHOLE_HEADERS("OPTIONS")
        static const struct {
                const char *text;
                enum sip_verdict verdict;
                enum sip_anomaly reason;
        } rows[] = {
            {HEAD "\r\n", A, SIP_ANOM_NONE},
            {HEAD, N, SIP_ANOM_HDR_END_IMPLIED},
            {HEAD "X: y", R, SIP_ANOM_HDR_END_MISSING},
            {HEAD "X: y\r", R, SIP_ANOM_HDR_END_MISSING},
            {HEAD "\r", R, SIP_ANOM_HDR_END_MISSING},
            {HEAD "X", R, SIP_ANOM_HDR_END_MISSING},
            {WHOLE_START, R, SIP_ANOM_VIA_MISSING},
            {"OPTIONS sip:b@h SIP/2.0", R, SIP_ANOM_HDR_END_MISSING},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                whole_expect(rows[i].text, strlen(rows[i].text), rows[i].verdict, rows[i].reason);
}

/* All line ends LF: the same message as with CRLF, to be written anew. All CR: nothing to read. */
static void other_line_ends(void **state)
{
        static const char crlf[] = HEAD "Content-Length: 4\r\n\r\nbody";
        char text[sizeof(crlf)];
        struct whole w;
        size_t n = 0;

        (void)state;
        for (size_t i = 0; i + 1 < sizeof(crlf); i++) {
                if (crlf[i] != '\r')
                        text[n++] = crlf[i];
        }
        whole_expect(text, n, N, SIP_ANOM_HDR_LF_ONLY);
        whole_parse(&w, text, n);
        assert_int_equal(w.m.hdr_cnt, 7);
        assert_int_equal(w.m.body_len, 4);
        whole_end(&w);
        for (size_t i = 0; i < n; i++) {
                if (text[i] == '\n')
                        text[i] = '\r';
        }
        whole_expect(text, n, R, SIP_ANOM_START_LINE);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(header_lines),
            cmocka_unit_test(first_line_folded),
            cmocka_unit_test(spans_and_flags),
            cmocka_unit_test(header_count),
            cmocka_unit_test(ends),
            cmocka_unit_test(other_line_ends),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
