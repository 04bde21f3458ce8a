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

struct dp_classify {
        const char *const *emergency; /* user parts of emergency numbers, borrowed */
        uint32_t emergency_cnt;
        struct dp_track *track; /* shared with police */
        struct shm_counters *counters;
};

/* The class of a parsed message. `peer`: it comes from a known peer or from the inside.
 * `in_dialog`: it is part of a dialog or transaction that is known (track.h). */
enum shm_class dp_classify_msg(const struct dp_classify *self, const struct sip_msg *msg, bool peer,
                               bool in_dialog);

void dp_classify_run(struct dp_classify *self, struct dp_burst *b);

#endif
