/* SPDX-License-Identifier: Apache-2.0 */
/*
 * times.h - when a condition holds: days of the week and hours of the day, in a time zone.
 *
 * "22:00-06:00" goes over midnight and belongs to the day on which it begins. Immutable; any
 * thread.
 */
#ifndef SLUICE_CONTROL_POLICY_TIMES_H
#define SLUICE_CONTROL_POLICY_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/config/config.h"

struct cp_times;

/* 0 and *out, which is NULL for a configuration that says nothing; or a negative errno and what is
 * wrong, without its place. */
int cp_times_create(struct cp_times **out, const struct cp_config_times *config, char *why,
                    size_t why_len);
void cp_times_destroy(struct cp_times *t);

/* Seconds since the epoch. t NULL: always. */
bool cp_times_hold(const struct cp_times *t, uint64_t now_s);

#endif
