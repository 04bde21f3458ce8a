/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_uri_part.h"

bool sip_uri_part_next(const uint8_t *buf, struct sip_span *rest, uint8_t separator,
                       struct sip_uri_part *out)
{
        uint32_t from = rest->off;
        uint32_t end = from + rest->len;
        uint32_t to, eq, name_to;

        while (from < end && sip_is(buf[from], SIP_CT_LWS)) /* a fold, see URI_FOLDED */
                from++;
        if (from >= end)
                return false;
        for (to = from; to < end && buf[to] != separator; to++)
                ;
        for (eq = from; eq < to && buf[eq] != '='; eq++)
                ;
        *rest = sip_span_make(to < end ? to + 1 : end, end);
        while (to > from && sip_is(buf[to - 1], SIP_CT_LWS))
                to--;
        name_to = eq < to ? eq : to;
        out->name = sip_span_make(from, name_to);
        out->value = eq < to ? sip_span_make(eq + 1, to) : (struct sip_span){0, 0};
        return true;
}

static bool find(const uint8_t *buf, struct sip_span rest, uint8_t separator, const char *name,
                 struct sip_uri_part *out)
{
        while (sip_uri_part_next(buf, &rest, separator, out)) {
                if (sip_span_ieq(buf, out->name, name, strlen(name)))
                        return true;
        }
        return false;
}

bool sip_uri_param(const uint8_t *buf, const struct sip_uri *u, const char *name,
                   struct sip_uri_part *out)
{
        return find(buf, u->params, ';', name, out);
}

bool sip_uri_header(const uint8_t *buf, const struct sip_uri *u, const char *name,
                    struct sip_uri_part *out)
{
        return find(buf, u->headers, '&', name, out);
}

static unsigned hex(uint8_t c)
{
        return c <= '9' ? (unsigned)(c - '0') : (unsigned)(sip_lower(c) - 'a' + 10);
}

size_t sip_uri_unescape(const uint8_t *buf, struct sip_span s, uint8_t *out, size_t cap)
{
        uint32_t end = (uint32_t)s.off + s.len;
        size_t n = 0;

        for (uint32_t i = s.off; i < end; n++)
                i += buf[i] == '%' && end - i >= 3 ? 3 : 1;
        if (n > cap)
                return n;
        for (uint32_t i = s.off; i < end;) {
                if (buf[i] == '%' && end - i >= 3) {
                        *out++ = (uint8_t)(hex(buf[i + 1]) << 4 | hex(buf[i + 2]));
                        i += 3;
                } else {
                        *out++ = buf[i++];
                }
        }
        return n;
}
