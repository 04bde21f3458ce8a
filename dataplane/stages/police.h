/* SPDX-License-Identifier: Apache-2.0 */
/*
 * police.h - what is settled without a routing decision, in this order: malformed SIP goes, and is
 * charged to its source; so does what is unclear on a SIP port; other traffic follows the
 * operator's word; an ACK for a reply of ours has come to its end; what does not fit the calls that
 * are known goes; who is guessing is slowed down; a stranger may have to prove its address
 * (police_challenge.h); what an overloaded worker sheds goes (police_shed.h); a new request, and
 * what is no SIP but goes to a SIP port, is charged to the limits of its lane (police_limits.h).
 *
 * Never limited: the lane PRIORITY, the inside, and what passed before.
 */
#ifndef SLUICE_DATAPLANE_STAGES_POLICE_H
#define SLUICE_DATAPLANE_STAGES_POLICE_H

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/config.h"
#include "dataplane/stages/police_challenge.h"
#include "dataplane/stages/police_limits.h"
#include "dataplane/stages/police_rules.h"
#include "dataplane/stages/police_shed.h"
#include "dataplane/stages/track.h"
#include "dataplane/state/tables.h"

struct dp_police {
        const struct dp_config *config;        /* borrowed */
        const struct dp_limits_config *limits; /* borrowed, as the tables are */
        struct dp_tables *tables;
        struct dp_track *track; /* shared with classify */
        struct dp_police_rules rules;
        struct shm_counters *counters;
        struct dp_police_challenge challenge;
        struct dp_police_shed *shed; /* borrowed */
        bool peers_limited;          /* any rate of the lane PEER is given */
        struct dp_police_texts texts[DP_BURST_MAX];
        struct dp_police_claims claims[DP_BURST_MAX];
        struct dp_police_claims refusals[DP_BURST_MAX]; /* of SIP: what it is judged by */
};

/* challenge: what the worker challenges with, NULL = nothing; borrowed, as shed is. */
void dp_police_init(struct dp_police *self, const struct dp_config *config,
                    struct dp_tables *tables, struct dp_track *track,
                    struct dp_challenge *challenge, struct dp_police_shed *shed,
                    struct shm_counters *counters);
void dp_police_run(struct dp_police *self, struct dp_burst *b);

#endif
