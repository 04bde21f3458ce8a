/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resume.h - held messages come back: answered by control, past their deadline, or orphaned because
 * the control that was asked is gone. Table updates from control are applied on the way.
 */
#ifndef SLUICE_DATAPLANE_STAGES_RESUME_H
#define SLUICE_DATAPLANE_STAGES_RESUME_H

#include <stdatomic.h>

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/config.h"
#include "dataplane/ctl_link.h"
#include "dataplane/edge/control_send.h"
#include "dataplane/stages/pending.h"
#include "dataplane/state/bans.h"
#include "dataplane/state/bindings.h"
#include "dataplane/state/cache.h"
#include "dataplane/state/forwards.h"
#include "dataplane/state/tables.h"

struct dp_resume {
        struct dp_ctl *ctl;
        struct dp_pending *pending;
        struct dp_cache *cache;
        struct dp_forwards *forwards; /* NULL: nothing is ever proxied */
        struct dp_bans *bans;
        const struct dp_limits_config *limits;
        struct dp_tables *tables;     /* trust and limits: of whom control answers */
        struct dp_bindings *bindings; /* NULL: another worker writes them, or none are kept */
        struct dp_control_send *send; /* NULL: not mode edge */
        const enum dp_policy *exceptions;
        uint64_t deadline_ns;
        _Atomic uint32_t
            generation; /* of the policy, as control last said; read by the main lcore */
        struct shm_counters *counters;
        /* Header lines that control wrote, of the packets that re-entered in this turn. */
        char headers[DP_RESUME_BURST][SHM_REPLY_HEADERS_MAX + 1];
        char tag[DP_RESUME_BURST][SHM_REPLY_TAG_MAX + 1];
        /* Where they go, of those that are proxied. */
        struct {
                _Alignas(struct dp_forward) uint8_t octets[DP_FORWARD_BYTES_MAX];
        } forward[DP_RESUME_BURST];
};

/* Appends at most DP_RESUME_BURST decided packets to the burst. Returns the records read and the
 * packets given up: 0 = nothing to do. */
unsigned dp_resume_run(struct dp_resume *self, struct dp_burst *b);
/* One table update; also for tables that are set without control. */
void dp_resume_apply_table(struct dp_resume *self, const struct shm_table_update *u);
/* Append up to DP_RESUME_BURST held messages, ended by the exception table for this cause. */
unsigned dp_resume_flush(struct dp_resume *self, struct dp_burst *b, enum shm_reason cause);

#endif
