/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/track.h"

#include "dataplane/edge/proxy_response.h"
#include "dataplane/stages/pkt_digest.h"
#include "dataplane/stages/police_refusals.h"
#include "dataplane/stages/track_id.h"

/* A session that is refreshed too late, and what is sent then, is still on its way. */
#define SECOND_NS UINT64_C(1000000000)
#define GRACE_NS  (64 * SECOND_NS)

/* ---- addresses ---- */

static uint32_t addr_of(struct dp_track *self, const struct shm_ip *ip)
{
        return dp_calls_addr_of(dp_hosts_key(&self->hosts, &self->calls->seed, ip).w[0]);
}

/* Guard has hashed the sources that it looks at, under the same key. */
static uint32_t src_of(struct dp_track *self, const struct dp_pkt *p)
{
        return p->has_source ? dp_calls_addr_of(p->source.host) : addr_of(self, &p->flow.src);
}

/* ---- look: what is this message part of? ---- */

static struct dp_track_hashes hashes_of(struct dp_track *self, struct dp_pkt *p,
                                        const struct dp_track_facts *f)
{
        struct dp_track_hashes h = {.call_id = f->call_id};

        if (p->msg->kind == SIP_KIND_REQUEST)
                h.ruri = dp_pkt_digest(&self->calls->seed, p, DP_PKT_KEY_RURI)->w[0];
        return h;
}

static void look_dialog(struct dp_track *self, const struct dp_pkt *p, struct dp_track_facts *f,
                        uint64_t now_ns)
{
        const struct sip_msg *m = p->msg;
        bool found;

        /* a REGISTER never is in a dialog, though registrars take it with a To-tag (10.2) */
        if (m->to.tag.len == 0 || m->method == SIP_METHOD_REGISTER)
                return;
        found = dp_dialog_find(self->calls, &f->dialog_id, f->src, now_ns, &f->dialog);
        f->belongs = found && (!f->judged || f->dialog.known);
        if (!found && m->method == SIP_METHOD_NOTIFY) {
                struct dp_dialog_id half = dp_track_half_id(self->calls, m, f->call_id);

                /* what was subscribed from the outside is notified from the inside */
                f->belongs = dp_dialog_find(self->calls, &half, f->src, now_ns, &f->dialog) &&
                             (!f->judged || f->dialog.open);
                f->dialog.state = DP_DIALOG_NONE; /* nothing more is known of it yet */
        }
}

static enum dp_seen seen_in_dialog(const struct dp_pkt *p, const struct dp_track_facts *f)
{
        if (f->belongs)
                return DP_SEEN_IN_DIALOG;
        return p->msg->to.tag.len != 0 && p->msg->method != SIP_METHOD_REGISTER ? DP_SEEN_STRAY
                                                                                : DP_SEEN_NEW;
}

/* An ACK for a 2xx has its dialog; any other the branch, Request-URI and address of its INVITE
 * (RFC 3261 17.1.1.3). */
static enum dp_seen look_ack(struct dp_track *self, struct dp_pkt *p, struct dp_track_facts *f,
                             uint64_t now_ns)
{
        if (f->belongs)
                return DP_SEEN_IN_DIALOG;
        if (f->judged)
                f->tx_id.target = hashes_of(self, p, f).ruri | 1u;
        if (dp_trans_match(self->calls, &f->tx_id, now_ns, &f->tx) == DP_TRANS_REPEAT &&
            (!f->judged || f->tx.src == f->src))
                return DP_SEEN_IN_DIALOG;
        f->tx.state = 0;
        return DP_SEEN_STRAY;
}

/* A CANCEL can not be challenged (RFC 3261 9.1, 22.1): it must come from where its INVITE did. */
static enum dp_seen look_cancel(struct dp_track *self, struct dp_pkt *p, struct dp_track_facts *f,
                                uint64_t now_ns)
{
        const struct dp_track_hashes hashes = hashes_of(self, p, f);
        struct dp_trans_id invite_id;
        struct dp_transaction invite;
        enum dp_trans_seen seen;

        dp_track_tx_id(self->calls, p->msg, &hashes, true, &invite_id);
        seen = dp_trans_match(self->calls, &invite_id, now_ns, &invite);
        if (seen == DP_TRANS_NEW)
                return DP_SEEN_STRAY;
        if (f->judged && (seen == DP_TRANS_CONFLICT || invite.src != f->src)) {
                f->reason = SHM_REASON_CANCEL_SOURCE;
                return DP_SEEN_STRAY;
        }
        f->belongs = true;
        return DP_SEEN_IN_DIALOG;
}

