/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match.h - turns the fields that decisions name into keys.
 *
 * A decision of control stands for the messages that agree in certain fields (shm_base.h, enum
 * shm_scope). This stage hashes those fields once, keyed, so that no outsider can aim at a key.
 */
#ifndef SLUICE_DATAPLANE_STAGES_MATCH_H
#define SLUICE_DATAPLANE_STAGES_MATCH_H

#include "dataplane/burst.h"
#include "dataplane/state/siphash.h"

struct dp_match {
        bool edge; /* an ACK or CANCEL is asked about as the INVITE that it belongs to */
        struct dp_siphash_key seed; /* random at start */
};

void dp_match_run(struct dp_match *self, struct dp_burst *b);

#endif
