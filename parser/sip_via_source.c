/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_via_source.h"

#include <string.h>

#include "parser/sip_ctype.h"

static bool same_nocase(const uint8_t *a, const char *b, size_t bytes)
{
        for (size_t i = 0; i < bytes; i++) {
                if (sip_lower(a[i]) != sip_lower((uint8_t)b[i]))
                        return false;
        }
        return true;
}

/* Is the parameter called `name`, which is in lower case? */
static bool param_is(const uint8_t *p, size_t bytes, const char *name)
{
        size_t name_len = strlen(name);
        size_t end = 0;

        while (end < bytes && p[end] != '=' && !sip_is(p[end], SIP_CT_LWS))
                end++;
        return end == name_len && same_nocase(p, name, name_len);
}

/* The same where a ';' may stand in a quoted string. */
static size_t quoted_param_end(const uint8_t *p, size_t at, size_t bytes)
{
        bool quoted = false;

        for (; at < bytes; at++) {
                if (p[at] == '"')
                        quoted = !quoted;
                else if (quoted && p[at] == '\\' && at + 1 < bytes)
                        at++;
                else if (!quoted && p[at] == ';')
                        break;
        }
        return at;
}

size_t sip_via_param_end(const uint8_t *p, size_t at, size_t bytes)
{
        const uint8_t *end;

        if (at >= bytes)
                return at;
        end = memchr(p + at, ';', bytes - at);
        if (end == NULL)
                return bytes;
        if (memchr(p + at, '"', (size_t)(end - p) - at) != NULL)
                return quoted_param_end(p, at, bytes);
        return (size_t)(end - p);
}

bool sip_via_param_is_source(const uint8_t *p, size_t bytes)
{
        while (bytes > 0 && sip_is(*p, SIP_CT_LWS)) {
                p++;
                bytes--;
        }
        return bytes > 0 && sip_lower(*p) == 'r' &&
               (param_is(p, bytes, "received") || param_is(p, bytes, "rport"));
}

bool sip_via_is_from(const struct sip_msg *req, const char *src, size_t len)
{
        const uint8_t *host = sip_span_at(req, req->via.host);
        size_t host_len = req->via.host.len;

        if (host_len >= 2 && host[0] == '[' && host[host_len - 1] == ']') {
                host++;
                host_len -= 2;
        }
        return host_len == len && same_nocase(host, src, len);
}
