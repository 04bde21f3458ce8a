/* SPDX-License-Identifier: Apache-2.0 */
#include "control/edge/edge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "control/edge/edge_redirect.h"
#include "control/edge/edge_users.h"
#include "control/edge/number_map.h"
#include "control/identity/digest.h"
#include "control/link.h"
#include "control/location/registrar.h"
#include "control/siphash.h"
#include "parser/sip_aor.h"
#include "parser/sip_uri_part.h"

#define WAITING_MAX   4096u /* answers that wait for the store: 4.6 MB */
#define EXPIRE_BUDGET 256u
#define NONCE_ENTRIES (1u << 17)
#define HOST_BYTES    254u
#define TAKEN_SLOTS   (1u << 16)
#define REPEAT_S      32u /* 64 * T1: after that no client repeats a request (RFC 3261 17.1.2.2) */

_Static_assert(CP_REGISTER_HEADERS_BYTES <= SHM_REPLY_HEADERS_MAX, "an answer takes them");
_Static_assert(CP_DIGEST_CHALLENGE_BYTES <= SHM_REPLY_HEADERS_MAX, "an answer takes them");

/* What a configuration says; replaced as a whole. */
struct settings {
        struct cp_users *users;
        struct cp_digest *digest;
        struct cp_registrar_policy registrar;
        char (*domain)[HOST_BYTES];
        uint32_t domains;
        char (*method)[32]; /* that are authenticated, besides REGISTER */
        uint32_t methods;
        char *service_route;
        struct cp_number_map *numbers; /* NULL = none */
        bool redirect;
        bool at_once;
};

struct waiting {
        uint64_t ticket;
        const struct cp_link *link; /* compared, never followed */
        uint64_t incarnation;
        unsigned worker;
        struct cp_answer answer;
};

/* A request with good credentials that was taken: over UDP it may come again, octet for octet. */
struct taken {
        uint64_t hash;   /* keyed, of source and message */
        uint64_t ticket; /* when what it changed is safe */
        uint32_t time_s;
        uint16_t status; /* of a REGISTER's answer */
};

struct cp_edge {
        struct settings *set;
        struct cp_siphash_key key;
        struct taken taken[TAKEN_SLOTS];
        struct cp_location *location;
        struct cp_edge_stats stats;
        struct cp_register_reply reply;
        uint32_t first; /* of those that wait */
        uint32_t waiting_cnt;
        struct waiting waiting[WAITING_MAX];
};

/* ---- settings ---- */

static void settings_destroy(struct settings *s)
{
        if (s == NULL)
                return;
        cp_digest_destroy(s->digest);
        cp_users_destroy(s->users);
        cp_number_map_destroy(s->numbers);
        free(s->domain);
        free(s->method);
        free(s->service_route);
        free(s);
}

static int copy_texts(struct settings *s, const struct cp_config_edge *c)
{
        s->domain = calloc(c->domains_count + 1u, sizeof(*s->domain));
        s->method = calloc(c->authenticate_count + 1u, sizeof(*s->method));
        if (c->service_route != NULL)
                s->service_route = strdup(c->service_route);
        if (s->domain == NULL || s->method == NULL ||
            (c->service_route != NULL && s->service_route == NULL))
                return -ENOMEM;
        for (; s->domains < c->domains_count; s->domains++)
                snprintf(s->domain[s->domains], HOST_BYTES, "%s", c->domains[s->domains]);
        for (; s->methods < c->authenticate_count; s->methods++)
                snprintf(s->method[s->methods], sizeof(s->method[0]), "%s",
                         c->authenticate[s->methods]);
        return 0;
}

/* The file of numbers, if there is one; *why says what is wrong with it. */
static int load_numbers(struct settings *s, const char *path, char *why, size_t why_len)
{
        struct cp_config_error err;
        int rc = path == NULL ? 0 : cp_number_map_load(&s->numbers, path, &err);

        if (rc != 0)
                (void)cp_config_error_print(&err, why, why_len);
        return rc;
}

