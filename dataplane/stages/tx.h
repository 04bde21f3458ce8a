/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tx.h - the only stage that sends or frees packets, and so the one that accounts for them.
 */
#ifndef SLUICE_DATAPLANE_STAGES_TX_H
#define SLUICE_DATAPLANE_STAGES_TX_H

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/config.h"
#include "dataplane/edge/edge.h"
#include "dataplane/report.h"

struct dp_tx {
        uint16_t peer_of[RTE_MAX_ETHPORTS]; /* where a packet from this port leaves */
        uint16_t queue;
        bool passive; /* tap: what passes is only observed */
        /* Edge mode: frames beside the burst, the way to the kernel, ports by enum shm_side. No
         * packet goes on by another port just because it passed. NULL otherwise. */
        struct dp_outbox *outbox;
        const struct dp_kernel_rings *kernel;
        uint16_t port_of[SHM_SIDE_CNT];
        struct dp_report *report;
        struct shm_counters *counters;
};

#define DP_NO_PORT UINT16_MAX

/* Every packet of the burst that is not held must be decided. The burst is empty afterwards. */
void dp_tx_run(struct dp_tx *self, struct dp_burst *b);
/* Edge mode: send what is in the outbox. Returns the frames taken out: all. */
unsigned dp_tx_outbox(struct dp_tx *self);

#endif
