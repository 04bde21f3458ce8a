/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/act.h"

#include <errno.h>
#include <string.h>

#include "dataplane/edge/ip_text.h"
#include "dataplane/stages/auth_edit.h"
#include "dataplane/stages/police_challenge.h"
#include "dataplane/stages/reply_packet.h"
#include "dataplane/stages/rewrite_packet.h"
#include "dataplane/state/reply_budget.h"
#include "dataplane/state/reply_tag.h"
#include "dataplane/verdict.h"
#include "parser/sip_check.h"
#include "parser/sip_normalise.h"
#include "parser/sip_parse.h"
#include "parser/sip_reply.h"

/* The header lines that a challenge adds, or NULL. */
static const char *challenge_text(struct dp_act *self, const struct dp_pkt *p, bool brief,
                                  uint64_t now_ns)
{
        struct dp_cookie_from from = dp_cookie_from_pkt(p);
        const struct dp_challenge_text text = {
            .status = p->code,
            .stale = dp_challenge_says_stale((enum dp_challenge_answer)p->credentials),
            .brief = brief,
        };

        if (p->reason != SHM_REASON_CHALLENGE)
                return p->headers;
        dp_challenge_write(self->challenge, &text, &from, dp_cookie_time(now_ns),
                           self->challenge_text);
        return self->challenge_text;
}

static size_t reply_text(struct dp_act *self, const struct dp_pkt *p, const struct sip_msg *m,
                         const char *headers)
{
        char address[DP_IP_TEXT_CHARS_MAX];
        char tag[DP_REPLY_TAG_CHARS];
        size_t len;

        dp_reply_tag(&self->tag_key, m, tag);
        struct sip_reply_args args = {
            .status = p->code,
            .retry_after_s = p->retry_after_s,
            .src_port = p->flow.sport,
            .src_len = (uint16_t)dp_ip_text(&p->flow.src, address),
            .src = address,
            .tag_len = p->to_tag != NULL ? (uint16_t)strlen(p->to_tag) : (uint16_t)sizeof(tag),
            .to_tag = p->to_tag != NULL ? p->to_tag : tag,
            .headers = headers,
        };
        return sip_reply_build(m, &args, self->text, sizeof(self->text), &len) == 0 ? len : 0;
}

/* Of a message that was held the parse result went with its burst: it is read again. */
static const struct sip_msg *message_of(struct dp_act *self, const struct dp_pkt *p)
{
        if (p->msg != NULL)
                return p->msg;
        (void)sip_parse(dp_pkt_at(p, p->payload_off), p->payload_len, &self->scratch);
        return &self->scratch;
}

/* Of a message that was rewritten the parse result is not its own any more. */
static const struct sip_msg *message_now(struct dp_act *self, const struct dp_pkt *p)
{
        if (!p->rewritten)
                return message_of(self, p);
        (void)sip_parse(dp_pkt_at(p, p->payload_off), p->payload_len, &self->scratch);
        return &self->scratch;
}

/* May a reply of so many octets, an IP packet, go where the request came from? */
static enum shm_reason reply_judge(const struct dp_act *self, const struct dp_pkt *p,
                                   uint32_t bytes)
{
        uint32_t request = (uint32_t)(p->l4_off - p->l3_off) + p->l4_len;

        if (bytes > self->ip_bytes_max)
                return SHM_REASON_CANNOT_REWRITE;
        if (p->flow.side == SHM_SIDE_OUTSIDE && !p->proven && p->lane != SHM_LANE_PEER &&
            p->trust == DP_TRUST_UNPROVEN && !dp_reply_budget_allows(request, bytes))
                return SHM_REASON_REPLY_BUDGET;
        return SHM_REASON_NONE;
}

/* The text of the reply in `in`; a challenge of several algorithms is cut to one when it is too
 * much for its request. NONE, or why there is no reply. */
static enum shm_reason reply_fill(struct dp_act *self, const struct dp_pkt *p,
                                  struct dp_reply_packet *in, uint64_t now_ns)
{
        const struct sip_msg *m = message_now(self, p);
        bool retry =
            p->reason == SHM_REASON_CHALLENGE && dp_challenge_can_be_brief(self->challenge);
        enum shm_reason reason = SHM_REASON_REPLY_BUDGET;

        for (unsigned brief = 0; reason == SHM_REASON_REPLY_BUDGET && brief <= retry; brief++) {
                in->payload_len =
                    reply_text(self, p, m, challenge_text(self, p, brief != 0, now_ns));
                if (in->payload_len == 0)
                        return SHM_REASON_CANNOT_REWRITE;
                reason = reply_judge(
                    self, p,
                    (uint32_t)(dp_reply_packet_overhead(in) - p->l3_off + in->payload_len));
        }
        return reason;
}

/* NONE and p->reply, or why there is none: it can not be built, does not fit, is too much, or would
 * answer the wrong one. */
static enum shm_reason reply_make(struct dp_act *self, struct dp_pkt *p, uint64_t now_ns)
{
        struct dp_reply_packet in = {
            .frame = rte_pktmbuf_mtod(p->m, const uint8_t *),
            .l3_off = p->l3_off,
            .l4_off = p->l4_off,
            .flags = p->flags,
            .payload = self->text,
        };
        enum shm_reason reason = reply_fill(self, p, &in, now_ns);
        size_t len;

        if (reason != SHM_REASON_NONE)
                return reason;
        struct rte_mbuf *reply = rte_pktmbuf_alloc(self->reply_pool);

        if (reply == NULL)
                return SHM_REASON_CANNOT_REWRITE;
        int rc = dp_reply_packet_build(&in, rte_pktmbuf_mtod(reply, uint8_t *),
                                       rte_pktmbuf_tailroom(reply), &len);

