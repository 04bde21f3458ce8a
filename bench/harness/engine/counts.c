/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/engine/counts.h"

const char *sb_failure_name(enum sb_failure f)
{
        static const char *const names[] = {
#define X(ID, name, text) name,
                SB_FAILURES
#undef X
        };

        return (unsigned)f < SB_FAIL_CNT ? names[f] : "unknown";
}

const char *sb_failure_text(enum sb_failure f)
{
        static const char *const texts[] = {
#define X(ID, name, text) text,
                SB_FAILURES
#undef X
        };

        return (unsigned)f < SB_FAIL_CNT ? texts[f] : "unknown";
}

const char *sb_time_name(enum sb_time t)
{
        static const char *const names[SB_TIME_CNT] = {"response", "setup", "call", "rrd",  "sdd",
                                                       "sdt",      "lag",   "rtd1", "rtd2", "rtd3",
                                                       "rtd4",     "rtd5",  "rtd6", "rtd7", "rtd8"};

        return (unsigned)t < SB_TIME_CNT ? names[t] : "unknown";
}
