/* SPDX-License-Identifier: Apache-2.0 */
/* duration.h - how people write a span of time: 90, 90s, 15m, 1h30m, 7d, 2w. Pure. */
#ifndef SLUICE_CONTROL_CLI_DURATION_H
#define SLUICE_CONTROL_CLI_DURATION_H

#include <stddef.h>
#include <stdint.h>

/* Seconds of a text; a bare number counts seconds. 0, or -EINVAL: not a duration, or more than
 * UINT32_MAX seconds. */
int cp_duration_parse(const char *text, uint32_t *seconds);

/* The two largest units of a span, "2d 3h", "45s". Returns buf. */
char *cp_duration_format(char *buf, size_t cap, uint64_t seconds);

#endif
