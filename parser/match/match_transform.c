/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/match/match_transform.h"

#include <string.h>

static bool is_space(uint8_t c)
{
        return c == ' ' || (c >= '\t' && c <= '\r');
}

static int hex_digit(uint8_t c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        c |= 0x20;
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static uint32_t url_decode(uint8_t *p, uint32_t len)
{
        uint32_t n = 0;

        for (uint32_t i = 0; i < len; i++) {
                int high = i + 2 < len && p[i] == '%' ? hex_digit(p[i + 1]) : -1;
                int low = high >= 0 ? hex_digit(p[i + 2]) : -1;

                if (low >= 0) {
                        p[n++] = (uint8_t)(high << 4 | low);
                        i += 2;
                } else {
                        p[n++] = p[i] == '+' ? (uint8_t)' ' : p[i];
                }
        }
        return n;
}

/* keep: spaces that stay of a row of them, 0 or 1. */
static uint32_t squeeze(uint8_t *p, uint32_t len, unsigned keep)
{
        uint32_t n = 0;

        for (uint32_t i = 0; i < len; i++) {
                bool again = i > 0 && is_space(p[i]) && n > 0 && is_space(p[n - 1]);

                if (!is_space(p[i]) || (keep != 0 && !again))
                        p[n++] = p[i];
        }
        return n;
}

struct match_bytes match_transform(uint32_t transforms, const uint8_t *p, uint32_t len,
                                   uint8_t *copy)
{
        memmove(copy, p, len);
        if ((transforms & MATCH_TRANSFORM_URL_DECODE) != 0)
                len = url_decode(copy, len);
        for (uint32_t i = 0; i < len; i++) {
                if ((transforms & MATCH_TRANSFORM_LOWER) != 0 && copy[i] >= 'A' && copy[i] <= 'Z')
                        copy[i] |= 0x20;
                if ((transforms & MATCH_TRANSFORM_UPPER) != 0 && copy[i] >= 'a' && copy[i] <= 'z')
                        copy[i] &= 0xdf;
        }
        if ((transforms & MATCH_TRANSFORM_COMPRESS_SPACE) != 0)
                len = squeeze(copy, len, 1);
        if ((transforms & MATCH_TRANSFORM_STRIP_SPACE) != 0)
                len = squeeze(copy, len, 0);
        if ((transforms & MATCH_TRANSFORM_DOT_PREFIX) != 0) {
                memmove(copy + 1, copy, len++);
                copy[0] = '.';
        }
        return (struct match_bytes){copy, len};
}
