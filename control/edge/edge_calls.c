/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "control/edge/edge_redirect.h"
#include "control/edge/edge_state.h"
#include "control/edge/edge_target.h"
#include "control/link.h"
#include "control/policy.h"
#include "control/route_answer.h"
#include "control/routes.h"
#include "parser/sip_aor.h"
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

/* True when the user is somewhere that can be said in a decision. */
static bool locate(struct cp_edge *e, const struct cp_asked *q, struct cp_answer *a)
{
        struct cp_aor *aor = registered(e, q->msg);
        const struct cp_binding *best = aor != NULL ? cp_aor_best(aor, q->now_s) : NULL;

        if (best == NULL || !cp_target_of(best, &a->to))
                return false;
        if (is_for_domain(e, q, a)) {
                a->to.fixed = (struct shm_forward){.flags = SHM_FORWARD_LOCATE};
                send_on(e, q->msg, a, SHM_REASON_LOCATED);
                a->reply.scopes = SHM_SCOPE_DOMAIN;
                return true;
        }
        send_on(e, q->msg, a, SHM_REASON_LOCATED);
        limit_to_binding(aor, best, q->now_s, a);
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

bool cp_edge_is_forwarded(const struct cp_user *user)
{
        return user != NULL && user->forward[0] != '\0';
}

void cp_edge_follow(struct cp_edge *e, const struct cp_asked *q, struct cp_answer *a)
{
        const struct cp_user *user = called(e, q->msg);

        if (cp_edge_is_forwarded(user))
                return;
        if (locate(e, q, a) || (user == NULL && route_number(e, q, a))) {
                a->reply.scopes = 0;
                a->reply.lifetime_ms = 0;
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
                     const struct cp_user *user)
{
        const struct cp_aor *aor = registered(e, q->msg);
        char uri[SHM_URI_BYTES_MAX];
        size_t lines = 0;

        cp_edge_reply(a, 302, SHM_REASON_LOCATION);
        if (cp_edge_is_forwarded(user))
                lines = (size_t)snprintf(a->headers, sizeof(a->headers), "Contact: <%s>\r\n",
                                         user->forward);
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

        if (proxy && !cp_edge_is_forwarded(user) &&
            (locate(e, q, a) || (user == NULL && route_number(e, q, a)))) {
                e->stats.proxied++;
                return;
        }
        redirect(e, q, a, user);
        a->reply.proven = caller != NULL;
        if (a->reply.headers_len != 0) {
                e->stats.redirected++;
                return;
        }
        e->stats.absent++;
        /* Only a caller who has logged in learns that a user exists who is not there. */
        a->reply.code = user != NULL && caller != NULL ? 480 : 404;
}
