/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reassemble.h - IP fragments: counted, and ended by the exception policy.
 *
 * A fragment can not be judged by itself, so the operator's word for all of them decides.
 */
#ifndef SLUICE_DATAPLANE_STAGES_REASSEMBLE_H
#define SLUICE_DATAPLANE_STAGES_REASSEMBLE_H

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/config.h"

struct dp_reassemble {
        enum dp_policy fragments;
        struct shm_counters *counters;
};

void dp_reassemble_run(struct dp_reassemble *self, struct dp_burst *b);

#endif