static int settings_create(struct settings **out, const struct cp_config_edge *c, char *why,
                           size_t why_len)
{
        const struct cp_digest_policy policy = {
            .realm = c->realm,
            .algs = cp_edge_algs(c),
            .auth_int = c->auth_int != 0,
            .nonce_lifetime_s = c->nonce_lifetime_s,
            .nonce_entries = NONCE_ENTRIES,
        };
        struct settings *s = calloc(1, sizeof(*s));
        int rc = s == NULL ? -ENOMEM : copy_texts(s, c);

        why[0] = '\0';
        if (rc == 0)
                rc = load_numbers(s, c->numbers, why, why_len);
        if (rc == 0)
                rc = cp_edge_users_create(&s->users, c);
        if (rc == 0) {
                s->digest = cp_digest_create(&policy, s->users);
                rc = s->digest == NULL ? -ENOMEM : 0;
        }
        if (rc != 0) {
                if (why[0] == '\0')
                        snprintf(why, why_len, "the registrar: %s", strerror(-rc));
                settings_destroy(s);
                return rc;
        }
        s->registrar = (struct cp_registrar_policy){
            .default_expires_s = c->expires_s < c->max_expires_s ? c->expires_s : c->max_expires_s,
            .min_expires_s = c->min_expires_s,
            .max_expires_s = c->max_expires_s,
            .contacts_max = c->contacts,
            .service_route = s->service_route,
        };
        s->redirect = c->calls == CP_EDGE_REDIRECT;
        s->at_once = c->answer == CP_EDGE_AT_ONCE;
        *out = s;
        return 0;
}

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
        if (rc == 0)
                rc = settings_create(&e->set, config, why, why_len);
        if (rc == 0 && state_dir[0] != '\0')
                rc = cp_store_sqlite_open(&store, state_dir, why, why_len);
        if (rc == 0)
                rc = cp_location_open(&e->location, store, (uint32_t)time(NULL), why, why_len);
        if (rc != 0) {
                cp_edge_destroy(e);
                return rc;
        }
        *out = e;
        return 0;
}

void cp_edge_destroy(struct cp_edge *e)
{
        if (e == NULL)
                return;
        cp_location_close(e->location);
        settings_destroy(e->set);
        free(e);
}

