/* SPDX-License-Identifier: Apache-2.0 */
#include "control/location/bindings.h"

#include <stdlib.h>
#include <string.h>

#include "control/location/changes.h"
#include "control/siphash.h"

#define SLOTS_MIN 64u

_Static_assert(sizeof(struct cp_binding) == 80, "the header states it");
_Static_assert(sizeof(struct cp_aor) == 40, "the header states it");

struct slot {
        uint64_t hash;
        struct cp_aor *aor; /* NULL = free */
};

struct cp_bindings {
        struct cp_siphash_key key;
        struct slot *slot;
        uint32_t slots; /* a power of two */
        uint32_t aors;
        uint32_t count;
        uint32_t wheel_s; /* every second up to this one has been looked at */
        size_t bytes;
        struct cp_aor *dirty;
        struct cp_changes *changes; /* NULL = nobody wants to know */
        struct cp_binding *wheel[CP_WHEEL_SLOTS];
};

struct cp_bindings *cp_bindings_create(uint32_t now_s)
{
        struct cp_bindings *b = calloc(1, sizeof(*b));

        if (b == NULL)
                return NULL;
        b->slots = SLOTS_MIN;
        b->slot = calloc(b->slots, sizeof(*b->slot));
        b->wheel_s = now_s;
        b->bytes = sizeof(*b) + b->slots * sizeof(*b->slot);
        if (b->slot != NULL && cp_siphash_key_random(&b->key) == 0)
                return b;
        cp_bindings_destroy(b);
        return NULL;
}

void cp_bindings_destroy(struct cp_bindings *b)
{
        if (b == NULL)
                return;
        for (uint32_t i = 0; b->slot != NULL && i < b->slots; i++) {
                struct cp_aor *aor = b->slot[i].aor;

                while (aor != NULL && aor->first != NULL) {
                        struct cp_binding *x = aor->first;

                        aor->first = x->next;
                        free(x);
                }
                free(aor);
        }
        free(b->slot);
        free(b);
}

uint32_t cp_bindings_count(const struct cp_bindings *b)
{
        return b->count;
}

uint32_t cp_bindings_aors(const struct cp_bindings *b)
{
        return b->aors;
}

size_t cp_bindings_bytes(const struct cp_bindings *b)
{
        return b->bytes;
}

/* ---- AoRs ---- */

static struct slot *probe(const struct cp_bindings *b, struct cp_text aor, uint64_t hash)
{
        uint32_t i = (uint32_t)hash & (b->slots - 1);

        for (;; i = (i + 1) & (b->slots - 1)) {
                struct slot *s = &b->slot[i];

                if (s->aor == NULL || (s->hash == hash && s->aor->len == aor.len &&
                                       memcmp(s->aor->text, aor.at, aor.len) == 0))
                        return s;
        }
}

struct cp_aor *cp_bindings_find(const struct cp_bindings *b, struct cp_text aor)
{
        return probe(b, aor, cp_siphash(&b->key, aor.at, aor.len))->aor;
}

struct cp_aor *cp_bindings_next(const struct cp_bindings *b, uint32_t *at)
{
        while (*at < b->slots) {
                struct cp_aor *aor = b->slot[(*at)++].aor;

                if (aor != NULL)
                        return aor;
        }
        return NULL;
}

struct cp_aor *cp_bindings_below(const struct cp_bindings *b, uint32_t *at)
{
        while (*at != 0) {
                struct cp_aor *aor = b->slot[--*at].aor;

                if (aor != NULL)
                        return aor;
        }
        return NULL;
}

uint32_t cp_bindings_slots(const struct cp_bindings *b)
{
        return b->slots;
}

static struct slot *free_slot(const struct cp_bindings *b, uint64_t hash)
{
        uint32_t i = (uint32_t)hash & (b->slots - 1);

        while (b->slot[i].aor != NULL)
                i = (i + 1) & (b->slots - 1);
        return &b->slot[i];
}

