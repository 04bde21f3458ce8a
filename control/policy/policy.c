/* SPDX-License-Identifier: Apache-2.0 */
#include "control/policy/policy.h"

#include <stdlib.h>
#include <string.h>

#include "control/bans/bans.h"
#include "control/policy/routes.h"
#include "control/policy/scanners.h"
#include "parser/sip_check.h"

#define NS_PER_S UINT64_C(1000000000)

/* Carry the clock of an entry that a reload did not change, so that a reload never prolongs it. */
static void keep_clock(struct cp_policy_entry *e, uint32_t ttl_s,
                       const struct cp_prefix_map *previous)
{
        const struct cp_policy_entry *old = cp_prefix_map_get(previous, &e->prefix);

        if (old == NULL || strcmp(old->reason, e->reason) != 0)
                return;
        if (old->expires_ns == 0 ? ttl_s != 0 : old->expires_ns - old->added_ns != ttl_s * NS_PER_S)
                return;
        e->added_ns = old->added_ns;
        e->expires_ns = old->expires_ns;
}

static struct cp_policy_entry *compile_list(const struct cp_config_entry *from, uint32_t count,
                                            uint64_t now_ns, struct cp_prefix_map *map,
                                            const struct cp_prefix_map *previous)
{
        struct cp_policy_entry *list = calloc(count + 1u, sizeof(*list));

        for (uint32_t i = 0; list != NULL && i < count; i++) {
                struct cp_policy_entry *e = &list[i];

                (void)cp_prefix_parse(from[i].prefix, &e->prefix); /* checked by config */
                e->reason = from[i].reason != NULL ? from[i].reason : "";
                e->added_ns = now_ns;
                if (from[i].ttl_s != 0 && now_ns != 0)
                        e->expires_ns = now_ns + from[i].ttl_s * NS_PER_S;
                if (previous != NULL)
                        keep_clock(e, from[i].ttl_s, previous);
                if (cp_prefix_map_put(map, &e->prefix, e, NULL) != 0) {
                        free(list);
                        return NULL;
                }
        }
        return list;
}

struct cp_policy *cp_policy_create(struct cp_config *config, uint32_t generation, uint64_t now_ns,
                                   const struct cp_policy *previous)
{
        const struct cp_config_policy *c = &config->policy;
        struct cp_policy *p = calloc(1, sizeof(*p));

        if (p == NULL)
                return NULL;
        p->generation = generation;
        sip_profile_init(&p->weakest, SIP_PROFILE_LENIENT);
        p->allow = compile_list(c->allow, c->allow_count, now_ns, &p->allow_map,
                                previous == NULL ? NULL : &previous->allow_map);
        p->deny = compile_list(c->deny, c->deny_count, now_ns, &p->deny_map,
                               previous == NULL ? NULL : &previous->deny_map);
        p->scanners = cp_scanners_create(c->scanners, c->scanners_count);
        p->routes = cp_routes_create(c->routes, c->routes_count);
        if (p->allow == NULL || p->deny == NULL || p->scanners == NULL || p->routes == NULL) {
                cp_policy_destroy(p);
                return NULL;
        }
        p->config = config;
        return p;
}

void cp_policy_destroy(struct cp_policy *p)
{
        if (p == NULL)
                return;
        cp_prefix_map_fini(&p->allow_map);
        cp_prefix_map_fini(&p->deny_map);
        free(p->allow);
        free(p->deny);
        cp_scanners_destroy(p->scanners);
        cp_routes_destroy(p->routes);
        cp_config_free(p->config);
        free(p);
}

struct cp_config *cp_policy_take_config(struct cp_policy *p)
{
        struct cp_config *config = p->config;

        p->config = NULL;
        return config;
}

static bool live(uint64_t expires_ns, uint64_t now_ns)
{
        return expires_ns == 0 || expires_ns > now_ns;
}

