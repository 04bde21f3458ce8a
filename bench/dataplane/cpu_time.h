// SPDX-License-Identifier: Apache-2.0
//
// cpu_time.h - the time that this thread had on a CPU: other load on the machine does not count.
#ifndef SLUICE_BENCH_DATAPLANE_CPU_TIME_H
#define SLUICE_BENCH_DATAPLANE_CPU_TIME_H

#include <ctime>

inline double cpu_ns()
{
        timespec t;

        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

#endif
