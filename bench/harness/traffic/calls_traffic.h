/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calls_traffic.h - calls as a traffic of a worker.
 */
#ifndef SLUICE_BENCH_TRAFFIC_CALLS_TRAFFIC_H
#define SLUICE_BENCH_TRAFFIC_CALLS_TRAFFIC_H

#include "bench/harness/engine/worker.h"
#include "bench/harness/traffic/calls.h"

/* calls: borrowed, of that worker's thread. answers: it starts none. live_max: calls at once. */
struct sb_traffic sb_calls_traffic(struct sb_calls *calls, bool answers, uint32_t live_max);

#endif
