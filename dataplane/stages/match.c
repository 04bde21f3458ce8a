/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/match.h"

#include "dataplane/stages/pkt_digest.h"

/* What the hash of a field is multiplied by: odd, and the differences of any two divide by 8 at
 * most, so that two fields that change places make another key. */
enum role { ROLE_SRC, ROLE_CALL_ID, ROLE_RURI, ROLE_UA, ROLE_METHOD, ROLE_DOMAIN, ROLE_CNT };
static const uint64_t times[ROLE_CNT] = {
    [ROLE_SRC] = UINT64_C(0x9e3779b97f4a7c15),    [ROLE_CALL_ID] = UINT64_C(0xc2b2ae3d27d4eb4f),
    [ROLE_RURI] = UINT64_C(0xbf58476d1ce4e5b9),   [ROLE_UA] = UINT64_C(0x94d049bb133111eb),
    [ROLE_METHOD] = UINT64_C(0xff51afd7ed558ccd), [ROLE_DOMAIN] = UINT64_C(0xd6e8feb86659fd93),
};

/* What keys begin with, by kind: the small numbers of a message are added to it. */
#define KIND_ROUTE  UINT64_C(0x52)
#define KIND_DIALOG UINT64_C(0x44)
#define KIND_SRC_UA UINT64_C(0x55)
#define KIND_DOMAIN UINT64_C(0x48)

static inline struct dp_key key_begin(uint64_t kind, uint64_t small)
{
        return (struct dp_key){{
            (kind << 56 | small) * UINT64_C(0xa0761d6478bd642f),
            (kind << 56 | small) * UINT64_C(0xe7037ed1a0b428db),
        }};
}

/* What a field adds to a key. */
static inline struct dp_key term(const struct dp_key *field, enum role role)
{
        return (struct dp_key){{field->w[0] * times[role], field->w[1] * times[role]}};
}

static inline void key_add(struct dp_key *k, const struct dp_key *term)
{
        k->w[0] += term->w[0];
        k->w[1] += term->w[1];
}

/* Terms of fields that several keys have. */
struct fields {
        struct dp_key src;
        struct dp_key dst; /* in the same role */
        struct dp_key ua;  /* none without the header */
        bool has_ua;
};

/* Both directions of a call have the same key: addresses are added without any order. */
static inline void key_dialog(const struct dp_match *self, struct dp_pkt *p, const struct fields *f)
{
        const struct dp_key call_id =
            term(dp_pkt_digest(&self->seed, p, DP_PKT_KEY_CALL_ID), ROLE_CALL_ID);

        p->key_dialog = key_begin(KIND_DIALOG, 0);
        key_add(&p->key_dialog, &f->src);
        key_add(&p->key_dialog, &f->dst);
        key_add(&p->key_dialog, &call_id);
}

static inline void key_src_ua(struct dp_pkt *p, const struct fields *f)
{
        p->key_src_ua = (struct dp_key){{0, 0}};
        if (!f->has_ua)
                return;
        p->key_src_ua = key_begin(KIND_SRC_UA, p->flow.side);
        key_add(&p->key_src_ua, &f->src);
        key_add(&p->key_src_ua, &f->ua);
}

/* Source, side, method and port, if any. In edge mode an ACK or CANCEL goes where its INVITE went
 * (RFC 3261 16.11), so it has its key. Methods that we have no number for go by their name. */
static inline struct dp_key key_of_request(const struct dp_match *self, const struct dp_pkt *p,
                                           const struct fields *f, uint64_t kind, uint16_t port)
{
        const struct sip_msg *m = p->msg;
        uint8_t method = m->method;

        if (self->edge && (method == SIP_METHOD_ACK || method == SIP_METHOD_CANCEL))
                method = SIP_METHOD_INVITE;
        struct dp_key k =
            key_begin(kind, (uint64_t)port << 16 | (uint64_t)method << 8 | p->flow.side);

        if (method == SIP_METHOD_OTHER) {
                const struct dp_key name = dp_span_digest(&self->seed, m, m->method_name);
                const struct dp_key named = term(&name, ROLE_METHOD);

                key_add(&k, &named);
        }
        key_add(&k, &f->src);
        return k;
}

