/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/resume.h"

#include <errno.h>
#include <string.h>

#include "dataplane/exception.h"
#include "dataplane/stages/decide.h"
#include "dataplane/stages/police_refusals.h"

/* Records taken in one turn, good or not: neither a full table copy nor a control that floods its
 * ring with answers to nothing may hold up the packets. */
#define RECORD_BURST 96u

static struct dp_pkt *slot_in_burst(struct dp_burst *b)
{
        return &b->pkt[b->cnt++];
}

static struct dp_decision decision_of(const struct shm_reply *r)
{
        return (struct dp_decision){
            .action = r->action,
            .reason = r->reason,
            .code = r->code,
            .retry_after_s = r->retry_after_s,
            .rule = r->rule,
            .grants_dialog = (r->scopes & SHM_SCOPE_DIALOG) != 0,
        };
}

/* forward: where to, of a PROXY decision; one that can not be kept is not remembered. */
static void remember(struct dp_resume *self, const struct dp_key *key, uint64_t now_ns,
                     uint32_t lifetime_ms, const struct dp_decision *d,
                     const struct dp_forward *forward)
{
        if ((key->w[0] | key->w[1]) == 0)
                return;
        if (forward != NULL && !dp_forwards_put(self->forwards, key, forward))
                return;
        self->counters->cache_inserts++;
        if (dp_cache_put(self->cache, key, now_ns, lifetime_ms, d))
                self->counters->cache_evictions++;
}

/* What only a PROXY decision has; NULL outside of edge mode, where nothing is proxied. */
static const struct dp_forward *take_forward(struct dp_resume *self, struct dp_pkt *p,
                                             const struct shm_reply *r, unsigned turn)
{
        struct dp_forward *f = (struct dp_forward *)(void *)self->forward[turn].octets;

        if (self->forwards == NULL || r->action != SHM_ACTION_PROXY)
                return NULL;
        dp_forward_read(f, r + 1, r->headers_len);
        p->forward = f;
        return f;
}

/* What only a REPLY has; `turn` counts the packets that re-entered in this turn. */
static void take_headers(struct dp_resume *self, struct dp_pkt *p, const struct shm_reply *r,
                         unsigned turn)
{
        char *to = self->headers[turn];

        memcpy(to, r + 1, r->headers_len);
        to[r->headers_len] = '\0';
        p->headers = to;
        p->proven = r->proven != 0;
        if (r->tag_len == 0)
                return;
        memcpy(self->tag[turn], (const char *)(r + 1) + r->headers_len, r->tag_len);
        self->tag[turn][r->tag_len] = '\0';
        p->to_tag = self->tag[turn];
}

/* Wrong credentials, or what is not to be had: control says it as a server would. */
static bool is_refusal(const struct shm_reply *r)
{
        return r->reason == SHM_REASON_CREDENTIALS || dp_refusal_is_status(r->code);
}

/* What a server's answer says of the client when it passes (police_proof.h), an answer of control's
 * says as well: who is asked for credentials may send them, who has registered is known, and who is
 * turned down too often is slowed down. */
static void take_trust(struct dp_resume *self, struct dp_pkt *p, const struct shm_reply *r,
                       uint64_t now_ns)
{
        bool good = r->code >= 200 && r->code < 300;
        enum dp_trust_result result = DP_TRUST_UNCHANGED;

        if (!p->has_source || p->lane == SHM_LANE_PEER)
                return;
        if (r->reason == SHM_REASON_AUTHENTICATE && (r->code == 401 || r->code == 407))
                result = dp_trust_lift(self->tables->trust, &p->source, now_ns);
        else if (r->reason == SHM_REASON_REGISTRAR && r->proven != 0 && good)
                result =
                    dp_trust_prove(self->tables->trust, &p->source, DP_TRUST_REGISTER_OK, now_ns);
        else if (r->proven != 0)
                result =
                    dp_trust_prove(self->tables->trust, &p->source, DP_TRUST_NONCE_ECHO, now_ns);
        dp_trust_tell(result, self->counters);
        if (is_refusal(r)) {
                self->counters->refusals++;
                dp_refusals_charge_sender(self->limits, self->tables, p, now_ns);
        }
}

