/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/edge/ip_text.h"

#include <endian.h>
#include <string.h>

#include "dataplane/edge/net.h"

#define GROUPS 8u

size_t dp_port_text(uint16_t port, char out[DP_PORT_TEXT_CHARS_MAX])
{
        char digits[DP_PORT_TEXT_CHARS_MAX];
        size_t at = sizeof(digits);
        unsigned n = port;

        do {
                digits[--at] = (char)('0' + n % 10u);
                n /= 10u;
        } while (n != 0);
        memcpy(out, digits + at, sizeof(digits) - at);
        return sizeof(digits) - at;
}

static size_t ip4_text(const uint8_t b[4], char *out)
{
        size_t len = 0;

        for (unsigned i = 0; i < 4; i++) {
                if (i != 0)
                        out[len++] = '.';
                if (b[i] >= 100)
                        out[len++] = (char)('0' + b[i] / 100);
                if (b[i] >= 10)
                        out[len++] = (char)('0' + b[i] / 10 % 10);
                out[len++] = (char)('0' + b[i] % 10);
        }
        return len;
}

/* Eight nibbles in eight octets, then each as its digit; the highest nibble is the first octet. */
static uint64_t digits_of(uint32_t v)
{
        const uint64_t ones = UINT64_C(0x0101010101010101);
        uint64_t x = v, letters;

        x = (x << 16 | x) & UINT64_C(0x0000ffff0000ffff);
        x = (x << 8 | x) & UINT64_C(0x00ff00ff00ff00ff);
        x = (x << 4 | x) & UINT64_C(0x0f0f0f0f0f0f0f0f);
        letters = (x + ones * 6) >> 4 & ones; /* 10 and above carry into the high nibble */
        return htobe64(x + ones * '0' + letters * ('a' - '0' - 10));
}

void dp_hex_text(uint64_t v, char out[16])
{
        const uint64_t high = digits_of((uint32_t)(v >> 32)), low = digits_of((uint32_t)v);

        memcpy(out, &high, sizeof(high));
        memcpy(out + sizeof(high), &low, sizeof(low));
}

/* The first of the longest rows of zero groups, if it has two or more; else one behind the last. */
static unsigned zeros_at(const uint16_t group[GROUPS], unsigned *cnt)
{
        unsigned best = GROUPS;

        *cnt = 1;
        for (unsigned i = 0; i < GROUPS; i++) {
                unsigned end = i;

                while (end < GROUPS && group[end] == 0)
                        end++;
                if (end - i > *cnt) {
                        best = i;
                        *cnt = end - i;
                }
                if (end != i)
                        i = end - 1;
        }
        return best;
}

static size_t group_text(uint16_t group, char *out)
{
        const uint64_t text = digits_of(group);
        const char *digits = (const char *)&text + 4;
        unsigned skip = 0;

        while (skip < 3 && digits[skip] == '0')
                skip++;
        memcpy(out, digits + skip, 4 - skip);
        return 4 - skip;
}

static size_t ip6_text(const uint8_t b[16], char *out)
{
        uint16_t group[GROUPS];
        unsigned from, cnt;
        size_t len = 0;

        for (unsigned i = 0; i < GROUPS; i++)
                group[i] = (uint16_t)(b[2 * i] << 8 | b[2 * i + 1]);
        from = zeros_at(group, &cnt);
        for (unsigned i = 0; i < GROUPS; i++) {
                if (i == from) {
                        out[len++] = ':';
                        i += cnt - 1;
                        if (i == GROUPS - 1)
                                out[len++] = ':';
                        continue;
                }
                if (i != 0)
                        out[len++] = ':';
                len += group_text(group[i], out + len);
        }
        return len;
}

size_t dp_ip_text(const struct shm_ip *ip, char out[DP_IP_TEXT_CHARS_MAX])
{
        return dp_ip_is_v4(ip) ? ip4_text(ip->b + 12, out) : ip6_text(ip->b, out);
}
