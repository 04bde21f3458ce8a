/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match.h - turns the fields that decisions name into keys.
 *
 * A decision of control stands for the messages that agree in certain fields (shm_base.h, enum
 * shm_scope). Each field is hashed once, keyed, so that no outsider can aim at a key; a key is the
 * sum of the hashes of its fields, each times an odd number of its own. Equal keys mean equal
 * fields as surely as with one hash over all of them: who does not know the hashes can not choose
 * fields whose sums meet.
 */
#ifndef SLUICE_DATAPLANE_STAGES_MATCH_H
#define SLUICE_DATAPLANE_STAGES_MATCH_H

#include "dataplane/burst.h"
#include "dataplane/state/agents.h"
#include "dataplane/state/hosts.h"
#include "dataplane/state/siphash.h"

struct dp_match {
        bool edge; /* an ACK or CANCEL is asked about as the INVITE that it belongs to */
        struct dp_siphash_key seed; /* that of the shared tables: sources are hashed under it */
        dp_siphash_lanes_fn *hash;  /* likewise theirs */
        struct dp_hosts hosts;      /* zero at first */
        struct dp_agents agents;    /* likewise */
};

/* Makes key_route, key_dialog, key_src_ua and key_domain of well-formed SIP; those that a message
 * has not become none. */
void dp_match_run(struct dp_match *self, struct dp_burst *b);

#endif