static void reply_apply(struct dp_resume *self, struct dp_burst *b, const struct shm_reply *r,
                        unsigned turn)
{
        struct dp_pkt *p = slot_in_burst(b);
        struct dp_decision d = decision_of(r);

        if (!dp_pending_take(self->pending, r->id, b->now_ns, p)) {
                b->cnt--;
                self->counters->decisions_stale++;
                return;
        }
        self->counters->held_pending--;
        self->counters->decisions_answered++;
        const struct dp_forward *forward = take_forward(self, p, r, turn);
        const struct {
                enum shm_scope scope;
                const struct dp_key *key;
        } rows[] = {
            {SHM_SCOPE_SRC_UA, &p->key_src_ua},
            {SHM_SCOPE_DIALOG, &p->key_dialog},
            {SHM_SCOPE_ROUTE, &p->key_route},
            {SHM_SCOPE_DOMAIN, &p->key_domain},
        };

        for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                if ((r->scopes & rows[i].scope) != 0) {
                        d.scope = (uint8_t)rows[i].scope;
                        remember(self, rows[i].key, b->now_ns, r->lifetime_ms, &d, forward);
                }
        if (r->action == SHM_ACTION_REPLY) {
                take_headers(self, p, r, turn);
                take_trust(self, p, r, b->now_ns);
        }
        dp_decide_apply(p, &d);
}

void dp_resume_apply_table(struct dp_resume *self, const struct shm_table_update *u)
{
        atomic_store_explicit(&self->generation, u->generation, memory_order_relaxed);
        if (u->op == SHM_TABLE_FLUSH_CACHE) {
                dp_cache_flush(self->cache);
                if (self->forwards != NULL)
                        dp_forwards_flush(self->forwards);
        } else if (dp_bans_apply(self->bans, u) == -ENOSPC)
                self->counters->table_full++;
        self->counters->table_updates++;
}

/* A record for a table that this worker has not is no use to anybody. */
static void binding_apply(struct dp_resume *self, const struct shm_binding *rec)
{
        if (self->bindings == NULL) {
                self->counters->decisions_forged++;
                return;
        }
        if (dp_bindings_apply(self->bindings, rec) == -ENOSPC)
                self->counters->table_full++;
        self->counters->table_updates++;
}

/* The same: in other modes nobody sends for control. */
static void send_apply(struct dp_resume *self, const struct shm_send *rec, uint64_t now_ns)
{
        if (self->send == NULL || !dp_control_send(self->send, rec, now_ns))
                self->counters->decisions_forged++;
}

static void take_oldest(struct dp_resume *self, struct dp_burst *b, enum shm_reason cause)
{
        struct dp_pkt *p = slot_in_burst(b);

        dp_pending_take_oldest(self->pending, b->now_ns, p);
        self->counters->held_pending--;
        dp_exception_apply(self->exceptions, p, cause, self->counters);
}

unsigned dp_resume_flush(struct dp_resume *self, struct dp_burst *b, enum shm_reason cause)
{
        unsigned before = b->cnt;

        while (b->cnt - before < DP_RESUME_BURST && dp_pending_oldest(self->pending) != NULL)
                take_oldest(self, b, cause);
        return b->cnt - before;
}

/* The oldest message can not be answered any more: SHM_REASON_NONE if it can. */
static enum shm_reason lost_cause(const struct dp_resume *self, uint64_t now_ns)
{
        const struct dp_pending_slot *s = dp_pending_oldest(self->pending);

        if (s == NULL)
                return SHM_REASON_NONE;
        if (s->incarnation != dp_ctl_incarnation(self->ctl))
                return SHM_REASON_NO_CONTROL;
        if (now_ns - s->held_ns >= self->deadline_ns) {
                self->counters->decisions_expired++;
                return SHM_REASON_DEADLINE;
        }
        return SHM_REASON_NONE;
}

unsigned dp_resume_run(struct dp_resume *self, struct dp_burst *b)
{
        union dp_ctl_record rec;
        unsigned before = b->cnt;
        unsigned left = RECORD_BURST;
        unsigned lost = 0;
        enum shm_reason cause;
        uint16_t type;

        dp_ctl_refresh(self->ctl);
        while (b->cnt - before < DP_RESUME_BURST &&
               dp_ctl_poll(self->ctl, &left, &type, &rec) == 1) {
                if (type == SHM_REC_REPLY)
                        reply_apply(self, b, &rec.reply, b->cnt - before);
                else if (type == SHM_REC_BINDING)
                        binding_apply(self, &rec.binding);
                else if (type == SHM_REC_SEND)
                        send_apply(self, &rec.send, b->now_ns);
                else
                        dp_resume_apply_table(self, &rec.table);
        }
        for (; b->cnt - before < DP_RESUME_BURST &&
               (cause = lost_cause(self, b->now_ns)) != SHM_REASON_NONE;
             lost++)
                take_oldest(self, b, cause);
        return RECORD_BURST - left + lost;
}
