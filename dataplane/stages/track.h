/* SPDX-License-Identifier: Apache-2.0 */
/*
 * track.h - what classify and police know of a message from the calls that went before it, and what
 * they learn from it for those that follow.
 *
 *   classify   dp_track_look()  finds the transactions and dialogs of the burst's messages: sets
 *                               seen and proof_src, and says which are part of a known dialog
 *   police     dp_track_judge() whether a message may stay: before limits are charged
 *              dp_track_pass()  when limits have admitted it: a request becomes a transaction, a
 *                               response makes, confirms or ends a dialog; sets proof_dst
 *
 * A To-tag proves nothing by itself: a request is in a dialog when the dialog was seen to begin, or
 * when the other side has answered in it with a 2xx since. Messages of the inside and of known
 * peers are looked at for what they say of others, but not judged.
 *
 * In edge mode both halves of a call come to an address of ours. A request is known by its client's
 * Via, and its response, which comes from elsewhere under a Via of ours, by the one behind that.
 * Our Via has a seal that nobody else can make: so it was sent to who shows it.
 *
 * One for each worker, over tables that all workers share. Facts of a message are kept from look to
 * pass by its place in the burst; a message that was held comes back without any, and has been
 * judged and learnt from before.
 */
#ifndef SLUICE_DATAPLANE_STAGES_TRACK_H
#define SLUICE_DATAPLANE_STAGES_TRACK_H

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/config.h"
#include "dataplane/edge/proxy.h"
#include "dataplane/stages/track_id.h"
#include "dataplane/state/dialogs.h"
#include "dataplane/state/hosts.h"
#include "dataplane/state/transactions.h"

/* What was found out about one message of the burst: two lines of what nearly each one needs, then
 * what is seldom there. */
struct dp_track_facts {
        _Alignas(64) struct dp_trans_id tx_id;
        uint64_t call_id; /* hash */

        struct dp_transaction tx;
        struct dp_dialog dialog;
        uint32_t src;    /* hash of the source address */
        uint16_t reason; /* enum shm_reason that judge drops it for, 0 = none */
        uint8_t tx_seen; /* enum dp_trans_seen of a request that may begin a transaction */
        uint8_t nonce_cnt;
        bool tracked;   /* it was looked at: the rest is valid */
        bool judged;    /* from the outside, and not a known peer's */
        bool kept;      /* what is stored of it is never evicted */
        bool in_dialog; /* for its class */
        bool belongs;   /* a request that speaks in its dialog from where it should */
        bool echoed;    /* credentials with a nonce that went to its source... */
        bool sole;      /* ...and nowhere else */
        bool ours;      /* edge mode: a response under a Via of ours, to what we sent on */

        struct dp_dialog_id dialog_id;              /* with a To-tag */
        struct dp_nonce_id nonces[DP_TRACK_NONCES]; /* that a request shows, from where it comes */
};
_Static_assert(offsetof(struct dp_track_facts, dialog_id) == 128, "two lines");

struct dp_track {
        struct dp_calls *calls;       /* shared by all workers */
        dp_siphash_lanes_fn *hash;    /* of many texts, with the instructions that may be used */
        const struct dp_proxy *proxy; /* mode edge: who we are; NULL otherwise */
        enum dp_strays unknown_dialogs;
        enum dp_policy unsolicited;
        const enum dp_policy *exceptions; /* by enum shm_class: when a table is full */
        uint64_t learning_ns; /* so long after the first message responses to nothing pass */
        uint64_t dialog_ns;   /* life of a call without session timer */
        struct shm_counters *counters;
        uint64_t learning_until_ns; /* 0: no message yet */
        struct dp_hosts hosts;      /* zero at first */
        struct dp_track_facts facts[DP_BURST_MAX];
        struct dp_track_text texts[DP_BURST_MAX]; /* of look */
};

/* What is kept of an address (calls.h). */
static inline uint32_t dp_track_addr(struct dp_track *self, const struct shm_ip *ip)
{
        return dp_calls_addr_of(dp_hosts_key(&self->hosts, &self->calls->seed, ip).w[0]);
}

void dp_track_look(struct dp_track *self, struct dp_burst *b);
/* After look, of the packet in place i: a request in a known dialog, or a response. */
static inline bool dp_track_in_dialog(const struct dp_track *self, uint16_t i)
{
        return self->facts[i].in_dialog;
}

/* For open SIP packets with a message, in order. The reason to drop it for, or SHM_REASON_NONE. */
enum shm_reason dp_track_judge(struct dp_track *self, const struct dp_burst *b, uint16_t i);
/* For those that limits admitted. Likewise; CALLS_FULL only where the exception table drops. */
enum shm_reason dp_track_pass(struct dp_track *self, struct dp_burst *b, uint16_t i);

/* A request of control's own leaves for this address: a response from there is asked about. One
 * that finds no room in the table leaves all the same, and its response is one to nothing. */
void dp_track_sent(struct dp_track *self, const struct sip_msg *m, const struct shm_ip *to,
                   uint64_t now_ns);

#endif
