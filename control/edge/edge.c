/* SPDX-License-Identifier: Apache-2.0 */
#include "control/edge/edge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control/edge/edge_state.h"
#include "control/edge/edge_users.h"
#include "control/link.h"
#include "parser/sip_aor.h"
#include "parser/sip_uri_part.h"

#define EXPIRE_BUDGET 256u
#define CHANGES_BYTES (4u << 20) /* of names: some 100,000 */
#define REPEAT_S      32u /* 64 * T1: after that no client repeats a request (RFC 3261 17.1.2.2) */

_Static_assert(CP_REGISTER_HEADERS_BYTES <= SHM_REPLY_HEADERS_MAX, "an answer takes them");
_Static_assert(CP_DIGEST_CHALLENGE_BYTES <= SHM_REPLY_HEADERS_MAX, "an answer takes them");

int cp_edge_create(struct cp_edge **out, const struct cp_config_edge *config, const char *state_dir,
                   char *why, size_t why_len)
{
        struct cp_store *store = NULL;
        struct cp_edge *e;
        int rc;

        *out = NULL;
        if (config->domains_count == 0)
                return 0;
        e = calloc(1, sizeof(*e));
        rc = e == NULL ? -ENOMEM : cp_siphash_key_random(&e->key);
        snprintf(why, why_len, "the registrar: %s", strerror(-rc));
        if (rc == 0 && state_dir[0] != '\0')
                rc = cp_store_sqlite_open(&store, state_dir, why, why_len);
        if (rc == 0)
                rc = cp_edge_users_load(&e->stored, store, why, why_len);
        if (rc == 0)
                rc = cp_edge_settings_create(&e->set, config, e->stored, why, why_len);
        if (rc == 0)
                rc = cp_location_open(&e->location, store, (uint32_t)time(NULL), why, why_len);
        else if (store != NULL)
                store->ops->close(store);
        if (rc == 0)
                e->store = store;
        if (rc == 0) {
                e->changes = cp_changes_create(CHANGES_BYTES);
                e->reg = cp_reg_event_create(&e->key);
                rc = e->changes == NULL || e->reg == NULL ? -ENOMEM : 0;
        }
        if (rc != 0) {
                cp_edge_destroy(e);
                return rc;
        }
        cp_bindings_watch(cp_location_bindings(e->location), e->changes);
        *out = e;
        return 0;
}

void cp_edge_destroy(struct cp_edge *e)
{
        if (e == NULL)
                return;
        cp_location_close(e->location);
        cp_changes_destroy(e->changes);
        cp_reg_event_destroy(e->reg);
        cp_edge_settings_destroy(e->set);
        cp_users_destroy(e->stored);
        free(e);
}

int cp_edge_reload(struct cp_edge *e, const struct cp_config_edge *config, char *why,
                   size_t why_len)
{
        struct cp_edge_settings *fresh = NULL;
        int rc = cp_edge_settings_create(&fresh, config, e->stored, why, why_len);

        if (rc != 0)
                return rc;
        cp_edge_settings_destroy(e->set);
        e->set = fresh;
        e->flushes++;
        e->epoch++;
        return 0;
}

struct cp_location *cp_edge_location(struct cp_edge *e)
{
        return e->location;
}

const struct cp_number_map *cp_edge_numbers(const struct cp_edge *e)
{
        return e->set->numbers;
}

const struct cp_users *cp_edge_users(const struct cp_edge *e)
{
        return e->set->users;
}

uint64_t cp_edge_flushes(const struct cp_edge *e)
{
        return e->flushes;
}

void cp_edge_stats(const struct cp_edge *e, struct cp_edge_stats *out)
{
        struct cp_reg_stats reg;

        cp_reg_event_stats(e->reg, &reg);
        *out = e->stats;
        out->subscribed = reg.subscribed;
        out->notified = reg.notified;
        out->unanswered = reg.unanswered;
}

/* ---- deciding ---- */

void cp_edge_reply(struct cp_answer *a, uint16_t code, enum shm_reason reason)
{
        a->reply = (struct shm_reply){
            .id = a->reply.id,
            .action = SHM_ACTION_REPLY,
            .reason = (uint16_t)reason,
            .code = code,
        };
        a->headers[0] = '\0';
}

