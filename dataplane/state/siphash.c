/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/siphash.h"

#include <endian.h>
#include <string.h>

/* Rounds after each word and at the end: the "2-4" of the name. */
#define ROUNDS_WORD 2u
#define ROUNDS_END  4u

static inline uint64_t rotl(uint64_t x, unsigned n)
{
        return x << n | x >> (64u - n);
}

static inline void rounds(uint64_t v[4], unsigned n)
{
        for (unsigned i = 0; i < n; i++) {
                v[0] += v[1];
                v[2] += v[3];
                v[1] = rotl(v[1], 13) ^ v[0];
                v[3] = rotl(v[3], 16) ^ v[2];
                v[0] = rotl(v[0], 32);
                v[2] += v[1];
                v[0] += v[3];
                v[1] = rotl(v[1], 17) ^ v[2];
                v[3] = rotl(v[3], 21) ^ v[0];
                v[2] = rotl(v[2], 32);
        }
}

static inline void take_word(uint64_t v[4], uint64_t word)
{
        v[3] ^= word;
        rounds(v, ROUNDS_WORD);
        v[0] ^= word;
}

void dp_siphash_init(struct dp_siphash *s, const struct dp_siphash_key *key)
{
        /* "somepseudorandomlygeneratedbytes", the constants of the definition */
        s->v[0] = key->k[0] ^ UINT64_C(0x736f6d6570736575);
        s->v[1] = key->k[1] ^ UINT64_C(0x646f72616e646f6d);
        s->v[2] = key->k[0] ^ UINT64_C(0x6c7967656e657261);
        s->v[3] = key->k[1] ^ UINT64_C(0x7465646279746573);
        s->tail = 0;
        s->bytes = 0;
}

void dp_siphash_init128(struct dp_siphash *s, const struct dp_siphash_key *key)
{
        dp_siphash_init(s, key);
        s->v[1] ^= 0xee;
}

void dp_siphash_update(struct dp_siphash *s, const void *data, size_t bytes)
{
        const uint8_t *p = data;
        unsigned in_tail = (unsigned)(s->bytes & 7u);
        uint64_t word;

        s->bytes += bytes;
        if (in_tail != 0) {
                for (; bytes > 0 && in_tail < 8; bytes--, in_tail++)
                        s->tail |= (uint64_t)*p++ << (8u * in_tail);
                if (in_tail < 8)
                        return;
                take_word(s->v, s->tail);
                s->tail = 0;
        }
        for (; bytes >= sizeof(word); bytes -= sizeof(word), p += sizeof(word)) {
                memcpy(&word, p, sizeof(word));
                take_word(s->v, le64toh(word));
        }
        for (unsigned i = 0; i < bytes; i++)
                s->tail |= (uint64_t)p[i] << (8u * i);
}

static void take_last(struct dp_siphash *s)
{
        take_word(s->v, s->tail | s->bytes << 56);
}

static inline uint64_t fold(const uint64_t v[4])
{
        return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t dp_siphash_final(struct dp_siphash *s)
{
        take_last(s);
        s->v[2] ^= 0xff;
        rounds(s->v, ROUNDS_END);
        return fold(s->v);
}

void dp_siphash_final128(struct dp_siphash *s, uint64_t out[2])
{
        take_last(s);
        s->v[2] ^= 0xee;
        rounds(s->v, ROUNDS_END);
        out[0] = fold(s->v);
        s->v[1] ^= 0xdd;
        rounds(s->v, ROUNDS_END);
        out[1] = fold(s->v);
}

uint64_t dp_siphash_once(const struct dp_siphash_key *key, const void *data, size_t bytes)
{
        struct dp_siphash s;

        dp_siphash_init(&s, key);
        dp_siphash_update(&s, data, bytes);
        return dp_siphash_final(&s);
}
