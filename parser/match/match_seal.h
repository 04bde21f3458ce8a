/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match_seal.h - the digest of an image: tells one that was cut, torn or hit by a flipped bit.
 *
 * Every change within eight aligned octets is found for certain, any other but for one in 2^64. It
 * is no signature: who can write an image can seal it.
 */
#ifndef SLUICE_PARSER_MATCH_MATCH_SEAL_H
#define SLUICE_PARSER_MATCH_MATCH_SEAL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The digest of an image of bytes >= sizeof(struct match_head), its own place left out. `image` is
 * aligned to 8. */
uint64_t match_seal(const void *image, size_t bytes);
/* Write it into the head: the last thing to be done to an image. */
void match_seal_set(void *image, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
