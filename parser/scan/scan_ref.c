/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/scan/scan.h"

#include "parser/scan/scan_class.h"

/* All that the map says of one octet: bit c is that of class c. */
#define NOT(IN, c, bit) ((c) < 0x80 && IN(c) ? 0 : 1u << (bit))
#define BITS(c)                                                                                  \
        (uint16_t)(                                                                              \
            ((c) == '\n' ? 1u << SCAN_LF : 0) | ((c) == '\r' ? 1u << SCAN_CR : 0) |              \
            ((c) == '>' ? 1u << SCAN_GT : 0) | ((c) == '.' || (c) == '-' ? 1u << SCAN_SEP : 0) | \
            ((c) == '"' || (c) == '\\' ? 1u << SCAN_QUOTE : 0) | NOT(IS_PLAIN, c, SCAN_ODD) |    \
            NOT(IS_TOKEN, c, SCAN_NOT_TOKEN) | NOT(IS_WORD, c, SCAN_NOT_WORD) |                  \
            NOT(IS_PVAL, c, SCAN_NOT_PVAL) | NOT(IS_USER, c, SCAN_NOT_USER) |                    \
            NOT(IS_PARAM, c, SCAN_NOT_PARAM) | NOT(IS_NAME, c, SCAN_NOT_NAME))
#define ROW4(c)  BITS(c), BITS((c) + 1), BITS((c) + 2), BITS((c) + 3)
#define ROW16(c) ROW4(c), ROW4((c) + 4), ROW4((c) + 8), ROW4((c) + 12)

static const uint16_t octet_bits[256] = {
    ROW16(0x00), ROW16(0x10), ROW16(0x20), ROW16(0x30), ROW16(0x40), ROW16(0x50),
    ROW16(0x60), ROW16(0x70), ROW16(0x80), ROW16(0x90), ROW16(0xa0), ROW16(0xb0),
    ROW16(0xc0), ROW16(0xd0), ROW16(0xe0), ROW16(0xf0),
};
_Static_assert(SCAN_CLASS_CNT <= 16, "classes do not fit octet_bits");

/* An 8 by 8 matrix of bits, a row an octet, along its diagonal: bit i of octet k goes to bit k of
 * octet i. Blocks of one, two and four are swapped. */
static uint64_t transpose(uint64_t x)
{
        uint64_t t;

        t = (x ^ (x >> 7)) & UINT64_C(0x00aa00aa00aa00aa);
        x ^= t ^ (t << 7);
        t = (x ^ (x >> 14)) & UINT64_C(0x0000cccc0000cccc);
        x ^= t ^ (t << 14);
        t = (x ^ (x >> 28)) & UINT64_C(0x00000000f0f0f0f0);
        return x ^ t ^ (t << 28);
}

void scan_ref(const uint8_t *buf, uint32_t from, uint32_t to, struct scan_map *out)
{
        uint32_t word = from / SCAN_BLOCK_BYTES;

        for (; from < to; from += SCAN_BLOCK_BYTES, word++) {
                uint64_t m[16] = {0};

                for (unsigned i = 0; i < SCAN_BLOCK_BYTES; i += 8) {
                        uint64_t low = 0, high = 0;

                        for (unsigned k = 0; k < 8; k++) {
                                uint32_t o = from + i + k;
                                uint16_t b = octet_bits[o < to ? buf[o] : 0];

                                low |= (uint64_t)(b & 0xff) << (8 * k);
                                high |= (uint64_t)(b >> 8) << (8 * k);
                        }
                        low = transpose(low);
                        high = transpose(high);
                        for (unsigned c = 0; c < 8; c++) {
                                m[c] |= (low >> (8 * c) & 0xff) << i;
                                m[c + 8] |= (high >> (8 * c) & 0xff) << i;
                        }
                }
                for (unsigned c = 0; c < SCAN_CLASS_CNT; c++)
                        out->row[c][word] = m[c];
        }
        for (unsigned c = 0; c < SCAN_CLASS_CNT; c++)
                out->row[c][word] = UINT64_MAX;
}