int cp_edge_reload(struct cp_edge *e, const struct cp_config_edge *config, char *why,
                   size_t why_len)
{
        struct settings *fresh = NULL;
        int rc = settings_create(&fresh, config, why, why_len);

        if (rc != 0)
                return rc;
        settings_destroy(e->set);
        e->set = fresh;
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

void cp_edge_stats(const struct cp_edge *e, struct cp_edge_stats *out)
{
        *out = e->stats;
}

/* ---- deciding ---- */

static bool is_ours(const struct settings *s, const struct sip_msg *m, struct sip_span host)
{
        const char *at = (const char *)sip_span_at(m, host);
        size_t len = host.len;

        if (len > 1 && at[len - 1] == '.')
                len--;
        for (uint32_t i = 0; i < s->domains; i++) {
                if (strlen(s->domain[i]) == len && strncasecmp(s->domain[i], at, len) == 0)
                        return true;
        }
        return false;
}

static void reply(struct cp_answer *a, uint16_t code, enum shm_reason reason)
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
static struct taken *place_of(struct cp_edge *e, const struct cp_asked *q, uint64_t *hash)
{
        *hash = cp_siphash_chain(&e->key, q->req->flow.sport, &q->req->flow.src,
                                 sizeof(q->req->flow.src));
        *hash = cp_siphash_chain(&e->key, *hash, q->msg->buf, q->msg->len);
        return &e->taken[*hash % TAKEN_SLOTS];
}

/* True when the request may go on. *again: it was taken
 * before, and is not to be carried out once more; else NULL. */
static bool authenticate(struct cp_edge *e, const struct cp_asked *q, struct cp_answer *a,
                         const struct cp_user **user, const struct taken **again)
{
        const struct cp_digest_from from = {q->req->flow.src, q->req->flow.sport, q->now_s};
        enum cp_digest_result r = cp_digest_check(e->set->digest, q->msg, &from, user);
        bool stale = r == CP_DIGEST_STALE || r == CP_DIGEST_REPEATED;
        char lines[CP_DIGEST_CHALLENGE_BYTES];
        struct taken *t;
        uint64_t hash;

        *again = NULL;
        t = place_of(e, q, &hash);
        if (r == CP_DIGEST_OK) {
                *t = (struct taken){.hash = hash, .time_s = q->now_s};
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
        e->stats.refused += r == CP_DIGEST_REFUSED;
        e->stats.stale += stale;
        reply(a, cp_digest_status(q->msg), SHM_REASON_AUTHENTICATE);
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
        struct waiting *w;

        if (e->waiting_cnt == WAITING_MAX) {
                e->stats.answers_lost++;
                return false;
        }
        w = &e->waiting[(e->first + e->waiting_cnt++) % WAITING_MAX];
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

        if (!is_ours(e->set, m, m->to.uri.host) || !is_user(m, &m->to.uri, user)) {
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
        const struct taken *again;
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
        reply(a, e->reply.status, SHM_REASON_REGISTRAR);
        a->reply.proven = 1;
        a->reply.headers_len = (uint16_t)e->reply.headers_len;
        memcpy(a->headers, e->reply.headers, e->reply.headers_len);
        if (again == NULL) {
                struct taken *t = place_of(e, q, &hash);

                t->status = e->reply.status;
                t->ticket = e->reply.changed ? cp_location_ticket(e->location) : 0;
                again = t;
        }
        ticket = again->ticket;
        return e->set->at_once || ticket <= cp_location_safe(e->location) ||
               wait_or_lose(e, q, a, ticket);
}

static bool is_authenticated(const struct settings *s, const struct sip_msg *m)
{
        for (uint32_t i = 0; i < s->methods; i++) {
                if (strlen(s->method[i]) == m->method_name.len &&
                    memcmp(s->method[i], sip_span_at(m, m->method_name), m->method_name.len) == 0)
                        return is_ours(s, m, m->from.uri.host);
        }
        return false;
}

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

/* A Contact line for a number whose prefix leads somewhere; its octets, 0 = it leads nowhere. */
static size_t number_contact(const struct cp_edge *e, const struct sip_msg *m, char *out,
                             size_t cap)
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
        n = snprintf(out, cap, "Contact: <sip:%.*s@%s>\r\n", (int)m->ruri.user.len, user, target);
        return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}

static void redirect(struct cp_edge *e, const struct cp_asked *q, struct cp_answer *a,
                     const struct cp_user *caller)
{
        const struct sip_msg *m = q->msg;
        const struct cp_user *user = called(e, m);
        const struct cp_aor *aor = NULL;
        uint8_t name[CP_AOR_BYTES];
        size_t len = sip_aor_write(m->buf, &m->ruri, name, sizeof(name));
        size_t lines = 0;

        if (len != 0 && len <= sizeof(name))
                aor = cp_bindings_find(cp_location_bindings(e->location),
                                       (struct cp_text){(const char *)name, len});
        reply(a, 302, SHM_REASON_LOCATION);
        if (user != NULL && user->forward[0] != '\0')
                lines = (size_t)snprintf(a->headers, sizeof(a->headers), "Contact: <%s>\r\n",
                                         user->forward);
        else if (aor != NULL)
                lines = cp_edge_contacts(aor, q->now_s, a->headers);
        if (lines == 0 && user == NULL)
                lines = number_contact(e, m, a->headers, sizeof(a->headers));
        a->reply.headers_len = (uint16_t)lines;
        a->reply.proven = caller != NULL;
        if (lines != 0) {
                e->stats.redirected++;
                return;
        }
        e->stats.absent++;
        /* Only a caller who has logged in learns that a user exists who is not there. */
        a->reply.code = user != NULL && caller != NULL ? 480 : 404;
}

static bool decide(void *self, const struct cp_asked *q, struct cp_answer *a)
{
        const struct sip_msg *m = q->msg;
        const struct cp_user *caller = NULL;
        const struct taken *again;
        struct cp_edge *e = self;

        if (m->kind != SIP_KIND_REQUEST || q->req->cls == SHM_CLASS_IN_DIALOG ||
            q->req->cls == SHM_CLASS_EMERGENCY || m->method == SIP_METHOD_ACK ||
            m->method == SIP_METHOD_CANCEL || m->to.tag.len != 0 ||
            !is_ours(e->set, m, m->ruri.host))
                return true;
        if (m->method == SIP_METHOD_REGISTER)
                return answer_register(e, q, a);
        if (m->ruri.user.len == 0)
                return true;
        if (is_authenticated(e->set, m)) {
                if (!authenticate(e, q, a, &caller, &again))
                        return true;
                a->reply.scopes = 0; /* of this request alone */
                a->reply.lifetime_ms = 0;
        }
        if (e->set->redirect)
                redirect(e, q, a, caller);
        return true;
}

struct cp_decider_edge cp_edge_hook(struct cp_edge *e)
{
        return (struct cp_decider_edge){e, e != NULL ? decide : NULL};
}

/* ---- what waited ---- */

static void send(struct cp_edge *e, const struct waiting *w, struct cp_link *const *links,
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
                e->first = (e->first + 1) % WAITING_MAX;
                e->waiting_cnt--;
        }
        n += cp_bindings_expire(cp_location_bindings(e->location), now_s, EXPIRE_BUDGET);
        (void)cp_location_submit(e->location);
        return n;
}
