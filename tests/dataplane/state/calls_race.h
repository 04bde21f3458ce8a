/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calls_race.h - how test_calls_race.c's tables compare heads: calls_race_plain.c as they are made,
 * calls_race_wide.c with the best that this CPU has.
 */
#ifndef SLUICE_TESTS_DATAPLANE_STATE_CALLS_RACE_H
#define SLUICE_TESTS_DATAPLANE_STATE_CALLS_RACE_H

#include "dataplane/state/calls.h"

void calls_race_prepare(struct dp_calls *calls);

#endif
