/* SPDX-License-Identifier: Apache-2.0 */
#include "control/siphash.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

struct state {
        uint64_t a, b, c, d;
};

static uint64_t left(uint64_t v, unsigned bits)
{
        return v << bits | v >> (64 - bits);
}

static void rounds(struct state *s, unsigned n)
{
        while (n-- != 0) {
                s->a += s->b;
                s->c += s->d;
                s->b = left(s->b, 13) ^ s->a;
                s->d = left(s->d, 16) ^ s->c;
                s->a = left(s->a, 32);
                s->c += s->b;
                s->a += s->d;
                s->b = left(s->b, 17) ^ s->c;
                s->d = left(s->d, 21) ^ s->a;
                s->c = left(s->c, 32);
        }
}

static void absorb(struct state *s, uint64_t word)
{
        s->d ^= word;
        rounds(s, 2);
        s->a ^= word;
}

/* Octets as a little-endian word, whatever the machine. */
static uint64_t word_at(const uint8_t *p, size_t bytes)
{
        uint64_t v = 0;

        for (size_t i = 0; i < bytes; i++)
                v |= (uint64_t)p[i] << (8 * i);
        return v;
}

int cp_siphash_key_random(struct cp_siphash_key *key)
{
        ssize_t n = getrandom(key->k, sizeof(key->k), 0);

        return n == (ssize_t)sizeof(key->k) ? 0 : n < 0 ? -errno : -EIO;
}

uint64_t cp_siphash(const struct cp_siphash_key *key, const void *data, size_t bytes)
{
        struct state s = {
            key->k[0] ^ UINT64_C(0x736f6d6570736575),
            key->k[1] ^ UINT64_C(0x646f72616e646f6d),
            key->k[0] ^ UINT64_C(0x6c7967656e657261),
            key->k[1] ^ UINT64_C(0x7465646279746573),
        };
        const uint8_t *p = data;
        size_t at = 0;

        for (; bytes - at >= 8; at += 8)
                absorb(&s, word_at(p + at, 8));
        absorb(&s, (uint64_t)bytes << 56 | (bytes == at ? 0 : word_at(p + at, bytes - at)));
        s.c ^= 0xff;
        rounds(&s, 4);
        return s.a ^ s.b ^ s.c ^ s.d;
}

uint64_t cp_siphash_chain(const struct cp_siphash_key *key, uint64_t so_far, const void *data,
                          size_t bytes)
{
        /* The length is in the hash already; what came before goes into the key. */
        const struct cp_siphash_key next = {{key->k[0] ^ so_far, key->k[1]}};

        return cp_siphash(&next, data, bytes);
}
