/* SPDX-License-Identifier: Apache-2.0 */
/*
 * classify.h - which class and lane a message belongs to: a pure function of the packet.
 */
#ifndef SLUICE_DATAPLANE_STAGES_CLASSIFY_H
#define SLUICE_DATAPLANE_STAGES_CLASSIFY_H

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/config.h"

struct dp_classify {
        const char *const *emergency; /* user parts of emergency numbers, borrowed */
        uint32_t emergency_cnt;
        struct shm_counters *counters;
};

/* The class of a parsed message. `peer`: it comes from a known peer or from the inside. */
enum shm_class dp_classify_msg(const struct dp_classify *self, const struct sip_msg *msg,
                               bool peer);

void dp_classify_run(struct dp_classify *self, struct dp_burst *b);

#endif
