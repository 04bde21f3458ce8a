/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "bench/harness/engine/digits.h"
#include "bench/harness/traffic/call_run.h"

/* What makes two messages the same one sent again: kind, CSeq and the topmost branch. Never 0. */
static uint64_t key_of(const struct sb_rx *rx)
{
        uint64_t h = (uint64_t)rx->status << 40 | (uint64_t)rx->method << 34 | rx->cseq;
        const uint8_t *p = rx->buf + rx->branch.off;
        uint32_t len = rx->branch.len;
        uint64_t word;

        for (; len >= 8; len -= 8, p += 8) {
                memcpy(&word, p, 8);
                h = (h ^ word) * UINT64_C(0x9fb21c651e98df25);
                h ^= h >> 32;
        }
        word = 0;
        if (rx->branch.len >= 8) /* the last eight octets, some of them again */
                memcpy(&word, p + len - 8, 8);
        else
                memcpy(&word, p, len);
        h = (h ^ word) * UINT64_C(0x9fb21c651e98df25);
        return (h ^ h >> 32) | 1u;
}

static bool same_method(const struct sb_step *s, const struct sb_rx *rx)
{
        regmatch_t in = {0, rx->method_name.len};

        if (s->regexp_method)
                return regexec(s->method_regex, (const char *)rx->buf + rx->method_name.off, 1, &in,
                               REG_STARTEND) == 0;
        if (s->method != SIP_METHOD_OTHER || rx->method != SIP_METHOD_OTHER)
                return s->method == rx->method;
        return strlen(s->method_name) == rx->method_name.len &&
               memcmp(s->method_name, rx->buf + rx->method_name.off, rx->method_name.len) == 0;
}

static bool same_txn(const struct sb_scenario *scn, const struct sb_step *s, const struct sb_rx *rx)
{
        uint64_t step;

        if (s->response_txn == 0)
                return true;
        /* Our branches end in eight digits that name the step of the request. */
        return rx->branch.len > 8 &&
               sb_unhex(rx->buf + rx->branch.off + rx->branch.len - 8, 8, &step) &&
               step < scn->step_cnt && scn->steps[step].start_txn == s->response_txn;
}

static bool matches(const struct sb_scenario *scn, const struct sb_step *s, const struct sb_rx *rx)
{
        if (s->kind != SB_STEP_RECV)
                return false;
        if (s->status == 0)
                return rx->status == 0 && same_method(s, rx);
        return s->status == rx->status && (s->cseq_methods >> rx->cseq_method & 1u) != 0 &&
               same_txn(scn, s, rx);
}

/* The step that takes this message: from the current one over optional ones to the first that must
 * be; failing that, an optional one passed already. */
static uint32_t step_for(struct sb_calls *c, uint32_t from, const struct sb_rx *rx)
{
        const struct sb_scenario *scn = c->set.scenario;

        for (uint32_t i = from; i < scn->step_cnt; i++) {
                if (matches(scn, &scn->steps[i], rx))
                        return i;
                if (scn->steps[i].kind != SB_STEP_RECV || !scn->steps[i].optional)
                        break;
        }
        for (uint32_t i = from; i-- > 0;) {
                if (scn->steps[i].kind != SB_STEP_RECV || !scn->steps[i].optional)
                        break;
                if (matches(scn, &scn->steps[i], rx))
                        return i;
        }
        return SB_STEP_NONE;
}

static void text_keep(char *to, uint16_t *to_len, uint32_t room, const uint8_t *from, uint32_t len)
{
        if (len > room)
                len = 0;
        memcpy(to, from, len);
        *to_len = (uint16_t)len;
}

/* The route set (RFC 3261 12.1): Record-Route as it came for who was called, turned round for who
 * called; and the peer's Contact as the target. */
