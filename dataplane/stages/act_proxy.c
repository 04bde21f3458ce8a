/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/act_proxy.h"

#include <netinet/in.h>

#include "dataplane/edge/proxy_response.h"
#include "dataplane/edge/rendezvous.h"
#include "dataplane/stages/locate.h"
#include "dataplane/state/forwards.h"
#include "dataplane/verdict.h"

bool dp_act_proxy_init(struct dp_act_proxy *self, const struct dp_siphash_key *key,
                       const struct dp_edge_net *net, const uint16_t *ports, unsigned port_cnt)
{
        dp_proxy_init(&self->self, key);
        for (unsigned s = 0; s < net->side_cnt; s++) {
                const struct dp_edge_side *side = &net->side[s];

                for (unsigned i = 0; i < side->address_cnt * port_cnt; i++) {
                        if (dp_proxy_add_self(&self->self, &side->address[i / port_cnt].ip,
                                              ports[i % port_cnt]) != 0)
                                return false;
                }
        }
        return true;
}

static struct sip_edit list_of(struct dp_act_proxy *self, const struct sip_msg *m)
{
        struct sip_edit e = {
            .splices = self->splices,
            .text = self->text,
            .splice_cap = DP_PROXY_SPLICES,
            .text_cap = sizeof(self->text),
        };

        sip_edit_init(&e, m);
        return e;
}

static struct dp_proxy_hop hop_of(const struct shm_hop *h)
{
        return (struct dp_proxy_hop){
            .to = {h->ip, h->port},
            .stream = h->ip_proto != IPPROTO_UDP,
        };
}

/* Where control said that it goes. False: it said that the user's binding tells, and there is none.
 */
static bool decided_hop(const struct dp_act_proxy *self, const struct dp_forward *f,
                        uint64_t now_ns, struct dp_proxy_hop *out)
{
        const struct sip_msg *m = self->req.msg;
        struct dp_binding b;

        if ((f->head.flags & SHM_FORWARD_LOCATE) != 0) {
                if (!dp_locate(self->bindings, m, now_ns, &b))
                        return false;
                *out = hop_of(&b.hop);
                out->ruri = (struct sip_text){b.uri, b.uri_len};
                out->routes = (struct sip_text){b.route, b.route_len};
        } else {
                const struct shm_hop *hops = dp_forward_hops(f);

                *out = hop_of(&hops[dp_rendezvous(&self->self.key, m, hops, f->head.hop_cnt)]);
                out->ruri = (struct sip_text){dp_forward_ruri(f), f->head.ruri_len};
                out->routes = (struct sip_text){dp_forward_route(f), f->head.route_len};
        }
        out->lines = (struct sip_text){dp_forward_headers(f), f->headers_len};
        out->record_route = (f->head.flags & SHM_FORWARD_RECORD_ROUTE) != 0;
        out->path = (f->head.flags & SHM_FORWARD_PATH) != 0;
        return true;
}

/* Ours at the address, with this port if we have it there. */
static const struct dp_proxy_self *self_at(const struct dp_proxy *px, const struct shm_ip *ip,
                                           uint16_t port)
{
        const struct dp_proxy_addr a = {*ip, port};
        const struct dp_proxy_self *s = dp_proxy_self_of(px, &a);

        for (unsigned i = 0; s == NULL && i < px->self_cnt; i++) {
                if (memcmp(&px->self[i].addr.ip, ip, sizeof(*ip)) == 0)
                        s = &px->self[i];
        }
        return s;
}

/* The list of edits as a datagram to `to`. */
static enum shm_reason emit(struct dp_act_proxy *self, struct dp_pkt *p, const struct sip_edit *e,
                            const struct dp_proxy_addr *to, uint64_t now_ns)
{
        struct dp_edge_path path;
        enum shm_reason reason = dp_edge_net_path(self->send->net, &to->ip, &path);
        struct dp_datagram d = {.to = to->ip, .to_port = to->port, .payload = self->out};
        const struct dp_proxy_self *from;

        if (reason != SHM_REASON_NONE)
                return reason;
        from = self_at(&self->self, &path.from, p->flow.dport);
        if (from == NULL ||
            sip_edit_apply(e, self->out, sizeof(self->out), &d.payload_len) != SIP_EDIT_OK)
                return SHM_REASON_CANNOT_REWRITE;
        d.from_port = from->addr.port;
        return dp_send_datagram(self->send, p, &path, &d, now_ns);
}

