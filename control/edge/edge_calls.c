/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "control/edge/edge_redirect.h"
#include "control/edge/edge_state.h"
#include "control/edge/edge_target.h"
#include "control/link.h"
#include "control/policy/policy.h"
#include "control/policy/route_answer.h"
#include "control/policy/routes.h"
#include "parser/sip_aor.h"
#include "parser/sip_uri.h"
#include "parser/sip_uri_part.h"

/* The user that a Request-URI names, whether or not it may log in. */
static const struct cp_user *called(const struct cp_edge *e, const struct sip_msg *m)
{
        uint8_t name[CP_USER_NAME_BYTES];
        size_t len = sip_uri_unescape(m->buf, m->ruri.user, name, sizeof(name) - 1);

        if (len >= sizeof(name))
                return NULL;
        name[len] = '\0';
        return memchr(name, '\0', len) != NULL ? NULL
                                               : cp_users_get(e->set->users, (const char *)name);
}

/* The URI of a number whose prefix leads somewhere; its octets, 0 = it leads nowhere. */
static size_t number_uri(const struct cp_edge *e, const struct sip_msg *m, char *out, size_t cap)
{
        const char *user = (const char *)sip_span_at(m, m->ruri.user);
        const char *target;
        unsigned matched;
        int n;

        target = e->set->numbers == NULL
                     ? NULL
                     : cp_number_map_find(e->set->numbers, user, m->ruri.user.len, &matched);
        if (target == NULL)
                return 0;
        n = snprintf(out, cap, "sip:%.*s@%s", (int)m->ruri.user.len, user, target);
        return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}

/* Where the user of a Request-URI is registered; NULL = nowhere. */
static struct cp_aor *registered(const struct cp_edge *e, const struct sip_msg *m)
{
        uint8_t name[CP_AOR_BYTES];
        size_t len = sip_aor_write(m->buf, &m->ruri, name, sizeof(name));

        if (len == 0 || len > sizeof(name))
                return NULL;
        return cp_bindings_find(cp_location_bindings(e->location),
                                (struct cp_text){(const char *)name, len});
}

/* ---- sending on ---- */

static void send_on(const struct cp_edge *e, const struct sip_msg *m, struct cp_answer *a,
                    enum shm_reason reason)
{
        cp_answer_proxy(a, reason);
        if (e->set->record_route && cp_begins_dialog(m))
                a->to.fixed.flags |= SHM_FORWARD_RECORD_ROUTE;
}

/* A cached decision ends with the binding, or when cp_edge_watch() sees that it became another. */
static void limit_to_binding(struct cp_aor *aor, const struct cp_binding *best, uint32_t now_s,
                             struct cp_answer *a)
{
        uint64_t left_ms = (uint64_t)(best->expires_s - now_s) * 1000u;

        if (a->reply.scopes == 0)
                return;
        if (left_ms < a->reply.lifetime_ms)
                a->reply.lifetime_ms = (uint32_t)left_ms;
        aor->told = cp_target_mark(&a->to);
}

/* May the decision be one for all users of the domain? Not when it hangs on who asks (no scopes)
 * or on anything but the domain, and not before the worker knows where they are. */
static bool is_for_domain(const struct cp_edge *e, const struct cp_asked *q,
                          const struct cp_answer *a)
{
        const struct cp_route_asked asked = {.req = q->req, .msg = q->msg, .now_s = q->now_s};
        struct cp_route_found f;

        if (!e->set->for_domain || (a->reply.scopes & SHM_SCOPE_ROUTE) == 0 ||
            !cp_edge_pushed(e, &q->link->bindings))
                return false;
        cp_routes_find(q->policy->routes, &asked, &f);
        return !f.one_user && !f.narrow && !f.timed;
}

/* Where the users of this AoR are, into *a; false when that is nowhere, or can not be said. */
static bool to_aor(const struct cp_edge *e, const struct cp_asked *q, struct cp_aor *aor,
                   enum shm_reason reason, struct cp_answer *a)
{
        const struct cp_binding *best = aor != NULL ? cp_aor_best(aor, q->now_s) : NULL;

