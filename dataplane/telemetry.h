/* SPDX-License-Identifier: Apache-2.0 */
/*
 * telemetry.h - /sluice/... commands on DPDK's telemetry socket (dpdk-telemetry.py).
 *
 *   /sluice/stats [WORKER]    every counter, summed or of one worker
 *   /sluice/dropped [WORKER]  drops by reason
 *   /sluice/conservation      both sides of the equation
 *   /sluice/rules             the rule set in force, and what its swaps took
 */
#ifndef SLUICE_DATAPLANE_TELEMETRY_H
#define SLUICE_DATAPLANE_TELEMETRY_H

#include <stdint.h>

#include "dataplane/ctl_server.h"

/* Call once, after the server exists. */
int dp_telemetry_register(struct dp_ctl_server *s, uint16_t worker_cnt);

/* Before the server goes: EAL's telemetry thread lives on, and from now on gets -ENODEV. */
void dp_telemetry_unregister(void);

/* Sum of all workers' pages, each coherent. Returns 0 or -EAGAIN. */
int dp_telemetry_sum(struct dp_ctl_server *s, uint16_t worker_cnt, struct shm_counters *out);

#endif
