/* SPDX-License-Identifier: Apache-2.0 */
/*
 * track.c - whether a message may stay, by what track_look.c has found, and what those that follow
 * are to know of it.
 */
#include "dataplane/stages/track.h"

#include "dataplane/stages/pkt_digest.h"
#include "dataplane/stages/police_refusals.h"
#include "dataplane/stages/track_id.h"

/* A session that is refreshed too late, and what is sent then, is still on its way. */
#define SECOND_NS UINT64_C(1000000000)
#define GRACE_NS  (64 * SECOND_NS)

/* ---- judge ---- */

/* To what we know of the transaction: a response to its request, or the ACK for one. */
static bool is_answer(const struct dp_pkt *p, const struct dp_track_facts *f)
{
        return f->tx.state != 0 &&
               (p->seen == DP_SEEN_RESPONSE ||
                (p->seen == DP_SEEN_IN_DIALOG && p->msg->method == SIP_METHOD_ACK));
}

enum shm_reason dp_track_judge(struct dp_track *self, const struct dp_burst *b, uint16_t i)
{
        const struct dp_pkt *p = &b->pkt[i];
        const struct dp_track_facts *f = &self->facts[i];

        if (!f->tracked)
                return SHM_REASON_NONE;
        if (p->seen == DP_SEEN_NEW) /* counted nowhere; the reason is none of who is not judged */
                return f->reason;
        self->counters->retransmissions += p->seen == DP_SEEN_REPEAT;
        self->counters->unknown_dialogs += p->seen == DP_SEEN_STRAY;
        self->counters->responses_unsolicited += p->seen == DP_SEEN_UNSOLICITED;
        if (!f->judged)
                return SHM_REASON_NONE;
        if (f->reason != SHM_REASON_NONE)
                return f->reason;
        if (p->seen == DP_SEEN_STRAY && self->unknown_dialogs == DP_STRAYS_DROP)
                return SHM_REASON_UNKNOWN_DIALOG;
        if ((p->seen == DP_SEEN_REPEAT && !dp_trans_repeat(self->calls, &f->tx, b->now_ns)) ||
            (is_answer(p, f) && !dp_trans_answer(self->calls, &f->tx, b->now_ns)))
                return SHM_REASON_RETRANSMISSIONS;
        return SHM_REASON_NONE;
}

/* ---- pass: what the next ones are to know ---- */

static void tx_count(struct dp_track *self, const struct dp_calls_change *change)
{
        self->counters->transactions_added += change->added;
        self->counters->transactions_removed += change->removed;
        self->counters->transactions_evicted += change->evicted;
}

static void dialog_learn(struct dp_track *self, const struct dp_dialog_id *id, uint64_t now_ns,
                         const struct dp_dialog_news *news)
{
        struct dp_calls_change change = {0};

        if (!dp_dialog_learn(self->calls, id, now_ns, news, &change))
                self->counters->dialogs_full++;
        self->counters->dialogs_added += change.added;
        self->counters->dialogs_removed += change.removed;
        self->counters->dialogs_evicted += change.evicted;
}

/* The first NOTIFY of a subscription may come before the response to its SUBSCRIBE or REFER. */
static inline bool begins_half(const struct sip_msg *m)
{
        return (m->method == SIP_METHOD_SUBSCRIBE || m->method == SIP_METHOD_REFER) &&
               m->to.tag.len == 0;
}

static void half_learn(struct dp_track *self, const struct sip_msg *m,
                       const struct dp_track_facts *f, uint64_t now_ns)
{
        const struct dp_dialog_news news = {
            .state = DP_DIALOG_HALF,
            .life_ns = DP_DIALOG_HALF_NS,
            .cseq = m->cseq.number,
            .from_addr = f->judged ? f->src : DP_ADDR_NONE,
            .kept = f->kept,
        };
        struct dp_dialog_id id = dp_track_dialog_id(self->calls, m, f->call_id);

        dialog_learn(self, &id, now_ns, &news);
}

static enum shm_reason pass_request(struct dp_track *self, const struct dp_pkt *p,
                                    struct dp_track_facts *f, uint64_t now_ns)
{
        const struct sip_msg *m = p->msg;
        struct dp_calls_change change = {0};

