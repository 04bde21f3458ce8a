/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/match.h"

#include <string.h>

/* Each kind of key starts with its own octet, and each field with its length: no two different sets
 * of fields give the same input. */
enum key_kind {
        KEY_ROUTE = 'R',
        KEY_DIALOG = 'D',
        KEY_SRC_UA = 'U',
        KEY_DOMAIN = 'H',
};

static void key_begin(const struct dp_match *self, struct dp_siphash *h, enum key_kind kind)
{
        uint8_t octet = (uint8_t)kind;

        dp_siphash_init128(h, &self->seed);
        dp_siphash_update(h, &octet, 1);
}

static void key_span(struct dp_siphash *h, const struct sip_msg *m, struct sip_span s)
{
        dp_siphash_update(h, &s.len, sizeof(s.len));
        dp_siphash_update(h, sip_span_at(m, s), s.len);
}

/* Both directions of a call have the same key: the lower address goes first. */
static void key_dialog(const struct dp_match *self, struct dp_pkt *p)
{
        const struct shm_flow *f = &p->flow;
        bool ordered = memcmp(&f->src, &f->dst, sizeof(f->src)) <= 0;
        struct dp_siphash h;

        key_begin(self, &h, KEY_DIALOG);
        dp_siphash_update(&h, ordered ? &f->src : &f->dst, sizeof(f->src));
        dp_siphash_update(&h, ordered ? &f->dst : &f->src, sizeof(f->dst));
        key_span(&h, p->msg, p->msg->call_id);
        dp_siphash_final128(&h, p->key_dialog.w);
}

static void key_src_ua(const struct dp_match *self, struct dp_pkt *p, struct sip_span ua)
{
        struct dp_siphash h;

        if (ua.len == 0)
                return;
        key_begin(self, &h, KEY_SRC_UA);
        dp_siphash_update(&h, &p->flow.src, sizeof(p->flow.src));
        dp_siphash_update(&h, &p->flow.side, sizeof(p->flow.side));
        key_span(&h, p->msg, ua);
        dp_siphash_final128(&h, p->key_src_ua.w);
}

/* In edge mode an ACK or CANCEL goes where its INVITE went (RFC 3261 16.11), so it has its key. */
static void key_method(const struct dp_match *self, struct dp_siphash *h, const struct sip_msg *m)
{
        static const char invite[] = "INVITE";
        uint16_t len = sizeof(invite) - 1;

        if (!self->edge || (m->method != SIP_METHOD_ACK && m->method != SIP_METHOD_CANCEL)) {
                key_span(h, m, m->method_name);
                return;
        }
        dp_siphash_update(h, &len, sizeof(len));
        dp_siphash_update(h, invite, len);
}

/* Host names are compared as they are written: another spelling is another question. */
static void key_domain(const struct dp_match *self, struct dp_pkt *p)
{
        const struct sip_msg *m = p->msg;
        struct dp_siphash h;

        if (m->kind != SIP_KIND_REQUEST || m->ruri.host.len == 0)
                return;
        key_begin(self, &h, KEY_DOMAIN);
        dp_siphash_update(&h, &p->flow.src, sizeof(p->flow.src));
        dp_siphash_update(&h, &p->flow.side, sizeof(p->flow.side));
        key_method(self, &h, m);
        key_span(&h, m, m->ruri.host);
        dp_siphash_update(&h, &m->ruri.port, sizeof(m->ruri.port));
        dp_siphash_final128(&h, p->key_domain.w);
}

static void key_route(const struct dp_match *self, struct dp_pkt *p, struct sip_span ua)
{
        const struct sip_msg *m = p->msg;
        struct dp_siphash h;

        if (m->kind != SIP_KIND_REQUEST)
                return;
        key_begin(self, &h, KEY_ROUTE);
        dp_siphash_update(&h, &p->flow.src, sizeof(p->flow.src));
        dp_siphash_update(&h, &p->flow.side, sizeof(p->flow.side));
        key_method(self, &h, m);
        key_span(&h, m, m->ruri.all);
        key_span(&h, m, ua);
        dp_siphash_final128(&h, p->key_route.w);
}

void dp_match_run(struct dp_match *self, struct dp_burst *b)
{
        for (uint16_t i = 0; i < b->cnt; i++) {
                struct dp_pkt *p = &b->pkt[i];

                if (!dp_pkt_open(p) || (p->flags & DP_PKT_SIP) == 0 || p->malformed != 0)
                        continue;
                const struct sip_hdr *ua = sip_msg_first(p->msg, SIP_HDR_USER_AGENT);
                struct sip_span ua_value = ua != NULL ? ua->value : (struct sip_span){0, 0};

                key_dialog(self, p);
                key_src_ua(self, p, ua_value);
                key_route(self, p, ua_value);
                if (self->edge)
                        key_domain(self, p);
        }
}
