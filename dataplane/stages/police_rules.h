/* SPDX-License-Identifier: Apache-2.0 */
/*
 * police_rules.h - the operator's rules: which of them hold for a packet, and what becomes of it.
 *
 * All that hold are noted. Of those that are in force (mode, share, expiry, thresholds) the first
 * by the order of enum match_action decides: pass ends the matter for rules, but not for the limits
 * that come behind; drop, reject, ban, limit and challenge end the packet, each for its own reason.
 */
#ifndef SLUICE_DATAPLANE_STAGES_POLICE_RULES_H
#define SLUICE_DATAPLANE_STAGES_POLICE_RULES_H

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/stages/police_challenge.h"
#include "dataplane/state/bans.h"
#include "dataplane/state/tables.h"
#include "dataplane/swap.h"
#include "parser/match/match.h"

#define DP_RULE_HITS_MAX 64u

/* What rules cost is measured in one of this many messages, at random. */
#define DP_RULE_SAMPLE 1024u

struct dp_explain;
struct dp_rules;
struct dp_report;

struct dp_police_rules {
        const struct dp_swap *rules; /* of struct dp_rules; NULL: there can be none */
        struct dp_bans *bans;        /* the worker's own */
        struct dp_tables *tables;
        struct dp_police_challenge *challenge;
        struct shm_counters *counters;
        struct dp_report *report;   /* where costs of rules are told; NULL: nowhere */
        struct dp_explain *explain; /* replay: who wants to know why; else NULL */
        uint32_t generation;        /* that the message before was held against, 0: none */
        uint16_t worker;

        /* what rules cost: the worker's own, on lines that nobody else writes to */
        _Alignas(64) uint32_t until_sample; /* messages; 0 at the start */
        uint32_t random;
        struct match_costs costs;

        /* of the packet that is looked at */
        const struct match_rule *decisive; /* NULL: none decides; valid until the turn ends */
        uint32_t hits[DP_RULE_HITS_MAX];
};

/* The set of this turn, or NULL: then none decides on any of its packets. */
const struct dp_rules *dp_police_rules_begin(struct dp_police_rules *self);
/* Note which of them hold for an open packet, and find the decisive one. Of UDP: of others none. */
void dp_police_rules_match(struct dp_police_rules *self, const struct dp_rules *rules,
                           struct dp_pkt *p);
/* What it means for one that goes because it is malformed: its source may be banned. */
void dp_police_rules_malformed(struct dp_police_rules *self, struct dp_pkt *p, uint64_t now_ns);
/* Carry out what it says of another, if there is one: p may have its verdict then. */
void dp_police_rules_judge(struct dp_police_rules *self, struct dp_pkt *p, uint64_t now_ns);

#endif
