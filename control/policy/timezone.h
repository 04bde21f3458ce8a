/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timezone.h - local time of any place (RFC 8536), without the process's own TZ.
 *
 * Read from /usr/share/zoneinfo once. Times behind the last change that a file lists are taken 28
 * years earlier, where the calendar is the same. Immutable; any thread.
 */
#ifndef SLUICE_CONTROL_POLICY_TIMEZONE_H
#define SLUICE_CONTROL_POLICY_TIMEZONE_H

#include <stdint.h>

struct cp_timezone;

/* name: such as Europe/Berlin or UTC. 0, -ENOENT, -EINVAL (no name of a place, no such file, or one
 * that leaves the present to rules outside its list), -ENOMEM. */
int cp_timezone_open(struct cp_timezone **out, const char *name);
void cp_timezone_close(struct cp_timezone *tz);

/* Seconds east of Greenwich at a time in seconds since the epoch. */
int32_t cp_timezone_offset(const struct cp_timezone *tz, uint64_t now_s);

#endif
