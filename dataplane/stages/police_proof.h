/* SPDX-License-Identifier: Apache-2.0 */
/*
 * police_proof.h - what a message that passes does for the trust of its source and of its receiver.
 */
#ifndef SLUICE_DATAPLANE_STAGES_POLICE_PROOF_H
#define SLUICE_DATAPLANE_STAGES_POLICE_PROOF_H

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/config.h"
#include "dataplane/state/tables.h"

/* Turn dp_pkt.proof_src and proof_dst into evidence, a challenge into a lift (trust.h), and a
 * request that was turned down into a charge (police_refusals.h). */
void dp_police_proofs(const struct dp_limits_config *config, struct dp_tables *tables,
                      const struct dp_pkt *p, uint64_t now_ns, struct shm_counters *counters);

#endif
