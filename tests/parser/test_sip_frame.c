/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include "parser/sip_frame.h"

#define HEADER_MAX 400u
#define BODY_MAX   300u

#define REQUEST "OPTIONS sip:a@b SIP/2.0\r\nCall-ID: x\r\n"

/* What a stream holds, as text: "m33+5" a message, "k" a ping, "+" more, "!name" a fault. */
struct log {
        char text[512];
        size_t n;
};

static void log_event(struct log *l, const struct sip_frame *f, enum sip_frame_event event)
{
        char *at = l->text + l->n;
        size_t room = sizeof(l->text) - l->n;
        int n = 0;

        if (event == SIP_FRAME_MESSAGE)
                n = snprintf(at, room, "m%u+%u ", f->header_bytes, f->body_bytes);
        else if (event == SIP_FRAME_KEEPALIVE)
                n = snprintf(at, room, "k ");
        else if (event == SIP_FRAME_FAULT)
                n = snprintf(at, room, "!%s", sip_frame_fault_name((enum sip_frame_fault)f->fault));
        assert_in_range(n, 0, room - 1);
        l->n += (size_t)n;
}

/* Feed [p, p + n) until it is used up or a fault comes; checks that messages end where used says.
 */
static bool feed(struct sip_frame *f, struct log *l, const char *p, size_t n)
{
        size_t at = 0;

        for (;;) {
                size_t used = SIZE_MAX;
                enum sip_frame_event event =
                    sip_frame_feed(f, (const uint8_t *)p + at, n - at, &used);

                assert_true(used <= n - at);
                at += used;
                log_event(l, f, event);
                if (event == SIP_FRAME_FAULT)
                        return false;
                if (event == SIP_FRAME_MORE) {
                        assert_int_equal(at, n);
                        return true;
                }
        }
}

static void run(struct log *l, const char *p, size_t n, size_t cut, size_t piece)
{
        struct guard g = guard_create(n + 1);
        const char *text = (const char *)guard_tail(&g, p, n);
        struct sip_frame f;
        size_t at = cut;

        memset(l, 0, sizeof(*l));
        assert_true(sip_frame_init(&f, HEADER_MAX, BODY_MAX));
        if (feed(&f, l, text, cut)) {
                while (at < n) {
                        size_t k = n - at < piece ? n - at : piece;

                        if (!feed(&f, l, text + at, k))
                                break;
                        at += k;
                }
        }
        guard_destroy(&g);
}

struct row {
        const char *text;
        const char *want;
};

static const struct row rows[] = {
    {"", ""},
    {"\r\n", ""},
    {"\r\n\r\n", "k "},
    {"\r\n\r\n\r\n\r\n\r\n", "k k "},
    {REQUEST "Content-Length: 0\r\n\r\n", "m58+0 "},
    {REQUEST "l:0\r\n\r\n\r\n\r\n" REQUEST "l:3\r\n\r\nabc", "m44+0 k m44+3 "},
    {"\r\n" REQUEST "L \t:\t5 \r\nx: y\r\n z\r\n\r\n\r\n\r\n\r\r\n\r\n", "m58+5 k "},
    {REQUEST "cONTENT-lENGTH  :  0000000003\r\n\r\nabc" REQUEST, "m70+3 "},
    {REQUEST "Content-Length: 300\r\n\r\n", ""},
    {REQUEST "Content-Length: 301\r\n\r\n", "!body_cap"},
    {REQUEST "Content-Length: 4294967294\r\n\r\n", "!body_cap"},
    {REQUEST "Content-Length: 4294967296\r\n\r\n", "!length_range"},
    {REQUEST "Content-Length: 18446744073709551621\r\n\r\n", "!length_range"},
    {REQUEST "Content-Length: 00000000005\r\n\r\n", "!length_range"},
    {REQUEST "Content-Length: 99999999999x\r\n\r\n", "!length_syntax"},
    {REQUEST "Content-Length: -5\r\n\r\n", "!length_syntax"},
    {REQUEST "Content-Length: +5\r\n\r\n", "!length_syntax"},
    {REQUEST "Content-Length: 5 5\r\n\r\n", "!length_syntax"},
    {REQUEST "Content-Length: 5,5\r\n\r\n", "!length_syntax"},
    {REQUEST "l:\r\n\r\n", "!length_syntax"},
    {REQUEST "l:\r\n 5\r\n\r\n", "!length_syntax"},
    {REQUEST "l:5\r\n 5\r\n\r\n", "!length_syntax"},
    {REQUEST "l:5\r\n\t\r\n\r\n", "!length_syntax"},
    {REQUEST "l:5\r\nContent-Length: 5\r\n\r\n", "!length_dup"},
    {REQUEST "l:0\r\nl:0\r\n\r\n", "!length_dup"},
    {REQUEST "\r\n", "!length_missing"},
    {REQUEST "Content-Lengt: 5\r\nContent-Length2: 5\r\nx l: 5\r\nl\r\n\r\n", "!length_missing"},
    {REQUEST "x: y\r\n l: 5\r\n\r\n", "!length_missing"},
    {REQUEST "x: y\nl: 5\r\n\r\n", "!line_end"},
    {REQUEST "x: y\rl: 5\r\n\r\n", "!line_end"},
    {REQUEST "l: 5\r\n\n", "!line_end"},
    {REQUEST "l: 5\r\n\r\r\n", "!line_end"},
    {"\n", "!start"},
    {"\rX", "!start"},
    {REQUEST "l: 0\r\n\r\n\n", "m45+0 !start"},
};

