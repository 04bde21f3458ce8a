/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steer.h - what somebody at the keyboard wants of a load that runs: SIPp's keys.
 *
 * Written by the thread that reads keys, read by workers between their turns.
 */
#ifndef SLUICE_BENCH_HARNESS_MEASURE_STEER_H
#define SLUICE_BENCH_HARNESS_MEASURE_STEER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct sb_steer {
        atomic_uint changes;
        _Atomic uint64_t rate_milli; /* a second, all workers together, times 1000 */
        double scale;
        atomic_bool paused;
        atomic_bool ending; /* no further starts; what goes on ends by itself */
};

void sb_steer_init(struct sb_steer *s, double rate, double scale);
/* + and - : one more or less a second, times scale; * and / : ten; p: pause, and go on; q: begin no
 * further call. True for Q: stop at once. Other keys do nothing. A rate stays above 0. */
bool sb_steer_key(struct sb_steer *s, int key);

#endif