static void routes_keep(struct sb_calls *c, uint32_t slot, const struct sb_rx *rx)
{
        struct sb_call_text *t = &c->texts[slot];
        const struct sb_line *l, *lines[16];
        uint32_t cnt = 0, at = 0;

        for (l = sb_rx_first(rx, SB_HEADER_RECORD_ROUTE); l != NULL && cnt < 16;
             l = sb_rx_next(rx, l))
                lines[cnt++] = l;
        for (uint32_t i = 0; i < cnt; i++) {
                uint32_t len;

                l = lines[rx->status != 0 ? cnt - 1 - i : i];
                len = (uint32_t)(l->off + l->len - l->value_off);
                if (at + len + 10 > SB_ROUTES_MAX)
                        break;
                memcpy(t->routes + at, i == 0 ? "Route: " : "\r\nRoute: ", i == 0 ? 7 : 9);
                at += i == 0 ? 7 : 9;
                memcpy(t->routes + at, rx->buf + l->value_off, len);
                at += len;
        }
        t->routes_len = (uint16_t)at;
        l = sb_rx_first(rx, SB_HEADER_CONTACT);
        if (l != NULL) {
                const uint8_t *p = rx->buf + l->value_off, *end = rx->buf + l->off + l->len;
                const uint8_t *open = memchr(p, '<', (size_t)(end - p));
                const uint8_t *close =
                    open == NULL ? NULL : memchr(open, '>', (size_t)(end - open));

                if (close != NULL) {
                        p = open + 1;
                        end = close;
                }
                text_keep(t->url, &t->len[SB_TEXT_URL], SB_URL_MAX, p, (uint32_t)(end - p));
        }
}

static void tag_keep(struct sb_call_text *t, const struct sb_rx *rx)
{
        struct sip_span tag = sb_rx_tag(rx, rx->status != 0 ? SB_HEADER_TO : SB_HEADER_FROM);

        if (tag.len == 0)
                return;
        t->len[SB_TEXT_TAG] = 0;
        if (tag.len > SB_TAG_MAX - 5)
                return;
        memcpy(t->tag, ";tag=", 5);
        memcpy(t->tag + 5, rx->buf + tag.off, tag.len);
        t->len[SB_TEXT_TAG] = (uint16_t)(5u + tag.len);
}

static bool last_keep(struct sb_calls *c, struct sb_call *call, const struct sb_datagram *d)
{
        if (!c->set.scenario->needs_last)
                return false;
        rte_pktmbuf_free(call->last);
        call->last = d->m;
        call->last_off = (uint32_t)(d->payload - rte_pktmbuf_mtod(d->m, const uint8_t *));
        call->last_len = d->rx->len;
        return true;
}

static void times(struct sb_calls *c, struct sb_call *call, const struct sb_rx *rx, uint64_t now_ns)
{
        uint64_t taken = now_ns > call->request_ns ? now_ns - call->request_ns : 0;

        if (rx->status >= 200)
                sb_call_final(c, call, rx, now_ns);
        if (rx->status == 0 || call->request_ns == 0 || rx->cseq_method != call->sent_method)
                return;
        if (!call->setup_seen && rx->cseq_method == SIP_METHOD_INVITE && rx->status > 100 &&
            rx->status < 300) {
                call->setup_seen = true;
                sb_hist_add(&c->times[SB_TIME_SETUP], taken);
        }
        if (rx->status >= 200) {
                sb_hist_add(&c->times[SB_TIME_RESPONSE], taken);
                call->request_ns = 0;
        }
}

/* An answer ends the repetition of what it answers; a provisional one only of an INVITE (RFC 3261
 * 17.1.1.2), and then there is time until the callee picks up. */
static void repetition_ends(struct sb_call *call, const struct sb_rx *rx, uint64_t now_ns)
{
        if (rx->status >= 100 && rx->status < 200) {
                if (call->sent_method != SIP_METHOD_INVITE)
                        return;
                call->give_up_ns = now_ns + UINT64_C(180000000000);
        }
        call->retrans_at_ns = 0;
}

