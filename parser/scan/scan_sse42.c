/* SPDX-License-Identifier: Apache-2.0 */
/* Four registers of 16 octets a block; this file alone is built for SSE4.2 and POPCNT. */
#include <nmmintrin.h>

#include "parser/scan/scan_driver.h"
#include "parser/scan/scan_select.h"

typedef struct {
        __m128i a, z;
} scan_vec;

static inline __m128i load(const void *p)
{
        return _mm_loadu_si128((const __m128i *)p);
}

static inline scan_vec scan_load(const void *p)
{
        return (scan_vec){load(p), load((const uint8_t *)p + 16)};
}

/* The first words of four octets each, 0..8, and zeros; no other octet is read. */
static inline scan_vec scan_load_words(const void *p, uint32_t words)
{
        uint8_t all[32] = {0};

        memcpy(all, p, 4 * words);
        return scan_load(all);
}

static inline uint32_t scan_bits(scan_vec v)
{
        return (uint32_t)_mm_movemask_epi8(v.a) | (uint32_t)_mm_movemask_epi8(v.z) << 16;
}

static inline scan_vec scan_all(char c)
{
        return (scan_vec){_mm_set1_epi8(c), _mm_set1_epi8(c)};
}

/* Octets that are equal in both. */
static inline uint32_t scan_both(scan_vec v, scan_vec w)
{
        return scan_bits((scan_vec){_mm_cmpeq_epi8(v.a, w.a), _mm_cmpeq_epi8(v.z, w.z)});
}

/* Is all the same, in the bits of `care`? */
static inline bool scan_fits(scan_vec v, const void *as, const void *care)
{
        scan_vec is = scan_load(as), bits = scan_load(care);
        __m128i a = _mm_and_si128(_mm_xor_si128(v.a, is.a), bits.a);
        __m128i z = _mm_and_si128(_mm_xor_si128(v.z, is.z), bits.z);
        __m128i off = _mm_or_si128(a, z);

        return _mm_testz_si128(off, off);
}

/* Octets that are those of a table, and that are above or under them as signed ones. */
static inline uint32_t scan_same(scan_vec v, const uint8_t table[32])
{
        __m128i t = load(table);

        return scan_bits((scan_vec){_mm_cmpeq_epi8(v.a, t), _mm_cmpeq_epi8(v.z, t)});
}

static inline uint32_t scan_above(scan_vec v, const uint8_t table[32])
{
        __m128i t = load(table);

        return scan_bits((scan_vec){_mm_cmpgt_epi8(v.a, t), _mm_cmpgt_epi8(v.z, t)});
}

static inline uint32_t scan_under(scan_vec v, const uint8_t table[32])
{
        __m128i t = load(table);

        return scan_bits((scan_vec){_mm_cmpgt_epi8(t, v.a), _mm_cmpgt_epi8(t, v.z)});
}

static inline scan_vec scan_or(scan_vec v, scan_vec w)
{
        return (scan_vec){_mm_or_si128(v.a, w.a), _mm_or_si128(v.z, w.z)};
}

static inline scan_vec scan_and(scan_vec v, scan_vec w)
{
        return (scan_vec){_mm_and_si128(v.a, w.a), _mm_and_si128(v.z, w.z)};
}

static inline scan_vec scan_add(scan_vec v, scan_vec w)
{
        return (scan_vec){_mm_add_epi8(v.a, w.a), _mm_add_epi8(v.z, w.z)};
}

/* Each octet's entry by its lower half; 0 for octets above 0x7f. */
static inline scan_vec scan_lookup(const uint8_t table[32], scan_vec v)
{
        __m128i t = load(table);

        return (scan_vec){_mm_shuffle_epi8(t, v.a), _mm_shuffle_epi8(t, v.z)};
}

/* The upper halves become the lower ones; the others are any. */
static inline scan_vec scan_shift(scan_vec v)
{
        return (scan_vec){_mm_srli_epi16(v.a, 4), _mm_srli_epi16(v.z, 4)};
}

#include "parser/scan/scan_halves.h"

#include "parser/fast/fast_msg.h" /* needs the above */

bool scan_sse42(const uint8_t *buf, uint32_t len, struct scan_index *out)
{
        return scan_drive(buf, len, out);
}

bool fast_sse42(const uint8_t *buf, uint32_t len, struct sip_msg *m)
{
        return fast_msg(buf, len, m);
}
