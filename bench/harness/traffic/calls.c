/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/traffic/calls.h"

#include <string.h>

#include "bench/harness/engine/octets.h"
#include "bench/harness/traffic/call_run.h"
#include "dataplane/stages/inet_sum.h"

#define MS UINT64_C(1000000)

static bool chance(struct sb_calls *c, double p)
{
        if (p >= 1.0)
                return true;
        c->random = c->random * 1664525u + 1013904223u;
        return (double)(c->random >> 8) < p * (double)(1u << 24);
}

void sb_call_end(struct sb_calls *c, uint32_t slot, enum sb_failure why, uint64_t now_ns)
{
        struct sb_call *call = &c->calls[slot];

        if (why == SB_FAIL_TIMEOUT || why == SB_FAIL_WAITING)
                sb_call_unanswered(c, call);
        if (why == SB_FAIL_CNT) {
                c->counts->calls_succeeded++;
                sb_hist_add(&c->times[SB_TIME_CALL],
                            now_ns > call->began_ns ? now_ns - call->began_ns : 0);
        } else {
                c->counts->calls_failed++;
                c->counts->failures[why]++;
        }
        sb_call_slot_give(c, slot);
}

static void rtds_step(struct sb_calls *c, struct sb_call *call, const struct sb_step *s,
                      uint64_t now_ns)
{
        for (uint32_t i = 0; (s->rtd_start | s->rtd_stop) >> i != 0; i++) {
                if ((s->rtd_stop >> i & 1u) != 0) {
                        uint64_t from = call->rtd_ns[i] != 0 ? call->rtd_ns[i] : call->began_ns;

                        sb_hist_add(&c->times[SB_TIME_RTD1 + i], now_ns > from ? now_ns - from : 0);
                }
                if ((s->rtd_start >> i & 1u) != 0)
                        call->rtd_ns[i] = s->kind == SB_STEP_SEND ? call->intended_ns : now_ns;
        }
}

static inline void rtds(struct sb_calls *c, struct sb_call *call, const struct sb_step *s,
                        uint64_t now_ns)
{
        if ((s->rtd_start | s->rtd_stop) != 0)
                rtds_step(c, call, s, now_ns);
}

/* Render a step's message and give it to the device. False when it cannot be built. */
static bool transmit(struct sb_calls *c, uint32_t slot, const struct sb_template *t,
                     uint64_t now_ns)
{
        struct sb_call *call = &c->calls[slot];
        const uint32_t head = sb_frame_head_len(&c->set.link);
        struct rte_mbuf *m = sb_out_buffer(c->out);
        struct sb_end ends[2] = {call->local, call->remote};
        struct sb_link link;
        uint8_t *frame;
        uint32_t len, whole;

        if (m == NULL)
                return true; /* as if the network had lost it */
        frame = rte_pktmbuf_mtod(m, uint8_t *);
        len = sb_call_render(c, slot, t, frame + head, now_ns);
        if (len == 0) {
                rte_pktmbuf_free(m);
                return false;
        }
        if (t->request && !c->set.scenario->plain_id && !call->hashed) {
                struct sb_rx *rx = &c->scratch;

                if (!sb_read(frame + head, len, rx)) {
                        rte_pktmbuf_free(m);
                        return false;
                }
                sb_call_hash_add(c, slot, rx->buf + rx->call_id.off, rx->call_id.len);
        }
        link = c->set.link;
        memcpy(link.dst_mac, call->remote_mac, sizeof(link.dst_mac));
        whole = len & ~31u;
        sb_frame_head(
            frame, &link, ends, (uint16_t)len,
            dp_inet_sum(sb_octets_sum(frame + head, whole), frame + head + whole, len - whole));
        m->data_len = (uint16_t)(head + len);
        m->pkt_len = head + len;
        if (t->request)
                c->counts->tx_requests++;
        else
                c->counts->tx_responses++;
        sb_out_send(c->out, m);
        return true;
}

/* The next deadline of three. */
static void wheel_set(struct sb_calls *c, uint32_t slot)
{
        const struct sb_call *call = &c->calls[slot];
        const uint64_t all[] = {call->retrans_at_ns, call->give_up_ns, call->pause_until_ns};
        uint64_t due = UINT64_MAX;
        const struct sb_wheel_link *l = &c->wheel->links[slot];

        for (uint32_t i = 0; i < 3; i++)
                if (all[i] != 0 && all[i] < due)
                        due = all[i];
        /* One that comes too early is looked at and set again: cheaper than moving it each time. */
        if (due != UINT64_MAX && (l->due_ns == 0 || l->due_ns > due))
                sb_wheel_set(c->wheel, slot, due);
}

