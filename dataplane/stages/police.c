/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/police.h"

#include <netinet/in.h>

#include "dataplane/stages/guard_budget.h"
#include "dataplane/stages/police_fault.h"
#include "dataplane/stages/police_refusals.h"
#include "dataplane/stages/police_proof.h"
#include "dataplane/state/reply_tag.h"
#include "dataplane/verdict.h"

static bool peers_limited(const struct dp_limits_config *c)
{
        for (unsigned cls = 0; cls < DP_LIMIT_CLASS_CNT; cls++)
                for (unsigned key = 0; key < DP_LIMIT_KEY_CNT; key++)
                        if (c->rates[SHM_LANE_PEER][cls][key].interval_ns != 0)
                                return true;
        return false;
}

void dp_police_init(struct dp_police *self, const struct dp_config *config,
                    struct dp_tables *tables, struct dp_track *track,
                    struct dp_challenge *challenge, struct dp_police_shed *shed,
                    struct shm_counters *counters)
{
        self->track = track;
        self->config = config;
        self->limits = &config->limits;
        self->tables = tables;
        self->counters = counters;
        self->peers_limited = peers_limited(&config->limits);
        self->shed = shed;
        self->rules.tables = tables;
        self->rules.challenge = &self->challenge;
        self->rules.counters = counters;
        dp_police_challenge_init(&self->challenge, challenge, config, tables, counters);
}

/* Guard knows the source of what goes to a SIP port; here comes SIP to other ports. */
static void source_complete(struct dp_police *self, struct dp_pkt *p, uint64_t now_ns)
{
        if (p->has_source || p->flow.side != SHM_SIDE_OUTSIDE ||
            (p->lane == SHM_LANE_PEER && !self->peers_limited))
                return;
        dp_guard_source(self->tables, p, now_ns);
        if (p->lane == SHM_LANE_PEER)
                p->trust = DP_TRUST_PEER;
}

/* Who sent the packets of the burst, and the hashes of what they are charged to. Returns how many
 * are charged, and which. */
static uint16_t keys_make(struct dp_police *self, struct dp_burst *b,
                          uint16_t charged[DP_BURST_MAX])
{
        struct dp_siphash_jobs jobs;
        uint16_t cnt = 0;

        jobs.cnt = 0;
        for (uint16_t i = 0; i < b->cnt; i++) {
                struct dp_pkt *p = &b->pkt[i];

                if (!dp_pkt_open(p))
                        continue;
                if ((p->flags & DP_PKT_SIP) != 0)
                        source_complete(self, p, b->now_ns);
                if (p->malformed != 0)
                        continue;
                if ((p->flags & DP_PKT_SIP) != 0 && self->challenge.maker != NULL)
                        dp_police_cookies(&self->challenge, p, b->now_ns);
                self->refusals[i].cnt = 0;
                if (dp_police_claims_begin(self->limits, p, &self->claims[i], &jobs,
                                           &self->texts[i]))
                        charged[cnt++] = i;
        }
        self->tables->hash(&self->tables->key, &jobs);
        return cnt;
}

/* All keys of the burst before the first is charged. */
static void prepare(struct dp_police *self, struct dp_burst *b)
{
        uint16_t charged[DP_BURST_MAX];
        uint16_t cnt = keys_make(self, b, charged);

        for (uint16_t n = 0; n < cnt; n++) {
                uint16_t i = charged[n];
                struct dp_pkt *p = &b->pkt[i];

                dp_police_claims_make(self->limits, self->tables, p, &self->claims[i]);
                if ((p->flags & DP_PKT_SIP) != 0)
                        dp_refusals_make(self->limits, self->tables, p, b->now_ns,
                                         &self->refusals[i]);
        }
}

/* A response of ours to an INVITE was final: its ACK has nowhere to go (RFC 3261 17.1.1.3). */
static bool is_ack_for_us(const struct dp_police *self, const struct dp_pkt *p)
{
        return p->msg->method == SIP_METHOD_ACK && p->msg->kind == SIP_KIND_REQUEST &&
               p->seen == DP_SEEN_STRAY && dp_reply_tag_is(&self->tables->key, p->msg);
}

/* First what does not fit the calls that are known, for nothing; then who is there; then the
 * limits; and what they admit is known from then on. */
