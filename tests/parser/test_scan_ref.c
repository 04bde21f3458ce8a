/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include "parser/scan/scan.h"

static bool is_one_of(unsigned c, const char *octets)
{
        return c != 0 && c < 0x80 && strchr(octets, (int)c) != NULL;
}

static bool letter_or_digit(unsigned c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* What the header says of each class, in other words than the kernels'. */
static bool expected(enum scan_class class, unsigned c)
{
        switch (class) {
        case SCAN_LF:
                return c == 10;
        case SCAN_CR:
                return c == 13;
        case SCAN_GT:
                return c == '>';
        case SCAN_SEP:
                return is_one_of(c, ".-");
        case SCAN_QUOTE:
                return is_one_of(c, "\"\\");
        case SCAN_ODD:
                return c > 126 || (c < 32 && !is_one_of(c, "\t\r\n"));
        case SCAN_NOT_TOKEN:
                return !sip_is((uint8_t)c, SIP_CT_TOKEN);
        case SCAN_NOT_WORD:
                return !sip_is((uint8_t)c, SIP_CT_WORD);
        case SCAN_NOT_PVAL:
                return !sip_is((uint8_t)c, SIP_CT_PVAL);
        case SCAN_NOT_USER:
                return !sip_is((uint8_t)c, SIP_CT_USER);
        case SCAN_NOT_PARAM:
                return !sip_is((uint8_t)c, SIP_CT_PARAM);
        case SCAN_NOT_NAME:
                return !letter_or_digit(c) && !is_one_of(c, ".-");
        case SCAN_CLASS_CNT:
                break;
        }
        fail();
        return false;
}

/* One octet of every value at every place of a block, among others: exactly the right bits. */
static void every_octet_at_every_place(void **state)
{
        static struct scan_map map;

        (void)state;
        for (unsigned c = 0; c < 256; c++) {
                for (unsigned at = 0; at < SCAN_BLOCK_BYTES; at++) {
                        uint8_t buf[SCAN_BLOCK_BYTES];

                        memset(buf, 'x', sizeof(buf));
                        buf[at] = (uint8_t)c;
                        scan_ref(buf, 0, sizeof(buf), &map);
                        for (unsigned k = 0; k < SCAN_CLASS_CNT; k++) {
                                uint64_t bit = UINT64_C(1) << at;
                                uint64_t want = expected((enum scan_class)k, c) ? bit : 0;

                                assert_false(expected((enum scan_class)k, 'x'));
                                assert_true(map.row[k][0] == want);
                                assert_true(map.row[k][1] == UINT64_MAX);
                        }
                }
        }
}

/* Every length and start: the words asked for and the one behind, no other; bits past the end are
 * those of NULs; no octet outside is read. */
static void every_length(void **state)
{
        static struct scan_map map;
        struct guard g = guard_create(512);
        uint8_t lf[300];

        (void)state;
        memset(lf, '\n', sizeof(lf));
        for (uint32_t from = 0; from <= 192; from += SCAN_BLOCK_BYTES) {
                for (uint32_t n = from; n <= sizeof(lf); n++) {
                        uint32_t last = (n + 63) / 64;
                        uint32_t bits = 0;

                        memset(&map, 0xa5, sizeof(map));
                        scan_ref(n % 2 ? guard_tail(&g, lf, n) : guard_head(&g, lf, n), from, n,
                                 &map);
                        for (uint32_t i = from / 64; i < last; i++)
                                bits += (uint32_t)__builtin_popcountll(map.row[SCAN_LF][i]);
                        assert_int_equal(bits, n - from);
                        if (n % 64 != 0 && n > from)
                                assert_true(map.row[SCAN_ODD][n / 64] == UINT64_MAX << n % 64);
                        assert_true(map.row[SCAN_LF][last] == UINT64_MAX);
                        assert_true(map.row[SCAN_LF][last + 1] == UINT64_C(0xa5a5a5a5a5a5a5a5));
                        if (from > 0)
                                assert_true(map.row[SCAN_LF][from / 64 - 1] ==
                                            UINT64_C(0xa5a5a5a5a5a5a5a5));
                }
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
