/* SPDX-License-Identifier: Apache-2.0 */
/*
 * police_fault.h - what a source loses when it sends what nobody wants.
 */
#ifndef SLUICE_DATAPLANE_STAGES_POLICE_FAULT_H
#define SLUICE_DATAPLANE_STAGES_POLICE_FAULT_H

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/config_limits.h"
#include "dataplane/state/tables.h"

/* A malformed message takes this many packets more from an unproven source's budget, so that guard
 * turns away soon who sends nothing else. */
#define DP_MALFORMED_WEIGHT 7u

/* Charge a malformed message: to the tolerance of a proven source, to the packet budget of an
 * unproven one. Nothing without a source (dp_pkt.has_source). */
void dp_police_malformed(const struct dp_limits_config *config, struct dp_tables *tables,
                         const struct dp_pkt *p, uint64_t now_ns, struct shm_counters *counters);

/* Charge a fault to the tolerance of a proven source. */
void dp_police_fault(struct dp_tables *tables, const struct dp_pkt *p, enum dp_trust_fault fault,
                     uint64_t now_ns, struct shm_counters *counters);

#endif