/* The transaction that the request would begin; the answer to whether it repeats one. */
static enum dp_seen look_tx(struct dp_track *self, struct dp_track_facts *f, uint64_t now_ns)
{

        f->tx_seen = (uint8_t)dp_trans_look(self->calls, &f->tx_id, f->src, now_ns, &f->tx);
        if (f->tx_seen == DP_TRANS_CONFLICT && f->judged && f->reason == SHM_REASON_NONE)
                f->reason = SHM_REASON_TX_CONFLICT;
        return f->tx_seen == DP_TRANS_REPEAT ? DP_SEEN_REPEAT : DP_SEEN_NEW;
}

/*
 * CSeq rises with each request of a direction (RFC 3261 12.2.2). A BYE ends the call, so it must
 * come from who is in it and be the newest; another request that does not is no longer taken for
 * one within the dialog.
 */
static void look_sequence(const struct dp_pkt *p, struct dp_track_facts *f)
{
        const struct sip_msg *m = p->msg;
        bool repeat = p->seen == DP_SEEN_REPEAT;

        if (!f->judged || f->dialog.state == DP_DIALOG_NONE)
                return;
        if (m->method == SIP_METHOD_BYE && !f->dialog.known)
                f->reason = SHM_REASON_DIALOG_SOURCE;
        else if (m->method == SIP_METHOD_BYE && !repeat && f->dialog.has_cseq &&
                 m->cseq.number <= f->dialog.cseq)
                f->reason = SHM_REASON_DIALOG_CSEQ;
        else if (!repeat && f->dialog.has_cseq && m->cseq.number < f->dialog.cseq)
                f->belongs = false;
}

static void look_nonces(struct dp_track *self, struct dp_pkt *p, struct dp_track_facts *f,
                        uint64_t now_ns)
{
        for (unsigned i = 0; i < f->nonce_cnt && !f->sole; i++) {
                enum dp_nonce_seen seen = dp_trans_nonce_echoed(self->calls, &f->nonces[i], now_ns);

                f->echoed = f->echoed || seen != DP_NONCE_UNKNOWN;
                f->sole = seen == DP_NONCE_SOLE;
        }
        if (f->sole)
                p->proof_src |= DP_PROOF_NONCE;
        else if (f->echoed)
                p->proof_src |= DP_PROOF_ECHOED;
}

static void look_request(struct dp_track *self, struct dp_pkt *p, struct dp_track_facts *f,
                         uint64_t now_ns)
{
        enum sip_method method = (enum sip_method)p->msg->method;

        look_dialog(self, p, f, now_ns);
        if (method == SIP_METHOD_ACK) {
                p->seen = (uint8_t)look_ack(self, p, f, now_ns);
                /* an edge sends what is in a dialog to where it says itself, and an ACK that only
                 * has an INVITE to where that went */
                f->in_dialog = f->belongs || (p->seen == DP_SEEN_IN_DIALOG && self->proxy == NULL);
        } else {
                bool cancel = method == SIP_METHOD_CANCEL;
                enum dp_seen apart = cancel ? look_cancel(self, p, f, now_ns) : DP_SEEN_NEW;

                p->seen = (uint8_t)look_tx(self, f, now_ns);
                if (!cancel)
                        look_sequence(p, f);
                if (p->seen == DP_SEEN_NEW)
                        p->seen = (uint8_t)(cancel ? apart : seen_in_dialog(p, f));
                f->in_dialog = f->belongs;
        }
        if (p->seen == DP_SEEN_STRAY && self->unknown_dialogs == DP_STRAYS_PASS)
                f->in_dialog = true;
        if (!f->judged)
                return;
        if (f->belongs && p->msg->to.tag.len != 0 && f->dialog.state != DP_DIALOG_NONE &&
            !f->dialog.moved) {
                p->proof_src |= DP_PROOF_TO_TAG;
                if (method == SIP_METHOD_ACK && f->dialog.state >= DP_DIALOG_CONFIRMED)
                        p->proof_src |= DP_PROOF_CALL;
        }
}

