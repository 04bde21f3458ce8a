/* SPDX-License-Identifier: Apache-2.0 */
#include "control/location/registrar.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "parser/sip_contact.h"
#include "parser/sip_list.h"
#include "parser/sip_uri.h"
#include "parser/sip_uri_cmp.h"

#define PATH_BYTES     1024u
#define HOUR_S         3600u
#define CONTACT_BYTES  512u /* of one URI */
#define INSTANCE_BYTES 256u

_Static_assert(PATH_BYTES + CONTACT_BYTES + INSTANCE_BYTES + 512 <= CP_BINDING_BYTES, "it fits");

/* What one Contact of the request asks for. */
struct change {
        struct sip_contact contact;
        uint32_t expires_s; /* from now, 0 = remove */
        struct cp_binding *old;
        struct cp_binding *new;
};

struct registration {
        struct cp_bindings *bindings;
        const struct cp_registrar_policy *policy;
        const struct sip_msg *req;
        const struct cp_register_from *from;
        struct cp_register_reply *out;
        struct cp_text name;
        struct cp_aor *aor; /* NULL while it has no bindings */
        struct change change[CP_REGISTER_CONTACTS_MAX];
        unsigned changes;
        bool star;
        char path[PATH_BYTES];
        size_t path_len;
};

static struct sip_cur cursor(const struct sip_msg *m, struct sip_span s, struct sip_anom_set *notes)
{
        return (struct sip_cur){m->buf, s.off, (uint32_t)s.off + s.len, notes};
}

static struct cp_text text_of(const struct sip_msg *m, struct sip_span s)
{
        return (struct cp_text){(const char *)sip_span_at(m, s), s.len};
}

/* ---- reading the request ---- */

static bool read_contact_field(struct registration *r, struct sip_cur *c)
{
        enum sip_value v;

        do {
                struct sip_contact x;

                v = sip_contact_parse(c, &x);
                if (v != SIP_VALUE_OK || r->changes == CP_REGISTER_CONTACTS_MAX)
                        return false;
                if (x.addr.star)
                        r->star = true;
                else if (x.addr.uri.all.len > CONTACT_BYTES || x.instance.len > INSTANCE_BYTES)
                        return false;
                else
                        r->change[r->changes++].contact = x;
        } while (sip_value_more(c, &v));
        return v == SIP_VALUE_OK;
}

static bool read_contacts(struct registration *r)
{
        const struct sip_msg *m = r->req;

        for (uint8_t i = m->first[SIP_HDR_CONTACT]; i != SIP_HDR_NONE; i = m->hdrs[i].next_same) {
                struct sip_anom_set notes = {{0}};
                struct sip_cur c = cursor(m, m->hdrs[i].value, &notes);

                if (!read_contact_field(r, &c))
                        return false;
        }
        return true;
}

/* Expires of the request; SIP_VALUE_ABSENT when there is none or it can not be read (10.2.1.1). */
static uint32_t header_expires(const struct sip_msg *m)
{
        const struct sip_hdr *h = sip_msg_first(m, SIP_HDR_EXPIRES);
        struct sip_anom_set notes = {{0}};
        uint32_t v = SIP_VALUE_ABSENT;

        if (h != NULL) {
                struct sip_cur c = cursor(m, h->value, &notes);

                if (sip_value_number(&c, SIP_VALUE_ABSENT - 1, &v) != SIP_VALUE_OK)
                        v = SIP_VALUE_ABSENT;
        }
        return v;
}

/* Path values in order, joined; false when they are too long to be kept. */
static bool read_path(struct registration *r)
{
        const struct sip_msg *m = r->req;

        for (uint8_t i = m->first[SIP_HDR_PATH]; i != SIP_HDR_NONE; i = m->hdrs[i].next_same) {
                const struct cp_text v = text_of(m, m->hdrs[i].value);

                if (r->path_len + v.len + 2 > sizeof(r->path))
                        return false;
                if (r->path_len != 0) {
                        memcpy(r->path + r->path_len, ", ", 2);
                        r->path_len += 2;
                }
                memcpy(r->path + r->path_len, v.at, v.len);
                r->path_len += v.len;
        }
        for (size_t i = 0; i < r->path_len; i++) {
                if (r->path[i] == '\r' || r->path[i] == '\n')
                        r->path[i] = ' '; /* of a folded line */
        }
        return true;
}