/* The place of a request among those that were taken. */
static struct cp_edge_taken *place_of(struct cp_edge *e, const struct cp_asked *q, uint64_t *hash)
{
        *hash = cp_siphash_chain(&e->key, q->req->flow.sport, &q->req->flow.src,
                                 sizeof(q->req->flow.src));
        *hash = cp_siphash_chain(&e->key, *hash, q->msg->buf, q->msg->len);
        return &e->taken[*hash % CP_EDGE_TAKEN_SLOTS];
}

/* True when the request may go on. *again: it was taken
 * before, and is not to be carried out once more; else NULL. */
static bool authenticate(struct cp_edge *e, const struct cp_asked *q, struct cp_answer *a,
                         const struct cp_user **user, const struct cp_edge_taken **again)
{
        const struct cp_digest_from from = {q->req->flow.src, q->req->flow.sport, q->now_s};
        enum cp_digest_result r = cp_digest_check(e->set->digest, q->msg, &from, user);
        bool stale = r == CP_DIGEST_STALE || r == CP_DIGEST_REPEATED;
        char lines[CP_DIGEST_CHALLENGE_BYTES];
        struct cp_edge_taken *t;
        uint64_t hash;

        *again = NULL;
        t = place_of(e, q, &hash);
        if (r == CP_DIGEST_OK) {
                *t = (struct cp_edge_taken){.hash = hash, .time_s = q->now_s};
                return true;
        }
        /* The same octets from the same place a short while ago, which were good then: they are
         * answered as their like was, and change nothing. */
        if (r == CP_DIGEST_REPEATED && t->hash == hash && q->now_s - t->time_s <= REPEAT_S) {
                e->stats.repeated++;
                *again = t;
                return true;
        }
        *user = NULL;
        e->stats.challenged++;
        e->stats.refused += r == CP_DIGEST_REFUSED || r == CP_DIGEST_WRONG;
        e->stats.stale += stale;
        cp_edge_reply(a, cp_digest_status(q->msg),
                      r == CP_DIGEST_WRONG ? SHM_REASON_CREDENTIALS : SHM_REASON_AUTHENTICATE);
        a->reply.proven = r == CP_DIGEST_WRONG;
        a->reply.headers_len =
            (uint16_t)cp_digest_challenge(e->set->digest, q->msg, &from, stale, lines);
        memcpy(a->headers, lines, a->reply.headers_len);
        return false;
}

/* Does the user part of a URI, escapes decoded, name this user? */
static bool is_user(const struct sip_msg *m, const struct sip_uri *uri, const struct cp_user *user)
{
        uint8_t name[CP_USER_NAME_BYTES * 3];
        size_t len = sip_uri_unescape(m->buf, uri->user, name, sizeof(name));
        const char *want = user->aor[0] != '\0' ? user->aor : user->name;

        return uri->user.len <= sizeof(name) && len == strlen(want) && memcmp(name, want, len) == 0;
}

/* Keep an answer until its binding is safe. False when nobody is to answer now. */
static bool wait_or_lose(struct cp_edge *e, const struct cp_asked *q, const struct cp_answer *a,
                         uint64_t ticket)
{
        struct cp_edge_waiting *w;

        if (e->waiting_cnt == CP_EDGE_WAITING_MAX) {
                e->stats.answers_lost++;
                return false;
        }
        w = &e->waiting[(e->first + e->waiting_cnt++) % CP_EDGE_WAITING_MAX];
        w->ticket = ticket;
        w->link = q->link;
        w->incarnation = q->link->incarnation;
        w->worker = q->worker;
        w->answer.reply = a->reply;
        memcpy(w->answer.headers, a->headers, a->reply.headers_len);
        return false;
}

/* The status for a REGISTER of this user; e->reply holds the rest. */
static void do_register(struct cp_edge *e, const struct cp_asked *q, const struct cp_user *user,
                        bool again)
{
        const struct sip_msg *m = q->msg;
        const struct cp_register_from from = {q->req->flow.src, q->req->flow.sport, q->now_s};
        struct cp_bindings *b = cp_location_bindings(e->location);
        uint8_t aor[CP_AOR_BYTES];
        size_t len = sip_aor_write(m->buf, &m->to.uri, aor, sizeof(aor));
        const struct cp_text name = {(const char *)aor, len <= sizeof(aor) ? len : 0};

        if (!cp_edge_is_ours(e->set, m, m->to.uri.host) || !is_user(m, &m->to.uri, user)) {
                e->stats.forbidden += !again;
                e->reply = (struct cp_register_reply){.status = 403};
        } else if (again) {
                cp_registrar_fetch(b, &e->set->registrar, m, name, &from, &e->reply);
        } else {
                cp_registrar_handle(b, &e->set->registrar, m, name, &from, &e->reply);
        }
}

