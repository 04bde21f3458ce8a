/* SPDX-License-Identifier: Apache-2.0 */
/*
 * siphash.h - SipHash-2-4 of one piece of memory, 128 and 64 bits: what an outsider chooses is
 * never put in a table by a hash that he can compute. The key is random at each start. Pure.
 */
#ifndef SLUICE_CONTROL_DETECT_SIPHASH_H
#define SLUICE_CONTROL_DETECT_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct cp_siphash_key {
        uint64_t k[2];
};

/* out[0] and its octets come first in the published output. data may be NULL when bytes is 0. */
void cp_siphash128(const struct cp_siphash_key *key, const void *data, size_t bytes,
                   uint64_t out[2]);
uint64_t cp_siphash64(const struct cp_siphash_key *key, const void *data, size_t bytes);

#endif
