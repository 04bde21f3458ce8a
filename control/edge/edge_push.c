/* SPDX-License-Identifier: Apache-2.0 */
#include "control/edge/edge_push.h"

#include <string.h>

#include "control/edge/edge_state.h"
#include "control/edge/edge_target.h"

#define BURST    256u /* records a turn: bounds how long answers wait behind them */
#define NS_PER_S UINT64_C(1000000000)

struct push {
        const struct cp_edge *e;
        struct shm_ring_producer *rep;
        uint32_t generation;
        uint32_t now_s;
        unsigned said;
};

/* ---- records ---- */

/* Half of the ring stays free for answers, which can not wait. */
static uint8_t *room(struct push *p, size_t bytes)
{
        if (p->said == BURST || shm_ring_free(p->rep) <= p->rep->capacity / 2)
                return NULL;
        return shm_ring_reserve(p->rep, SHM_REC_BINDING, (uint32_t)bytes);
}

static bool say(struct push *p, enum shm_table_op op, struct cp_text aor)
{
        const struct shm_binding b = {
            .op = (uint8_t)op,
            .aor_len = (uint16_t)aor.len,
            .generation = p->generation,
        };
        uint8_t *to = room(p, sizeof(b) + aor.len);

        if (to == NULL)
                return false;
        memcpy(to, &b, sizeof(b));
        if (aor.len != 0)
                memcpy(to + sizeof(b), aor.at, aor.len);
        p->said++;
        return true;
}

static bool say_binding(struct push *p, struct cp_text aor, const struct cp_forward *f,
                        uint32_t expires_s)
{
        const struct shm_binding b = {
            .op = SHM_TABLE_ADD,
            .aor_len = (uint16_t)aor.len,
            .uri_len = f->fixed.ruri_len,
            .route_len = f->fixed.route_len,
            .generation = p->generation,
            .expires_ns = expires_s * NS_PER_S,
            .hop = f->hop[0],
        };
        uint8_t *to = room(p, sizeof(b) + aor.len + b.uri_len + b.route_len);

        if (to == NULL)
                return false;
        memcpy(to, &b, sizeof(b));
        memcpy(to + sizeof(b), aor.at, aor.len);
        memcpy(to + sizeof(b) + aor.len, f->uri, b.uri_len);
        memcpy(to + sizeof(b) + aor.len + b.uri_len, f->route, b.route_len);
        p->said++;
        return true;
}

/* ---- what is said ---- */

/* May a worker send requests for this AoR on by itself? "sip:alice@example.com" */
static bool is_plain(const struct cp_edge *e, struct cp_text aor)
{
        const char *user = memchr(aor.at, ':', aor.len);
        const char *at = memrchr(aor.at, '@', aor.len);
        char name[CP_USER_NAME_BYTES];
        size_t len;

        if (user == NULL || at == NULL || at <= user)
                return false;
        len = (size_t)(at - user) - 1;
        if (len >= sizeof(name))
                return true; /* no user's name */
        memcpy(name, user + 1, len);
        name[len] = '\0';
        return !cp_edge_is_forwarded(cp_users_get(e->set->users, name));
}

/* What an AoR is now; `gone`: to be said when it is nowhere. False: no room. */
static bool say_aor(struct push *p, struct cp_text name, bool gone)
{
        const struct cp_aor *aor = cp_bindings_find(cp_location_bindings(p->e->location), name);
        const struct cp_binding *best = aor != NULL ? cp_aor_best(aor, p->now_s) : NULL;
        struct cp_forward to;

        if (best != NULL && is_plain(p->e, name) && cp_target_of(best, &to))
                return say_binding(p, name, &to, best->expires_s);
        return !gone || say(p, SHM_TABLE_DEL, name);
}

static bool say_all(struct push *p, struct cp_push_cursor *c)
{
        const struct cp_bindings *b = cp_location_bindings(p->e->location);
        const struct cp_aor *aor;
        uint32_t before = c->below;

        /* Grown: everybody may stand elsewhere. Who only moved down is among the changes. */
        if (c->slots != cp_bindings_slots(b))
                before = c->below = c->slots = cp_bindings_slots(b);
        while ((aor = cp_bindings_below(b, &c->below)) != NULL) {
                if (!say_aor(p, (struct cp_text){aor->text, aor->len}, false)) {
                        c->below = before;
                        return false;
                }
                before = c->below;
        }
        return true;
}

static bool say_changes(struct push *p, struct cp_push_cursor *c)
{
        char name[CP_AOR_BYTES];
        uint64_t before = c->changes;
        size_t len;
        int rc;

        while ((rc = cp_changes_next(p->e->changes, &c->changes, name, &len)) == 1) {
                if (!say_aor(p, (struct cp_text){name, len}, true)) {
                        c->changes = before;
                        return true;
                }
                before = c->changes;
        }
        return rc == 0;
}

static void begin(struct push *p, struct cp_push_cursor *c)
{
        if (!say(p, SHM_TABLE_SYNC_BEGIN, (struct cp_text){NULL, 0}))
                return;
        c->state = CP_PUSH_ALL;
        c->epoch = p->e->epoch;
        c->changes = cp_changes_end(p->e->changes);
        c->slots = 0;
        c->below = 0;
}

unsigned cp_edge_push(const struct cp_edge *e, struct cp_push_cursor *c,
                      struct shm_ring_producer *rep, uint32_t generation, uint32_t now_s)
{
        struct push p = {.e = e, .rep = rep, .generation = generation, .now_s = now_s};
        bool wanted = e->set->calls == CP_EDGE_PROXY;

        if (c->state == CP_PUSH_NOTHING && !wanted)
                return 0;
        if (c->state == CP_PUSH_NOTHING || c->epoch != e->epoch)
                begin(&p, c);
        if (c->state == CP_PUSH_ALL && c->epoch == e->epoch && (!wanted || say_all(&p, c)) &&
            say(&p, SHM_TABLE_SYNC_END, (struct cp_text){NULL, 0}))
                c->state = wanted ? CP_PUSH_CHANGES : CP_PUSH_NOTHING;
        if (c->state == CP_PUSH_CHANGES && c->epoch == e->epoch && !say_changes(&p, c))
                c->state = CP_PUSH_NOTHING; /* too far behind: all again */
        if (p.said != 0)
                shm_ring_commit(rep);
        return p.said;
}

bool cp_edge_pushed(const struct cp_edge *e, const struct cp_push_cursor *c)
{
        return c->state == CP_PUSH_CHANGES && c->epoch == e->epoch;
}
