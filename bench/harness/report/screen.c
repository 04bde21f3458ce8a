/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/report/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void sb_screen_init(struct sb_screen *s, bool quiet)
{
        memset(s, 0, sizeof(*s));
        s->quiet = quiet;
        clock_gettime(CLOCK_MONOTONIC, &s->last);
}

void sb_screen_show(struct sb_screen *s, const struct sb_counts *now, uint32_t live)
{
        struct timespec t;
        double passed;

        clock_gettime(CLOCK_MONOTONIC, &t);
        passed = (double)(t.tv_sec - s->last.tv_sec) + (double)(t.tv_nsec - s->last.tv_nsec) / 1e9;
        if (s->quiet || passed < 1.0)
                return;
        if (s->lines++ % 20 == 0)
                fprintf(stderr, "%12s %12s %10s %10s %12s %12s %10s\n", "begun/s", "done/s", "live",
                        "failed", "sent/s", "received/s", "again");
        fprintf(stderr, "%12.0f %12.0f %10" PRIu32 " %10" PRIu64 " %12.0f %12.0f %10" PRIu64 "\n",
                (double)(now->starts - s->before.starts) / passed,
                (double)(now->calls_succeeded - s->before.calls_succeeded) / passed, live,
                now->calls_failed, (double)(now->tx_frames - s->before.tx_frames) / passed,
                (double)(now->rx_frames - s->before.rx_frames) / passed, now->tx_retransmitted);
        s->before = *now;
        s->last = t;
}

void sb_screen_fini(struct sb_screen *s)
{
        if (s->lines != 0)
                fputc('\n', stderr);
}
