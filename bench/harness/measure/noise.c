/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/measure/noise.h"

#include <stdio.h>
#include <string.h>

#include <rte_cycles.h>

void sb_spin_run(struct sb_spin *s, double seconds)
{
        const double ns = 1e9 / (double)rte_get_tsc_hz();
        uint64_t start = rte_rdtsc(), last = start;
        const uint64_t end = start + (uint64_t)(seconds * 1e9 / ns);
        uint64_t lost = 0, longest = 0;

        memset(s, 0, sizeof(*s));
        while (last < end) {
                uint64_t now = rte_rdtsc();
                uint64_t gap = now - last;

                if ((double)gap * ns > SB_SPIN_GAP_NS) {
                        lost += gap;
                        s->gaps++;
                        if (gap > longest)
                                longest = gap;
                }
                last = now;
        }
        s->seconds = (double)(last - start) * ns / 1e9;
        s->lost_share = (double)lost / (double)(last - start);
        s->longest_ns = (uint64_t)((double)longest * ns);
}

void sb_steal_read(struct sb_steal *s)
{
        unsigned long long v[8] = {0};
        FILE *f = fopen("/proc/stat", "re");

        memset(s, 0, sizeof(*s));
        if (f == NULL)
                return;
        if (fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &v[0], &v[1], &v[2], &v[3],
                   &v[4], &v[5], &v[6], &v[7]) == 8) {
                for (unsigned i = 0; i < 8; i++)
                        s->total += v[i];
                s->steal = v[7];
        }
        fclose(f);
}

double sb_steal_share(const struct sb_steal *before, const struct sb_steal *after)
{
        uint64_t total = after->total - before->total;

        return total == 0 ? 0.0 : (double)(after->steal - before->steal) / (double)total;
}
