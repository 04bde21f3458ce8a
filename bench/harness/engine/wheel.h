/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel.h - one deadline for each of N slots, in steps of a millisecond.
 *
 * A slot is in the wheel once or not at all. Setting an earlier or later deadline moves it; a
 * deadline more than 8 s away goes round and is put back. Nothing is allocated after creation. One
 * thread.
 */
#ifndef SLUICE_BENCH_HARNESS_ENGINE_WHEEL_H
#define SLUICE_BENCH_HARNESS_ENGINE_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#define SB_WHEEL_SPOKES 8192u
#define SB_WHEEL_NONE   UINT32_MAX

struct sb_wheel_link {
        uint32_t next;   /* slot; SB_WHEEL_NONE */
        uint32_t prev;   /* slot, or SB_WHEEL_NONE when first of its spoke */
        uint64_t due_ns; /* 0: not in the wheel */
};

struct sb_wheel {
        struct sb_wheel_link *links; /* slot_cnt of them */
        uint64_t tick;               /* the next one to be looked at, milliseconds */
        uint64_t wake_ns;            /* no list needs to be walked before it */
        uint32_t live;
        uint32_t heads[SB_WHEEL_SPOKES];
};

/* 0 or -ENOMEM. */
int sb_wheel_create(struct sb_wheel **out, uint32_t slot_cnt, uint64_t now_ns);
void sb_wheel_destroy(struct sb_wheel *w);

/* due_ns above 0; one in the past comes with the next sb_wheel_next(). */
void sb_wheel_set(struct sb_wheel *w, uint32_t slot, uint64_t due_ns);
void sb_wheel_clear(struct sb_wheel *w, uint32_t slot);
/* A slot whose deadline has come, taken out of the wheel; SB_WHEEL_NONE when there is none. A
 * deadline is never early, and late by less than 1 ms plus the time between calls. */
uint32_t sb_wheel_next(struct sb_wheel *w, uint64_t now_ns);

#endif
