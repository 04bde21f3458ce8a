/* SPDX-License-Identifier: Apache-2.0 */
/*
 * classify.h - which class and lane a message belongs to: a function of the packet and of the
 * calls that are known.
 */
#ifndef SLUICE_DATAPLANE_STAGES_CLASSIFY_H
#define SLUICE_DATAPLANE_STAGES_CLASSIFY_H

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/config.h"
#include "dataplane/stages/track.h"

#define DP_CLASSIFY_USERS 256u

struct dp_classify {
        const char *const *emergency; /* user parts of emergency numbers, borrowed */
        uint32_t emergency_cnt;
        uint64_t emergency_users[DP_CLASSIFY_USERS / 64]; /* no number has a user whose bit is 0 */
        struct dp_track *track;                           /* shared with police */
        struct shm_counters *counters;
};

/* Of a struct that is zero but for track and counters. */
void dp_classify_init(struct dp_classify *self, const char *const *emergency, uint32_t cnt);

void dp_classify_run(struct dp_classify *self, struct dp_burst *b);

#endif