static bool answer_register(struct cp_edge *e, const struct cp_asked *q, struct cp_answer *a)
{
        const struct cp_edge_taken *again;
        const struct cp_user *user;
        uint64_t hash, ticket;

        if (!authenticate(e, q, a, &user, &again))
                return true;
        e->stats.registers += again == NULL;
        if (again != NULL && again->status != 200) {
                e->reply = (struct cp_register_reply){.status = again->status};
        } else {
                do_register(e, q, user, again != NULL);
        }
        cp_edge_reply(a, e->reply.status, SHM_REASON_REGISTRAR);
        a->reply.proven = 1;
        a->reply.headers_len = (uint16_t)e->reply.headers_len;
        memcpy(a->headers, e->reply.headers, e->reply.headers_len);
        if (again == NULL) {
                struct cp_edge_taken *t = place_of(e, q, &hash);

                t->status = e->reply.status;
                t->ticket = e->reply.changed ? cp_location_ticket(e->location) : 0;
                again = t;
        }
        ticket = again->ticket;
        return e->set->at_once || ticket <= cp_location_safe(e->location) ||
               wait_or_lose(e, q, a, ticket);
}

static bool is_authenticated(const struct cp_edge_settings *s, const struct sip_msg *m)
{
        for (uint32_t i = 0; i < s->methods; i++) {
                if (strlen(s->method[i]) == m->method_name.len &&
                    memcmp(s->method[i], sip_span_at(m, m->method_name), m->method_name.len) == 0)
                        return cp_edge_is_ours(s, m, m->from.uri.host);
        }
        return false;
}

/* The dialog's decision must not be the CANCEL's, which goes where the INVITE went: requests that
 * may come before it open nothing. */
static void early_dialog(const struct cp_edge *e, const struct sip_msg *m, struct cp_answer *a)
{
        if (e->set->calls != CP_EDGE_PROXY ||
            (m->method != SIP_METHOD_PRACK && m->method != SIP_METHOD_UPDATE))
                return;
        a->reply.scopes &= (uint8_t)~SHM_SCOPE_DIALOG;
        if (a->reply.scopes == 0)
                a->reply.lifetime_ms = 0;
}

/* Does a route take this request away from us? A REGISTER only when it names that method. */
static bool is_routed(const struct cp_asked *q)
{
        const struct cp_config_route *r = q->route;

        return r != NULL && r->action != CP_ROUTE_LOCATE &&
               (q->msg->method != SIP_METHOD_REGISTER || r->match.method_count != 0);
}

/* A request of a caller who says that he is ours: true when it may go on. */
static bool is_let_in(struct cp_edge *e, const struct cp_asked *q, struct cp_answer *a,
                      const struct cp_user **caller)
{
        const struct cp_edge_taken *again;

        *caller = NULL;
        if (!is_authenticated(e->set, q->msg))
                return true;
        if (!authenticate(e, q, a, caller, &again))
                return false;
        a->reply.scopes = 0; /* of this request alone */
        a->reply.lifetime_ms = 0;
        return true;
}

/* ---- who wants to hear of registrations ---- */

/* A SUBSCRIBE for us: of a user of ours, or in a dialog with us. */
static bool is_for_notifier(const struct cp_edge *e, const struct cp_asked *q)
{
        const struct sip_msg *m = q->msg;

        if (!e->set->reg_events || m->method != SIP_METHOD_SUBSCRIBE)
                return false;
        if (m->to.tag.len != 0)
                return cp_reg_is_in_dialog(q);
        return cp_edge_is_ours(e->set, m, m->ruri.host) && m->ruri.user.len != 0 &&
               cp_reg_is_subscribe(m) && !is_routed(q);
}

