/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include "parser/scan/scan.h"

/* One octet of every value at every place of a block: exactly the right bits, and only those. */
static void every_octet_at_every_place(void **state)
{
        uint8_t buf[SCAN_BLOCK_BYTES];
        struct scan_block b;

        (void)state;
        for (unsigned c = 0; c < 256; c++) {
                for (unsigned at = 0; at < SCAN_BLOCK_BYTES; at++) {
                        uint64_t bit = UINT64_C(1) << at;

                        memset(buf, 'x', sizeof(buf));
                        buf[at] = (uint8_t)c;
                        scan_ref(buf, sizeof(buf), &b);
                        assert_true(b.lf == (c == 10 ? bit : 0));
                        assert_true(b.cr == (c == 13 ? bit : 0));
                        assert_true(b.colon == (c == 58 ? bit : 0));
                        assert_true(b.high == (c > 127 ? bit : 0));
                        assert_true(
                            b.ctl ==
                            ((c < 32 && !memchr("\t\n\r", (int)c, 3)) || c == 127 ? bit : 0));
                }
        }
}

/* Every length: bits beyond it are 0, blocks beyond the last are untouched, no octet outside is
 * read. */
static void every_length(void **state)
{
        struct guard g = guard_create(512);
        uint8_t lf[300];

        (void)state;
        memset(lf, '\n', sizeof(lf));
        for (size_t n = 0; n <= sizeof(lf); n++) {
                struct scan_block b[8];
                size_t bits = 0;

                memset(b, 0xa5, sizeof(b));
                scan_ref(n % 2 ? guard_tail(&g, lf, n) : guard_head(&g, lf, n), n, b);
                for (size_t i = 0; i < scan_block_cnt(n); i++)
                        bits += (size_t)__builtin_popcountll(b[i].lf);
                assert_int_equal(bits, n);
                assert_true(b[scan_block_cnt(n)].lf == UINT64_C(0xa5a5a5a5a5a5a5a5));
        }
        guard_destroy(&g);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(every_octet_at_every_place),
            cmocka_unit_test(every_length),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
