/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/act.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/stages/reply_packet.h"
#include "dataplane/stages/trim_packet.h"
#include "dataplane/verdict.h"
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

/* NULL when it can not be built, does not fit, or would answer the wrong one. */
static struct rte_mbuf *reply_make(struct dp_act *self, const struct dp_pkt *p)
{
        const struct sip_msg *m = p->msg;
        size_t len;

        if (m == NULL) { /* it was held: its parse result went with its burst */
                (void)sip_parse(dp_pkt_at(p, p->payload_off), p->payload_len, &self->scratch);
                m = &self->scratch;
        }
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

/* Only what was judged goes on. The octets stay behind it in the buffer, and payload_len as it
 * came: the event tells the whole message, and so what was odd about it. */
static void trim(struct dp_pkt *p)
{
        const struct dp_trim_packet t = {
            .l3_off = p->l3_off,
            .l4_off = p->l4_off,
            .payload_off = p->payload_off,
            .payload_len = p->payload_len,
            .keep_len = p->keep_len,
            .flags = p->flags,
        };
        uint32_t len = dp_trim_packet(rte_pktmbuf_mtod(p->m, uint8_t *), &t);

        rte_pktmbuf_trim(p->m, (uint16_t)(p->m->data_len - len));
}

void dp_act_run(struct dp_act *self, struct dp_burst *b)
{
        for (uint16_t i = 0; i < b->cnt; i++) {
                struct dp_pkt *p = &b->pkt[i];

                if (self->passive)
                        continue;
                if (p->action == SHM_ACTION_PASS && p->keep_len != 0)
                        trim(p);
                if (p->action != SHM_ACTION_REJECT)
                        continue;
                p->reply = reply_make(self, p);
                if (p->reply == NULL)
                        dp_verdict_fail(p, SHM_REASON_CANNOT_REWRITE);
        }
}