static void police_sip(struct dp_police *self, struct dp_burst *b, uint16_t i)
{
        struct dp_pkt *p = &b->pkt[i];
        enum shm_reason reason;

        reason =
            is_ack_for_us(self, p) ? SHM_REASON_ACK_OWN_REPLY : dp_track_judge(self->track, b, i);
        if (reason == SHM_REASON_NONE && self->refusals[i].cnt != 0)
                reason = dp_refusals_judge(&self->refusals[i], p, b->now_ns);
        if (reason != SHM_REASON_NONE) {
                dp_verdict_drop(p, reason);
                return;
        }
        if (self->challenge.maker != NULL)
                dp_police_challenge(&self->challenge, p, b->now_ns);
        if (dp_pkt_open(p) && self->shed->on)
                dp_police_shed(self->shed, p);
        if (dp_pkt_open(p) && self->claims[i].cnt != 0)
                dp_police_claims_charge(self->tables, &self->claims[i], p, b->now_ns,
                                        self->counters);
        if (!dp_pkt_open(p))
                return;
        reason = dp_track_pass(self->track, b, i);
        if (reason != SHM_REASON_NONE)
                dp_verdict_drop(p, reason);
        else if ((p->proof_src | p->proof_dst) != 0)
                dp_police_proofs(self->limits, self->tables, p, b->now_ns, self->counters);
}

static bool is_stream_sip(const struct dp_config *config, const struct dp_pkt *p)
{
        const struct shm_flow *f = &p->flow;

        return (f->ip_proto == IPPROTO_TCP || f->ip_proto == IPPROTO_SCTP) &&
               (dp_config_is_sip_port(config, f->dport) || f->dport == DP_SIPS_PORT ||
                dp_config_is_sip_port(config, f->sport) || f->sport == DP_SIPS_PORT);
}

/* What is not SIP in a datagram. To a SIP port (guard knows its source) it counts as keep-alive. */
static void police_other(struct dp_police *self, struct dp_burst *b, uint16_t i)
{
        const struct dp_config *config = self->config;
        struct dp_pkt *p = &b->pkt[i];

        if (self->claims[i].cnt != 0)
                dp_police_claims_charge(self->tables, &self->claims[i], p, b->now_ns,
                                        self->counters);
        if (!dp_pkt_open(p))
                return;
        if ((p->flags & DP_PKT_KEEPALIVE) != 0)
                dp_verdict_pass(p, SHM_REASON_PASS_KEEPALIVE);
        else if (config->non_sip == DP_POLICY_DROP)
                dp_verdict_drop(p, SHM_REASON_NON_SIP);
        else if (config->stream_sip == DP_POLICY_DROP && is_stream_sip(config, p))
                dp_verdict_drop(p, SHM_REASON_STREAM_SIP);
        else
                dp_verdict_pass(p, (p->flags & DP_PKT_TUNNEL) != 0 ? SHM_REASON_PASS_TUNNEL
                                                                   : SHM_REASON_PASS_NON_SIP);
}

static void police_malformed(struct dp_police *self, struct dp_pkt *p, uint64_t now_ns)
{
        dp_police_rules_malformed(&self->rules, p, now_ns);
        dp_police_malformed(self->limits, self->tables, p, now_ns, self->counters);
        dp_verdict_drop(p, p->malformed);
}

void dp_police_run(struct dp_police *self, struct dp_burst *b)
{
        const struct dp_rules *rules = dp_police_rules_begin(&self->rules);

        dp_police_challenge_tick(&self->challenge, self->shed->load.level != 0, b->now_ns);
        prepare(self, b);
        for (uint16_t i = 0; i < b->cnt; i++) {
                struct dp_pkt *p = &b->pkt[i];

                if (!dp_pkt_open(p))
                        continue;
                if (rules != NULL)
                        dp_police_rules_match(&self->rules, rules, p);
                if (p->malformed != 0) {
                        police_malformed(self, p, b->now_ns);
                        continue;
                }
                if (rules != NULL) {
                        dp_police_rules_judge(&self->rules, p, b->now_ns);
                        if (!dp_pkt_open(p))
                                continue;
                }
                if ((p->flags & DP_PKT_SIP) != 0)
                        police_sip(self, b, i);
                else
                        police_other(self, b, i);
        }
}
