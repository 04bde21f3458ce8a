/* SPDX-License-Identifier: Apache-2.0 */
/*
 * act.h - carries out what was decided: what passes and is written oddly goes on in its plain
 * spelling, without credentials that were for us, a server's challenge after ours marked as stale
 * (auth_edit.h); and a rejected or challenged request gets its stateless SIP response.
 *
 * A message whose plain spelling does not fit - the list of changes, the buffer, the way on - or
 * that the profile would not accept in it is dropped (cannot_normalise).
 *
 * The reply goes to the packet's own source, out of the port it came in by; never to an ACK or a
 * response (decide sees to that). To an unproven source it is no larger than its budget
 * (state/reply_budget.h), and none goes to an address that is not one other host's
 * (reply_packet.h): then the request is dropped in silence (reply_budget, reply_forbidden).
 */
#ifndef SLUICE_DATAPLANE_STAGES_ACT_H
#define SLUICE_DATAPLANE_STAGES_ACT_H

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/report.h"
#include "dataplane/stages/act_proxy.h"
#include "dataplane/state/challenge.h"
#include "dataplane/state/siphash.h"
#include "parser/sip_edit.h"
#include "parser/sip_profile.h"

/* A response copies header fields of a request that came in one frame; it fits one frame too. */
#define DP_REPLY_BYTES_MAX 2048u

/* Changes that one message may need: one for each line end of 128 headers, and as many again for
 * folds and the like three times over. */
#define DP_ACT_SPLICES         512u
#define DP_ACT_EDIT_TEXT_BYTES 2048u

struct dp_act {
        const struct sip_profile *profile;
        struct dp_report *report;
        struct shm_counters *counters;
        uint32_t ip_bytes_max; /* longest IP packet that every port sends */
        struct rte_mempool *reply_pool;
        struct dp_siphash_key tag_key;  /* of To-tags: all workers' own (reply_tag.h) */
        struct dp_challenge *challenge; /* NULL: none is ever given */
        struct dp_act_proxy *proxy;     /* mode edge; NULL: what passes goes on as a frame */
        bool passive;                   /* tap: nothing is ever sent */
        struct sip_msg scratch;         /* of a message whose parse result is gone */
        struct sip_splice splices[DP_ACT_SPLICES];
        uint8_t edit_text[DP_ACT_EDIT_TEXT_BYTES];
        struct sip_msg plain_msg; /* what a message became, read again */
        uint8_t plain[SIP_MSG_BYTES_MAX];
        uint8_t text[DP_REPLY_BYTES_MAX];
        char challenge_text[DP_CHALLENGE_BYTES];
};

void dp_act_run(struct dp_act *self, struct dp_burst *b);

#endif