        if (m->method == SIP_METHOD_ACK || f->tx_seen != DP_TRANS_NEW)
                return SHM_REASON_NONE;
        f->tx.src = f->src;
        f->tx.dst = dp_track_addr(self, &p->flow.dst);
        f->tx.flags =
            (uint8_t)((m->to.tag.len != 0 ? DP_TRANS_IN_DIALOG : 0u) |
                      (f->echoed ? DP_TRANS_ECHOED : 0u) | (f->sole ? DP_TRANS_SOLE : 0u) |
                      (p->strip != 0 ? DP_TRANS_COOKIE : 0u) |
                      (p->flow.side == SHM_SIDE_INSIDE ? DP_TRANS_INSIDE : 0u));
        if (!dp_trans_add(self->calls, &f->tx_id, f->kept || f->belongs, now_ns, &f->tx, &change)) {
                self->counters->transactions_full++;
                tx_count(self, &change);
                return self->exceptions[p->cls] == DP_POLICY_PASS ? SHM_REASON_NONE
                                                                  : SHM_REASON_CALLS_FULL;
        }
        tx_count(self, &change);
        if (f->belongs && f->dialog.state != DP_DIALOG_NONE && m->method != SIP_METHOD_CANCEL)
                dp_dialog_advance(self->calls, &f->dialog, m->cseq.number);
        if (begins_half(m))
                half_learn(self, m, f, now_ns);
        return SHM_REASON_NONE;
}

/* How long a confirmed dialog lives without anything new (RFC 4028 10, RFC 6665 4.1.2.1). */
static uint64_t life_ns(const struct dp_track *self, const struct sip_msg *m, uint8_t state)
{
        uint64_t seconds =
            state == DP_DIALOG_SUBSCRIBED ? dp_track_expires_s(m) : dp_track_session_s(m);

        /* a REFER and a NOTIFY do not say: the next NOTIFY will */
        if (seconds == 0)
                return state == DP_DIALOG_SUBSCRIBED ? DP_DIALOG_EARLY_NS : self->dialog_ns;
        return seconds * SECOND_NS < self->dialog_ns ? seconds * SECOND_NS + GRACE_NS
                                                     : self->dialog_ns;
}

/*
 * What a dialog has come to by this response: NONE when it says nothing of one. An INVITE makes an
 * early and a confirmed one, SUBSCRIBE, REFER and NOTIFY a subscription (RFC 6665 4.4.1, RFC 3515);
 * a 2xx to anything else within a dialog says that both ends know it.
 */
static uint8_t dialog_state(const struct sip_msg *m, const struct dp_transaction *tx)
{
        bool success = m->status >= 200 && m->status < 300;

        switch (m->cseq.method) {
        case SIP_METHOD_INVITE:
                return success                              ? DP_DIALOG_CONFIRMED
                       : m->status > 100 && m->status < 200 ? DP_DIALOG_EARLY
                                                            : DP_DIALOG_NONE;
        case SIP_METHOD_SUBSCRIBE:
        case SIP_METHOD_REFER:
        case SIP_METHOD_NOTIFY:
                return success ? DP_DIALOG_SUBSCRIBED : DP_DIALOG_NONE;
        case SIP_METHOD_PRACK: /* of an early dialog, and says no more of it */
        case SIP_METHOD_CANCEL:
        case SIP_METHOD_REGISTER:
        case SIP_METHOD_BYE:
                return DP_DIALOG_NONE;
        default:
                return success && (tx->flags & DP_TRANS_IN_DIALOG) != 0 ? DP_DIALOG_CONFIRMED
                                                                        : DP_DIALOG_NONE;
        }
}

static void dialog_news(struct dp_track *self, const struct dp_pkt *p,
                        const struct dp_track_facts *f, uint64_t now_ns)
{
        const struct sip_msg *m = p->msg;
        uint8_t state = dialog_state(m, &f->tx);
        bool known_tx = f->tx.state != 0;
        struct dp_dialog_news news = {
            .state = state,
            .life_ns = state == DP_DIALOG_EARLY ? DP_DIALOG_EARLY_NS : life_ns(self, m, state),
            .cseq = m->cseq.number,
            .from_addr = known_tx && (f->tx.flags & DP_TRANS_INSIDE) != 0
                             ? DP_ADDR_NONE
                             : dp_track_addr(self, &p->receiver),
            .to_addr = p->flow.side == SHM_SIDE_INSIDE ? DP_ADDR_NONE : f->src,
            .from_knew = !known_tx || (f->tx.flags & DP_TRANS_IN_DIALOG) != 0,
            .kept = state == DP_DIALOG_CONFIRMED || f->tx.kept,
        };

        if (m->to.tag.len == 0)
                return;
        if (m->cseq.method == SIP_METHOD_BYE &&
            ((m->status >= 200 && m->status < 300) || m->status == 408 || m->status == 481))
                dp_dialog_end(self->calls, &f->dialog_id, DP_DIALOG_CLOSING, now_ns);
        else if (m->cseq.method == SIP_METHOD_INVITE && m->status >= 300)
                dp_dialog_end(self->calls, &f->dialog_id, DP_DIALOG_SUBSCRIBED, now_ns);
        else if (state != DP_DIALOG_NONE)
                dialog_learn(self, &f->dialog_id, now_ns, &news);
}