/* A live entry of the list that holds the address; a shorter one counts if a longer is dead. */
static const struct cp_policy_entry *listed(const struct cp_prefix_map *map,
                                            const struct shm_ip *ip, uint64_t now_ns)
{
        const struct cp_policy_entry *e;
        unsigned len = 129;

        while ((e = cp_prefix_map_match(map, ip, &len)) != NULL) {
                if (live(e->expires_ns, now_ns))
                        return e;
        }
        return NULL;
}

bool cp_policy_in_dialog(const struct shm_request *req, const struct sip_msg *msg)
{
        if (msg->kind == SIP_KIND_RESPONSE || req->cls == SHM_CLASS_IN_DIALOG)
                return true;
        return req->cls == SHM_CLASS_EMERGENCY &&
               (msg->to.tag.len != 0 || msg->method == SIP_METHOD_ACK ||
                msg->method == SIP_METHOD_CANCEL);
}

static void answer(struct shm_reply *out, enum shm_action action, enum shm_reason reason,
                   unsigned scopes)
{
        out->action = (uint8_t)action;
        out->reason = (uint16_t)reason;
        out->scopes = (uint8_t)scopes;
}

/* A pass opens the way for the later messages of the same call. */
static void answer_pass(struct shm_reply *out, enum shm_reason reason)
{
        answer(out, SHM_ACTION_PASS, reason, SHM_SCOPE_ROUTE | SHM_SCOPE_DIALOG);
}

/* What was decided of this request alone, or until the minute ends, is not decided of more. */
static void limit_scopes(struct shm_reply *out, const struct cp_route_found *f, uint64_t now_ns)
{
        uint32_t left_ms = (uint32_t)(60000 - now_ns / 1000000u % 60000);

        if (f->narrow)
                out->scopes &= SHM_SCOPE_DIALOG;
        if (f->timed && out->scopes != 0 && (out->lifetime_ms == 0 || out->lifetime_ms > left_ms))
                out->lifetime_ms = left_ms;
}

/* A route that says where to is carried out by cp_route_answer(): up to there it passes. */
static void answer_route(struct shm_reply *out, const struct cp_route_found *f,
                         const struct sip_msg *msg, uint64_t now_ns)
{
        const struct cp_config_route *r = f->route;

        if (r->action == CP_ROUTE_PASS || cp_route_is_target(r)) {
                answer_pass(out, SHM_REASON_PASS_POLICY);
        } else if (r->action == CP_ROUTE_DROP) {
                answer(out, SHM_ACTION_DROP, SHM_REASON_ROUTE_DROP, SHM_SCOPE_ROUTE);
        } else if (msg->kind != SIP_KIND_REQUEST || msg->method == SIP_METHOD_ACK) {
                answer(out, SHM_ACTION_DROP, SHM_REASON_NO_REPLY_ACK, SHM_SCOPE_ROUTE);
        } else {
                answer(out, SHM_ACTION_REJECT, SHM_REASON_ROUTE_REJECT, SHM_SCOPE_ROUTE);
                out->code = r->code;
                out->retry_after_s = r->retry_after_s;
        }
        out->rule = f->number;
        limit_scopes(out, f, now_ns);
}

/* A cached pass must not outlive the entry that gave it. */
static void limit_lifetime(struct shm_reply *out, uint64_t expires_ns, uint64_t now_ns)
{
        uint64_t left_ms;

        if (expires_ns == 0)
                return;
        left_ms = (expires_ns - now_ns) / 1000000u;
        if (left_ms == 0)
                out->scopes = 0;
        else if (left_ms < SHM_LIFETIME_MS_MAX)
                out->lifetime_ms = (uint32_t)left_ms;
}

/* Where to, of a request that passes whatever blocks others. */
static void find_target(const struct cp_policy *p, struct cp_route_asked *q, uint64_t now_ns,
                        struct shm_reply *out)
{
        struct cp_route_found f;

        q->targets_only = true;
        cp_routes_find(p->routes, q, &f);
        if (f.route != NULL)
                out->rule = f.number;
        limit_scopes(out, &f, now_ns);
}

/* CANCEL, and the ACK of a refusal, take the way of their INVITE (RFC 3261 16.11). That of a 2xx
 * has the dialog's Route where we stay in its way, and no business here where we do not. */