static void answer_subscribe(struct cp_edge *e, const struct cp_asked *q, struct cp_answer *a)
{
        const struct sip_msg *m = q->msg;
        const struct cp_edge_taken *again;
        const struct cp_user *user;
        uint8_t aor[CP_AOR_BYTES];
        size_t len = 0;

        if (!authenticate(e, q, a, &user, &again))
                return;
        if (m->to.tag.len == 0)
                len = sip_aor_write(m->buf, &m->ruri, aor, sizeof(aor));
        if (len > sizeof(aor)) {
                cp_edge_reply(a, 404, SHM_REASON_SUBSCRIPTION);
                return;
        }
        const struct cp_reg_request who = {
            .user = user,
            .own = is_user(m, &m->ruri, user),
            .again = again != NULL,
            .aor = {(const char *)aor, len},
        };

        cp_reg_subscribe(e->reg, &e->set->reg, q, &who, a);
}

unsigned cp_edge_notify(struct cp_edge *e, struct cp_link *const *links, const bool *live,
                        unsigned link_cnt, const struct cp_edge_now *now)
{
        const struct cp_reg_world w = {
            .bindings = cp_location_bindings(e->location),
            .changes = e->changes,
            .links = links,
            .live = live,
            .link_cnt = link_cnt,
            .now = *now,
        };

        return cp_reg_run(e->reg, &w);
}

static bool decide(void *self, const struct cp_asked *q, struct cp_answer *a)
{
        const struct sip_msg *m = q->msg;
        const struct cp_user *caller = NULL;
        struct cp_edge *e = self;
        bool follows = m->method == SIP_METHOD_ACK || m->method == SIP_METHOD_CANCEL;
        bool ours;

        if (m->kind == SIP_KIND_RESPONSE)
                (void)cp_reg_response(e->reg, q, a);
        if (m->kind != SIP_KIND_REQUEST || q->req->cls == SHM_CLASS_EMERGENCY)
                return true;
        if (is_for_notifier(e, q)) {
                answer_subscribe(e, q, a);
                return true;
        }
        ours = cp_edge_is_ours(e->set, m, m->ruri.host);
        if (!ours)
                early_dialog(e, m, a);
        if (follows && ours && e->set->calls == CP_EDGE_PROXY && !is_routed(q))
                cp_edge_follow(e, q, a);
        if (follows || q->req->cls == SHM_CLASS_IN_DIALOG || m->to.tag.len != 0 ||
            (!ours && q->route == NULL))
                return true;
        if (m->method == SIP_METHOD_REGISTER && !is_routed(q))
                return ours ? answer_register(e, q, a) : true;
        if (m->method == SIP_METHOD_REGISTER || !is_let_in(e, q, a, &caller))
                return true;
        if (ours && m->ruri.user.len != 0 && !is_routed(q) &&
            (e->set->calls != CP_EDGE_PASS || q->route != NULL))
                cp_edge_call(e, q, a, caller);
        return true;
}

struct cp_decider_edge cp_edge_hook(struct cp_edge *e)
{
        return (struct cp_decider_edge){e, e != NULL ? decide : NULL};
}

/* ---- what waited ---- */

static void send(struct cp_edge *e, const struct cp_edge_waiting *w, struct cp_link *const *links,
                 const bool *live, unsigned link_cnt)
{
        for (unsigned i = 0; i < link_cnt; i++) {
                struct cp_link *l = links[i];

                if (l != w->link || !live[i] || l->incarnation != w->incarnation)
                        continue;
                if (cp_answer_send(&l->rep[w->worker], &w->answer))
                        shm_ring_commit(&l->rep[w->worker]);
                else
                        e->stats.answers_lost++;
                return;
        }
}

unsigned cp_edge_release(struct cp_edge *e, struct cp_link *const *links, const bool *live,
                         unsigned link_cnt, uint32_t now_s)
{
        uint64_t safe = cp_location_safe(e->location);
        unsigned n = 0;

        for (; e->waiting_cnt != 0 && e->waiting[e->first].ticket <= safe; n++) {
                send(e, &e->waiting[e->first], links, live, link_cnt);
                e->first = (e->first + 1) % CP_EDGE_WAITING_MAX;
                e->waiting_cnt--;
        }
        n += cp_bindings_expire(cp_location_bindings(e->location), now_s, EXPIRE_BUDGET);
        cp_edge_watch(e, now_s); /* before what is gone leaves the table */
        (void)cp_location_submit(e->location);
        return n;
}
