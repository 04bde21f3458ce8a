/* SPDX-License-Identifier: Apache-2.0 */
/*
 * siphash.h - SipHash-2-4 with 64- and 128-bit output, fed in as many pieces as the caller has.
 *
 * The keyed hash behind every table of the dataplane: without the key an attacker can not choose
 * inputs that collide. The key is the caller's secret, random at each start.
 *
 * Only the octets count, not how they are cut into pieces: a caller that hashes several fields
 * separates them by fixed lengths or by hashing the length too. Pure; one thread per struct.
 * Words are read little-endian whatever the machine, so outputs are the published ones.
 */
#ifndef SLUICE_DATAPLANE_STATE_SIPHASH_H
#define SLUICE_DATAPLANE_STATE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct dp_siphash_key {
        uint64_t k[2]; /* from getrandom(2) */
};

struct dp_siphash {
        uint64_t v[4];
        uint64_t tail;  /* octets not yet taken in, lowest first */
        uint64_t bytes; /* octets seen; its low 3 bits say how many are in tail */
};

/* Start a hash whose end is dp_siphash_final(), or dp_siphash_final128(): they differ from here. */
void dp_siphash_init(struct dp_siphash *s, const struct dp_siphash_key *key);
void dp_siphash_init128(struct dp_siphash *s, const struct dp_siphash_key *key);

/* data may be NULL when bytes is 0. */
void dp_siphash_update(struct dp_siphash *s, const void *data, size_t bytes);

/* The hash; s is used up. out[0] and its octets come first in the published output. */
uint64_t dp_siphash_final(struct dp_siphash *s);
void dp_siphash_final128(struct dp_siphash *s, uint64_t out[2]);

/* All three steps for one piece. */
uint64_t dp_siphash_once(const struct dp_siphash_key *key, const void *data, size_t bytes);

#endif