        if (rc != 0) {
                rte_pktmbuf_free(reply);
                return rc == -EPERM ? SHM_REASON_REPLY_FORBIDDEN : SHM_REASON_CANNOT_REWRITE;
        }
        reply->data_len = (uint16_t)len;
        reply->pkt_len = (uint32_t)len;
        p->reply = reply;
        return SHM_REASON_NONE;
}

/* What will go on is judged as if it had come so. */
static bool is_accepted(struct dp_act *self, const struct sip_edit *edits)
{
        size_t len;

        if (sip_edit_apply(edits, self->plain, sizeof(self->plain), &len) != SIP_EDIT_OK)
                return false;
        (void)sip_parse(self->plain, len, &self->plain_msg);
        return sip_check_profile(self->profile, &self->plain_msg).verdict == SIP_VERDICT_ACCEPT;
}

static bool rewrite(struct dp_act *self, struct dp_pkt *p, const struct sip_edit *edits)
{
        uint32_t payload_end = (uint32_t)p->payload_off + p->payload_len;
        const struct dp_rewrite_packet in = {
            .l3_off = p->l3_off,
            .l4_off = p->l4_off,
            .payload_off = p->payload_off,
            .payload_len = p->payload_len,
            .flags = p->flags,
            .headroom = rte_pktmbuf_headroom(p->m),
            .tailroom = p->m->data_len - payload_end + rte_pktmbuf_tailroom(p->m),
            .ip_bytes_max = self->ip_bytes_max,
        };
        struct dp_rewritten out;

        if (dp_rewrite_packet(rte_pktmbuf_mtod(p->m, uint8_t *), &in, edits, &out) != 0)
                return false;
        p->payload_len = (uint16_t)(out.len - p->payload_off);
        p->m->data_off = (uint16_t)(p->m->data_off + out.start);
        p->m->data_len = (uint16_t)out.len;
        p->m->pkt_len = out.len;
        return true;
}

static struct sip_edit edits_of(struct dp_act *self, const struct sip_msg *m)
{
        struct sip_edit edits = {
            .splices = self->splices,
            .text = self->edit_text,
            .splice_cap = DP_ACT_SPLICES,
            .text_cap = sizeof(self->edit_text),
        };

        sip_edit_init(&edits, m);
        return edits;
}

/*
 * Only what was judged goes on, in the one spelling that all read alike. The event tells the
 * message as it came, and so what was odd about it: it is made before the octets change.
 */
static bool normalise(struct dp_act *self, struct dp_pkt *p)
{
        struct sip_edit edits = edits_of(self, message_of(self, p));

        if (sip_normalise(&edits) != SIP_EDIT_OK || !is_accepted(self, &edits))
                return false;
        p->event = dp_report_add(self->report, p);
        p->rewritten = rewrite(self, p, &edits);
        if (!p->rewritten)
                return false;
        self->counters->normalised++;
        if (p->event != NULL)
                p->event->rewrite = SHM_REWRITE_NORMALISED;
        return true;
}

/* What our own challenge makes necessary. A mark that does not fit is left out: the client then
 * asks its user, and that is all. */
static bool amend(struct dp_act *self, struct dp_pkt *p)
{
        struct sip_edit edits = edits_of(self, message_now(self, p));
        enum sip_edit_status rc =
            p->stale ? dp_auth_mark_stale(&edits) : dp_auth_strip(&edits, (uint8_t)(p->strip - 1u));

        if (rc != SIP_EDIT_OK)
                return p->stale;
        if (!p->rewritten)
                p->event = dp_report_add(self->report, p);
        if (!rewrite(self, p, &edits))
                return p->stale;
        p->rewritten = true;
        self->counters->stale_added += p->stale;
        return true;
}

static void fail(struct dp_pkt *p, enum shm_reason reason)
{
        dp_verdict_fail(p, reason);
        dp_report_correct(p->event, p);
}

static void reply(struct dp_act *self, struct dp_pkt *p, uint64_t now_ns)
{
        enum shm_reason reason = reply_make(self, p, now_ns);

        if (reason != SHM_REASON_NONE)
                dp_verdict_fail(p, reason);
}

/* It goes on, in its plain spelling and without what was for us: in edge mode as a datagram of our
 * own, or there is an answer or nothing instead of it. */
static void pass(struct dp_act *self, struct dp_pkt *p, uint64_t now_ns)
{
        if (p->normalise && !normalise(self, p)) {
                fail(p, SHM_REASON_CANNOT_NORMALISE);
        } else if ((p->strip != 0 || p->stale) && !amend(self, p)) {
                fail(p, SHM_REASON_CANNOT_REWRITE);
        } else if (self->proxy != NULL && (p->flags & DP_PKT_SIP) != 0) {
                dp_act_proxy(self->proxy, p, message_now(self, p), now_ns);
                if (p->action == SHM_ACTION_REJECT)
                        reply(self, p, now_ns);
                dp_report_correct(p->event, p);
        }
}

static void act(struct dp_act *self, struct dp_pkt *p, uint64_t now_ns)
{
        if (p->action == SHM_ACTION_PASS || (p->action == SHM_ACTION_PROXY && self->proxy != NULL))
                pass(self, p, now_ns);
        else if (p->action == SHM_ACTION_REJECT || p->action == SHM_ACTION_REPLY)
                reply(self, p, now_ns);
        else if (p->action == SHM_ACTION_PROXY)
                fail(p, SHM_REASON_NO_HOP); /* there is no proxy in a bump in the wire */
}

void dp_act_run(struct dp_act *self, struct dp_burst *b)
{
        if (self->passive)
                return;
        for (uint16_t i = 0; i < b->cnt; i++)
                if (b->pkt[i].action != SHM_ACTION_DROP)
                        act(self, &b->pkt[i], b->now_ns);
}