/* Nearly all that strangers send: it claims no dialog, and no transaction has its branch. Then
 * there is nothing that it could be found to be part of, and facts_begin() has said so. */
static inline bool begins_anew(const struct sip_msg *m, const struct dp_track_facts *f)
{
        return m->kind == SIP_KIND_REQUEST && m->to.tag.len == 0 && m->method != SIP_METHOD_ACK &&
               m->method != SIP_METHOD_CANCEL && dp_trans_unseen(&f->tx_id);
}

/* A response answers a request that went to where it comes from. */
static void look_response(struct dp_track *self, struct dp_pkt *p, struct dp_track_facts *f,
                          uint64_t now_ns)
{
        f->in_dialog = true;
        p->seen = DP_SEEN_RESPONSE;
        bool found = dp_trans_match(self->calls, &f->tx_id, now_ns, &f->tx) == DP_TRANS_REPEAT;

        if (!found || (f->judged && !f->ours && f->tx.dst != f->src))
                f->tx.state = 0;
        if (f->tx.state == 0 && !f->ours)
                p->seen = DP_SEEN_UNSOLICITED;
        else if (f->judged && !f->ours) /* our Via may have been given away by who got it */
                p->proof_src |= DP_PROOF_BRANCH;
        p->ask = f->tx.state != 0 && (f->tx.flags & DP_TRANS_CONTROL) != 0;
        if (p->seen == DP_SEEN_UNSOLICITED && f->judged && self->unsolicited == DP_POLICY_DROP &&
            now_ns >= self->learning_until_ns)
                f->reason = SHM_REASON_UNSOLICITED_RESPONSE;
}

/* Its transaction, and who will get it. */
static void name_tx(struct dp_track *self, struct dp_pkt *p, struct dp_track_facts *f,
                    const struct dp_track_later *later)
{
        const struct dp_track_hashes hashes = hashes_of(self, p, f);
        const struct sip_msg *m = p->msg;
        struct dp_proxy_addr to;
        struct sip_via via;

        p->receiver = p->flow.dst;
        p->receiver_port = p->flow.dport;
        f->ours = self->proxy != NULL && m->kind == SIP_KIND_RESPONSE &&
                  dp_proxy_response_read(self->proxy, m, &to) == SHM_REASON_PROXIED &&
                  dp_proxy_second_via(m, &via);
        if (f->ours) {
                p->receiver = to.ip;
                p->receiver_port = to.port;
                dp_track_tx_id_behind(self->calls, m, &via, &hashes, &f->tx_id);
        } else {
                dp_track_tx_id_begin(self->calls, m, &hashes, later, &f->tx_id);
        }
}

/* Nothing is found yet. The ids are made where they are needed. */
static inline void facts_begin(struct dp_track_facts *f)
{
        f->tx = (struct dp_transaction){0};
        f->dialog = (struct dp_dialog){0};
        f->reason = SHM_REASON_NONE;
        f->tx_seen = DP_TRANS_NEW;
        f->nonce_cnt = 0;
        f->tracked = true;
        f->in_dialog = false;
        f->belongs = false;
        f->echoed = false;
        f->sole = false;
        f->ours = false;
}

/* Those that a request shows, in time for their entries to be on their way. */
static void name_nonces(struct dp_track *self, const struct dp_pkt *p, struct dp_track_facts *f)
{
        const struct dp_track_where from = {&p->flow.src, f->src, p->flow.sport};

        f->nonce_cnt = (uint8_t)dp_track_nonce_ids(self->calls, p->msg, &from, f->nonces);
        for (unsigned i = 0; i < f->nonce_cnt; i++) {
                dp_rec_prefetch(self->calls->transactions, &f->nonces[i].there);
                dp_rec_prefetch(self->calls->transactions, &f->nonces[i].alone);
        }
}

