/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/police_rules.h"

#include <rte_cycles.h>

#include "dataplane/clock.h"
#include "dataplane/explain.h"
#include "dataplane/report.h"
#include "dataplane/rules_swap.h"
#include "dataplane/stages/police_limits.h"
#include "dataplane/state/rule_counts.h"
#include "dataplane/verdict.h"

#define SECOND_NS UINT64_C(1000000000)
#define FLAGS_SECONDS \
        3600u /* that tags stay for a call: as long as calls are remembered at least */

/* ---- keys ---- */

enum use { USE_THRESHOLD = 1, USE_FILTER, USE_RATE, USE_FLAGS };

static void hash_span(struct dp_siphash *h, const struct dp_pkt *p, struct sip_span s)
{
        dp_siphash_update(h, sip_span_at(p->msg, s), s.len);
}

static void hash_tracked(const struct dp_police_rules *self, struct dp_siphash *h,
                         const struct dp_pkt *p, uint8_t track)
{
        const struct shm_flow *f = &p->flow;
        struct dp_key aor = {{0, 0}};

        if (track == MATCH_TRACK_SRC || track == MATCH_TRACK_BOTH || track == MATCH_TRACK_FLOW)
                dp_siphash_update(h, &f->src, sizeof(f->src));
        if (track == MATCH_TRACK_DST || track == MATCH_TRACK_BOTH || track == MATCH_TRACK_FLOW)
                dp_siphash_update(h, &f->dst, sizeof(f->dst));
        if (track == MATCH_TRACK_FLOW) {
                dp_siphash_update(h, &f->sport, sizeof(f->sport));
                dp_siphash_update(h, &f->dport, sizeof(f->dport));
        }
        if (p->msg == NULL)
                return;
        if (track == MATCH_TRACK_CALL_ID)
                hash_span(h, p, p->msg->call_id);
        if (track == MATCH_TRACK_AOR) {
                (void)dp_police_aor_key(&self->tables->key, p->msg, &p->msg->to.uri, &aor);
                dp_siphash_update(h, aor.w, sizeof(aor.w));
        }
}

static struct dp_key key_of(const struct dp_police_rules *self, const struct dp_pkt *p,
                            const struct match_rule *r, enum use use, uint8_t track)
{
        const uint32_t head[4] = {'R', (uint32_t)use, r != NULL ? r->gid : 0,
                                  r != NULL ? r->sid : 0};
        struct dp_siphash h;
        struct dp_key key;

        dp_siphash_init128(&h, &self->tables->key);
        dp_siphash_update(&h, head, sizeof(head));
        hash_tracked(self, &h, p, track);
        dp_siphash_final128(&h, key.w);
        return key;
}

static uint32_t count(struct dp_police_rules *self, const struct dp_pkt *p,
                      const struct match_rule *r, enum use use, const struct match_limit *l)
{
        struct dp_key key = key_of(self, p, r, use, l->track);
        uint32_t n = dp_rule_count(self->tables->rule_counts, &key, l->seconds, p->time_ns);

        if (use == USE_THRESHOLD && l->type == MATCH_THRESHOLD_THRESHOLD && n >= l->count)
                dp_rule_count_reset(self->tables->rule_counts, &key);
        return n;
}

/* ---- is a rule that holds in force? ---- */

struct force {
        bool alerts;  /* it is told */
        bool acts;    /* its action is carried out */
        uint8_t kept; /* enum match_kept: what keeps it from that */
};

static bool in_share(const struct dp_police_rules *self, const struct dp_pkt *p,
                     const struct match_rule *r)
{
        struct dp_siphash h;

        if (r->percent == 100)
                return true;
        dp_siphash_init(&h, &self->tables->share_key);
        if (p->msg != NULL)
                hash_span(&h, p, p->msg->call_id);
        return dp_siphash_final(&h) % 100 < r->percent;
}

static struct force force_of(struct dp_police_rules *self, const struct dp_pkt *p,
                             const struct match_rule *r)
{
        struct force f = {true, true, MATCH_KEPT_NOT};
        uint32_t n;

        if (r->expiry_s != 0 && p->time_ns / SECOND_NS >= r->expiry_s)
                return (struct force){false, false, MATCH_KEPT_EXPIRED};
        if (r->filter.type != MATCH_THRESHOLD_NONE &&
            count(self, p, r, USE_FILTER, &r->filter) <= r->filter.count)
                return (struct force){false, false, MATCH_KEPT_FILTER};
        if (r->threshold.type != MATCH_THRESHOLD_NONE) {
                n = count(self, p, r, USE_THRESHOLD, &r->threshold);
                switch (r->threshold.type) {
                case MATCH_THRESHOLD_LIMIT:
                        f.alerts = n <= r->threshold.count;
                        break;
                case MATCH_THRESHOLD_THRESHOLD:
                        f.alerts = f.acts = n >= r->threshold.count;
                        break;
                default: /* both */
                        f.alerts = n == r->threshold.count;
                        f.acts = n >= r->threshold.count;
                        break;
                }
        }
        if (!f.acts)
                f.kept = MATCH_KEPT_THRESHOLD;
        else if (r->mode != MATCH_MODE_ENFORCE)
                f.kept = MATCH_KEPT_MONITOR;
        else if (!in_share(self, p, r))
                f.kept = MATCH_KEPT_SHARE;
        f.acts = f.kept == MATCH_KEPT_NOT;
        f.alerts = f.alerts && (r->flags & MATCH_RULE_NO_ALERT) == 0;
        return f;
}

