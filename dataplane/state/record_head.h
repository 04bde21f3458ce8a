/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_head.h - the word that says all of a way of the record table but what is in it: when its
 * entry ends, which use of the way it is, its state, and the first bits of its key. Pure; for
 * record_table.c alone.
 */
#ifndef SLUICE_DATAPLANE_STATE_RECORD_HEAD_H
#define SLUICE_DATAPLANE_STATE_RECORD_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/state/record_table.h"

/* A head, from the lowest bit up: end 28, generation 12, state 4, kept 1, phase 2, fingerprint 17.
 */
#define END_BITS    28u
#define END_MASK    ((UINT64_C(1) << END_BITS) - 1)
#define GEN_SHIFT   28u
#define GEN_MASK    UINT64_C(0xfff)
#define STATE_SHIFT 40u
#define STATE_MASK  UINT64_C(0xf)
#define KEPT_BIT    (UINT64_C(1) << 44)
#define PHASE_SHIFT 45u
#define PHASE_MASK  (UINT64_C(3) << PHASE_SHIFT)
#define FP_SHIFT    47u

enum phase {
        PHASE_FREE = 0,
        PHASE_BUSY = 1, /* claimed, body not complete: nobody's but the claimer's */
        PHASE_LIVE = 2, /* until its end */
};

#define LIFE_TICKS (DP_REC_LIFE_MAX_NS / DP_REC_TICK_NS)
_Static_assert(LIFE_TICKS < (END_MASK + 1) / 2, "a life does not fit the end");

static inline enum phase head_phase(uint64_t h)
{
        return (enum phase)(h >> PHASE_SHIFT & 3u);
}

static inline uint16_t head_generation(uint64_t h)
{
        return (uint16_t)(h >> GEN_SHIFT & GEN_MASK);
}

static inline uint8_t head_state(uint64_t h)
{
        return (uint8_t)(h >> STATE_SHIFT & STATE_MASK);
}

static inline uint64_t tick(uint64_t now_ns)
{
        return now_ns / DP_REC_TICK_NS & END_MASK;
}

/* Ticks up to the end of an entry, 0 when it is past. An end further ahead than any life is one
 * that went by long ago. */
static inline uint64_t head_left(uint64_t h, uint64_t now_tick)
{
        uint64_t left = ((h & END_MASK) - now_tick) & END_MASK;

        return left <= LIFE_TICKS ? left : 0;
}

static inline bool head_alive(uint64_t h, uint64_t now_tick)
{
        return head_phase(h) == PHASE_LIVE && head_left(h, now_tick) != 0;
}

static inline uint64_t end_tick(uint64_t now_ns, uint64_t life_ns)
{
        uint64_t ticks = life_ns / DP_REC_TICK_NS + 2; /* both ends are rounded down */

        return (tick(now_ns) + (ticks < LIFE_TICKS ? ticks : LIFE_TICKS)) & END_MASK;
}

static inline uint64_t head_make(uint64_t fp, uint16_t generation, enum phase phase)
{
        return fp << FP_SHIFT | (uint64_t)phase << PHASE_SHIFT | (uint64_t)generation << GEN_SHIFT;
}

/* The head that a way has when nobody uses it: the generation stays. */
static inline uint64_t head_freed(uint64_t h)
{
        return head_make(0, head_generation(h), PHASE_FREE);
}

#endif