/* True when the buffer was kept. */
static bool accepted(struct sb_calls *c, uint32_t slot, uint32_t at, const struct sb_datagram *d,
                     uint64_t now_ns)
{
        const struct sb_step *s = &c->set.scenario->steps[at];
        struct sb_call *call = &c->calls[slot];
        const struct sb_rx *rx = d->rx;
        enum sb_failure why;
        uint32_t jump = SB_STEP_NONE, next;
        bool kept;

        c->steps[at].messages++;
        call->seen_key = key_of(rx);
        call->intended_ns = now_ns;
        kept = last_keep(c, call, d);
        if (c->set.scenario->needs_tag)
                tag_keep(&c->texts[slot], rx);
        if (s->record_routes)
                routes_keep(c, slot, rx);
        times(c, call, rx, now_ns);
        repetition_ends(call, rx, now_ns);
        sb_call_rtds(c, call, s, now_ns);
        why = s->actions == NULL ? SB_FAIL_CNT
                                 : sb_call_actions(c, slot, s->actions, rx, &jump, now_ns);
        if (why != SB_FAIL_CNT) {
                sb_call_end(c, slot, why, now_ns);
                return kept;
        }
        next = jump != SB_STEP_NONE ? jump : sb_call_next(c, slot, at);
        /* Behind an optional message the others of its group may still come. */
        if (at < call->step || (s->optional && next == at + 1 && jump == SB_STEP_NONE))
                return kept;
        call->step = next;
        sb_call_run(c, slot, now_ns);
        return kept;
}

static void unexpected(struct sb_calls *c, uint32_t slot, const struct sb_rx *rx, uint64_t now_ns)
{
        struct sb_call *call = &c->calls[slot];

        if (rx->status >= 100 && rx->status < 200) {
                c->counts->rx_ignored++;
                repetition_ends(call, rx, now_ns);
                return;
        }
        if (call->step < c->set.scenario->step_cnt &&
            c->set.scenario->steps[call->step].kind == SB_STEP_TIMEWAIT) {
                c->counts->rx_ignored++;
                return;
        }
        if (rx->status >= 200)
                sb_call_final(c, call, rx, now_ns);
        c->steps[call->step].unexpected++;
        sb_call_end(c, slot, SB_FAIL_UNEXPECTED, now_ns);
}

/* A request that begins a call with us; SB_STEP_NONE when it does not. */
static uint32_t began(struct sb_calls *c, const struct sb_datagram *d, uint64_t now_ns)
{
        struct sb_call *call;
        uint32_t slot;

        if (!c->set.scenario->serves || d->rx->status != 0 || step_for(c, 0, d->rx) == SB_STEP_NONE)
                return SB_STEP_NONE;
        c->counts->starts++;
        slot = sb_call_slot_take(c);
        if (slot == SB_STEP_NONE) {
                c->counts->calls_failed++;
                c->counts->failures[SB_FAIL_NO_SLOT]++;
                return SB_STEP_NONE;
        }
        call = &c->calls[slot];
        call->number = c->next_number++;
        call->began_ns = call->intended_ns = now_ns;
        call->local = d->dst;
        call->remote = d->src;
        memcpy(call->remote_mac, d->src_mac, sizeof(call->remote_mac));
        sb_call_hash_add(c, slot, d->rx->buf + d->rx->call_id.off, d->rx->call_id.len);
        return slot;
}

static int received(struct sb_calls *c, const struct sb_datagram *d, uint64_t now_ns)
{
        struct sb_rx *rx = d->rx;
        struct sb_call *call;
        uint32_t slot, at;
        uint64_t key;
        bool own;

        slot = sb_call_find(c, rx->buf + rx->call_id.off, rx->call_id.len, &own);
        if (slot == SB_STEP_NONE && own) { /* late: of a call that is over */
                c->counts->rx_out_of_call++;
                return 1;
        }
        if (slot == SB_STEP_NONE)
                slot = began(c, d, now_ns);
        if (slot == SB_STEP_NONE)
                return 0;
        call = &c->calls[slot];
        key = key_of(rx);
        if (key == call->seen_key || key == call->again_key) {
                c->counts->rx_retransmitted++;
                if (key == call->again_key)
                        sb_call_again(c, slot, call->again_step, now_ns);
                return 1;
        }
        at = step_for(c, call->step, rx);
        if (at == SB_STEP_NONE) {
                unexpected(c, slot, rx, now_ns);
                return 1;
        }
        if (sb_call_lost(c, c->set.scenario->steps[at].lost_percent)) {
                c->counts->lost_on_purpose++;
                c->steps[at].lost++;
                return 1;
        }
        return accepted(c, slot, at, d, now_ns) ? 2 : 1;
}

int sb_calls_receive(struct sb_calls *c, const struct sb_datagram *d, uint64_t now_ns)
{
        int taken;

        c->current = d->m;
        c->current_rx = d->rx;
        taken = received(c, d, now_ns);
        c->current = NULL;
        return taken;
}