static bool grow(struct cp_bindings *b)
{
        struct slot *old = b->slot;
        uint32_t old_slots = b->slots;

        b->slot = calloc((size_t)old_slots * 2, sizeof(*b->slot));
        if (b->slot == NULL) {
                b->slot = old;
                return false;
        }
        b->slots = old_slots * 2;
        b->bytes += old_slots * sizeof(*b->slot);
        for (uint32_t i = 0; i < old_slots; i++) {
                if (old[i].aor != NULL)
                        *free_slot(b, old[i].hash) = old[i];
        }
        free(old);
        return true;
}

struct cp_aor *cp_bindings_aor(struct cp_bindings *b, struct cp_text aor)
{
        uint64_t hash = cp_siphash(&b->key, aor.at, aor.len);
        struct slot *s = probe(b, aor, hash);
        struct cp_aor *made;

        if (s->aor != NULL)
                return s->aor;
        if (aor.len > CP_AOR_BYTES || (b->aors >= b->slots / 4 * 3 && !grow(b)))
                return NULL;
        made = calloc(1, sizeof(*made) + aor.len);
        if (made == NULL)
                return NULL;
        made->hash = hash;
        made->len = (uint16_t)aor.len;
        memcpy(made->text, aor.at, aor.len);
        *free_slot(b, hash) = (struct slot){hash, made};
        b->aors++;
        b->bytes += sizeof(*made) + aor.len;
        return made;
}

void cp_bindings_watch(struct cp_bindings *b, struct cp_changes *changes)
{
        b->changes = changes;
}

static void note(struct cp_bindings *b, const struct cp_aor *aor)
{
        if (b->changes != NULL)
                cp_changes_put(b->changes, aor->text, aor->len);
}

void cp_bindings_touch(struct cp_bindings *b, struct cp_aor *aor)
{
        note(b, aor);
        if (aor->dirty_link != NULL)
                return;
        aor->dirty_next = b->dirty;
        if (b->dirty != NULL)
                b->dirty->dirty_link = &aor->dirty_next;
        aor->dirty_link = &b->dirty;
        b->dirty = aor;
}

struct cp_aor *cp_bindings_dirty(const struct cp_bindings *b)
{
        return b->dirty;
}

/* Empty the slot, and move up what stands behind it without a gap. */
static void drop_aor(struct cp_bindings *b, struct cp_aor *aor)
{
        struct slot *s = probe(b, (struct cp_text){aor->text, aor->len}, aor->hash);
        uint32_t i = (uint32_t)(s - b->slot);

        s->aor = NULL;
        b->aors--;
        b->bytes -= sizeof(*aor) + aor->len;
        for (i = (i + 1) & (b->slots - 1); b->slot[i].aor != NULL; i = (i + 1) & (b->slots - 1)) {
                struct slot moved = b->slot[i];

                b->slot[i].aor = NULL;
                *free_slot(b, moved.hash) = moved;
                if (b->slot[i].aor == NULL)
                        note(b, moved.aor);
        }
        free(aor);
}

void cp_bindings_clean(struct cp_bindings *b, struct cp_aor *aor)
{
        if (aor->dirty_link != NULL) {
                *aor->dirty_link = aor->dirty_next;
                if (aor->dirty_next != NULL)
                        aor->dirty_next->dirty_link = aor->dirty_link;
                aor->dirty_link = NULL;
        }
        if (aor->first == NULL)
                drop_aor(b, aor);
}

/* ---- bindings ---- */

static size_t texts_bytes(const struct cp_binding *x)
{
        size_t n = 0;

        for (unsigned i = 0; i < CP_BINDING_TEXTS; i++)
                n += x->text_len[i];
        return n;
}

struct cp_text cp_binding_text(const struct cp_binding *x, enum cp_binding_text which)
{
        const char *at = x->texts;

        for (unsigned i = 0; i < (unsigned)which; i++)
                at += x->text_len[i];
        return (struct cp_text){at, x->text_len[which]};
}

void cp_binding_get(const struct cp_binding *x, struct cp_binding_value *out)
{
        for (unsigned i = 0; i < CP_BINDING_TEXTS; i++)
                out->text[i] = cp_binding_text(x, (enum cp_binding_text)i);
        out->expires_s = x->expires_s;
        out->updated_s = x->updated_s;
        out->cseq = x->cseq;
        out->reg_id = x->reg_id;
        out->q_milli = x->q_milli;
        out->port = x->port;
        out->behind_nat = x->behind_nat != 0;
        out->received = x->received;
}

