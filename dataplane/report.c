/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/report.h"

#include <string.h>

#include "dataplane/rules_swap.h"
#include "dataplane/state/trust.h"
#include "parser/sip_parse.h"

/* Event of a message cut to this length still has every header that is shown; a body is of no use
 * to the reader, and the event ring holds several times more messages. */
#define EVENT_MSG_BYTES_MAX 4096u

void dp_report_refill(struct dp_report *self)
{
        if (self->guard_budget != DP_GUARD_EVENTS_UNLIMITED)
                self->guard_budget = DP_GUARD_EVENTS_PER_ROUND;
}

/* A UDP packet that guard ended: nobody has looked whether it is SIP. */
static bool ended_by_guard(const struct dp_pkt *p)
{
        return (p->reason == SHM_REASON_BANNED || p->reason == SHM_REASON_DENIED ||
                p->reason == SHM_REASON_BLOCKLIST) &&
               (p->flags & (DP_PKT_SIP | DP_PKT_UDP | DP_PKT_FRAGMENT)) == DP_PKT_UDP;
}

static bool guard_wanted(struct dp_report *self, const struct dp_pkt *p)
{
        if (self->guard_budget == 0) {
                self->counters->events_sampled_out++;
                return false;
        }
        if (sip_sniff(dp_pkt_at(p, p->payload_off), p->payload_len) != SIP_SNIFF_SIP)
                return false;
        if (self->guard_budget != DP_GUARD_EVENTS_UNLIMITED)
                self->guard_budget--;
        return true;
}

static bool wanted(struct dp_report *self, const struct dp_pkt *p)
{
        if (self->events == DP_EVENTS_OFF)
                return false;
        if (ended_by_guard(p))
                return guard_wanted(self, p);
        if ((p->flags & DP_PKT_SIP) == 0)
                return false;
        return self->events == DP_EVENTS_ALL || p->rule_cnt != 0 ||
               (p->action != SHM_ACTION_PASS && p->action != SHM_ACTION_PROXY);
}

static uint8_t known(const struct dp_pkt *p)
{
        unsigned k = 0;

        if (p->has_source && p->trust >= DP_TRUST_PROVEN)
                k |= SHM_KNOWN_PROVEN;
        if (p->has_source && p->trust >= DP_TRUST_AUTHENTICATED)
                k |= SHM_KNOWN_AUTHENTICATED;
        if ((p->proof_src & (DP_PROOF_NONCE | DP_PROOF_TO_TAG | DP_PROOF_BRANCH)) != 0 ||
            (p->proof_dst & DP_PROOF_NONCE) != 0)
                k |= SHM_KNOWN_PROVES;
        if ((p->proof_src & DP_PROOF_ECHOED) != 0)
                k |= SHM_KNOWN_ECHOED;
        if ((p->proof_src & DP_PROOF_CALL) != 0)
                k |= SHM_KNOWN_CALL;
        if (p->seen == DP_SEEN_REPEAT)
                k |= SHM_KNOWN_REPEAT;
        if (p->seen == DP_SEEN_IN_DIALOG)
                k |= SHM_KNOWN_IN_DIALOG;
        if ((p->proof_dst & DP_PROOF_REFUSED) != 0)
                k |= SHM_KNOWN_REFUSED;
        if ((p->proof_dst & DP_PROOF_REGISTERED) != 0)
                k |= SHM_KNOWN_REGISTERED;
        return (uint8_t)k;
}

struct shm_event *dp_report_add(struct dp_report *self, const struct dp_pkt *p)
{
        if (!wanted(self, p))
                return NULL;
        uint16_t len = p->payload_len < EVENT_MSG_BYTES_MAX ? p->payload_len : EVENT_MSG_BYTES_MAX;
        struct shm_event *e = dp_ctl_event(self->ctl, len);

        if (e == NULL) {
                self->counters->events_lost++;
                return NULL;
        }
        self->counters->events_sent++;
        *e = (struct shm_event){
            .time_ns = p->time_ns,
            .serial = p->serial,
            .flow = p->flow,
            .cls = p->cls,
            .lane = p->lane,
            .worker = self->worker,
            .known = known(p),
            .msg_len = len,
            .full_len = p->payload_len,
            .rule = p->rule,
            .held_us = p->held_us,
            .rule_cnt = p->rule_cnt,
            .rules_more = p->rules_more,
            .rule_generation = p->rule_generation,
            .generation = atomic_load_explicit(self->generation, memory_order_relaxed),
        };
        memcpy(e->rules, p->rules, p->rule_cnt * sizeof(e->rules[0]));
        dp_report_correct(e, p);
        memcpy(e + 1, dp_pkt_at(p, p->payload_off), len);
        return e;
}

void dp_report_correct(struct shm_event *event, const struct dp_pkt *p)
{
        if (event == NULL)
                return;
        event->action = p->action;
        event->reason = p->reason;
        event->code = p->action == SHM_ACTION_REJECT || p->action == SHM_ACTION_REPLY ? p->code : 0;
}

_Static_assert(SHM_RULE_COSTS_MAX == MATCH_COSTS_MAX, "one record takes what one message gave");

void dp_report_rule_costs(struct dp_report *self, const struct dp_rules *rules,
                          const struct match_costs *costs)
{
        struct shm_rule_costs *r;

        if (self->events == DP_EVENTS_OFF || costs->cnt == 0)
                return;
        r = dp_ctl_rule_costs(self->ctl, costs->cnt);
        if (r == NULL)
                return;
        r->generation = rules->generation;
        r->cnt = costs->cnt;
        for (uint32_t i = 0; i < costs->cnt; i++)
                r->rule[i] = (struct shm_rule_cost){
                    .sid = match_set_rule(rules->set, costs->of[i].rule)->sid,
                    .cycles = costs->of[i].cycles,
                };
}
