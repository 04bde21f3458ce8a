/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/whole.h"

#include "parser/sip_payload.h"

struct row {
        enum sip_payload want;
        size_t len;
        const char *octets;
};

#define ROW(kind, text)                                    \
        {                                                  \
                SIP_PAYLOAD_##kind, sizeof(text) - 1, text \
        }
#define ID     "abcdefghijkl"
#define COOKIE "\x21\x12\xa4\x42"

static const struct row rows[] = {
    ROW(OTHER, ""),
    ROW(OTHER, "\x80"),
    ROW(OTHER, "hello, world"),
    ROW(STUN, "\x00\x01\x00\x00" COOKIE ID),
    ROW(STUN, "\x01\x01\x00\x08" COOKIE ID "\x80\x22\x00\x01x\x00\x00\x00"),
    ROW(OTHER, "\x01\x01\x00\x08" COOKIE ID "\x80\x22\x00\x09x\x00\x00\x00"), /* attribute lies */
    ROW(OTHER, "\x00\x01\x00\x04" COOKIE ID),                                 /* length lies */
    ROW(OTHER, "\x00\x01\x00\x00\x21\x12\xa4\x43" ID),
    ROW(TURN, "\x40\x00\x00\x03xyz"),
    ROW(TURN, "\x40\x00\x00\x03xyz\x00"),
    ROW(OTHER, "\x40\x00\x00\x03xyz\x00\x00\x00\x00"),
    ROW(OTHER, "\x40\x00\x00\x04xyz"),
    ROW(DTLS, "\x16\xfe\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02xy"),
    ROW(OTHER, "\x16\xfe\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03xy"),
    ROW(OTHER, "\x1b\xfe\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02xy"),
    ROW(TLS, "\x16\x03\x01\x02\x00\x01"),
    ROW(OTHER, "\x16\x03\x05\x02\x00\x01"),
    ROW(RTP, "\x80\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01x"),
    ROW(RTP, "\x81\xe0\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01"),
    ROW(OTHER, "\x81\xe0\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01"), /* CSRC is missing */
    ROW(RTCP, "\x80\xc8\x00\x01\x00\x00\x00\x01"),
    ROW(OTHER, "\x80\xc8\x00\x02\x00\x00\x00\x01"),
    ROW(HTTP, "M-SEARCH * HTTP/1.1\r\nHost: x\r\n\r\n"),
    ROW(HTTP, "HTTP/1.1 200 OK\r\n\r\n"),
    ROW(OTHER, "GET / HTTP/1.1"), /* no line */
    ROW(OTHER, "GET / HTTP/2\r\n"),
    ROW(OTHER, "\n"),
};

static struct guard guard;

static void kinds(void **state)
{
        bool seen[SIP_PAYLOAD_CNT] = {false};

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                const uint8_t *at = guard_tail(&guard, rows[i].octets, rows[i].len);
                enum sip_payload got = sip_payload_find(at, rows[i].len);

                if (got != rows[i].want)
                        fail_msg("row %zu: %s, want %s", i, sip_payload_name(got),
                                 sip_payload_name(rows[i].want));
                seen[got] = true;
        }
        for (unsigned k = 0; k < SIP_PAYLOAD_CNT; k++)
                assert_true(seen[k]);
        assert_string_equal(sip_payload_name(SIP_PAYLOAD_CNT), "unknown");
}

/* Every cut of every row, and rows with an octet changed, flush against a dead page. */
static void cuts(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                for (size_t n = 0; n <= rows[i].len; n++) {
                        char text[64];

                        memcpy(text, rows[i].octets, n);
                        for (unsigned v = 0; v < 256; v += n == rows[i].len ? 1 : 256) {
                                if (n > 2)
                                        text[2 + v % (n - 2)] ^= (char)v;
                                (void)sip_payload_find(guard_tail(&guard, text, n), n);
                        }
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(kinds),
            cmocka_unit_test(cuts),
        };

        guard = guard_create(4096);
        int failed = cmocka_run_group_tests(tests, NULL, NULL);

        guard_destroy(&guard);
        return failed;
}
