/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/decide.h"

#include "dataplane/edge/proxy_request.h"
#include "dataplane/exception.h"
#include "dataplane/stages/police_limits.h"
#include "dataplane/verdict.h"

void dp_decide_apply(struct dp_pkt *p, const struct dp_decision *d)
{
        p->rule = d->rule;
        if ((d->action == SHM_ACTION_REJECT || d->action == SHM_ACTION_REPLY) &&
            (p->flags & DP_PKT_NO_REPLY) != 0) {
                dp_verdict_drop(p, SHM_REASON_NO_REPLY_ACK);
                return;
        }
        p->code = d->code;
        p->retry_after_s = d->retry_after_s;
        dp_verdict_set(p, d->action, d->reason);
}

/* An ACK or CANCEL of edge mode: routed by the decision about its INVITE. */
static bool edge_as_invite(const struct dp_decide *self, const struct dp_pkt *p)
{
        return self->forwards != NULL && p->msg->kind == SIP_KIND_REQUEST &&
               (p->msg->method == SIP_METHOD_ACK || p->msg->method == SIP_METHOD_CANCEL);
}

/*
 * What edge mode need not ask about: a response goes where its Via says, a request of a dialog that
 * we recorded, or that is known, where its Route or Request-URI does. An ACK of a known INVITE is
 * for a 2xx when its Request-URI is a Contact, which is an address; else it goes as its INVITE.
 * A dialog whose requests are for an address of ours is one with control.
 */
static bool edge_knows_its_way(const struct dp_decide *self, const struct dp_pkt *p)
{
        const struct sip_msg *m = p->msg;
        struct dp_proxy_addr to = {.port = 0};
        bool is_address;

        if (self->forwards == NULL || p->ask)
                return false;
        if (m->kind == SIP_KIND_RESPONSE || dp_proxy_is_recorded(self->proxy, m))
                return true;
        if (p->cls != SHM_CLASS_IN_DIALOG || m->method == SIP_METHOD_CANCEL)
                return false;
        is_address = dp_proxy_uri_way(m->buf, &m->ruri, &to) == DP_PROXY_WAY_UDP;
        /* for an address of ours, and of no dialog that we recorded: control is the other end */
        if (is_address && dp_proxy_self_of(self->proxy, &to) != NULL)
                return m->first[SIP_HDR_ROUTE] != SIP_HDR_NONE;
        return m->method != SIP_METHOD_ACK || is_address;
}

/* A decision under this key. One to PROXY is none without its target. */
static bool known(struct dp_decide *self, const struct dp_key *key, struct dp_pkt *p,
                  uint64_t now_ns, struct dp_decision *d)
{
        if (!dp_cache_get(self->cache, key, now_ns, d))
                return false;
        if (d->action != SHM_ACTION_PROXY || self->forwards == NULL)
                return true;
        p->forward = dp_forwards_get(self->forwards, key);
        return p->forward != NULL;
}

/*
 * Narrow before wide: what is known of this sender's software, then of this call or of this kind of
 * request. A DIALOG decision speaks only for messages inside a call, so that nobody opens the door
 * for an INVITE by sending a harmless request with the same Call-ID first; a ROUTE decision only
 * for the others, for no route is asked about a call that is up.
 */
static bool cached(struct dp_decide *self, struct dp_pkt *p, uint64_t now_ns, struct dp_decision *d)
{
        bool in_dialog = p->cls == SHM_CLASS_IN_DIALOG && !edge_as_invite(self, p);

        return (self->by_software && known(self, &p->key_src_ua, p, now_ns, d)) ||
               known(self, in_dialog ? &p->key_dialog : &p->key_route, p, now_ns, d) ||
               (!in_dialog && known(self, &p->key_domain, p, now_ns, d));
}

/* An ACK whose INVITE has a decision that is remembered is for a response that is not 2xx: what it
 * has of a dialog that we recorded, if anything, it has besides. */
static bool edge_goes_as_invite(struct dp_decide *self, struct dp_pkt *p, uint64_t now_ns,
                                struct dp_decision *d)
{
        return edge_as_invite(self, p) && !dp_proxy_is_recorded(self->proxy, p->msg) &&
               cached(self, p, now_ns, d);
}

