/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/guard_budget.h"

#include <string.h>
#include <strings.h>

#include "dataplane/verdict.h"

/* ---- who ---- */

static void trust_look(struct dp_tables *tables, struct dp_pkt *p, uint64_t now_ns)
{
        p->trust = (uint8_t)dp_trust_level_of(tables->trust, &p->source.endpoint, now_ns);
        if (p->trust != DP_TRUST_UNPROVEN && p->lane == SHM_LANE_UNPROVEN)
                p->lane = SHM_LANE_PROVEN;
}

void dp_guard_source(struct dp_tables *tables, struct dp_pkt *p, uint64_t now_ns)
{
        dp_source_of(&tables->key, &p->flow.src, p->flow.sport, &p->source);
        p->has_source = true;
        trust_look(tables, p, now_ns);
}

/* ---- a call for help ---- */

static bool begins(const uint8_t *at, const uint8_t *end, const char *text)
{
        size_t n = strlen(text);

        return (size_t)(end - at) >= n && strncasecmp((const char *)at, text, n) == 0;
}

/* The user part that stands at `at` is this number: what follows ends it. */
static bool is_number(const uint8_t *at, const uint8_t *end, const char *number)
{
        size_t n = strlen(number);

        return (size_t)(end - at) > n && memcmp(at, number, n) == 0 &&
               memchr("@;: ", at[n], 4) != NULL;
}

bool dp_guard_begins_emergency(const uint8_t *at, uint16_t len, const char *const *numbers,
                               uint32_t number_cnt)
{
        static const char *const schemes[] = {"sip:", "sips:", "tel:"};
        static const char method[] = "INVITE ";
        const uint8_t *end = at + len;

        if (!begins(at, end, method))
                return false;
        at += sizeof(method) - 1;
        if (begins(at, end, "urn:service:sos"))
                return true;
        for (size_t s = 0; s < sizeof(schemes) / sizeof(schemes[0]); s++) {
                if (!begins(at, end, schemes[s]))
                        continue;
                at += strlen(schemes[s]);
                for (uint32_t i = 0; i < number_cnt; i++)
                        if (is_number(at, end, numbers[i]))
                                return true;
                return false;
        }
        return false;
}

/* ---- how many ---- */

static inline bool is_counted(const struct dp_guard_budget *self, const struct dp_pkt *p)
{
        return dp_pkt_open(p) && p->flow.side == SHM_SIDE_OUTSIDE && p->lane != SHM_LANE_PEER &&
               (p->flags & (DP_PKT_UDP | DP_PKT_RESUMED)) == DP_PKT_UDP &&
               dp_config_is_sip_port(self->config, p->flow.dport);
}

/* A packet, and what it is charged to: made for a whole burst before the first is charged. */
struct counted {
        struct dp_pkt *p;
        struct dp_limit_claim claim[DP_GUARD_KEY_CNT];
};

static inline struct dp_limit_claim claim_of(const struct dp_guard_budget *self,
                                             const struct dp_pkt *p, enum dp_guard_key which)
{
        const struct dp_key *subject =
            which == DP_GUARD_ENDPOINT ? &p->source.endpoint : &p->source.address;
        const struct dp_key key = dp_key_kind(subject, DP_KEY_GUARD + (uint64_t)p->lane);

        return dp_limits_claim(self->tables->limits, &key,
                               &self->config->limits.guard[p->lane][which], p->trust);
}

/* A table without room for a stranger does not let it in: guard then knows nothing of it. */
static inline bool is_within(struct dp_guard_budget *self, const struct counted *c, uint64_t now_ns)
{
        for (unsigned key = 0; key < DP_GUARD_KEY_CNT; key++) {
                enum dp_limit_result rc =
                    dp_limits_charge(self->tables->limits, &c->claim[key], now_ns);

                if (rc == DP_LIMIT_OVER || (rc == DP_LIMIT_FULL && c->p->lane == SHM_LANE_UNPROVEN))
                        return false;
        }
        return true;
}

static bool is_emergency(const struct dp_guard_budget *self, const struct dp_pkt *p)
{
        return dp_guard_begins_emergency(dp_pkt_at(p, p->payload_off), p->payload_len,
                                         self->config->emergency, self->config->emergency_cnt);
}

/* The sources of the packets that are counted; returns how many they are. */
static uint16_t sources_make(struct dp_guard_budget *self, struct dp_burst *b,
                             struct counted counted[DP_BURST_MAX])
{
        struct dp_source_work work[DP_BURST_MAX];
        struct dp_siphash_jobs jobs;
        uint16_t cnt = 0;

        jobs.cnt = 0;
        for (uint16_t i = 0; i < b->cnt; i++) {
                if (!is_counted(self, &b->pkt[i]))
                        continue;
                dp_source_begin(&jobs, &b->pkt[i].flow.src, &work[cnt]);
                counted[cnt++].p = &b->pkt[i];
        }
        self->tables->hash(&self->tables->key, &jobs);
        for (uint16_t i = 0; i < cnt; i++) {
                struct dp_pkt *p = counted[i].p;

                dp_source_end(&work[i], p->flow.sport, &p->source);
                p->has_source = true;
                dp_trust_prefetch(self->tables->trust, &p->source.endpoint, b->now_ns);
        }
        return cnt;
}

/* Three passes over the burst, so that the memory of one packet is on its way while the keys of
 * others are made. */
void dp_guard_budget_run(struct dp_guard_budget *self, struct dp_burst *b)
{
        struct counted counted[DP_BURST_MAX];
        uint16_t cnt = sources_make(self, b, counted);

        for (uint16_t i = 0; i < cnt; i++) {
                struct counted *c = &counted[i];

                trust_look(self->tables, c->p, b->now_ns);
                for (unsigned key = 0; key < DP_GUARD_KEY_CNT; key++) {
                        c->claim[key] = claim_of(self, c->p, key);
                        dp_limits_prefetch(&c->claim[key]);
                }
        }
        for (uint16_t i = 0; i < cnt; i++) {
                struct dp_pkt *p = counted[i].p;

                if (is_within(self, &counted[i], b->now_ns))
                        continue;
                if (is_emergency(self, p))
                        self->counters->emergency_over_budget++;
                else
                        dp_verdict_drop(p, SHM_REASON_OVER_BUDGET);
        }
}
