/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/parse_text.h"

#include <stdlib.h>
#include <string.h>

#include "parser/sip_ctype.h"
#include "parser/sip_uri_part.h"
#include "parser/sip_utf8.h"

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* Copy n octets to out as UTF-8, each stray one as U+FFFD: at most 3 n octets. Returns how many. */
static size_t to_utf8(const uint8_t *p, size_t n, char *out)
{
        size_t w = 0;

        for (size_t i = 0; i < n;) {
                size_t k = sip_utf8_char(p + i, n - i);

                if (k == 0) {
                        memcpy(out + w, replacement, 3);
                        w += 3;
                        i++;
                } else {
                        memcpy(out + w, p + i, k);
                        w += k;
                        i += k;
                }
        }
        return w;
}

/* Replace each fold and the white space around it by one SP, in place. Returns the new length. */
static size_t unfold(uint8_t *p, size_t n)
{
        size_t w = 0;

        for (size_t i = 0; i < n;) {
                if (p[i] != '\r' && p[i] != '\n') {
                        p[w++] = p[i++];
                        continue;
                }
                while (w > 0 && (p[w - 1] == ' ' || p[w - 1] == '\t'))
                        w--;
                while (i < n && (p[i] == '\r' || p[i] == '\n' || p[i] == ' ' || p[i] == '\t'))
                        i++;
                p[w++] = ' ';
        }
        return w;
}

json_t *cp_cli_text(const uint8_t *p, size_t n)
{
        char *out = malloc(3 * n + 1);
        json_t *j;

        if (!out)
                return NULL;
        j = json_stringn(out, to_utf8(p, n, out));
        free(out);
        return j;
}

json_t *cp_cli_span(const struct sip_msg *m, struct sip_span s)
{
        if (s.off == 0 && s.len == 0)
                return json_null();
        return cp_cli_text(sip_span_at(m, s), s.len);
}

json_t *cp_cli_unfolded(const struct sip_msg *m, struct sip_span s)
{
        uint8_t *copy = malloc(s.len + 1u);
        json_t *j;

        if (!copy)
                return NULL;
        memcpy(copy, sip_span_at(m, s), s.len);
        j = cp_cli_text(copy, unfold(copy, s.len));
        free(copy);
        return j;
}

static void put(json_t *o, const char *key, const struct sip_msg *m, struct sip_span s)
{
        if (s.off != 0)
                json_object_set_new(o, key, cp_cli_unfolded(m, s));
}

static json_t *decoded(const struct sip_msg *m, struct sip_span s)
{
        uint8_t *copy = malloc(s.len + 1u);
        json_t *j;

        if (!copy)
                return NULL;
        j = cp_cli_text(copy, sip_uri_unescape(m->buf, s, copy, s.len));
        free(copy);
        return j;
}

/* The scheme in lower case, also one that the parser has no name for. */
static json_t *scheme(const struct sip_msg *m, const struct sip_uri *u)
{
        const uint8_t *p = sip_span_at(m, u->all);
        const uint8_t *colon = memchr(p, ':', u->all.len);
        size_t n = colon ? (size_t)(colon - p) : 0;
        uint8_t *copy = malloc(n + 1);
        json_t *j;

        if (!copy)
                return NULL;
        for (size_t i = 0; i < n; i++)
                copy[i] = sip_lower(p[i]);
        j = cp_cli_text(copy, n);
        free(copy);
        return j;
}

json_t *cp_cli_uri(const struct sip_msg *m, const struct sip_uri *u)
{
        json_t *o = json_object();

        put(o, "text", m, u->all);
        json_object_set_new(o, "scheme", scheme(m, u));
        if (u->user.off != 0)
                json_object_set_new(o, "user", decoded(m, u->user));
        put(o, "host", m, u->host);
        if (u->port != 0)
                json_object_set_new(o, "port", json_integer(u->port));
        put(o, "params", m, u->params);
        put(o, "headers", m, u->headers);
        return o;
}

json_t *cp_cli_addr(const struct sip_msg *m, const struct sip_addr *a)
{
        json_t *o = json_object();

        if (a->star) {
                json_object_set_new(o, "star", json_true());
                return o;
        }
        put(o, "display", m, a->display);
        json_object_set_new(o, "uri", cp_cli_uri(m, &a->uri));
        put(o, "params", m, a->params);
        put(o, "tag", m, a->tag);
        return o;
}