        if (best == NULL || !cp_target_of(best, &a->to))
                return false;
        send_on(e, q->msg, a, reason);
        limit_to_binding(aor, best, q->now_s, a);
        return true;
}

/* True when the user is somewhere that can be said in a decision. */
static bool locate(struct cp_edge *e, const struct cp_asked *q, const struct cp_user *user,
                   struct cp_answer *a)
{
        bool all = !cp_edge_is_forwarded(user) && is_for_domain(e, q, a);

        if (!to_aor(e, q, registered(e, q->msg), SHM_REASON_LOCATED, a))
                return false;
        if (all) {
                a->to.fixed = (struct shm_forward){
                    .flags = SHM_FORWARD_LOCATE |
                             (a->to.fixed.flags & (uint8_t)SHM_FORWARD_RECORD_ROUTE)};
                a->reply.scopes = SHM_SCOPE_DOMAIN;
                a->reply.lifetime_ms = q->policy->config->policy.decision_lifetime_s * 1000u;
        }
        return true;
}

/* The same for a number whose prefix leads to an address. */
static bool route_number(const struct cp_edge *e, const struct cp_asked *q, struct cp_answer *a)
{
        size_t len = number_uri(e, q->msg, a->to.uri, sizeof(a->to.uri));

        if (len == 0 || !cp_target_hop(a->to.uri, len, &a->to.hop[0]))
                return false;
        a->to.fixed = (struct shm_forward){.hop_cnt = 1, .ruri_len = (uint16_t)len};
        send_on(e, q->msg, a, SHM_REASON_ROUTED);
        return true;
}

/* The AoR of a URI of ours; NULL: it is not, or nobody is there. */
static struct cp_aor *aor_of_uri(const struct cp_edge *e, const char *text, size_t len)
{
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = {(const uint8_t *)text, 0, (uint32_t)len, &notes};
        uint8_t name[CP_AOR_BYTES];
        struct sip_uri uri;
        size_t bytes;

        if (sip_uri_parse(&c, &uri) != SIP_ANOM_NONE ||
            !cp_edge_is_domain(e->set, text + uri.host.off, uri.host.len))
                return NULL;
        bytes = sip_aor_write((const uint8_t *)text, &uri, name, sizeof(name));
        if (bytes == 0 || bytes > sizeof(name))
                return NULL;
        return cp_bindings_find(cp_location_bindings(e->location),
                                (struct cp_text){(const char *)name, bytes});
}

/* To where the calls of its user are forwarded: to another user's contact, whose own forwarding
 * does not count, or to an address. */
static bool retarget(struct cp_edge *e, const struct cp_asked *q, const struct cp_forward_found *f,
                     struct cp_answer *a)
{
        size_t len = strlen(f->to);

        if (to_aor(e, q, aor_of_uri(e, f->to, len), SHM_REASON_FORWARDED, a)) {
                /* as its binding says */
        } else if (len <= sizeof(a->to.uri) && cp_target_hop(f->to, len, &a->to.hop[0])) {
                memcpy(a->to.uri, f->to, len);
                a->to.fixed = (struct shm_forward){.hop_cnt = 1, .ruri_len = (uint16_t)len};
                send_on(e, q->msg, a, SHM_REASON_FORWARDED);
        } else {
                return false;
        }
        a->reply.headers_len =
            (uint16_t)cp_forward_lines(q->msg, f, f->to, len, a->headers, SHM_HEADERS_BYTES_MAX);
        return true;
}

bool cp_edge_is_forwarded(const struct cp_user *user)
{
        return user != NULL && (user->forward[0] != '\0' || user->forward_cnt != 0);
}

