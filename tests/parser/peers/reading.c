/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/peers/reading.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "parser/sip_check.h"

const char *reading_field_name(enum reading_field f)
{
        static const char *const names[READING_CNT] = {
            "method",  "Request-URI", "From user",      "From tag", "To user",    "To tag",
            "Call-ID", "CSeq",        "Content-Length", "Vias",     "body octets"};

        return names[f];
}

void reading_clear(struct reading *r)
{
        r->good = r->mistaken = false;
        for (unsigned f = 0; f < READING_CNT; f++)
                r->field[f][0] = '\0';
}

/* Append one octet in the one spelling; false when there is no more room. */
static bool add(char *field, size_t *len, uint8_t c)
{
        if (*len + 5 > READING_BYTES)
                return false;
        if (c >= 0x20 && c <= 0x7e)
                field[(*len)++] = (char)c;
        else
                *len += (size_t)snprintf(field + *len, 5, "\\x%02x", c);
        field[*len] = '\0';
        return true;
}

void reading_text(struct reading *r, enum reading_field f, const char *p, size_t n)
{
        size_t len = 0;

        r->field[f][0] = '\0';
        for (size_t i = 0; i < n && add(r->field[f], &len, (uint8_t)p[i]); i++)
                ;
}

void reading_number(struct reading *r, enum reading_field f, uint64_t v)
{
        snprintf(r->field[f], READING_BYTES, "%" PRIu64, v);
}

void reading_digits(struct reading *r, enum reading_field f, const char *p, size_t n)
{
        while (n > 1 && p[0] == '0') {
                p++;
                n--;
        }
        reading_text(r, f, p, n);
}

static int hex(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        c = (char)(c | 0x20);
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void add_user(char *field, size_t *len, const char *p, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                uint8_t c = (uint8_t)p[i];

                if (c == '%' && i + 2 < n && hex(p[i + 1]) >= 0 && hex(p[i + 2]) >= 0) {
                        c = (uint8_t)(hex(p[i + 1]) << 4 | hex(p[i + 2]));
                        i += 2;
                }
                if (!add(field, len, c))
                        return;
        }
}

void reading_cseq(struct reading *r, uint64_t number, const char *method, size_t n)
{
        char *field = r->field[READING_CSEQ];
        size_t len = (size_t)snprintf(field, READING_BYTES, "%" PRIu64 " ", number);

        for (size_t i = 0; i < n && add(field, &len, (uint8_t)method[i]); i++)
                ;
}

static void add_lower(char *field, size_t *len, const char *p, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (!add(field, len, (uint8_t)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] | 0x20 : p[i])))
                        return;
}

static bool scheme_is(const struct reading_uri *u, const char *name)
{
        size_t n = strlen(name);

        if (u->scheme_len != n)
                return false;
        for (size_t i = 0; i < n; i++)
                if ((u->scheme[i] | 0x20) != name[i])
                        return false;
        return true;
}

/* One split for all stacks: nothing of what has no users, and the number alone of a tel URI. */
static struct reading_uri canonical(const struct reading_uri *given)
{
        struct reading_uri u = *given;
        const char *params;

        if (scheme_is(&u, "tel")) {
                if (u.user_len == 0) {
                        u.user = u.host;
                        u.user_len = u.host_len;
                }
                params = u.user_len != 0 ? memchr(u.user, ';', u.user_len) : NULL;
                if (params)
                        u.user_len = (size_t)(params - u.user);
                u.host_len = 0;
        } else if (!scheme_is(&u, "sip") && !scheme_is(&u, "sips")) {
                u.user_len = u.host_len = 0;
                u.port = 0;
        }
        if (u.host_len >= 2 && u.host[0] == '[' && u.host[u.host_len - 1] == ']') {
                u.host++;
                u.host_len -= 2;
        }
        return u;
}

void reading_ruri(struct reading *r, const struct reading_uri *given)
{
        struct reading_uri u = canonical(given);
        char *field = r->field[READING_RURI];
        size_t len = 0;

        field[0] = '\0';
        add_lower(field, &len, u.scheme, u.scheme_len);
        add(field, &len, ':');
        add_user(field, &len, u.user, u.user_len);
        if (u.user_len != 0 && u.host_len != 0)
                add(field, &len, '@');
        add_lower(field, &len, u.host, u.host_len);
        if (u.port != 0 && len + 12 < READING_BYTES)
                snprintf(field + len, 12, ":%u", u.port);
}

void reading_user(struct reading *r, enum reading_field f, const struct reading_uri *given)
{
        struct reading_uri u = canonical(given);
        size_t len = 0;

        r->field[f][0] = '\0';
        add_user(r->field[f], &len, u.user, u.user_len);
}

/* ---- this parser ---- */

static void put(struct reading *r, enum reading_field f, const struct sip_msg *m, struct sip_span s)
{
        reading_text(r, f, (const char *)sip_span_at(m, s), s.len);
}

static struct reading_uri split(const struct sip_msg *m, const struct sip_uri *uri)
{
        const char *all = (const char *)sip_span_at(m, uri->all);
        const char *colon = uri->all.len != 0 ? memchr(all, ':', uri->all.len) : NULL;

        return (struct reading_uri){
            .scheme = all,
            .scheme_len = colon ? (size_t)(colon - all) : 0,
            .user = (const char *)sip_span_at(m, uri->user),
            .user_len = uri->user.len,
            .host = (const char *)sip_span_at(m, uri->host),
            .host_len = uri->host.len,
            .port = uri->port,
        };
}

void reading_of(const struct sip_msg *m, struct reading *r)
{
        const struct reading_uri ruri = split(m, &m->ruri);
        const struct reading_uri from = split(m, &m->from.uri);
        const struct reading_uri to = split(m, &m->to.uri);

        reading_clear(r);
        r->good = m->error == SIP_ANOM_NONE;
        if (m->kind == SIP_KIND_RESPONSE)
                reading_number(r, READING_METHOD, m->status);
        else
                put(r, READING_METHOD, m, m->method_name);
        if (ruri.scheme_len != 0)
                reading_ruri(r, &ruri);
        reading_user(r, READING_FROM_USER, &from);
        put(r, READING_FROM_TAG, m, m->from.tag);
        reading_user(r, READING_TO_USER, &to);
        put(r, READING_TO_TAG, m, m->to.tag);
        put(r, READING_CALL_ID, m, m->call_id);
        if (m->cseq.method_name.len != 0)
                reading_cseq(r, m->cseq.number, (const char *)sip_span_at(m, m->cseq.method_name),
                             m->cseq.method_name.len);
        if (m->content_length != SIP_CONTENT_LENGTH_ABSENT)
                reading_number(r, READING_CONTENT_LENGTH, m->content_length);
        reading_number(r, READING_VIAS, m->via_cnt);
        if (m->header_end != 0)
                reading_number(r, READING_BODY, m->body_len);
}
