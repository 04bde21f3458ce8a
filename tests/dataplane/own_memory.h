/* SPDX-License-Identifier: Apache-2.0 */
/*
 * own_memory.h - how much memory of its own this process has.
 */
#ifndef SLUICE_TESTS_DATAPLANE_OWN_MEMORY_H
#define SLUICE_TESTS_DATAPLANE_OWN_MEMORY_H

#include <stdio.h>

/* Resident memory that is not of a file, in KiB by the page tables; 0 when the kernel does not say.
 * The count in statm lags behind by up to 64 pages of each thread, and has pages of code, too. */
static inline long own_memory_kib(void)
{
        FILE *f = fopen("/proc/self/smaps_rollup", "re");
        char line[256];
        long sum = 0;

        while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
                long kib;

                if (sscanf(line, "Pss_Anon: %ld", &kib) == 1 ||
                    sscanf(line, "Pss_Shmem: %ld", &kib) == 1)
                        sum += kib;
        }
        if (f != NULL)
                fclose(f);
        return sum;
}

#endif
