/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sketch.h - what is remembered of one key for one window: how many marks, how many different
 * items among them, and which of a hundred neighbours.
 *
 * The window is four slots of equal length. A mark goes in the slot of its own time, so the order
 * in which the marks of a window arrive changes nothing; what is older than the window is left
 * out. A measure covers the present slot and the three before it, between three quarters and all of
 * the window. Fixed size, no heap, no clock. A zeroed struct is empty.
 */
#ifndef SLUICE_CONTROL_DETECT_SKETCH_H
#define SLUICE_CONTROL_DETECT_SKETCH_H

#include <stdbool.h>
#include <stdint.h>

#define CP_SKETCH_SLOTS        4u
#define CP_SKETCH_BITS         256u /* of a slot: one for each item, by its hash */
#define CP_SKETCH_WORDS        (CP_SKETCH_BITS / 64u)
/* Different items are estimated up to here; thresholds above make no sense. */
#define CP_SKETCH_DISTINCT_MAX 1000u
#define CP_SKETCH_RUN_MAX      100u

enum cp_measure {
        CP_MEASURE_COUNT = 0, /* marks */
        CP_MEASURE_DISTINCT,  /* different items: never too high up to 32, then linear counting */
        CP_MEASURE_RUN,       /* the longest run of items 0..99 without a gap; exact */
        CP_MEASURE_OPEN,      /* different items begun and not ended */
        CP_MEASURE_OPEN_AGED, /* the same, those of the present slot left out: they have time yet */
        CP_MEASURE_LEVEL,     /* what cp_sketch_set() said last */
};

struct cp_sketch {
        uint32_t newest; /* slot number: time / length of a slot */
        uint32_t count[CP_SKETCH_SLOTS];
        uint32_t proven[CP_SKETCH_SLOTS]; /* of count: marks that prove their source */
        uint64_t bits[CP_SKETCH_SLOTS][CP_SKETCH_WORDS];
};

struct cp_sketch_mark {
        uint32_t slot;   /* number of its time */
        uint32_t weight; /* 1.. */
        uint32_t bit;    /* of its item, below CP_SKETCH_BITS */
        bool proven;
};

/* False when the mark is older than the window: then nothing changed. A mark more than two windows
 * old means that the clock was set back: the sketch begins anew with it. */
bool cp_sketch_add(struct cp_sketch *s, const struct cp_sketch_mark *m);
/* An item has ended: OPEN forgets it. */
void cp_sketch_end(struct cp_sketch *s, uint32_t bit);
/* LEVEL: this is how it stands now. */
void cp_sketch_set(struct cp_sketch *s, uint32_t level);
/* Take one mark off COUNT again, the youngest first. */
void cp_sketch_take(struct cp_sketch *s);

uint32_t cp_sketch_measure(const struct cp_sketch *s, enum cp_measure m, uint32_t now_slot);
/* Marks of the window that prove their source. */
uint32_t cp_sketch_proven(const struct cp_sketch *s, uint32_t now_slot);
/* How many different items most likely set so many of `of` bits. */
uint32_t cp_sketch_estimate(uint32_t set, uint32_t of);

#endif
