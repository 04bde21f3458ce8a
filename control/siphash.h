/* SPDX-License-Identifier: Apache-2.0 */
/*
 * siphash.h - SipHash-2-4, 64 and 128 bits, the keyed hash behind control's tables: without the key
 * nobody can choose names that collide.
 *
 * Pieces are hashed each with its length, so no two ways to cut the same octets are alike. Pure;
 * one thread per struct.
 */
#ifndef SLUICE_CONTROL_SIPHASH_H
#define SLUICE_CONTROL_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct cp_siphash_key {
        uint64_t k[2];
};

/* A key from getrandom(2). 0 or a negative errno. */
int cp_siphash_key_random(struct cp_siphash_key *key);

/* The published function over one run of octets. data may be NULL when bytes is 0. */
uint64_t cp_siphash(const struct cp_siphash_key *key, const void *data, size_t bytes);

/* The published function of 128 bits; out[0] comes first in the published output. */
void cp_siphash128(const struct cp_siphash_key *key, const void *data, size_t bytes,
                   uint64_t out[2]);

/* One more piece behind `so_far`, which is 0 for the first: the hash of a list of strings. */
uint64_t cp_siphash_chain(const struct cp_siphash_key *key, uint64_t so_far, const void *data,
                          size_t bytes);

#endif
