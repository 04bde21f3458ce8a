/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - what the dataplane says: through DPDK's log, type "sluice", from the main lcore only.
 * Workers never log; they count.
 */
#ifndef SLUICE_DATAPLANE_LOG_H
#define SLUICE_DATAPLANE_LOG_H

#include <rte_log.h>

extern int dp_log_type;

#define DP_LOG(level, ...) rte_log(RTE_LOG_##level, (uint32_t)dp_log_type, "sluice: " __VA_ARGS__)

#endif