/* Host names are compared as they are written: another spelling is another question. */
static void key_domain(const struct dp_match *self, struct dp_pkt *p, const struct fields *f)
{
        const struct sip_msg *m = p->msg;

        if (m->kind != SIP_KIND_REQUEST || m->ruri.host.len == 0)
                return;
        const struct dp_key host = dp_span_digest(&self->seed, m, m->ruri.host);
        const struct dp_key domain = term(&host, ROLE_DOMAIN);

        p->key_domain = key_of_request(self, p, f, KIND_DOMAIN, m->ruri.port);
        key_add(&p->key_domain, &domain);
}

static inline void key_route(const struct dp_match *self, struct dp_pkt *p, const struct fields *f)
{
        p->key_route = (struct dp_key){{0, 0}};
        if (p->msg->kind != SIP_KIND_REQUEST)
                return;
        const struct dp_key ruri = term(dp_pkt_digest(&self->seed, p, DP_PKT_KEY_RURI), ROLE_RURI);

        p->key_route = key_of_request(self, p, f, KIND_ROUTE, 0);
        key_add(&p->key_route, &ruri);
        key_add(&p->key_route, &f->ua);
}

static inline struct fields fields_of(struct dp_match *self, const struct dp_pkt *p)
{
        const struct sip_hdr *ua = sip_msg_first(p->msg, SIP_HDR_USER_AGENT);
        const struct dp_key src = p->has_source
                                      ? dp_source_its_host(&p->source, p->flow.sport)
                                      : dp_hosts_key(&self->hosts, &self->seed, &p->flow.src);
        const struct dp_key dst = dp_hosts_key(&self->hosts, &self->seed, &p->flow.dst);
        struct fields f = {
            .src = term(&src, ROLE_SRC),
            .dst = term(&dst, ROLE_SRC),
            .has_ua = ua != NULL && ua->value.len != 0,
        };

        if (f.has_ua) {
                const struct dp_key agent = dp_agents_key(
                    &self->agents, &self->seed, sip_span_at(p->msg, ua->value), ua->value.len);

                f.ua = term(&agent, ROLE_UA);
        }
        return f;
}

static inline bool is_keyed(const struct dp_pkt *p)
{
        return dp_pkt_open(p) && (p->flags & DP_PKT_SIP) != 0 && p->malformed == 0;
}

/* The digests that nearly every message needs, side by side. */
static void digests_make(const struct dp_match *self, struct dp_burst *b)
{
        struct dp_siphash_jobs jobs;

        jobs.cnt = 0;
        for (uint16_t i = 0; i < b->cnt; i++) {
                struct dp_pkt *p = &b->pkt[i];

                if (!is_keyed(p))
                        continue;
                dp_pkt_digest_begin(&jobs, p, DP_PKT_KEY_CALL_ID);
                if (p->msg->kind == SIP_KIND_REQUEST)
                        dp_pkt_digest_begin(&jobs, p, DP_PKT_KEY_RURI);
        }
        self->hash(&self->seed, &jobs);
}

void dp_match_run(struct dp_match *self, struct dp_burst *b)
{
        digests_make(self, b);
        for (uint16_t i = 0; i < b->cnt; i++) {
                struct dp_pkt *p = &b->pkt[i];

                if (!is_keyed(p))
                        continue;
                const struct fields f = fields_of(self, p);

                key_dialog(self, p, &f);
                key_src_ua(p, &f);
                key_route(self, p, &f);
                p->key_domain = (struct dp_key){{0, 0}};
                if (self->edge)
                        key_domain(self, p, &f);
        }
}
