/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h - a worker's idea of the time: nanoseconds since the epoch, one reading per turn.
 *
 * Real: the time stamp counter, tied to CLOCK_REALTIME by housekeeping, so that no packet costs a
 * system call. Virtual (replay): what the capture says. Either way it never goes back.
 */
#ifndef SLUICE_DATAPLANE_CLOCK_H
#define SLUICE_DATAPLANE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <rte_cycles.h>

struct dp_clock {
        uint64_t now_ns;
        uint64_t base_tsc;
        uint64_t base_ns;
        double ns_per_tsc;
        bool virtual_time;
};

static inline uint64_t dp_clock_realtime_ns(void)
{
        struct timespec ts;

        clock_gettime(CLOCK_REALTIME, &ts);
        return (uint64_t)ts.tv_sec * UINT64_C(1000000000) + (uint64_t)ts.tv_nsec;
}

/* CLOCK_MONOTONIC, for heartbeats and counter pages, which other processes read. */
static inline uint64_t dp_clock_monotonic_ns(void)
{
        struct timespec ts;

        clock_gettime(CLOCK_MONOTONIC, &ts);
        return (uint64_t)ts.tv_sec * UINT64_C(1000000000) + (uint64_t)ts.tv_nsec;
}

/* Tie the counter to the wall clock again: housekeeping, a few times a second. */
static inline void dp_clock_calibrate(struct dp_clock *c)
{
        if (c->virtual_time)
                return;
        c->base_tsc = rte_rdtsc();
        c->base_ns = dp_clock_realtime_ns();
}

static inline void dp_clock_init(struct dp_clock *c, bool virtual_time)
{
        c->virtual_time = virtual_time;
        c->now_ns = 0;
        c->ns_per_tsc = 1e9 / (double)rte_get_tsc_hz();
        dp_clock_calibrate(c);
}

/* Top of a turn. */
static inline uint64_t dp_clock_tick(struct dp_clock *c)
{
        if (!c->virtual_time) {
                uint64_t passed = rte_rdtsc() - c->base_tsc;
                uint64_t now = c->base_ns + (uint64_t)((double)passed * c->ns_per_tsc);

                if (now > c->now_ns)
                        c->now_ns = now;
        }
        return c->now_ns;
}

#endif