static void table(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct log l;

                run(&l, rows[i].text, strlen(rows[i].text), 0, SIZE_MAX);
                if (strcmp(l.text, rows[i].want) != 0)
                        fail_msg("row %zu: got \"%s\", want \"%s\"", i, l.text, rows[i].want);
        }
}

static void every_cut(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                size_t n = strlen(rows[i].text);

                for (size_t cut = 0; cut <= n; cut++) {
                        struct log l;

                        run(&l, rows[i].text, n, cut, SIZE_MAX);
                        assert_string_equal(l.text, rows[i].want);
                }
                for (size_t piece = 1; piece < 8; piece++) {
                        struct log l;

                        run(&l, rows[i].text, n, 0, piece);
                        assert_string_equal(l.text, rows[i].want);
                }
        }
}

static void header_cap(void **state)
{
        static const char end[] = "\r\nl:0\r\n\r\n";
        char s[HEADER_MAX + 1];
        struct log l;

        (void)state;
        for (uint32_t n = HEADER_MAX - 3; n <= HEADER_MAX + 1; n++) {
                memset(s, 'x', n);
                memcpy(s + n - 9, end, 9);
                run(&l, s, n, 0, 1);
                assert_string_equal(l.text[0] == 'm' ? "m" : l.text,
                                    n <= HEADER_MAX ? "m" : "!header_cap");
        }
}

/* A fault stays, and the message that a caller gathers always fits the caps. */
static void fault_stays(void **state)
{
        struct sip_frame f;
        size_t used = 9;

        (void)state;
        assert_true(sip_frame_init(&f, HEADER_MAX, BODY_MAX));
        assert_int_equal(sip_frame_feed(&f, (const uint8_t *)"\n", 1, &used), SIP_FRAME_FAULT);
        assert_int_equal(sip_frame_feed(&f, (const uint8_t *)REQUEST, 10, &used), SIP_FRAME_FAULT);
        assert_int_equal(used, 0);
        assert_int_equal(sip_frame_feed(&f, NULL, 0, &used), SIP_FRAME_FAULT);
        assert_int_equal(f.fault, SIP_FRAME_START);
}

static void caps_refused(void **state)
{
        struct sip_frame f;

        (void)state;
        assert_false(sip_frame_init(&f, 0, 10));
        assert_false(sip_frame_init(&f, SIP_MSG_BYTES_MAX + 1, 0));
        assert_false(sip_frame_init(&f, 1, SIP_MSG_BYTES_MAX));
        assert_false(sip_frame_init(&f, 10, UINT32_MAX));
        assert_true(sip_frame_init(&f, 1, SIP_MSG_BYTES_MAX - 1));
        assert_true(sip_frame_init(&f, SIP_MSG_BYTES_MAX, 0));
}

static void websocket(void **state)
{
        static const struct row ws[] = {
            {"", "!ws_short"},
            {"\r\n", "k "},
            {"\r\n\r\n", "k "},
            {"\r\n\r\n\r\n", "!ws_trailing"},
            {"\r", "!ws_short"},
            {REQUEST "\r\nbody", "m39+4 "},
            {"\r\n" REQUEST "\r\n", "m39+0 "},
            {REQUEST "l:4\r\n\r\nbody", "m44+4 "},
            {REQUEST "l:0\r\n\r\n", "m44+0 "},
            {REQUEST "l:5\r\n\r\nbody", "!ws_short"},
            {REQUEST "l:3\r\n\r\nbody", "!ws_trailing"},
            {REQUEST "l:0\r\n\r\n" REQUEST "l:0\r\n\r\n", "!ws_trailing"},
            {REQUEST "l:x\r\n\r\n", "!length_syntax"},
            {REQUEST, "!ws_short"},
            {REQUEST "\n", "!line_end"},
        };
        char big[BODY_MAX + 64];
        struct sip_frame f;

        (void)state;
        assert_true(sip_frame_init(&f, HEADER_MAX, BODY_MAX));
        for (size_t i = 0; i < sizeof(ws) / sizeof(ws[0]); i++) {
                size_t n = strlen(ws[i].text);
                struct guard g = guard_create(n + 1);
                struct log l = {.n = 0};

                log_event(&l, &f, sip_frame_ws(&f, guard_tail(&g, ws[i].text, n), n));
                if (strcmp(l.text, ws[i].want) != 0)
                        fail_msg("row %zu: got \"%s\", want \"%s\"", i, l.text, ws[i].want);
                guard_destroy(&g);
        }
        memset(big, 'x', sizeof(big));
        memcpy(big, "a\r\n\r\n", 5);
        assert_int_equal(sip_frame_ws(&f, (const uint8_t *)big, 5 + BODY_MAX), SIP_FRAME_MESSAGE);
        assert_int_equal(sip_frame_ws(&f, (const uint8_t *)big, 6 + BODY_MAX), SIP_FRAME_FAULT);
        assert_int_equal(f.fault, SIP_FRAME_BODY_CAP);
}

static void names(void **state)
{
        (void)state;
        assert_string_equal(sip_frame_fault_name(SIP_FRAME_OK), "ok");
        assert_string_equal(sip_frame_fault_name(SIP_FRAME_WS_TRAILING), "ws_trailing");
        assert_string_equal(sip_frame_fault_name((enum sip_frame_fault)99), "unknown");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(table),        cmocka_unit_test(every_cut),
            cmocka_unit_test(header_cap),   cmocka_unit_test(fault_stays),
            cmocka_unit_test(caps_refused), cmocka_unit_test(websocket),
            cmocka_unit_test(names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