static bool lists_option(const struct sip_msg *m, enum sip_hdr_id id, const char *option)
{
        for (uint8_t i = m->first[id]; i != SIP_HDR_NONE; i = m->hdrs[i].next_same) {
                struct sip_anom_set notes = {{0}};
                struct sip_cur c = cursor(m, m->hdrs[i].value, &notes);
                struct sip_item item;
                enum sip_value v;

                do {
                        v = sip_item_parse(&c, &item);
                        if (v == SIP_VALUE_OK &&
                            sip_span_ieq(m->buf, item.name, option, strlen(option)))
                                return true;
                } while (v == SIP_VALUE_OK && sip_value_more(&c, &v));
        }
        return false;
}

/* ---- the answer ---- */

__attribute__((format(printf, 2, 3))) static bool say(struct cp_register_reply *out,
                                                      const char *fmt, ...)
{
        size_t room = sizeof(out->headers) - out->headers_len;
        va_list args;
        int n;

        va_start(args, fmt);
        n = vsnprintf(out->headers + out->headers_len, room, fmt, args);
        va_end(args);
        if (n < 0 || (size_t)n >= room) {
                out->headers[out->headers_len] = '\0';
                return false;
        }
        out->headers_len += (size_t)n;
        return true;
}

static void fail(struct registration *r, uint16_t status)
{
        r->out->status = status;
        r->out->changed = false;
        r->out->headers_len = 0;
        r->out->headers[0] = '\0';
}

static bool say_binding(struct cp_register_reply *out, const struct cp_binding *x, uint32_t now_s)
{
        const struct cp_text uri = cp_binding_text(x, CP_BINDING_CONTACT);
        const struct cp_text instance = cp_binding_text(x, CP_BINDING_INSTANCE);
        bool ok = say(out, "Contact: <%.*s>;expires=%u", (int)uri.len, uri.at,
                      x->expires_s > now_s ? x->expires_s - now_s : 0);

        if (x->q_milli != 1000)
                ok = ok && say(out, ";q=0.%03u", x->q_milli);
        if (instance.len != 0)
                ok = ok && say(out, ";+sip.instance=\"<%.*s>\"", (int)instance.len, instance.at);
        if (x->reg_id != CP_BINDING_NO_REG)
                ok = ok && say(out, ";reg-id=%u", x->reg_id);
        return ok && say(out, "\r\n");
}

/* Was a flow registered, by one who knows what that means (RFC 5626 6)? */
static bool is_outbound(const struct registration *r)
{
        for (unsigned i = 0; i < r->changes; i++) {
                if (r->change[i].new != NULL && r->change[i].new->reg_id != CP_BINDING_NO_REG)
                        return lists_option(r->req, SIP_HDR_SUPPORTED, "outbound");
        }
        return false;
}

/* The bindings as they will be: those that stay, and the new ones. */
static bool say_all(struct registration *r)
{
        bool ok = true;

        for (struct cp_binding *x = r->aor != NULL ? r->aor->first : NULL; x != NULL && ok;
             x = x->next) {
                bool stays = x->expires_s > r->from->now_s && !r->star;

                for (unsigned i = 0; i < r->changes && stays; i++)
                        stays = r->change[i].old != x;
                ok = !stays || say_binding(r->out, x, r->from->now_s);
        }
        for (unsigned i = 0; i < r->changes && ok; i++)
                ok = r->change[i].new == NULL ||
                     say_binding(r->out, r->change[i].new, r->from->now_s);
        if (r->path_len != 0)
                ok = ok && say(r->out, "Path: %.*s\r\n", (int)r->path_len, r->path);
        if (is_outbound(r))
                ok = ok && say(r->out, "Require: outbound\r\n");
        if (r->policy->service_route != NULL)
                ok = ok && say(r->out, "Service-Route: %s\r\n", r->policy->service_route);
        return ok;
}

/* ---- deciding ---- */

