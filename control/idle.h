/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idle.h - what a polling thread does when it finds nothing: the `idle` key. One thread each.
 *
 *   spin   nothing: lowest latency, one whole core
 *   pause  the processor's pause hint, and after some empty turns short sleeps of 50 us
 *   sleep  sleeps from 50 us, doubling to 1 ms while nothing comes
 */
#ifndef SLUICE_CONTROL_IDLE_H
#define SLUICE_CONTROL_IDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "control/config/config.h"

struct cp_idler {
        enum cp_idle mode;
        uint32_t empty; /* turns in a row that found nothing */
};

void cp_idler_turn(struct cp_idler *i, bool found_work);

#endif
