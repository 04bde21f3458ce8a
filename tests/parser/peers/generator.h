/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generator.h - SIP messages for comparing readers: each walks the grammar of RFC 3261 by chance,
 * with the spellings that real stacks avoid but the grammar allows.
 */
#ifndef SLUICE_TESTS_PARSER_PEERS_GENERATOR_H
#define SLUICE_TESTS_PARSER_PEERS_GENERATOR_H

#include <stddef.h>
#include <stdint.h>

#include "tests/contract/rng.h"

#define GENERATOR_BYTES_MAX 8192u

/* The next message; the same for the same state of the generator. Returns its octets. */
size_t generator_message(struct rng *rng, uint8_t out[GENERATOR_BYTES_MAX]);

/* Damage it in one to three places of its first 1,500 octets. Returns its octets. */
size_t generator_mutate(struct rng *rng, uint8_t text[GENERATOR_BYTES_MAX], size_t n);

#endif
