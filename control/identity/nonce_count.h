/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nonce_count.h - each credential once: the nonce counts that were used (RFC 7616 3.4, nc).
 *
 * One entry of 24 octets for each nonce, user and client nonce that has been accepted; counts may
 * come out of order within CP_NONCE_COUNT_WINDOW of the highest. The client nonce belongs to the
 * key because many users share a nonce behind one proxy: a replay repeats it, as the response
 * depends on it, and only who knows the password can answer with another.
 *
 * Fixed size, sets of 8. When a live entry has to go, its set forgets no more than that entry: it
 * remembers when the entry's nonce was made and takes no unknown key with a nonce as old as that.
 * So nothing is ever accepted twice; the price of a full table is a stale=true.
 * Thread: one owner. Times are seconds since the epoch.
 */
#ifndef SLUICE_CONTROL_IDENTITY_NONCE_COUNT_H
#define SLUICE_CONTROL_IDENTITY_NONCE_COUNT_H

#include <stdbool.h>
#include <stdint.h>

#define CP_NONCE_COUNT_WINDOW 64u

struct cp_nonce_counts;

/* Room for `entries`, rounded up to a power of two of 8 or more. NULL without memory. */
struct cp_nonce_counts *cp_nonce_counts_create(uint32_t entries);
void cp_nonce_counts_destroy(struct cp_nonce_counts *c);

/*
 * Use count nc, which is 1 or more, of the key; a keyed hash, not 0. made_s: when its nonce was
 * made; what was made before oldest_s is worth nothing any more. True the first time. False when
 * the count was used, is below the window, or can not be told from a used one any more.
 */
bool cp_nonce_counts_use(struct cp_nonce_counts *c, uint64_t key, uint32_t nc, uint32_t made_s,
                         uint32_t oldest_s);

#endif
