/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/siphash.h"

#include <string.h>

static inline uint64_t load64(const uint8_t *p)
{
        uint64_t word;

        memcpy(&word, p, sizeof(word));
        return le64toh(word);
}

static inline uint64_t load32(const uint8_t *p)
{
        uint32_t word;

        memcpy(&word, p, sizeof(word));
        return le32toh(word);
}

/* The word without its lowest `octets`, 0..7; a shift by all 64 bits is none in C. */
static inline uint64_t drop_octets(uint64_t word, size_t octets)
{
        return word >> (8u * octets);
}

/* n octets, 0..7, lowest first, by loads that overlap: the length decides no branch but one. With
 * `room` the eight octets before the end may be read. */
static inline uint64_t load_short(const uint8_t *p, size_t n, bool room)
{
        if (n == 0)
                return 0;
        if (room)
                return drop_octets(load64(p + n - 8), 8u - n);
        if (n >= 4)
                return load32(p) | load32(p + n - 4) << (8u * (n - 4));
        return (uint64_t)p[0] | (uint64_t)p[n / 2] << (8u * (n / 2)) |
               (uint64_t)p[n - 1] << (8u * (n - 1));
}

/* ---- SipHash-2-4 ---- */

static inline void word24(struct dp_siphash_state *v, uint64_t word)
{
        v->d ^= word;
        dp_siphash_round(v);
        dp_siphash_round(v);
        v->a ^= word;
}

static inline uint64_t fold24(struct dp_siphash_state *v)
{
        dp_siphash_round(v);
        dp_siphash_round(v);
        dp_siphash_round(v);
        dp_siphash_round(v);
        return v->a ^ v->b ^ v->c ^ v->d;
}

void dp_siphash_init(struct dp_siphash *s, const struct dp_siphash_key *key)
{
        s->v = dp_siphash_begin(key);
        s->taken = 0;
        s->kept = 0;
}

void dp_siphash_init128(struct dp_siphash *s, const struct dp_siphash_key *key)
{
        dp_siphash_init(s, key);
        s->v.b ^= DP_SIPHASH_WIDE;
}

/* All whole words of what is kept; where the rest begins. */
static inline size_t take_words(struct dp_siphash *s)
{
        struct dp_siphash_state v = s->v; /* in registers */
        size_t at = 0;

        for (; at + 8 <= s->kept; at += 8)
                word24(&v, load64(s->buf + at));
        s->v = v;
        return at;
}

void dp_siphash_take(struct dp_siphash *s, const void *data, size_t bytes)
{
        const uint8_t *p = data;

        while (bytes > DP_SIPHASH_KEPT - s->kept) {
                size_t room = DP_SIPHASH_KEPT - s->kept;

                memcpy(s->buf + s->kept, p, room);
                s->kept = DP_SIPHASH_KEPT;
                s->taken += take_words(s);
                s->kept = 0;
                p += room;
                bytes -= room;
        }
        memcpy(s->buf + s->kept, p, bytes);
        s->kept += bytes;
}

/* The words, and the last one: what is left, and in its highest octet how many there were in all.
 */
static inline void take_rest(struct dp_siphash *s)
{
        static const uint64_t zeros = 0;
        size_t at;

        memcpy(s->buf + s->kept, &zeros, sizeof(zeros));
        at = take_words(s);
        word24(&s->v, load64(s->buf + at) | (s->taken + s->kept) << 56);
}

uint64_t dp_siphash_final(struct dp_siphash *s)
{
        take_rest(s);
        s->v.c ^= 0xffu;
        return fold24(&s->v);
}

void dp_siphash_final128(struct dp_siphash *s, uint64_t out[2])
{
        take_rest(s);
        s->v.c ^= 0xeeu;
        out[0] = fold24(&s->v);
        s->v.b ^= 0xddu;
        out[1] = fold24(&s->v);
}

/* ---- SipHash-1-3 ---- */

uint64_t dp_siphash13_once(const struct dp_siphash_key *key, const void *data, size_t bytes)
{
        struct dp_siphash_state v = dp_siphash_begin(key);
        const uint8_t *p = data;
        size_t left = bytes;

        for (; left >= 8; left -= 8, p += 8)
                dp_siphash13_word(&v, load64(p));
        return dp_siphash13_end(&v, load_short(p, left, bytes >= 8) | (uint64_t)bytes << 56);
}

void dp_siphash13_once128(const struct dp_siphash_key *key, const void *data, size_t bytes,
                          uint64_t out[2])
{
        struct dp_siphash_state v = dp_siphash_begin(key);
        const uint8_t *p = data;
        size_t left = bytes;

        v.b ^= DP_SIPHASH_WIDE;
        for (; left >= 8; left -= 8, p += 8)
                dp_siphash13_word(&v, load64(p));
        dp_siphash13_end128(&v, load_short(p, left, bytes >= 8) | (uint64_t)bytes << 56, out);
}