/* ---- matching ---- */

static struct match_facts facts_of(const struct dp_pkt *p)
{
        return (struct match_facts){
            .payload = dp_pkt_at(p, p->payload_off),
            .payload_len = p->payload_len,
            .msg = (p->flags & DP_PKT_SIP) != 0 ? p->msg : NULL,
            .src = p->flow.src.b,
            .dst = p->flow.dst.b,
            .sport = p->flow.sport,
            .dport = p->flow.dport,
            .vlan = p->flow.vlan,
            .ip_proto = p->flow.ip_proto,
            .side = p->flow.side,
            .lane = p->lane,
            .cls = p->cls,
            .trust = p->trust,
            .seen = p->seen,
        };
}

static void note(struct dp_pkt *p, uint32_t sid)
{
        if (p->rule_cnt < SHM_EVENT_RULES_MAX)
                p->rules[p->rule_cnt++] = sid;
        else if (p->rules_more != UINT8_MAX)
                p->rules_more++;
}

/* Tags are there for the rules behind the one that sets them: of the next message on. */
static void flags_update(struct dp_police_rules *self, const struct dp_rules *rules,
                         const struct dp_pkt *p, uint32_t flags, uint32_t n)
{
        struct dp_key key = key_of(self, p, NULL, USE_FLAGS, MATCH_TRACK_CALL_ID);
        uint32_t after = flags;

        for (uint32_t i = 0; i < n; i++)
                after = match_flags_after(rules->set, self->hits[i], after);
        if (after != flags)
                (void)dp_rule_flags_set(self->tables->rule_counts, &key, after, FLAGS_SECONDS,
                                        p->time_ns);
}

static uint64_t cycles(void)
{
        return rte_rdtsc_precise();
}

/* Numerical Recipes' generator: which messages are measured must not keep step with the traffic,
 * and is no secret. */
static uint32_t random_next(struct dp_police_rules *self)
{
        self->random = self->random * 1664525u + 1013904223u;
        return self->random >> 16;
}

static uint32_t eval_measured(struct dp_police_rules *self, const struct dp_rules *rules,
                              const struct match_facts *f, uint32_t flags)
{
        struct match_costs *c = &self->costs;
        uint32_t n;

        c->clock = cycles;
        n = match_eval_costs(rules->set, rules->scratch[self->worker], f, flags, self->hits,
                             DP_RULE_HITS_MAX, c);
        dp_report_rule_costs(self->report, rules, c);
        /* the next one begins with those that there was no room for */
        c->skip = c->skip + c->cnt < c->seen ? c->skip + c->cnt : 0;
        return n;
}

/* One message in DP_RULE_SAMPLE is measured; the rest is not kept by it. */
static uint32_t eval_sampled(struct dp_police_rules *self, const struct dp_rules *rules,
                             const struct match_facts *f, uint32_t flags)
{
        if (self->report != NULL && self->until_sample == 0) {
                self->until_sample = 1 + random_next(self) % (2 * DP_RULE_SAMPLE - 1);
                return eval_measured(self, rules, f, flags);
        }
        self->until_sample--;
        return match_eval(rules->set, rules->scratch[self->worker], f, flags, self->hits,
                          DP_RULE_HITS_MAX);
}

/* The first message under another set pays for what is not in the caches yet: all that a worker is
 * kept by a swap. */
static uint32_t eval(struct dp_police_rules *self, const struct dp_rules *rules,
                     const struct match_facts *f, uint32_t flags)
{
        bool other = self->generation != rules->generation;
        bool swapped = other && self->generation != 0;
        uint64_t before_ns = swapped ? dp_clock_monotonic_ns() : 0;
        uint32_t n = eval_sampled(self, rules, f, flags);

        if (swapped) {
                self->counters->rule_swap_ns += dp_clock_monotonic_ns() - before_ns;
                self->counters->rule_swaps++;
        }
        if (other)
                self->generation = rules->generation;
        return n < DP_RULE_HITS_MAX ? n : DP_RULE_HITS_MAX;
}

