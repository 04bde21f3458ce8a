/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_utf8.h"

#include <stdbool.h>

static bool tail(uint8_t c)
{
        return (c & 0xc0) == 0x80;
}

size_t sip_utf8_char(const uint8_t *p, size_t n)
{
        uint8_t c = p[0];

        if (c < 0x80)
                return 1;
        if (c < 0xc2)
                return 0;
        if (c < 0xe0)
                return n >= 2 && tail(p[1]) ? 2 : 0;
        if (c < 0xf0) {
                if (n < 3 || !tail(p[1]) || !tail(p[2]))
                        return 0;
                /* Overlong below e0 a0; surrogates from ed a0. */
                return (c == 0xe0 && p[1] < 0xa0) || (c == 0xed && p[1] >= 0xa0) ? 0 : 3;
        }
        if (c > 0xf4 || n < 4 || !tail(p[1]) || !tail(p[2]) || !tail(p[3]))
                return 0;
        return (c == 0xf0 && p[1] < 0x90) || (c == 0xf4 && p[1] >= 0x90) ? 0 : 4;
}

size_t sip_utf8_check(const uint8_t *p, size_t n)
{
        size_t i = 0;

        while (i < n) {
                size_t k = sip_utf8_char(p + i, n - i);

                if (k == 0)
                        return i;
                i += k;
        }
        return n;
}