/* The nonces of a challenge, and where they went: who shows one of them has received it there. */
static void nonces_sent(struct dp_track *self, struct dp_pkt *p, const struct dp_track_facts *f,
                        uint64_t now_ns)
{
        /* the receiver is who sent the request */
        const struct dp_track_where to = {&p->receiver, f->tx.src, p->receiver_port};
        struct dp_nonce_id ids[DP_TRACK_NONCES];
        unsigned cnt = dp_track_nonce_ids(self->calls, p->msg, &to, ids);
        struct dp_calls_change change = {0};

        for (unsigned i = 0; i < cnt; i++)
                dp_trans_nonce_sent(self->calls, &ids[i], f->tx.kept, now_ns, &change);
        tx_count(self, &change);
        if (cnt != 0)
                p->proof_dst |= DP_PROOF_CHALLENGED;
}

/* Of its receiver a response says something only when that is who sent the request. */
static void pass_response(struct dp_track *self, struct dp_pkt *p, struct dp_track_facts *f,
                          uint64_t now_ns)
{
        const struct sip_msg *m = p->msg;
        bool to_sender = f->tx.state != 0 && (f->tx.flags & DP_TRANS_INSIDE) == 0 &&
                         f->tx.src == dp_track_addr(self, &p->receiver);

        if (f->tx.state != 0)
                dp_trans_progress(self->calls, &f->tx, m->status,
                                  m->cseq.method == SIP_METHOD_INVITE, now_ns);
        if (to_sender && (m->status == 401 || m->status == 407))
                nonces_sent(self, p, f, now_ns);
        p->stale = to_sender && (m->status == 401 || m->status == 407) &&
                   (f->tx.flags & DP_TRANS_COOKIE) != 0;
        if (to_sender && dp_refusal_is(m, (f->tx.flags & DP_TRANS_ECHOED) != 0))
                p->proof_dst |=
                    DP_PROOF_REFUSED | ((f->tx.flags & DP_TRANS_SOLE) != 0 ? DP_PROOF_NONCE : 0);
        if (to_sender && m->cseq.method == SIP_METHOD_REGISTER && m->status >= 200 &&
            m->status < 300 && (f->tx.flags & DP_TRANS_ECHOED) != 0)
                p->proof_dst |= DP_PROOF_REGISTERED;
        /* what answers nothing is believed of the inside and of peers only */
        if (p->seen == DP_SEEN_RESPONSE || !f->judged)
                dialog_news(self, p, f, now_ns);
}

enum shm_reason dp_track_pass(struct dp_track *self, struct dp_burst *b, uint16_t i)
{
        struct dp_track_facts *f = &self->facts[i];
        struct dp_pkt *p = &b->pkt[i];

        if (!f->tracked)
                return SHM_REASON_NONE;
        if (p->msg->kind == SIP_KIND_REQUEST)
                return pass_request(self, p, f, b->now_ns);
        pass_response(self, p, f, b->now_ns);
        return SHM_REASON_NONE;
}

void dp_track_sent(struct dp_track *self, const struct sip_msg *m, const struct shm_ip *to,
                   uint64_t now_ns)
{
        struct dp_calls_change change = {0};
        struct dp_transaction tx;
        struct dp_trans_id id;

        const struct dp_track_hashes h = {
            .call_id = dp_span_digest(&self->calls->seed, m, m->call_id).w[0],
            .ruri = dp_span_digest(&self->calls->seed, m, m->ruri.all).w[0],
        };

        dp_track_tx_id(self->calls, m, &h, false, &id);
        if (dp_trans_match(self->calls, &id, now_ns, &tx) != DP_TRANS_NEW)
                return; /* it is sent once more */
        tx = (struct dp_transaction){
            .src = DP_ADDR_NONE,
            .dst = dp_track_addr(self, to),
            .flags =
                DP_TRANS_INSIDE | DP_TRANS_CONTROL | (m->to.tag.len != 0 ? DP_TRANS_IN_DIALOG : 0u),
        };
        if (!dp_trans_add(self->calls, &id, true, now_ns, &tx, &change))
                self->counters->transactions_full++;
        tx_count(self, &change);
}
