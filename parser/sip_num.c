/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_num.h"

#include <stdbool.h>
#include <string.h>

/*
 * Eight digits in one word, the first in the lowest octet, less '0' each: pairs, fours, all.
 */
static uint32_t eight_digits(uint64_t t)
{
        const uint64_t pair = UINT64_C(0x000000ff000000ff);

        t = t * 10 + (t >> 8);
        return (uint32_t)(((t & pair) * UINT64_C(0x000f424000000064) +
                           (t >> 16 & pair) * UINT64_C(0x0000271000000001)) >>
                          32);
}

/* The n digits before e, n 1..8, without a branch on n: the eight octets before e are in memory,
 * and those that are not ours become leading zeros. False when one of the n is no digit. */
static bool short_number(const uint8_t *e, uint32_t n, uint32_t *out)
{
        uint64_t t;

        memcpy(&t, e - 8, sizeof(t));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        t = __builtin_bswap64(t);
#endif
        t ^= UINT64_C(0x3030303030303030);
        t &= UINT64_MAX << (8 * (8 - n));
        *out = eight_digits(t);
        return (((t + UINT64_C(0x7676767676767676)) | t) & UINT64_C(0x8080808080808080)) == 0;
}

enum sip_num_result sip_num_parse(const uint8_t *buf, struct sip_span s, uint32_t max,
                                  uint32_t *out)
{
        const uint8_t *p = buf + s.off;
        uint64_t v = 0;
        uint32_t few;

        if (s.len == 0)
                return SIP_NUM_SYNTAX;
        if (s.len <= 8 && (uint32_t)s.off + s.len >= 8) {
                if (!short_number(p + s.len, s.len, &few))
                        return SIP_NUM_SYNTAX;
                if (few > max)
                        return SIP_NUM_RANGE;
                *out = few;
                return SIP_NUM_OK;
        }
        if (s.len > SIP_NUM_DIGITS_MAX) {
                for (uint32_t i = 0; i < s.len; i++) {
                        if ((uint8_t)(p[i] - '0') > 9)
                                return SIP_NUM_SYNTAX;
                }
                return SIP_NUM_RANGE;
        }
        for (uint32_t i = 0; i < s.len; i++) {
                uint8_t d = (uint8_t)(p[i] - '0');

                if (d > 9)
                        return SIP_NUM_SYNTAX;
                v = v * 10 + d;
        }
        if (v > max)
                return SIP_NUM_RANGE;
        *out = (uint32_t)v;
        return SIP_NUM_OK;
}