static bool send_step(struct sb_calls *c, uint32_t slot, uint64_t now_ns)
{
        struct sb_call *call = &c->calls[slot];
        const struct sb_step *s = &c->set.scenario->steps[call->step];
        const struct sb_template *t = s->message;
        bool ack = t->request && (t->method == SIP_METHOD_ACK || t->method == SIP_METHOD_CANCEL);

        if (t->request && !ack)
                call->cseq++;
        if (s->lost_percent != 0 && chance(c, s->lost_percent / 100.0))
                c->counts->lost_on_purpose++, c->steps[call->step].lost++;
        else if (!transmit(c, slot, t, now_ns))
                return false;
        c->steps[call->step].messages++;
        call->retrans_at_ns = 0;
        /* What answers the message that came last is sent again with it: the newest response, or
         * the first request, which is the ACK. */
        if (call->seen_key != 0 && (!t->request || call->again_key != call->seen_key)) {
                call->again_key = call->seen_key;
                call->again_step = call->step;
        }
        sb_call_sent(c, call, t);
        if (t->request && t->method != SIP_METHOD_ACK) {
                call->sent_method = t->method;
                call->request_ns = call->intended_ns;
        }
        if (s->retrans_ms != 0 && !c->set.no_retrans) {
                call->sent_step = call->step;
                call->retrans_ms =
                    c->set.t1_override_ms != 0 ? (uint32_t)c->set.t1_override_ms : s->retrans_ms;
                call->retrans_at_ns = now_ns + call->retrans_ms * MS;
                call->give_up_ns = now_ns + 64u * (uint64_t)call->retrans_ms * MS;
        }
        return true;
}

static uint64_t pause_of(struct sb_calls *c, uint32_t slot, const struct sb_step *s)
{
        if (s->pause_var != SB_VAR_NONE) {
                const struct sb_var *v = sb_call_var(c, slot, s->pause_var);

                return v->set && v->number > 0 ? (uint64_t)(v->number * 1e6) : 0;
        }
        if (s->pause_max_ms > s->pause_ms) {
                c->random = c->random * 1664525u + 1013904223u;
                return (s->pause_ms +
                        (uint64_t)(c->random >> 8) * (s->pause_max_ms - s->pause_ms) / (1u << 24)) *
                       MS;
        }
        if (s->pause_ms == SB_PAUSE_RUN)
                return s->kind == SB_STEP_TIMEWAIT ? c->set.linger_ns : c->set.hold_ns;
        return s->pause_ms * MS;
}

uint32_t sb_call_next(struct sb_calls *c, uint32_t slot, uint32_t step)
{
        const struct sb_step *s = &c->set.scenario->steps[step];

        if (s->next != SB_STEP_NONE &&
            (s->test_var == SB_VAR_NONE || sb_call_var(c, slot, s->test_var)->set) &&
            chance(c, s->chance))
                return s->next;
        return step + 1;
}

static bool skipped(struct sb_calls *c, uint32_t slot, const struct sb_step *s)
{
        return s->cond_var != SB_VAR_NONE &&
               sb_call_var(c, slot, s->cond_var)->set == s->cond_inverse;
}

/* How long a receive waits. A response whose request is repeated has its own end. */
static void wait_for(struct sb_calls *c, struct sb_call *call, const struct sb_step *s,
                     uint64_t now_ns)
{
        if (s->timeout_ms != 0)
                call->give_up_ns = now_ns + s->timeout_ms * MS;
        else if (call->retrans_at_ns == 0)
                call->give_up_ns =
                    now_ns + (s->status != 0 ? c->set.wait_ns : UINT64_C(3600000) * MS);
}

/* SENDs and the like from call->step on, until something must be waited for. A scenario may go in
 * circles without ever waiting; it is stopped after as many steps as no useful one has. */
void sb_call_run(struct sb_calls *c, uint32_t slot, uint64_t now_ns)
{
        const struct sb_scenario *scn = c->set.scenario;
        struct sb_call *call = &c->calls[slot];
        enum sb_failure why;
        uint32_t jump;

        for (uint32_t turn = 0; call->step < scn->step_cnt; turn++) {
                const struct sb_step *s = &scn->steps[call->step];

                if (turn > 4 * SB_STEPS_MAX) {
                        sb_call_end(c, slot, SB_FAIL_CHECK, now_ns);
                        return;
                }
                if (skipped(c, slot, s)) {
                        call->step++;
                        continue;
                }
                if (s->kind == SB_STEP_RECV) {
                        wait_for(c, call, s, now_ns);
                        wheel_set(c, slot);
                        return;
                }
                if (s->kind == SB_STEP_PAUSE || s->kind == SB_STEP_TIMEWAIT) {
                        uint64_t pause = pause_of(c, slot, s);

                        if (pause != 0) {
                                call->pause_until_ns = call->intended_ns + pause;
                                call->give_up_ns = 0;
                                wheel_set(c, slot);
                                return;
                        }
                }
                if (s->kind == SB_STEP_SEND && !send_step(c, slot, now_ns)) {
                        sb_call_end(c, slot, SB_FAIL_MESSAGE, now_ns);
                        return;
                }
                rtds(c, call, s, now_ns);
                jump = SB_STEP_NONE;
                why = s->actions == NULL
                          ? SB_FAIL_CNT
                          : sb_call_actions(c, slot, s->actions, NULL, &jump, now_ns);
                if (why != SB_FAIL_CNT) {
                        sb_call_end(c, slot, why, now_ns);
                        return;
                }
                call->step = jump != SB_STEP_NONE ? jump : sb_call_next(c, slot, call->step);
        }
        sb_call_end(c, slot, SB_FAIL_CNT, now_ns);
}