/* What was decided by the caller or the time is not kept for others, or for later. */
static void limit_to_rule(const struct cp_forward_found *f, uint32_t now_s, struct cp_answer *a)
{
        uint32_t left_ms = (59 - now_s % 60) * 1000u + 1;

        if (f->narrow)
                a->reply.scopes = 0;
        if (a->reply.scopes == 0)
                a->reply.lifetime_ms = 0;
        else if (f->timed && left_ms < a->reply.lifetime_ms)
                a->reply.lifetime_ms = left_ms;
}

/* True when the request is sent on. */
static bool go_on(struct cp_edge *e, const struct cp_asked *q, const struct cp_user *user,
                  const struct cp_forward_found *f, struct cp_answer *a)
{
        limit_to_rule(f, q->now_s, a);
        if (f->to != NULL)
                return e->set->retarget && retarget(e, q, f, a);
        return locate(e, q, user, a) || (user == NULL && route_number(e, q, a));
}

void cp_edge_follow(struct cp_edge *e, const struct cp_asked *q, struct cp_answer *a)
{
        const struct cp_user *user = called(e, q->msg);
        struct cp_forward_found f;

        cp_forward_find(e->set->forwards, user, q->msg, q->now_s, &f);
        if (go_on(e, q, user, &f, a)) {
                a->reply.scopes = 0;
                a->reply.lifetime_ms = 0;
                a->reply.headers_len = 0;
                a->to.fixed.flags = 0;
        }
}

void cp_edge_watch(struct cp_edge *e, uint32_t now_s)
{
        char name[CP_AOR_BYTES];
        struct cp_forward to;
        bool wrong = false;
        size_t len;
        int rc;

        while ((rc = cp_changes_next(e->changes, &e->watched, name, &len)) == 1) {
                struct cp_aor *aor = cp_bindings_find(cp_location_bindings(e->location),
                                                      (struct cp_text){name, len});
                const struct cp_binding *best;

                if (aor == NULL || aor->told == 0)
                        continue;
                best = cp_aor_best(aor, now_s);
                if (best != NULL && cp_target_of(best, &to) && cp_target_mark(&to) == aor->told)
                        continue;
                aor->told = 0;
                wrong = true;
        }
        e->flushes += wrong || rc < 0;
}

/* ---- redirecting ---- */

static void redirect(struct cp_edge *e, const struct cp_asked *q, struct cp_answer *a,
                     const struct cp_user *user, const char *to)
{
        const struct cp_aor *aor = registered(e, q->msg);
        char uri[SHM_URI_BYTES_MAX];
        size_t lines = 0;

        cp_edge_reply(a, 302, SHM_REASON_LOCATION);
        if (to != NULL)
                lines = (size_t)snprintf(a->headers, sizeof(a->headers), "Contact: <%s>\r\n", to);
        else if (aor != NULL)
                lines = cp_edge_contacts(aor, q->now_s, a->headers);
        if (lines == 0 && user == NULL && number_uri(e, q->msg, uri, sizeof(uri)) != 0)
                lines = (size_t)snprintf(a->headers, sizeof(a->headers), "Contact: <%s>\r\n", uri);
        a->reply.headers_len = (uint16_t)lines;
}

void cp_edge_call(struct cp_edge *e, const struct cp_asked *q, struct cp_answer *a,
                  const struct cp_user *caller)
{
        const struct cp_user *user = called(e, q->msg);
        bool proxy = e->set->calls == CP_EDGE_PROXY || q->route != NULL;
        struct cp_forward_found f;

        cp_forward_find(e->set->forwards, user, q->msg, q->now_s, &f);
        if (proxy && go_on(e, q, user, &f, a)) {
                e->stats.forwarded += f.to != NULL;
                e->stats.proxied += f.to == NULL;
                return;
        }
        redirect(e, q, a, user, f.to);
        a->reply.proven = caller != NULL;
        if (a->reply.headers_len != 0) {
                e->stats.redirected++;
                return;
        }
        e->stats.absent++;
        /* Only a caller who has logged in learns that a user exists who is not there. */
        a->reply.code = user != NULL && caller != NULL ? 480 : 404;
}
