/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/act.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/stages/reply_packet.h"
#include "dataplane/stages/rewrite_packet.h"
#include "dataplane/verdict.h"
#include "parser/sip_check.h"
#include "parser/sip_normalise.h"
#include "parser/sip_parse.h"
#include "parser/sip_reply.h"

/* Address as text; the last 4 octets of a mapped IPv4 address. */
static uint16_t address_text(const struct shm_ip *ip, bool v4, char text[INET6_ADDRSTRLEN])
{
        const char *s = v4 ? inet_ntop(AF_INET, ip->b + 12, text, INET6_ADDRSTRLEN)
                           : inet_ntop(AF_INET6, ip->b, text, INET6_ADDRSTRLEN);

        return s == NULL ? 0 : (uint16_t)strnlen(s, INET6_ADDRSTRLEN);
}

/* A keyed hash of what a retransmission repeats: stable, and nobody can guess it. */
static void to_tag(const struct dp_act *self, const struct sip_msg *m, char tag[17])
{
        struct dp_siphash h;

        dp_siphash_init(&h, &self->tag_seed);
        dp_siphash_update(&h, &m->call_id.len, sizeof(m->call_id.len));
        dp_siphash_update(&h, sip_span_at(m, m->call_id), m->call_id.len);
        dp_siphash_update(&h, sip_span_at(m, m->from.tag), m->from.tag.len);
        snprintf(tag, 17, "%016lx", (unsigned long)dp_siphash_final(&h));
}

static size_t reply_text(struct dp_act *self, const struct dp_pkt *p, const struct sip_msg *m)
{
        char address[INET6_ADDRSTRLEN];
        char tag[17];
        size_t len;

        to_tag(self, m, tag);
        struct sip_reply_args args = {
            .status = p->code,
            .retry_after_s = p->retry_after_s,
            .src_port = p->flow.sport,
            .src_len = address_text(&p->flow.src, (p->flags & DP_PKT_IP4) != 0, address),
            .src = address,
            .tag_len = sizeof(tag) - 1,
            .to_tag = tag,
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

/* NULL when it can not be built, does not fit, or would answer the wrong one. */
static struct rte_mbuf *reply_make(struct dp_act *self, const struct dp_pkt *p)
{
        const struct sip_msg *m = message_of(self, p);
        size_t len;

        struct dp_reply_packet in = {
            .frame = rte_pktmbuf_mtod(p->m, const uint8_t *),
            .l3_off = p->l3_off,
            .l4_off = p->l4_off,
            .flags = p->flags,
            .payload = self->text,
            .payload_len = reply_text(self, p, m),
        };
        if (in.payload_len == 0)
                return NULL;
        struct rte_mbuf *reply = rte_pktmbuf_alloc(self->reply_pool);

        if (reply == NULL)
                return NULL;
        if (dp_reply_packet_build(&in, rte_pktmbuf_mtod(reply, uint8_t *),
                                  rte_pktmbuf_tailroom(reply), &len) != 0) {
                rte_pktmbuf_free(reply);
                return NULL;
        }
        reply->data_len = (uint16_t)len;
        reply->pkt_len = (uint32_t)len;
        return reply;
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
        p->m->data_off = (uint16_t)(p->m->data_off + out.start);
        p->m->data_len = (uint16_t)out.len;
        p->m->pkt_len = out.len;
        return true;
}

/*
 * Only what was judged goes on, in the one spelling that all read alike. The event tells the
 * message as it came, and so what was odd about it: it is made before the octets change.
 */
static bool normalise(struct dp_act *self, struct dp_pkt *p)
{
        struct sip_edit edits = {
            .splices = self->splices,
            .text = self->edit_text,
            .splice_cap = DP_ACT_SPLICES,
            .text_cap = sizeof(self->edit_text),
        };

        sip_edit_init(&edits, message_of(self, p));
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

static void act(struct dp_act *self, struct dp_pkt *p)
{
        if (p->action == SHM_ACTION_PASS && p->normalise) {
                if (!normalise(self, p)) {
                        dp_verdict_fail(p, SHM_REASON_CANNOT_NORMALISE);
                        dp_report_correct(p->event, p);
                }
        } else if (p->action == SHM_ACTION_REJECT) {
                p->reply = reply_make(self, p);
                if (p->reply == NULL)
                        dp_verdict_fail(p, SHM_REASON_CANNOT_REWRITE);
        }
}

void dp_act_run(struct dp_act *self, struct dp_burst *b)
{
        for (uint16_t i = 0; i < b->cnt && !self->passive; i++)
                act(self, &b->pkt[i]);
}
