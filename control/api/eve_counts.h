/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eve_counts.h - the EVE line "sip_class": how many messages of which class since the line before,
 * by the dataplanes' counters, so lost events are in it.
 */
#ifndef SLUICE_CONTROL_API_EVE_COUNTS_H
#define SLUICE_CONTROL_API_EVE_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_stats.h"

/* Room for every class at its largest. */
#define CP_EVE_COUNTS_BYTES 4096u

struct cp_eve_counts { /* zero: everything counted so far belongs to the first line */
        struct shm_counters last;
};

/* Write the line of what came since the last call; its length without the terminator, 0 when
 * nothing came. */
size_t cp_eve_counts_line(struct cp_eve_counts *self, const struct shm_counters *now,
                          uint64_t time_ns, char line[CP_EVE_COUNTS_BYTES]);

#endif
