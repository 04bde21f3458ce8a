/* SPDX-License-Identifier: Apache-2.0 */
#include "control/detect/sketch.h"

#include <string.h>

#define SET_BACK (2u * CP_SKETCH_SLOTS)
#define EXACT    32u

/* Slot numbers are compared by their difference, so that they may wrap. */
static bool before(uint32_t a, uint32_t b)
{
        return (int32_t)(a - b) < 0;
}

static void slot_clear(struct cp_sketch *s, uint32_t slot)
{
        unsigned i = slot % CP_SKETCH_SLOTS;

        s->count[i] = 0;
        s->proven[i] = 0;
        memset(s->bits[i], 0, sizeof(s->bits[i]));
}

static void advance(struct cp_sketch *s, uint32_t slot)
{
        uint32_t steps = slot - s->newest;

        if (steps > CP_SKETCH_SLOTS)
                steps = CP_SKETCH_SLOTS;
        for (uint32_t i = 0; i < steps; i++)
                slot_clear(s, slot - i);
        s->newest = slot;
}

static uint32_t sum(uint32_t a, uint32_t b)
{
        return a + b < a ? UINT32_MAX : a + b;
}

bool cp_sketch_add(struct cp_sketch *s, const struct cp_sketch_mark *m)
{
        unsigned i = m->slot % CP_SKETCH_SLOTS;

        if (before(s->newest, m->slot)) {
                advance(s, m->slot);
        } else if (s->newest - m->slot >= SET_BACK) {
                memset(s, 0, sizeof(*s));
                s->newest = m->slot;
        } else if (s->newest - m->slot >= CP_SKETCH_SLOTS) {
                return false;
        }
        s->count[i] = sum(s->count[i], m->weight);
        if (m->proven)
                s->proven[i] = sum(s->proven[i], m->weight);
        s->bits[i][m->bit / 64u] |= UINT64_C(1) << (m->bit % 64u);
        return true;
}

void cp_sketch_end(struct cp_sketch *s, uint32_t bit)
{
        for (unsigned i = 0; i < CP_SKETCH_SLOTS; i++)
                s->bits[i][bit / 64u] &= ~(UINT64_C(1) << (bit % 64u));
}

void cp_sketch_set(struct cp_sketch *s, uint32_t level)
{
        s->count[0] = level;
}

void cp_sketch_take(struct cp_sketch *s)
{
        for (uint32_t back = 0; back < CP_SKETCH_SLOTS; back++) {
                uint32_t *count = &s->count[(s->newest - back) % CP_SKETCH_SLOTS];

                if (*count == 0)
                        continue;
                (*count)--;
                return;
        }
}

/* The slot `back` before now_slot, if it is held; else -1. */
static int held(const struct cp_sketch *s, uint32_t now_slot, uint32_t back)
{
        uint32_t slot = now_slot - back;

        /* Marks may be a little ahead of the reader's clock: they count as of now. */
        if (back == 0 && before(now_slot, s->newest))
                return (int)(s->newest % CP_SKETCH_SLOTS);
        if (before(s->newest, slot) || s->newest - slot >= CP_SKETCH_SLOTS)
                return -1;
        return (int)(slot % CP_SKETCH_SLOTS);
}

static uint32_t total(const struct cp_sketch *s, const uint32_t *of, uint32_t now_slot)
{
        uint32_t n = 0;

        for (uint32_t back = 0; back < CP_SKETCH_SLOTS; back++) {
                int i = held(s, now_slot, back);

                if (i >= 0)
                        n = sum(n, of[i]);
        }
        return n;
}

static void unite(const struct cp_sketch *s, uint32_t now_slot, uint32_t from,
                  uint64_t out[CP_SKETCH_WORDS])
{
        memset(out, 0, CP_SKETCH_WORDS * sizeof(out[0]));
        for (uint32_t back = from; back < CP_SKETCH_SLOTS; back++) {
                int i = held(s, now_slot, back);

                for (unsigned w = 0; i >= 0 && w < CP_SKETCH_WORDS; w++)
                        out[w] |= s->bits[i][w];
        }
}

static uint32_t longest_run(const uint64_t bits[CP_SKETCH_WORDS])
{
        uint32_t best = 0;
        uint32_t run = 0;

        for (unsigned i = 0; i < CP_SKETCH_RUN_MAX; i++) {
                run = (bits[i / 64u] >> (i % 64u) & 1u) != 0 ? run + 1 : 0;
                if (run > best)
                        best = run;
        }
        return best;
}

/* A new item meets a free bit with the probability of free bits: so many items on average stand
 * behind each further bit. All bits set: more than can be told. Few are told as they are: rather
 * one too low than an alert too early. */
uint32_t cp_sketch_estimate(uint32_t set, uint32_t of)
{
        double n = 0.0;

        if (set <= EXACT && EXACT < of / 4)
                return set;
        for (uint32_t i = 0; i < set && i < of; i++)
                n += (double)of / (double)(of - i);
        return (uint32_t)(n + 0.5);
}

static uint32_t distinct(const uint64_t bits[CP_SKETCH_WORDS])
{
        uint32_t set = 0;

        for (unsigned w = 0; w < CP_SKETCH_WORDS; w++)
                set += (uint32_t)__builtin_popcountll(bits[w]);
        return cp_sketch_estimate(set, CP_SKETCH_BITS);
}

uint32_t cp_sketch_measure(const struct cp_sketch *s, enum cp_measure m, uint32_t now_slot)
{
        uint64_t bits[CP_SKETCH_WORDS];

        if (m == CP_MEASURE_LEVEL)
                return s->count[0];
        if (m == CP_MEASURE_COUNT)
                return total(s, s->count, now_slot);
        unite(s, now_slot, m == CP_MEASURE_OPEN_AGED ? 1 : 0, bits);
        return m == CP_MEASURE_RUN ? longest_run(bits) : distinct(bits);
}

uint32_t cp_sketch_proven(const struct cp_sketch *s, uint32_t now_slot)
{
        return total(s, s->proven, now_slot);
}