/*
 * A call that begins under a cached decision is known from its first message on: nobody is asked
 * about the rest of it, and it lives on when control does not. For as long as that decision stands.
 */
static void remember_call(struct dp_decide *self, const struct dp_pkt *p, uint64_t now_ns,
                          struct dp_decision *d)
{
        if (p->cls == SHM_CLASS_IN_DIALOG || d->action != SHM_ACTION_PASS || !d->grants_dialog)
                return;
        d->scope = SHM_SCOPE_DIALOG;
        self->counters->cache_inserts++;
        if (dp_cache_put(self->cache, &p->key_dialog, now_ns, d->left_ms, d))
                self->counters->cache_evictions++;
}

/* NONE when the message is held now; otherwise why it can not be. */
static enum shm_reason hold(struct dp_decide *self, struct dp_pkt *p, uint64_t now_ns)
{
        struct shm_counters *c = self->counters;
        uint64_t incarnation = dp_ctl_incarnation(self->ctl);

        if (incarnation == 0) {
                c->control_absent++;
                return SHM_REASON_NO_CONTROL;
        }
        if (!dp_police_question(self->limits, self->tables, p, now_ns))
                return SHM_REASON_QUESTIONS;
        if (!dp_pending_has_room(self->pending, p->cls)) {
                c->pending_full++;
                return SHM_REASON_PENDING_FULL;
        }
        c->held_pending++;
        dp_pending_hold(self->pending, p, now_ns, incarnation);
        p->flags |= DP_PKT_HELD;
        return SHM_REASON_NONE;
}

void dp_decide_ask(struct dp_decide *self, uint64_t now_ns)
{
        const struct dp_pending_slot *s;
        uint64_t id;

        while ((s = dp_pending_next(self->pending, now_ns, &id)) != NULL) {
                /* held for a control that has gone: resume ends it, and others like it first */
                if (s->incarnation != dp_ctl_incarnation(self->ctl))
                        return;
                if (dp_ctl_ask(self->ctl, &s->pkt, id, self->deadline_us) != 0) {
                        self->counters->ring_full++;
                        return;
                }
                dp_pending_asked(self->pending, now_ns);
                self->counters->decisions_asked++;
        }
}

/* Two look-ups a message, or three, each in memory that is seldom in the CPU's caches: ask for all
 * of the burst's before the first is needed. */
static void prefetch(const struct dp_decide *self, const struct dp_burst *b)
{
        for (uint16_t i = 0; i < b->cnt; i++) {
                const struct dp_pkt *p = &b->pkt[i];

                if (!dp_pkt_open(p))
                        continue;
                if (self->by_software)
                        dp_cache_prefetch(self->cache, &p->key_src_ua);
                dp_cache_prefetch(self->cache, &p->key_dialog);
                if (p->cls != SHM_CLASS_IN_DIALOG)
                        dp_cache_prefetch(self->cache, &p->key_route);
        }
}

void dp_decide_run(struct dp_decide *self, struct dp_burst *b)
{
        self->by_software = dp_cache_may_have(self->cache, SHM_SCOPE_SRC_UA, b->now_ns);
        prefetch(self, b);
        for (uint16_t i = 0; i < b->cnt; i++) {
                struct dp_pkt *p = &b->pkt[i];
                struct dp_decision d;
                enum shm_reason obstacle;

                if (!dp_pkt_open(p))
                        continue;
                if (edge_knows_its_way(self, p) && !edge_goes_as_invite(self, p, b->now_ns, &d)) {
                        dp_verdict_pass(p, SHM_REASON_PROXIED);
                        continue;
                }
                if (!p->ask && cached(self, p, b->now_ns, &d)) {
                        self->counters->decisions_cached++;
                        remember_call(self, p, b->now_ns, &d);
                        if (d.action == SHM_ACTION_PASS)
                                d.reason = SHM_REASON_PASS_CACHED;
                        dp_decide_apply(p, &d);
                        continue;
                }
                obstacle = hold(self, p, b->now_ns);
                if (obstacle != SHM_REASON_NONE)
                        dp_exception_apply(self->exceptions, p, obstacle, self->counters);
        }
}