static void end(struct dp_pkt *p, enum shm_reason reason, uint16_t code)
{
        if (code == 0 || (p->flags & DP_PKT_NO_REPLY) != 0)
                dp_verdict_fail(p, reason);
        else
                dp_verdict_answer(p, reason, code);
}

static void response(struct dp_act_proxy *self, struct dp_pkt *p, const struct sip_msg *m,
                     uint64_t now_ns)
{
        struct sip_edit e = list_of(self, m);
        struct dp_proxy_addr to;
        enum shm_reason reason = dp_proxy_response_read(&self->self, m, &to);

        if (reason == SHM_REASON_PROXIED)
                reason = dp_proxy_response_forward(&e);
        if (reason == SHM_REASON_PROXIED)
                reason = emit(self, p, &e, &to, now_ns);
        if (reason != SHM_REASON_NONE)
                dp_verdict_fail(p, reason);
}

static enum shm_reason forward(struct dp_act_proxy *self, struct dp_pkt *p,
                               const struct dp_proxy_hop *hop, uint64_t now_ns)
{
        struct sip_edit e = list_of(self, self->req.msg);
        struct dp_edge_path path;
        struct dp_proxy_sides sides;
        enum shm_reason reason = dp_edge_net_path(self->send->net, &hop->to.ip, &path);

        if (reason != SHM_REASON_NONE)
                return reason;
        sides.out = self_at(&self->self, &path.from, p->flow.dport);
        sides.in = self_at(&self->self, &p->flow.dst, p->flow.dport);
        sides.mtu = path.ip_bytes_max;
        if (sides.out == NULL)
                return SHM_REASON_CANNOT_REWRITE;
        if (sides.in == NULL)
                sides.in = sides.out;
        reason = dp_proxy_forward(&self->self, &self->req, hop, &sides, &e);
        return reason == SHM_REASON_PROXIED ? emit(self, p, &e, &hop->to, now_ns) : reason;
}

/* ACK and CANCEL of an INVITE are forwarded as it was, and not by what they say themselves. */
static bool is_known(const struct dp_pkt *p, const struct sip_msg *m)
{
        return p->cls == SHM_CLASS_IN_DIALOG && p->forward == NULL &&
               m->method != SIP_METHOD_CANCEL;
}

static void request(struct dp_act_proxy *self, struct dp_pkt *p, const struct sip_msg *m,
                    uint64_t now_ns)
{
        const struct dp_proxy_addr src = {p->flow.src, p->flow.sport};
        struct dp_proxy_request *r = &self->req;
        struct dp_proxy_hop hop;
        enum shm_reason reason;

        dp_proxy_request_read(&self->self, m, &src, is_known(p, m), r);
        if (r->next == DP_PROXY_REPLY || r->next == DP_PROXY_DROP) {
                p->headers = r->lines;
                end(p, (enum shm_reason)r->reason, r->code);
                return;
        }
        hop = dp_proxy_hop_of(r);
        if (r->next == DP_PROXY_ASK &&
            (p->forward == NULL || !decided_hop(self, p->forward, now_ns, &hop))) {
                /* 16.5: an empty target set. What passes only because control is late is not
                 * answered: it comes again, and somebody knows then. */
                end(p, SHM_REASON_NO_HOP, p->reason == SHM_REASON_PASS_EXCEPTION ? 0 : 480);
                return;
        }
        reason = forward(self, p, &hop, now_ns);
        if (reason != SHM_REASON_NONE) {
                p->headers = NULL;
                end(p, reason, dp_proxy_forward_status(reason, &hop));
        }
}

void dp_act_proxy(struct dp_act_proxy *self, struct dp_pkt *p, const struct sip_msg *m,
                  uint64_t now_ns)
{
        if (m->kind == SIP_KIND_RESPONSE)
                response(self, p, m, now_ns);
        else
                request(self, p, m, now_ns);
}