struct cp_binding *cp_binding_create(const struct cp_binding_value *v)
{
        struct cp_binding *x;
        size_t bytes = 0;
        char *to;

        for (unsigned i = 0; i < CP_BINDING_TEXTS; i++) {
                if (v->text[i].len > CP_BINDING_BYTES)
                        return NULL;
                bytes += v->text[i].len;
        }
        x = bytes > CP_BINDING_BYTES ? NULL : calloc(1, sizeof(*x) + bytes);
        if (x == NULL)
                return NULL;
        x->expires_s = v->expires_s;
        x->updated_s = v->updated_s;
        x->cseq = v->cseq;
        x->reg_id = v->reg_id;
        x->q_milli = v->q_milli;
        x->port = v->port;
        x->behind_nat = v->behind_nat;
        x->received = v->received;
        to = x->texts;
        for (unsigned i = 0; i < CP_BINDING_TEXTS; i++) {
                x->text_len[i] = (uint16_t)v->text[i].len;
                if (v->text[i].len != 0)
                        memcpy(to, v->text[i].at, v->text[i].len);
                to += v->text[i].len;
        }
        return x;
}

void cp_binding_destroy(struct cp_binding *x)
{
        free(x);
}

/* Into the slot of its second; what has ended already goes into the next one to be looked at. */
static void wheel_add(struct cp_bindings *b, struct cp_binding *x)
{
        uint32_t at_s = x->expires_s > b->wheel_s ? x->expires_s : b->wheel_s + 1;
        struct cp_binding **slot = &b->wheel[at_s % CP_WHEEL_SLOTS];

        x->wheel_next = *slot;
        x->wheel_link = slot;
        if (*slot != NULL)
                (*slot)->wheel_link = &x->wheel_next;
        *slot = x;
}

static void wheel_del(struct cp_binding *x)
{
        *x->wheel_link = x->wheel_next;
        if (x->wheel_next != NULL)
                x->wheel_next->wheel_link = x->wheel_link;
}

void cp_bindings_add(struct cp_bindings *b, struct cp_aor *aor, struct cp_binding *x)
{
        struct cp_binding **end = &aor->first;

        while (*end != NULL)
                end = &(*end)->next;
        *end = x;
        x->next = NULL;
        x->aor = aor;
        wheel_add(b, x);
        b->count++;
        b->bytes += sizeof(*x) + texts_bytes(x);
        cp_bindings_touch(b, aor);
}

void cp_bindings_remove(struct cp_bindings *b, struct cp_binding *x)
{
        struct cp_binding **at = &x->aor->first;

        while (*at != x)
                at = &(*at)->next;
        *at = x->next;
        wheel_del(x);
        b->count--;
        b->bytes -= sizeof(*x) + texts_bytes(x);
        cp_bindings_touch(b, x->aor);
        free(x);
}

unsigned cp_bindings_expire(struct cp_bindings *b, uint32_t now_s, unsigned budget)
{
        unsigned gone = 0;

        /* After a long sleep one turn of the wheel sees every slot. */
        if (now_s > b->wheel_s && now_s - b->wheel_s > CP_WHEEL_SLOTS)
                b->wheel_s = now_s - CP_WHEEL_SLOTS;
        while (b->wheel_s < now_s) {
                struct cp_binding *x = b->wheel[(b->wheel_s + 1) % CP_WHEEL_SLOTS];

                while (x != NULL) {
                        struct cp_binding *next = x->wheel_next;

                        if (x->expires_s <= now_s) {
                                if (gone == budget)
                                        return gone;
                                cp_bindings_remove(b, x);
                                gone++;
                        }
                        x = next;
                }
                b->wheel_s++;
        }
        return gone;
}

const struct cp_binding *cp_aor_best(const struct cp_aor *aor, uint32_t now_s)
{
        const struct cp_binding *best = NULL;

        for (const struct cp_binding *x = aor->first; x != NULL; x = x->next) {
                if (x->expires_s <= now_s)
                        continue;
                if (best == NULL || x->q_milli > best->q_milli ||
                    (x->q_milli == best->q_milli && x->updated_s >= best->updated_s))
                        best = x;
        }
        return best;
}
