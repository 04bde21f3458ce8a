/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_measure.h - the kernel that is fastest on this machine, found out by letting each read.
 */
#ifndef SLUICE_PARSER_SCAN_SCAN_MEASURE_H
#define SLUICE_PARSER_SCAN_SCAN_MEASURE_H

#include <stdint.h>

#include "parser/scan/scan_select.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A clock in any unit that never goes back; a time stamp counter, or nanoseconds. */
typedef uint64_t scan_clock_fn(void);

/*
 * Let every kernel that this CPU runs parse three built-in messages, in turn, a few times over, and
 * take the one with the least time in its best round: interference only adds. A kernel further on
 * in the order of scan_variant_at() must win by a sixteenth, so that wider registers are not taken
 * for nothing. About half a millisecond; for the start of a program, which then gives v.fast to
 * sip_parse_with(). All kernels read alike, so the choice shows in nothing but the time.
 */
struct scan_variant scan_measure(scan_clock_fn *clock);

#ifdef __cplusplus
}
#endif

#endif
