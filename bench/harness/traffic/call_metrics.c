/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 6076: what became of session and registration attempts, seen from who made them. */
#include "bench/harness/traffic/call_run.h"

static uint64_t since(uint64_t from_ns, uint64_t now_ns)
{
        return now_ns > from_ns ? now_ns - from_ns : 0;
}

void sb_call_sent(struct sb_calls *c, struct sb_call *call, const struct sb_template *t)
{
        if (!t->request)
                return;
        if (t->method == SIP_METHOD_INVITE && call->session == SB_SESSION_NONE) {
                call->session = SB_SESSION_ASKED;
                c->counts->sessions++;
        } else if (t->method == SIP_METHOD_REGISTER && call->register_ns == 0) {
                call->register_ns = call->intended_ns + 1;
                c->counts->registrations++;
        } else if (t->method == SIP_METHOD_BYE && call->session == SB_SESSION_UP) {
                call->session = SB_SESSION_ENDING;
                call->bye_ns = call->intended_ns;
                sb_hist_add(&c->times[SB_TIME_SDT], since(call->up_ns, call->bye_ns));
        }
}

static bool challenged(uint16_t status)
{
        return status == 401 || status == 402 || status == 407;
}

static void invite_final(struct sb_calls *c, struct sb_call *call, uint16_t status, uint64_t now_ns)
{
        if (call->session != SB_SESSION_ASKED || challenged(status))
                return;
        call->session = status < 300 ? SB_SESSION_UP : SB_SESSION_OVER;
        call->up_ns = now_ns;
        if (status < 300)
                c->counts->sessions_established++;
        else if (status < 400)
                c->counts->sessions_redirected++;
        else if (status == 480 || status == 486 || status == 600 || status == 603)
                c->counts->sessions_effective++;
        else if (status == 408 || status == 500 || status == 503 || status == 504)
                c->counts->sessions_ineffective++;
}

static void register_final(struct sb_calls *c, struct sb_call *call, uint16_t status,
                           uint64_t now_ns)
{
        if (call->register_ns == 0 || call->registered || challenged(status))
                return;
        call->registered = true;
        if (status < 300)
                sb_hist_add(&c->times[SB_TIME_RRD], since(call->register_ns - 1, now_ns));
        else if (status >= 400)
                c->counts->registrations_failed++;
}

void sb_call_final(struct sb_calls *c, struct sb_call *call, const struct sb_rx *rx,
                   uint64_t now_ns)
{
        if (rx->cseq_method == SIP_METHOD_INVITE) {
                invite_final(c, call, rx->status, now_ns);
        } else if (rx->cseq_method == SIP_METHOD_REGISTER) {
                register_final(c, call, rx->status, now_ns);
        } else if (rx->cseq_method == SIP_METHOD_BYE && rx->status < 300 &&
                   call->session == SB_SESSION_ENDING) {
                call->session = SB_SESSION_OVER;
                c->counts->sessions_completed++;
                sb_hist_add(&c->times[SB_TIME_SDD], since(call->bye_ns, now_ns));
        }
}

/* No answer in time is a 408 to who waits (RFC 3261 8.1.3.1). */
void sb_call_unanswered(struct sb_calls *c, struct sb_call *call)
{
        if (call->session == SB_SESSION_ASKED)
                c->counts->sessions_ineffective++;
        if (call->register_ns != 0 && !call->registered)
                c->counts->registrations_failed++;
}
