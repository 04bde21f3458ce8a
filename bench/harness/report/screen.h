/* SPDX-License-Identifier: Apache-2.0 */
/*
 * screen.h - one line a second while a load runs.
 */
#ifndef SLUICE_BENCH_HARNESS_REPORT_SCREEN_H
#define SLUICE_BENCH_HARNESS_REPORT_SCREEN_H

#include <stdbool.h>
#include <time.h>

#include "bench/harness/engine/counts.h"

struct sb_screen {
        bool quiet;
        uint32_t lines;
        struct timespec last;
        struct sb_counts before;
};

void sb_screen_init(struct sb_screen *s, bool quiet);
/* As often as wanted; writes when a second has passed. */
void sb_screen_show(struct sb_screen *s, const struct sb_counts *now, uint32_t live);
void sb_screen_fini(struct sb_screen *s);

#endif
