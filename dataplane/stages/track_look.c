/* SPDX-License-Identifier: Apache-2.0 */
/*
 * track_look.c - what is a message part of? Its keys, those of a burst side by side; then what the
 * tables have under them.
 */
#include "dataplane/stages/track.h"

#include "dataplane/edge/proxy_response.h"
#include "dataplane/stages/pkt_digest.h"
#include "dataplane/stages/track_id.h"

/* Guard has hashed the sources that it looks at, under the same key. */
static uint32_t src_of(struct dp_track *self, const struct dp_pkt *p)
{
        return p->has_source ? dp_calls_addr_of(p->source.host) : dp_track_addr(self, &p->flow.src);
}

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
                    sip_msg_has_credentials(p->msg))
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

/* What limits need to know. */
static uint8_t txn_of(uint8_t seen)
{
        if (seen == DP_SEEN_REPEAT)
                return DP_TXN_REPEAT;
        return seen == DP_SEEN_IN_DIALOG || seen == DP_SEEN_RESPONSE ? DP_TXN_CONTINUING
                                                                     : DP_TXN_NEW;
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
                p->txn = txn_of(p->seen);
        }
}