const struct dp_rules *dp_police_rules_begin(struct dp_police_rules *self)
{
        self->decisive = NULL;
        return self->rules != NULL ? dp_swap_now(self->rules) : NULL;
}

void dp_police_rules_match(struct dp_police_rules *self, const struct dp_rules *rules,
                           struct dp_pkt *p)
{
        struct match_facts f;
        bool tagged;
        uint32_t flags = 0;
        uint32_t n;

        self->decisive = NULL;
        if ((p->flags & DP_PKT_UDP) == 0)
                return;
        f = facts_of(p);
        tagged = match_set_has_flags(rules->set) && f.msg != NULL;
        if (tagged) {
                struct dp_key key = key_of(self, p, NULL, USE_FLAGS, MATCH_TRACK_CALL_ID);

                flags = dp_rule_flags(self->tables->rule_counts, &key, p->time_ns);
        }
        n = eval(self, rules, &f, flags);
        p->rule_generation = rules->generation;
        if (self->explain != NULL)
                dp_explain_begin(self->explain, p->serial, rules->set);
        for (uint32_t i = 0; i < n; i++) {
                const struct match_rule *r = match_set_rule(rules->set, self->hits[i]);
                struct force force = force_of(self, p, r);

                if (self->explain != NULL)
                        dp_explain_rule(self->explain, &f, self->hits[i],
                                        (enum match_kept)force.kept, force.alerts);
                if (force.alerts)
                        note(p, r->sid);
                if (force.acts && r->action < MATCH_ACTION_TAG &&
                    (self->decisive == NULL || r->action < self->decisive->action))
                        self->decisive = r;
        }
        if (self->explain != NULL)
                dp_explain_decisive(self->explain, self->decisive);
        if (tagged && n != 0)
                flags_update(self, rules, p, flags, n);
}

/* ---- carrying it out ---- */

static void ban(struct dp_police_rules *self, const struct dp_pkt *p, const struct match_rule *r,
                uint64_t now_ns)
{
        const struct shm_table_update u = {
            .op = SHM_TABLE_ADD,
            .table = SHM_TABLE_BAN,
            .prefix_len = 128,
            .reason = SHM_REASON_BANNED,
            .ip = p->flow.src,
            .expires_ns = now_ns + r->seconds * SECOND_NS,
        };

        if (dp_bans_apply(self->bans, &u) != 0)
                self->counters->table_full++;
}

void dp_police_rules_malformed(struct dp_police_rules *self, struct dp_pkt *p, uint64_t now_ns)
{
        if (self->decisive == NULL || self->decisive->action != MATCH_ACTION_BAN)
                return;
        p->rule = self->decisive->sid;
        ban(self, p, self->decisive, now_ns);
}

/* What is not SIP can not be answered. */
static uint8_t action_for(const struct match_rule *r, const struct dp_pkt *p)
{
        bool answers = r->action == MATCH_ACTION_REJECT || r->action == MATCH_ACTION_CHALLENGE;

        return answers && (p->flags & DP_PKT_SIP) == 0 ? MATCH_ACTION_DROP : r->action;
}

/* Emergency calls go on whatever rules say. */
static bool is_exempt(const struct dp_pkt *p)
{
        return p->lane == SHM_LANE_PRIORITY;
}

void dp_police_rules_judge(struct dp_police_rules *self, struct dp_pkt *p, uint64_t now_ns)
{
        const struct match_rule *r = self->decisive;

        if (r == NULL || is_exempt(p))
                return;
        p->rule = r->sid;
        switch (action_for(r, p)) {
        case MATCH_ACTION_DROP:
                dp_verdict_drop(p, SHM_REASON_RULE_DROP);
                break;
        case MATCH_ACTION_REJECT:
                p->code = r->code;
                p->retry_after_s = r->retry_after_s;
                dp_verdict_set(p, SHM_ACTION_REJECT, SHM_REASON_RULE_REJECT);
                break;
        case MATCH_ACTION_BAN:
                ban(self, p, r, now_ns);
                dp_verdict_drop(p, SHM_REASON_RULE_DROP);
                break;
        case MATCH_ACTION_CHALLENGE:
                if (p->trust == DP_TRUST_UNPROVEN && p->msg->kind == SIP_KIND_REQUEST &&
                    p->credentials != DP_CHALLENGE_ECHOED &&
                    !dp_police_challenge_rule(self->challenge, p))
                        dp_verdict_drop(p, SHM_REASON_RULE_CHALLENGE);
                break;
        case MATCH_ACTION_LIMIT:
                if (count(self, p, r, USE_RATE, &r->rate) > r->rate.count)
                        dp_verdict_drop(p, SHM_REASON_RULE_LIMIT);
                break;
        case MATCH_ACTION_ASK:
                p->ask = true;
                break;
        default: /* pass */
                break;
        }
}