/* All of the burst's keys first, those of transactions side by side. */
static void look_keys(struct dp_track *self, struct dp_burst *b)
{
        struct dp_siphash_jobs jobs;

        jobs.cnt = 0;
        for (uint16_t i = 0; i < b->cnt; i++) {
                const struct dp_track_later later = {.jobs = &jobs, .text = &self->texts[i]};
                struct dp_pkt *p = &b->pkt[i];
                struct dp_track_facts *f = &self->facts[i];

                f->tracked = false;
                f->in_dialog = false;
                if (!dp_pkt_open(p) || (p->flags & DP_PKT_SIP) == 0 || p->malformed != 0)
                        continue;
                facts_begin(f);
                f->judged = p->flow.side == SHM_SIDE_OUTSIDE && p->lane != SHM_LANE_PEER;
                f->kept = !f->judged || p->lane == SHM_LANE_PROVEN;
                f->src = src_of(self, p);
                f->call_id = dp_pkt_digest(&self->calls->seed, p, DP_PKT_KEY_CALL_ID)->w[0];
                name_tx(self, p, f, &later);
                if (p->msg->to.tag.len != 0) {
                        f->dialog_id = dp_track_dialog_id(self->calls, p->msg, f->call_id);
                        dp_rec_prefetch(self->calls->dialogs, &f->dialog_id.key);
                }
                if (f->judged && p->msg->kind == SIP_KIND_REQUEST &&
                    dp_track_may_show_nonce(p->msg))
                        name_nonces(self, p, f);
        }
        self->hash(&self->calls->seed, &jobs);
}

/* So that memory is on its way when it is looked at. */
static void look_ahead(struct dp_track *self, const struct dp_burst *b)
{
        for (uint16_t i = 0; i < b->cnt; i++)
                if (self->facts[i].tracked)
                        dp_rec_prefetch(self->calls->transactions, &self->facts[i].tx_id.key);
}

/* Then all of the heads, so that the entries behind them are on their way. */
static void look_heads(struct dp_track *self, const struct dp_burst *b)
{
        for (uint16_t i = 0; i < b->cnt; i++) {
                struct dp_track_facts *f = &self->facts[i];

                if (!f->tracked)
                        continue;
                dp_trans_ahead(self->calls, &f->tx_id, b->now_ns);
                if (b->pkt[i].msg->to.tag.len != 0)
                        dp_dialog_ahead(self->calls, &f->dialog_id, b->now_ns);
        }
}

void dp_track_look(struct dp_track *self, struct dp_burst *b)
{
        if (self->learning_until_ns == 0)
                self->learning_until_ns = b->now_ns + self->learning_ns;
        look_keys(self, b);
        look_ahead(self, b);
        look_heads(self, b);
        for (uint16_t i = 0; i < b->cnt; i++) {
                struct dp_track_facts *f = &self->facts[i];
                struct dp_pkt *p = &b->pkt[i];

                if (!f->tracked)
                        continue;
                if (begins_anew(p->msg, f))
                        p->seen = DP_SEEN_NEW;
                else if (p->msg->kind == SIP_KIND_REQUEST)
                        look_request(self, p, f, b->now_ns);
                else
                        look_response(self, p, f, b->now_ns);
                if (f->nonce_cnt != 0)
                        look_nonces(self, p, f, b->now_ns);
                p->txn = dp_txn_of(p->seen);
        }
}

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
        f->tx.dst = addr_of(self, &p->flow.dst);
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
                             : addr_of(self, &p->receiver),
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
                         f->tx.src == addr_of(self, &p->receiver);

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
            .dst = addr_of(self, to),
            .flags =
                DP_TRANS_INSIDE | DP_TRANS_CONTROL | (m->to.tag.len != 0 ? DP_TRANS_IN_DIALOG : 0u),
        };
        if (!dp_trans_add(self->calls, &id, true, now_ns, &tx, &change))
                self->counters->transactions_full++;
        tx_count(self, &change);
}
