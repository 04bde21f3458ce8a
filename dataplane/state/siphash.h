/* SPDX-License-Identifier: Apache-2.0 */
/*
 * siphash.h - SipHash, the keyed hash: without the key, random at each start, nobody can choose
 * inputs that collide, nor make an output.
 *
 *   dp_siphash_*     SipHash-2-4, in as many pieces as the caller has: for outputs that leave the
 *                    process, tags and tokens that anybody may collect
 *   dp_siphash13_*   SipHash-1-3, of one piece: for the keys of tables, which nobody ever sees
 *
 * Why less is enough for tables: the rounds that 1-3 leaves out are margin against who has inputs
 * with their outputs. A table's key never leaves the process; what shows of it from outside is
 * whether two inputs share an entry, which takes 60 equal bits and more, and by timing perhaps
 * whether they share a set. No attack on 1-3 is known that would need as little, nor one that finds
 * its key at all, and the tables of Rust, Python and Ruby rest on it under the same attackers. What
 * leaves (edge/proxy_token.h, reply_tag.h) stays 2-4: there outputs are to be had for the asking.
 * Both may have one key: from outputs of 2-4 it can not be found, and there are no others.
 *
 * Only the octets count, not how they are cut into pieces: a caller that hashes several fields
 * separates them by fixed lengths or by hashing the length too. Pure; one thread per struct.
 * Words are read little-endian whatever the machine, so outputs are the published ones.
 */
#ifndef SLUICE_DATAPLANE_STATE_SIPHASH_H
#define SLUICE_DATAPLANE_STATE_SIPHASH_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct dp_siphash_key {
        uint64_t k[2]; /* from getrandom(2) */
};

/* The four words of the state: v0..v3 of the definition. */
struct dp_siphash_state {
        uint64_t a, b, c, d;
};

/* Pieces are gathered first, since most are short and a round does not care where they met. */
#define DP_SIPHASH_KEPT 248u /* a multiple of 8 */

struct dp_siphash {
        struct dp_siphash_state v;
        uint64_t taken; /* octets that are in v */
        size_t kept;    /* octets that are not yet */
        uint8_t buf[DP_SIPHASH_KEPT + 8];
};

/* Start a hash whose end is dp_siphash_final(), or dp_siphash_final128(): they differ from here. */
void dp_siphash_init(struct dp_siphash *s, const struct dp_siphash_key *key);
void dp_siphash_init128(struct dp_siphash *s, const struct dp_siphash_key *key);

/* What dp_siphash_update() does with more than there is room for. */
void dp_siphash_take(struct dp_siphash *s, const void *data, size_t bytes);

/* data may be NULL when bytes is 0. */
static inline void dp_siphash_update(struct dp_siphash *s, const void *data, size_t bytes)
{
        if (bytes > DP_SIPHASH_KEPT - s->kept) {
                dp_siphash_take(s, data, bytes);
        } else if (bytes != 0) {
                memcpy(s->buf + s->kept, data, bytes);
                s->kept += bytes;
        }
}

/* The hash; s is used up. out[0] and its octets come first in the published output. */
uint64_t dp_siphash_final(struct dp_siphash *s);
void dp_siphash_final128(struct dp_siphash *s, uint64_t out[2]);

/* ---- SipHash-1-3 ---- */

uint64_t dp_siphash13_once(const struct dp_siphash_key *key, const void *data, size_t bytes);
void dp_siphash13_once128(const struct dp_siphash_key *key, const void *data, size_t bytes,
                          uint64_t out[2]);

/* ---- the rounds, for keys of a few words whose number the compiler knows ---- */

#define DP_SIPHASH_WIDE 0xeeu /* what v1 is changed by for 128 bits */

static inline struct dp_siphash_state dp_siphash_begin(const struct dp_siphash_key *key)
{
        /* "somepseudorandomlygeneratedbytes", the constants of the definition */
        return (struct dp_siphash_state){
            key->k[0] ^ UINT64_C(0x736f6d6570736575),
            key->k[1] ^ UINT64_C(0x646f72616e646f6d),
            key->k[0] ^ UINT64_C(0x6c7967656e657261),
            key->k[1] ^ UINT64_C(0x7465646279746573),
        };
}

static inline uint64_t dp_siphash_rotl(uint64_t x, unsigned n)
{
        return x << n | x >> (64u - n);
}

static inline void dp_siphash_round(struct dp_siphash_state *v)
{
        v->a += v->b;
        v->c += v->d;
        v->b = dp_siphash_rotl(v->b, 13) ^ v->a;
        v->d = dp_siphash_rotl(v->d, 16) ^ v->c;
        v->a = dp_siphash_rotl(v->a, 32);
        v->c += v->b;
        v->a += v->d;
        v->b = dp_siphash_rotl(v->b, 17) ^ v->c;
        v->d = dp_siphash_rotl(v->d, 21) ^ v->a;
        v->c = dp_siphash_rotl(v->c, 32);
}

/* Take in eight octets. */
static inline void dp_siphash13_word(struct dp_siphash_state *v, uint64_t word)
{
        v->d ^= word;
        dp_siphash_round(v);
        v->a ^= word;
}

static inline uint64_t dp_siphash13_fold(struct dp_siphash_state *v)
{
        dp_siphash_round(v);
        dp_siphash_round(v);
        dp_siphash_round(v);
        return v->a ^ v->b ^ v->c ^ v->d;
}

/* `last`: the octets that are left, and in its highest one how many there were in all. */
static inline uint64_t dp_siphash13_end(struct dp_siphash_state *v, uint64_t last)
{
        dp_siphash13_word(v, last);
        v->c ^= 0xffu;
        return dp_siphash13_fold(v);
}

static inline void dp_siphash13_end128(struct dp_siphash_state *v, uint64_t last, uint64_t out[2])
{
        dp_siphash13_word(v, last);
        v->c ^= 0xeeu;
        out[0] = dp_siphash13_fold(v);
        v->b ^= 0xddu;
        out[1] = dp_siphash13_fold(v);
}

/* As dp_siphash13_once128() of n words, each little-endian. */
static inline void dp_siphash13_words128(const struct dp_siphash_key *key, const uint64_t *word,
                                         unsigned n, uint64_t out[2])
{
        struct dp_siphash_state v = dp_siphash_begin(key);

        v.b ^= DP_SIPHASH_WIDE;
        for (unsigned i = 0; i < n; i++)
                dp_siphash13_word(&v, word[i]);
        dp_siphash13_end128(&v, (uint64_t)n * 8u << 56, out);
}

#endif
