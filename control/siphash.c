/* SPDX-License-Identifier: Apache-2.0 */
#include "control/siphash.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

struct state {
        uint64_t a;
        uint64_t b;
        uint64_t c;
        uint64_t d;
};

static inline uint64_t rotated(uint64_t x, unsigned by)
{
        return x << by | x >> (64u - by);
}

static void mix(struct state *s, unsigned rounds)
{
        while (rounds-- > 0) {
                s->a += s->b;
                s->c += s->d;
                s->b = rotated(s->b, 13) ^ s->a;
                s->d = rotated(s->d, 16) ^ s->c;
                s->a = rotated(s->a, 32);
                s->c += s->b;
                s->a += s->d;
                s->b = rotated(s->b, 17) ^ s->c;
                s->d = rotated(s->d, 21) ^ s->a;
                s->c = rotated(s->c, 32);
        }
}

static void take(struct state *s, uint64_t word)
{
        s->d ^= word;
        mix(s, 2);
        s->a ^= word;
}

/* The initial constants are those of the definition. */
static struct state absorb(const struct cp_siphash_key *key, uint64_t wide, const void *data,
                           size_t bytes)
{
        struct state s = {
            .a = key->k[0] ^ UINT64_C(0x736f6d6570736575),
            .b = key->k[1] ^ UINT64_C(0x646f72616e646f6d) ^ wide,
            .c = key->k[0] ^ UINT64_C(0x6c7967656e657261),
            .d = key->k[1] ^ UINT64_C(0x7465646279746573),
        };
        const uint8_t *p = data;
        uint64_t last = (uint64_t)bytes << 56;
        uint64_t word;

        for (; bytes >= sizeof(word); bytes -= sizeof(word), p += sizeof(word)) {
                memcpy(&word, p, sizeof(word));
                take(&s, le64toh(word));
        }
        for (size_t i = 0; i < bytes; i++)
                last |= (uint64_t)p[i] << (8u * i);
        take(&s, last);
        return s;
}

static uint64_t squeezed(const struct state *s)
{
        return s->a ^ s->b ^ s->c ^ s->d;
}

void cp_siphash128(const struct cp_siphash_key *key, const void *data, size_t bytes,
                   uint64_t out[2])
{
        struct state s = absorb(key, 0xee, data, bytes);

        s.c ^= 0xee;
        mix(&s, 4);
        out[0] = squeezed(&s);
        s.b ^= 0xdd;
        mix(&s, 4);
        out[1] = squeezed(&s);
}

uint64_t cp_siphash(const struct cp_siphash_key *key, const void *data, size_t bytes)
{
        struct state s = absorb(key, 0, data, bytes);

        s.c ^= 0xff;
        mix(&s, 4);
        return squeezed(&s);
}

int cp_siphash_key_random(struct cp_siphash_key *key)
{
        ssize_t n = getrandom(key->k, sizeof(key->k), 0);

        return n == (ssize_t)sizeof(key->k) ? 0 : n < 0 ? -errno : -EIO;
}

uint64_t cp_siphash_chain(const struct cp_siphash_key *key, uint64_t so_far, const void *data,
                          size_t bytes)
{
        /* The length is in the hash already; what came before goes into the key. */
        const struct cp_siphash_key next = {{key->k[0] ^ so_far, key->k[1]}};

        return cp_siphash(&next, data, bytes);
}
