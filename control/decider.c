/* SPDX-License-Identifier: Apache-2.0 */
#include "control/decider.h"

#include <errno.h>
#include <string.h>

#include "control/contract/shm_ring.h"
#include "control/link.h"
#include "control/policy/policy.h"
#include "control/policy/route_answer.h"
#include "control/policy/routes.h"
#include "parser/sip_parse.h"

#define NS_PER_S UINT64_C(1000000000)

static bool too_old(const struct shm_request *req, uint64_t now_ns)
{
        return now_ns > req->time_ns && req->age_limit_us != 0 &&
               now_ns - req->time_ns > req->age_limit_us * UINT64_C(1000);
}

static uint8_t *put(uint8_t *to, const void *from, size_t len)
{
        memcpy(to, from, len);
        return to + len;
}

bool cp_answer_send(struct shm_ring_producer *rep, const struct cp_answer *answer)
{
        const struct shm_forward *f = &answer->to.fixed;
        bool proxy = answer->reply.action == SHM_ACTION_PROXY;
        size_t hops = f->hop_cnt * sizeof(answer->to.hop[0]);
        size_t where = proxy ? sizeof(*f) + hops + f->ruri_len + f->route_len : 0;
        size_t bytes =
            sizeof(answer->reply) + where + answer->reply.headers_len + answer->reply.tag_len;
        uint8_t *to = shm_ring_reserve(rep, SHM_REC_REPLY, (uint32_t)bytes);

        if (to == NULL)
                return false;
        to = put(to, &answer->reply, sizeof(answer->reply));
        if (proxy) {
                to = put(to, f, sizeof(*f));
                to = put(to, answer->to.hop, hops);
                to = put(to, answer->to.uri, f->ruri_len);
                to = put(to, answer->to.route, f->route_len);
        }
        to = put(to, answer->headers, answer->reply.headers_len);
        (void)put(to, answer->tag, answer->reply.tag_len);
        return true;
}

static const struct cp_config_route *target_of(const struct cp_policy *p,
                                               const struct shm_reply *reply)
{
        const struct cp_config_route *r = cp_routes_get(p->routes, reply->rule);

        return reply->action == SHM_ACTION_PASS && r != NULL && cp_route_is_target(r) ? r : NULL;
}

/* One record, already copied out of the ring; asked->req and msg are the decider's own. */
static void answer(struct cp_decider *d, struct cp_asked *asked, const struct cp_policy *policy,
                   uint32_t bytes, uint64_t now_ns)
{
        struct cp_answer *a = &d->answer;
        struct shm_request req;

        if (!shm_request_check(d->rec, bytes)) {
                d->stats.malformed_records++;
                return;
        }
        memcpy(&req, d->rec, sizeof(req));
        if (now_ns != 0 && too_old(&req, now_ns)) {
                d->stats.expired++;
                return;
        }
        if (sip_parse(d->rec + sizeof(req), req.msg_len, &d->msg) != SIP_ANOM_NONE)
                d->stats.unparsable++;
        now_ns = now_ns != 0 ? now_ns : req.time_ns;
        cp_policy_decide(policy, &req, &d->msg, now_ns, &a->reply);
        asked->req = &req;
        asked->msg = &d->msg;
        asked->policy = policy;
        asked->route = target_of(policy, &a->reply);
        asked->now_s = (uint32_t)(now_ns / NS_PER_S);
        if (d->edge.decide != NULL && a->reply.action == SHM_ACTION_PASS &&
            !d->edge.decide(d->edge.self, asked, a))
                return;
        cp_route_answer(asked, a);
        d->stats.by_reason[a->reply.reason % SHM_REASONS_MAX]++;
        if (cp_answer_send(&asked->link->rep[asked->worker], a))
                d->stats.replies++;
        else
                d->stats.replies_lost++; /* the dataplane's deadline answers for us */
}

static unsigned run_worker(struct cp_decider *d, struct cp_link *link, unsigned w,
                           const struct cp_policy *policy, uint64_t now_ns, unsigned budget)
{
        struct cp_asked asked = {.link = link, .worker = w};
        unsigned n;

        for (n = 0; n < budget; n++) {
                uint16_t type = 0;
                uint32_t bytes = 0;
                int rc = shm_ring_read(&link->req[w], d->rec, sizeof(d->rec), &type, &bytes);

                if (rc == 0)
                        break;
                if (rc == -EBADMSG) {
                        d->stats.broken_rings += !atomic_load(&link->broken);
                        atomic_store(&link->broken, true);
                        break;
                }
                d->stats.requests++;
                if (rc < 0 || type != SHM_REC_REQUEST)
                        d->stats.malformed_records++;
                else
                        answer(d, &asked, policy, bytes, now_ns);
        }
        if (n != 0) {
                shm_ring_commit(&link->rep[w]);
                shm_ring_release(&link->req[w]);
        }
        return n;
}

unsigned cp_decider_run(struct cp_decider *d, struct cp_link *link, const struct cp_policy *policy,
                        uint64_t now_ns, unsigned budget)
{
        unsigned n = 0;

        for (unsigned w = 0; w < link->worker_cnt; w++)
                n += run_worker(d, link, w, policy, now_ns, budget);
        return n;
}