void sb_call_rtds(struct sb_calls *c, struct sb_call *call, const struct sb_step *s,
                  uint64_t now_ns)
{
        rtds(c, call, s, now_ns);
}

void sb_call_again(struct sb_calls *c, uint32_t slot, uint32_t step, uint64_t now_ns)
{
        c->counts->tx_retransmitted++;
        c->steps[step].retransmitted++;
        (void)transmit(c, slot, c->set.scenario->steps[step].message, now_ns);
}

bool sb_call_lost(struct sb_calls *c, uint8_t percent)
{
        return percent != 0 && chance(c, percent / 100.0);
}

void sb_calls_start(struct sb_calls *c, uint64_t intended_ns, uint64_t now_ns)
{
        uint32_t slot = sb_call_slot_take(c);
        struct sb_call *call;

        c->counts->starts++;
        sb_hist_add(&c->times[SB_TIME_LAG], now_ns > intended_ns ? now_ns - intended_ns : 0);
        if (slot == SB_STEP_NONE) {
                c->counts->calls_failed++;
                c->counts->failures[SB_FAIL_NO_SLOT]++;
                c->next_number++;
                return;
        }
        call = &c->calls[slot];
        call->number = c->next_number++;
        call->began_ns = call->intended_ns = intended_ns;
        sb_ident_at(c->set.env->local, call->number, &call->local);
        call->remote = c->set.env->remote;
        memcpy(call->remote_mac, c->set.link.dst_mac, sizeof(call->remote_mac));
        sb_call_run(c, slot, now_ns);
}

static void deadline(struct sb_calls *c, uint32_t slot, uint64_t now_ns)
{
        struct sb_call *call = &c->calls[slot];
        const struct sb_step *s = &c->set.scenario->steps[call->step];
        bool invite = call->sent_method == SIP_METHOD_INVITE;

        if (call->give_up_ns != 0 && call->give_up_ns <= now_ns) {
                c->steps[call->step].timeouts++;
                if (call->step < c->set.scenario->step_cnt && s->on_timeout != SB_STEP_NONE) {
                        call->give_up_ns = call->retrans_at_ns = 0;
                        call->step = s->on_timeout;
                        call->intended_ns = now_ns;
                        sb_call_run(c, slot, now_ns);
                        return;
                }
                sb_call_end(c, slot, call->retrans_at_ns != 0 ? SB_FAIL_TIMEOUT : SB_FAIL_WAITING,
                            now_ns);
                return;
        }
        if (call->retrans_at_ns != 0 && call->retrans_at_ns <= now_ns) {
                sb_call_again(c, slot, call->sent_step, now_ns);
                /* RFC 3261 17.1.1.2: doubled for INVITE; 17.1.2.2 and 13.3.1.4: up to T2. */
                call->retrans_ms *= 2;
                if (!(invite && c->set.scenario->steps[call->sent_step].message->request) &&
                    call->retrans_ms > c->set.t2_ms)
                        call->retrans_ms = (uint32_t)c->set.t2_ms;
                call->retrans_at_ns = now_ns + call->retrans_ms * MS;
        }
        if (call->pause_until_ns != 0 && call->pause_until_ns <= now_ns) {
                call->intended_ns = call->pause_until_ns;
                call->pause_until_ns = 0;
                call->step = sb_call_next(c, slot, call->step);
                sb_call_run(c, slot, now_ns);
                return;
        }
        wheel_set(c, slot);
}

void sb_calls_timers(struct sb_calls *c, uint64_t now_ns)
{
        uint32_t slot;

        while ((slot = sb_wheel_next(c->wheel, now_ns)) != SB_WHEEL_NONE)
                if (c->calls[slot].live)
                        deadline(c, slot, now_ns);
}

void sb_calls_stop(struct sb_calls *c)
{
        for (uint32_t i = 0; i < c->set.slot_cnt && c->live != 0; i++) {
                const struct sb_call *call = &c->calls[i];

                if (!call->live)
                        continue;
                /* Who only waits for stragglers is done. */
                if (c->set.scenario->steps[call->step].kind == SB_STEP_TIMEWAIT)
                        sb_call_end(c, i, SB_FAIL_CNT, call->began_ns);
                else
                        sb_call_end(c, i, SB_FAIL_STOPPED, 0);
        }
}
