/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_scan.h - the heads of a key's two sets, looked at all at once and without branches: which
 * have its fingerprint, which ways are free, which entry would be missed least. Pure but for the
 * loads; for record_table.c alone.
 *
 * A place is a number from 0 to 15, the ways of the first set before those of the second; in bits
 * the first place is the lowest.
 *
 * Heads are loaded one after the other or side by side, but each as a whole and none before what
 * the caller did with sequential consistency: what duplicates_settle() rests on.
 */
#ifndef SLUICE_DATAPLANE_STATE_RECORD_SCAN_H
#define SLUICE_DATAPLANE_STATE_RECORD_SCAN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/state/record_head.h"
#include "dataplane/state/record_table.h"

#define SCAN_WAYS   8u /* of a set */
#define SCAN_PLACES (2 * SCAN_WAYS)

/* Heads of a set are SCAN_WAYS, a line of their own. */
struct dp_rec_scan {
        const char *name; /* "sse2", "avx512"; static */
        /* The places with this fingerprint; a free way has none. */
        unsigned (*same)(const _Atomic uint64_t *first, const _Atomic uint64_t *second,
                         uint64_t fp);
        /*
         * The same in out->same; and out->place, out->head: the way that a put would take, of those
         * that are free one in the set with more of them, else the one whose entry is lost with the
         * least harm, first those that have ended. out->has_way: there is one. Free ways count, not
         * dead ones, which a sweep frees before long.
         */
        void (*sight)(const _Atomic uint64_t *first, const _Atomic uint64_t *second, uint64_t fp,
                      uint64_t now_tick, struct dp_rec_sight *out);
};

/* Every x86-64 runs the first; calling the other on a CPU without its instructions is a fault. */
extern const struct dp_rec_scan dp_rec_scan_sse2;
extern const struct dp_rec_scan dp_rec_scan_avx512;

/*
 * What is lost with the entry of a place, in one number that can be compared: the ticks that it
 * still has, 0 for one that has ended, then the place. An entry that is kept as long as it lives,
 * and a way that is being filled, are NEVER.
 */
#define SCAN_LOSS_SHIFT 5u
#define SCAN_LOSS_NEVER (1 << 30)
#define SCAN_LOSS_LIVE  (1 << 4)
_Static_assert(LIFE_TICKS << SCAN_LOSS_SHIFT < SCAN_LOSS_NEVER, "a life is no number that fits");

/* The first free way of the set with more of them; there is one. Another thread may have been
 * quicker to take it. */
static inline void scan_take_free(const _Atomic uint64_t *first, const _Atomic uint64_t *second,
                                  unsigned free, struct dp_rec_sight *out)
{
        unsigned ones = free - (free >> 1 & 0x5555u); /* of two bits, four, a set */
        unsigned places;

        ones = (ones & 0x3333u) + (ones >> 2 & 0x3333u);
        ones = (ones + (ones >> 4)) & 0x0f0fu;
        places = (ones & 0xffu) >= ones >> SCAN_WAYS ? free & 0xffu : free & 0xff00u;
        out->place = (uint8_t)__builtin_ctz(places);
        out->head = atomic_load_explicit(out->place < SCAN_WAYS ? &first[out->place]
                                                                : &second[out->place - SCAN_WAYS],
                                         memory_order_acquire);
        out->has_way = head_phase(out->head) == PHASE_FREE;
}

#endif