static bool same_uri(const struct registration *r, const struct sip_uri *uri,
                     const struct cp_binding *x)
{
        const struct cp_text stored = cp_binding_text(x, CP_BINDING_CONTACT);
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = {(const uint8_t *)stored.at, 0, (uint32_t)stored.len, &notes};
        struct sip_uri parsed;

        if (stored.len == uri->all.len &&
            memcmp(stored.at, sip_span_at(r->req, uri->all), stored.len) == 0)
                return true;
        return sip_uri_parse(&c, &parsed) == SIP_ANOM_NONE &&
               sip_uri_equal(r->req->buf, uri, (const uint8_t *)stored.at, &parsed);
}

static bool same_flow(const struct registration *r, const struct sip_contact *c,
                      const struct cp_binding *x)
{
        const struct cp_text stored = cp_binding_text(x, CP_BINDING_INSTANCE);

        return c->reg_id == x->reg_id && stored.len == c->instance.len &&
               memcmp(stored.at, sip_span_at(r->req, c->instance), stored.len) == 0;
}

static struct cp_binding *find_old(const struct registration *r, const struct sip_contact *c)
{
        bool outbound = c->instance.len != 0 && c->reg_id != SIP_VALUE_ABSENT;

        for (struct cp_binding *x = r->aor != NULL ? r->aor->first : NULL; x != NULL; x = x->next) {
                if (x->expires_s > r->from->now_s &&
                    (outbound ? same_flow(r, c, x) : same_uri(r, &c->addr.uri, x)))
                        return x;
        }
        return NULL;
}

/* May this request change a binding that stands (10.3 step 7)? */
static bool in_order(const struct registration *r, const struct cp_binding *old)
{
        const struct cp_text call_id = cp_binding_text(old, CP_BINDING_CALL_ID);
        const struct cp_text mine = text_of(r->req, r->req->call_id);

        return call_id.len != mine.len || memcmp(call_id.at, mine.at, mine.len) != 0 ||
               r->req->cseq.number >= old->cseq;
}

/* Does the topmost Via say where the request came from? If not, something rewrote it on the way. */
static bool via_agrees(const struct sip_msg *m, const struct cp_register_from *from)
{
        char host[INET6_ADDRSTRLEN + 2];
        struct shm_ip said = {{[10] = 0xff, [11] = 0xff}};
        size_t len = m->via.host.len;
        const char *at = (const char *)sip_span_at(m, m->via.host);

        if (len >= 2 && at[0] == '[') {
                at++;
                len -= 2;
        }
        if (len >= sizeof(host))
                return false;
        memcpy(host, at, len);
        host[len] = '\0';
        if (inet_pton(AF_INET, host, said.b + 12) != 1 && inet_pton(AF_INET6, host, said.b) != 1)
                return false;
        return memcmp(said.b, from->addr.b, sizeof(said.b)) == 0 &&
               (m->via.port != 0 ? m->via.port : 5060) == from->port;
}

static struct cp_binding *make(const struct registration *r, const struct change *c)
{
        const struct sip_msg *m = r->req;
        const struct cp_binding_value v = {
            .text = {[CP_BINDING_CONTACT] = text_of(m, c->contact.addr.uri.all),
                     [CP_BINDING_PATH] = {r->path, r->path_len},
                     [CP_BINDING_INSTANCE] = text_of(m, c->contact.instance),
                     [CP_BINDING_CALL_ID] = text_of(m, m->call_id)},
            .expires_s = r->from->now_s + c->expires_s,
            .updated_s = r->from->now_s,
            .cseq = m->cseq.number,
            .reg_id = c->contact.reg_id == SIP_VALUE_ABSENT ? CP_BINDING_NO_REG : c->contact.reg_id,
            .q_milli = c->contact.q_milli == SIP_VALUE_NO_Q ? 1000 : c->contact.q_milli,
            .behind_nat = !via_agrees(m, r->from),
            .received = r->from->addr,
            .port = r->from->port,
        };

        return cp_binding_create(&v);
}

/* How long a contact is to stand; false when that is too short to be taken. */
static bool settle_expires(const struct registration *r, uint32_t in_header, struct change *c)
{
        const struct cp_registrar_policy *p = r->policy;
        uint32_t s = c->contact.expires;

        if (s == SIP_VALUE_ABSENT)
                s = in_header;
        if (s == SIP_VALUE_ABSENT)
                s = p->default_expires_s;
        if (s != 0 && s < p->min_expires_s && s < HOUR_S)
                return false;
        c->expires_s = s > p->max_expires_s ? p->max_expires_s : s;
        return true;
}

