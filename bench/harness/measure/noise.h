/* SPDX-License-Identifier: Apache-2.0 */
/*
 * noise.h - how quiet the machine is: what others took from a core that did nothing but look at the
 * time, and what the hypervisor took from all of them.
 */
#ifndef SLUICE_BENCH_HARNESS_MEASURE_NOISE_H
#define SLUICE_BENCH_HARNESS_MEASURE_NOISE_H

#include <stdint.h>

struct sb_spin { /* one worker's core, before the load */
        double seconds;
        double lost_share; /* of the time, in gaps above SB_SPIN_GAP_NS */
        uint64_t gaps;
        uint64_t longest_ns;
};
#define SB_SPIN_GAP_NS 5000u

struct sb_steal { /* of all CPUs, between two readings of /proc/stat */
        uint64_t total;
        uint64_t steal;
};

/* Look at the time for so long. Any thread. */
void sb_spin_run(struct sb_spin *s, double seconds);
void sb_steal_read(struct sb_steal *s);
/* Share of the time between two readings; 0 when the kernel does not say. */
double sb_steal_share(const struct sb_steal *before, const struct sb_steal *after);

#endif
