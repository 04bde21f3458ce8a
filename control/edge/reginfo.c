/* SPDX-License-Identifier: Apache-2.0 */
#include "control/edge/reginfo.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The end tags of a document, which always fit. */
#define TAIL "</registration></reginfo>\r\n"

struct xml {
        char *out;
        size_t cap;
        size_t len;
        bool overflow;
};

__attribute__((format(printf, 2, 3))) static void say(struct xml *x, const char *fmt, ...)
{
        size_t room = x->cap - x->len;
        va_list args;
        int n;

        va_start(args, fmt);
        n = vsnprintf(x->out + x->len, room, fmt, args);
        va_end(args);
        if (n < 0 || (size_t)n >= room)
                x->overflow = true;
        else
                x->len += (size_t)n;
}

/* Character data and attribute values alike (XML 1.0 2.4). A URI is of printable ASCII; what is
 * not, XML might not take. */
static void say_text(struct xml *x, const char *at, size_t len)
{
        for (size_t i = 0; i < len && !x->overflow; i++) {
                switch (at[i]) {
                case '&':
                        say(x, "&amp;");
                        break;
                case '<':
                        say(x, "&lt;");
                        break;
                case '>':
                        say(x, "&gt;");
                        break;
                case '"':
                        say(x, "&quot;");
                        break;
                default:
                        say(x, "%c", at[i] >= ' ' && at[i] < 0x7f ? at[i] : '?');
                }
        }
}

/* ---- views ---- */

static void forget(struct cp_reg_view *v, unsigned i)
{
        free(v->known[i]);
        v->known[i] = v->known[--v->cnt];
}

void cp_reg_view_clear(struct cp_reg_view *v)
{
        while (v->cnt != 0)
                forget(v, v->cnt - 1);
}

static uint64_t id_of(const struct cp_siphash_key *key, const struct cp_binding *b)
{
        const struct cp_text instance = cp_binding_text(b, CP_BINDING_INSTANCE);
        const struct cp_text uri = cp_binding_text(b, CP_BINDING_CONTACT);

        if (instance.len != 0 && b->reg_id != CP_BINDING_NO_REG)
                return cp_siphash_chain(key, b->reg_id, instance.at, instance.len);
        return cp_siphash_chain(key, 0, uri.at, uri.len);
}

static uint64_t mark_of(const struct cp_binding *b)
{
        return (uint64_t)b->expires_s << 32 ^ (uint64_t)b->updated_s << 8 ^ b->cseq;
}

static struct cp_reg_known *find(const struct cp_reg_view *v, uint64_t id)
{
        for (unsigned i = 0; i < v->cnt; i++) {
                if (v->known[i]->id == id)
                        return v->known[i];
        }
        return NULL;
}

static struct cp_reg_known *add(struct cp_reg_view *v, uint64_t id, const struct cp_binding *b)
{
        const struct cp_text uri = cp_binding_text(b, CP_BINDING_CONTACT);
        struct cp_reg_known *k = NULL;

        if (v->cnt < CP_REG_KNOWN_MAX)
                k = calloc(1, sizeof(*k) + uri.len);
        if (k == NULL)
                return NULL;
        k->id = id;
        k->uri_len = (uint16_t)uri.len;
        memcpy(k->uri, uri.at, uri.len);
        v->known[v->cnt++] = k;
        return k;
}

/* ---- contacts ---- */

/* One contact, whole or not at all. b: NULL when it is not bound any more. */
static bool say_contact(struct xml *x, const struct cp_reg_known *k, const struct cp_binding *b,
                        const char *event, uint32_t now_s)
{
        const struct xml before = *x;

        say(x, "<contact id=\"%016llx\" state=\"%s\" event=\"%s\"", (unsigned long long)k->id,
            b != NULL ? "active" : "terminated", event);
        if (b != NULL)
                say(x, " expires=\"%u\" q=\"%u.%03u\"", b->expires_s - now_s, b->q_milli / 1000u,
                    b->q_milli % 1000u);
        say(x, "><uri>");
        say_text(x, k->uri, k->uri_len);
        say(x, "</uri></contact>");
        if (!x->overflow)
                return true;
        *x = before;
        return false;
}

/* Those that are not bound any more, and leave the view when that was said. */
static bool say_gone(struct xml *x, struct cp_reg_view *v, const struct cp_reg_doc *d)
{
        bool all = true;

        for (unsigned i = v->cnt; i-- > 0;) {
                const struct cp_reg_known *k = v->known[i];

                if (k->found)
                        continue;
                if (say_contact(x, k, NULL, k->expires_s <= d->now_s ? "expired" : "unregistered",
                                d->now_s))
                        forget(v, i);
                else
                        all = false;
        }
        return all;
}

static bool say_bound(struct xml *x, struct cp_reg_view *v, const struct cp_reg_doc *d,
                      const struct cp_binding *b)
{
        uint64_t id = id_of(d->key, b);
        struct cp_reg_known *k = find(v, id);
        const char *event = "registered";
        bool known = k != NULL;

        if (known && k->mark == mark_of(b) && !d->full)
                return true;
        if (known && k->mark != mark_of(b))
                event = b->expires_s < k->expires_s ? "shortened" : "refreshed";
        if (!known)
                k = add(v, id, b);
        if (k == NULL)
                return false;
        if (!say_contact(x, k, b, event, d->now_s)) {
                if (!known)
                        forget(v, v->cnt - 1);
                return false;
        }
        k->mark = mark_of(b);
        k->expires_s = b->expires_s;
        k->found = true;
        return true;
}

/* Which contacts of the view still stand; how many bindings there are. */
static unsigned compare(struct cp_reg_view *v, const struct cp_reg_doc *d)
{
        unsigned cnt = 0;

        for (unsigned i = 0; i < v->cnt; i++)
                v->known[i]->found = false;
        for (const struct cp_binding *b = d->aor != NULL ? d->aor->first : NULL; b != NULL;
             b = b->next) {
                struct cp_reg_known *k = find(v, id_of(d->key, b));

                if (b->expires_s <= d->now_s)
                        continue;
                if (k != NULL)
                        k->found = true;
                cnt++;
        }
        return cnt;
}

size_t cp_reginfo_write(struct cp_reg_view *v, const struct cp_reg_doc *doc, char *out, size_t cap,
                        bool *more)
{
        struct xml x = {.out = out, .cap = cap > sizeof(TAIL) ? cap - sizeof(TAIL) : 0};
        unsigned bound = compare(v, doc);
        const char *state = bound != 0 ? "active" : v->cnt != 0 ? "terminated" : "init";
        size_t head;

        *more = false;
        say(&x,
            "<?xml version=\"1.0\"?>\r\n<reginfo xmlns=\"urn:ietf:params:xml:ns:reginfo\" "
            "version=\"%u\" state=\"%s\"><registration aor=\"",
            doc->version, doc->full ? "full" : "partial");
        say_text(&x, doc->name.at, doc->name.len);
        say(&x, "\" id=\"%016llx\" state=\"%s\">",
            (unsigned long long)cp_siphash_chain(doc->key, 1, doc->name.at, doc->name.len), state);
        if (x.overflow)
                return 0;
        head = x.len;
        *more = !say_gone(&x, v, doc);
        for (const struct cp_binding *b = doc->aor != NULL ? doc->aor->first : NULL; b != NULL;
             b = b->next) {
                if (b->expires_s > doc->now_s && !say_bound(&x, v, doc, b))
                        *more = true;
        }
        if (x.len == head && !doc->full)
                return 0;
        x.cap = cap;
        say(&x, TAIL);
        return x.len;
}