/* What each contact does. 0, or the status that refuses the request. */
static uint16_t plan(struct registration *r, uint32_t in_header)
{
        unsigned after = 0;

        for (unsigned i = 0; i < r->changes; i++) {
                if (!settle_expires(r, in_header, &r->change[i]))
                        return 423;
        }
        for (struct cp_binding *x = r->aor != NULL ? r->aor->first : NULL; x != NULL; x = x->next) {
                after += x->expires_s > r->from->now_s;
                if (r->star && !in_order(r, x))
                        return 500;
        }
        for (unsigned i = 0; i < r->changes; i++) {
                struct change *c = &r->change[i];

                c->old = find_old(r, &c->contact);
                if (c->old != NULL && !in_order(r, c->old))
                        return 500;
                for (unsigned j = 0; j < i && c->old != NULL; j++) {
                        if (r->change[j].old == c->old)
                                return 400; /* the same contact twice */
                }
                after -= c->old != NULL;
                after += c->expires_s != 0;
        }
        return after > r->policy->contacts_max ? 403 : 0;
}

/* Everything that can fail, before anything changes. */
static uint16_t prepare(struct registration *r)
{
        uint32_t count = cp_bindings_count(r->bindings);
        unsigned more = 0;

        for (unsigned i = 0; i < r->changes; i++) {
                struct change *c = &r->change[i];

                if (c->expires_s == 0)
                        continue;
                more += c->old == NULL;
                c->new = make(r, c);
                if (c->new == NULL)
                        return 503;
        }
        if (more != 0 && r->policy->bindings_max != 0 && count + more > r->policy->bindings_max)
                return 503;
        if (!say_all(r))
                return 403;
        if (r->aor == NULL && more != 0)
                r->aor = cp_bindings_aor(r->bindings, r->name);
        return r->aor == NULL && more != 0 ? 503 : 0;
}

static void apply(struct registration *r)
{
        while (r->star && r->aor != NULL && r->aor->first != NULL) {
                cp_bindings_remove(r->bindings, r->aor->first);
                r->out->changed = true;
        }
        for (unsigned i = 0; i < r->changes; i++) {
                struct change *c = &r->change[i];

                if (c->old != NULL)
                        cp_bindings_remove(r->bindings, c->old);
                if (c->new != NULL)
                        cp_bindings_add(r->bindings, r->aor, c->new);
                r->out->changed |= c->old != NULL || c->new != NULL;
        }
}

static uint16_t judge(struct registration *r)
{
        uint32_t in_header = header_expires(r->req);
        uint16_t status;

        if (r->name.len == 0 || r->name.len > CP_AOR_BYTES || r->req->call_id.len > 512)
                return 404;
        if (!read_contacts(r) || !read_path(r))
                return 400;
        /* "*" stands alone and with an Expires of 0 (10.3 step 6). */
        if (r->star && (r->changes != 0 || in_header != 0))
                return 400;
        r->aor = cp_bindings_find(r->bindings, r->name);
        status = plan(r, in_header);
        return status != 0 ? status : prepare(r);
}

void cp_registrar_handle(struct cp_bindings *b, const struct cp_registrar_policy *policy,
                         const struct sip_msg *req, struct cp_text aor,
                         const struct cp_register_from *from, struct cp_register_reply *out)
{
        struct registration r = {
            .bindings = b, .policy = policy, .req = req, .from = from, .out = out, .name = aor};
        uint16_t status;

        fail(&r, 200);
        status = judge(&r);
        if (status == 0) {
                apply(&r);
                return;
        }
        for (unsigned i = 0; i < r.changes; i++)
                cp_binding_destroy(r.change[i].new);
        fail(&r, status);
        if (status == 423)
                (void)say(out, "Min-Expires: %u\r\n", policy->min_expires_s);
}

void cp_registrar_fetch(struct cp_bindings *b, const struct cp_registrar_policy *policy,
                        const struct sip_msg *req, struct cp_text aor,
                        const struct cp_register_from *from, struct cp_register_reply *out)
{
        struct registration r = {
            .bindings = b, .policy = policy, .req = req, .from = from, .out = out, .name = aor};

        fail(&r, 200);
        r.aor = cp_bindings_find(b, aor);
        if (!read_path(&r) || !say_all(&r))
                fail(&r, 403);
}
