/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include "parser/scan/scan.h"

#define START "OPTIONS sip:a@b SIP/2.0\r\n"
#define LINE  "Via: SIP/2.0/UDP h;branch=z9hG4bK-1.a~b\r\n"

static struct scan_index ix;

static bool scan(const char *text, size_t n)
{
        return scan_ref((const uint8_t *)text, (uint32_t)n, &ix);
}

static void a_section(void **state)
{
        static const char text[] = START LINE "To: x\r\n\r\nbody\x01\n";
        const size_t first = strlen(START), second = first + strlen(LINE);

        (void)state;
        assert_true(scan(text, strlen(text)));
        assert_int_equal(ix.line_cnt, 3);
        assert_int_equal(ix.header_end, strlen(text) - 6);
        assert_int_equal(ix.eol[0], first - 2);
        assert_int_equal(ix.eol[1], second - 2);
        assert_int_equal(ix.eol[2], second + 5);
}

/* In other words than the kernels'. */
static bool in_run(unsigned c)
{
        return c != 0 && c < 0x80 &&
               strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!*_+'~",
                      (int)c) != NULL;
}

/* One octet of every value at every place of a line: the right bit, and a line end or none. */
static void every_octet_at_every_place(void **state)
{
        (void)state;
        for (unsigned c = 0; c < 256; c++) {
                for (unsigned at = 0; at < 80; at++) {
                        bool ctl = c < 0x20 || c > 0x7e;
                        char text[100];

                        memset(text, 'x', 80);
                        text[at] = (char)c;
                        memcpy(text + 80, "\r\n\r\n", 4);
                        /* Right before the end it is one control octet too many. */
                        assert_int_equal(scan(text, 84), !ctl || at < 79);
                        if (ctl && at == 79)
                                continue;
                        assert_int_equal(ix.line_cnt, 1 + ctl);
                        assert_int_equal(ix.eol[0], ctl ? at : 80);
                        assert_int_equal(ix.eol[ix.line_cnt - 1], 80);
                        assert_int_equal(ix.header_end, 84);
                        for (unsigned o = 0; o < 83; o++)
                                assert_int_equal(ix.stop[o / 64] >> o % 64 & 1,
                                                 !in_run((uint8_t)text[o]));
                }
        }
}

static void line_ends(void **state)
{
        static const struct {
                const char *end;
                unsigned lines; /* 0: not plain */
        } rows[] = {
            {"\r\n\r\n", 1},
            {"\n\n", 0},
            {"\r\n\n", 0},
            {"\n\r\n", 0},
            {"\r\n", 0},
            {"\r\r\n\r\n", 0},
            {"\r\n\r\r\n", 0},
            {"\x01\n\x7f\n", 0},
            {"\rx\r\n\r\n", 2},
            {"\r\nx\n\r\n\r\n", 0},
            {"\x80\tx\r\n\r\n", 2},
            {"\r\n\r\n\r", 1},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                /* With the end across each place of a block. */
                for (size_t pad = 60; pad < 140; pad++) {
                        char text[200];

                        memset(text, 'x', pad);
                        memcpy(text + pad, rows[i].end, strlen(rows[i].end));
                        assert_int_equal(scan(text, pad + strlen(rows[i].end)), rows[i].lines != 0);
                        if (rows[i].lines != 0)
                                assert_int_equal(ix.line_cnt, rows[i].lines);
                }
        }
}

/* The length of a block, the octets of a map and the lines that fit are counted to the octet. */
static void limits(void **state)
{
        static char text[SCAN_BYTES_MAX + 64];
        size_t n = 0;

        (void)state;
        for (size_t end = 60; end < SCAN_BYTES_MAX + 10; end++) {
                memset(text, 'x', sizeof(text));
                memcpy(text + end - 4, "\r\n\r\n", 4);
                assert_int_equal(scan(text, end), end >= SCAN_BLOCK_BYTES && end <= SCAN_BYTES_MAX);
        }
        for (unsigned lines = 1; lines <= SCAN_LINES_MAX + 2; lines++) {
                n = 0;
                for (unsigned i = 0; i < lines; i++, n += 3)
                        memcpy(text + n, "x\r\n", 3);
                memcpy(text + n, "\r\n", 2);
                memset(text + n + 2, 'x', 70);
                assert_int_equal(scan(text, n + 72), lines <= SCAN_LINES_MAX);
                if (lines <= SCAN_LINES_MAX)
                        assert_int_equal(ix.line_cnt, lines);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_section),
            cmocka_unit_test(every_octet_at_every_place),
            cmocka_unit_test(line_ends),
            cmocka_unit_test(limits),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