static void decide_in_dialog(const struct cp_policy *p, struct cp_route_asked *q, uint64_t now_ns,
                             struct shm_reply *out)
{
        const struct sip_msg *m = q->msg;

        answer(out, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, SHM_SCOPE_DIALOG);
        if (m->kind != SIP_KIND_REQUEST ||
            (m->method != SIP_METHOD_CANCEL &&
             (m->method != SIP_METHOD_ACK || sip_msg_first(m, SIP_HDR_ROUTE) != NULL)))
                return;
        q->as_invite = true;
        find_target(p, q, now_ns, out);
}

static void decide_new(const struct cp_policy *p, struct cp_route_asked *q, uint64_t now_ns,
                       struct shm_reply *out)
{
        struct cp_route_found f;

        if (q->req->cls == SHM_CLASS_EMERGENCY) {
                answer_pass(out, SHM_REASON_PASS_POLICY);
                find_target(p, q, now_ns, out);
                return;
        }
        cp_routes_find(p->routes, q, &f);
        if (f.route != NULL) {
                answer_route(out, &f, q->msg, now_ns);
                return;
        }
        if (q->req->flow.side == SHM_SIDE_OUTSIDE && p->config->policy.fallback == SHM_ACTION_DROP)
                answer(out, SHM_ACTION_DROP, SHM_REASON_NO_ROUTE, SHM_SCOPE_ROUTE);
        else
                answer_pass(out, SHM_REASON_PASS_POLICY);
        limit_scopes(out, &f, now_ns);
}

static void decide(const struct cp_policy *p, const struct shm_request *req,
                   const struct sip_msg *msg, uint64_t now_ns, struct shm_reply *out)
{
        const struct shm_flow *flow = &req->flow;
        struct cp_route_asked q = {.req = req, .msg = msg, .now_s = now_ns / NS_PER_S};
        const struct cp_policy_entry *allow;
        bool guarded = flow->side == SHM_SIDE_OUTSIDE && req->cls != SHM_CLASS_EMERGENCY;

        if (sip_check_set(&p->weakest, &msg->anomalies).verdict == SIP_VERDICT_REJECT) {
                answer(out, SHM_ACTION_DROP, SHM_REASON_SIP_MALFORMED, 0);
        } else if ((allow = listed(&p->allow_map, &flow->src, now_ns)) != NULL) {
                answer_pass(out, SHM_REASON_PASS_ALLOW);
                limit_lifetime(out, allow->expires_ns, now_ns);
                if (!cp_policy_in_dialog(req, msg))
                        find_target(p, &q, now_ns, out);
        } else if (guarded && listed(&p->deny_map, &flow->src, now_ns) != NULL) {
                answer(out, SHM_ACTION_DROP, SHM_REASON_DENIED, 0);
        } else if (guarded && p->bans != NULL &&
                   cp_bans_find(p->bans, &flow->src, flow->sport, now_ns) != NULL) {
                answer(out, SHM_ACTION_DROP, SHM_REASON_BANNED, 0);
        } else if (guarded && cp_scanners_match_msg(p->scanners, msg)) {
                /* Narrow: a UDP source is easily forged, and its owner must not suffer. */
                answer(out, SHM_ACTION_DROP, SHM_REASON_SCANNER, SHM_SCOPE_SRC_UA);
        } else if (cp_policy_in_dialog(req, msg)) {
                decide_in_dialog(p, &q, now_ns, out);
        } else {
                decide_new(p, &q, now_ns, out);
        }
}

void cp_policy_decide(const struct cp_policy *p, const struct shm_request *req,
                      const struct sip_msg *msg, uint64_t now_ns, struct shm_reply *out)
{
        uint32_t lifetime_ms = p->config->policy.decision_lifetime_s * 1000u;

        memset(out, 0, sizeof(*out));
        out->id = req->id;
        decide(p, req, msg, now_ns, out);
        if (out->scopes == 0)
                out->lifetime_ms = 0;
        else if (out->lifetime_ms == 0 || out->lifetime_ms > lifetime_ms)
                out->lifetime_ms = lifetime_ms;
}
