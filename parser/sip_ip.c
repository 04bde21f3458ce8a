/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_ip.h"

#include "parser/sip_host.h"

/* A dotted quad that sip_ip4_ok() took. */
static void quad(const uint8_t *p, size_t n, uint8_t *out)
{
        unsigned v = 0;

        for (size_t i = 0; i < n; i++) {
                if (p[i] == '.') {
                        *out++ = (uint8_t)v;
                        v = 0;
                } else {
                        v = 10 * v + (unsigned)(p[i] - '0');
                }
        }
        *out = (uint8_t)v;
}

/* An address that sip_ip6_ok() took: groups to the front and, behind "::", to the back. */
static void groups(const uint8_t *p, size_t n, uint8_t *out)
{
        uint8_t all[16] = {0};
        size_t at = 0, gap = sizeof(all), i = 0;

        while (i < n && at < sizeof(all)) {
                size_t from = i;
                unsigned v = 0;

                if (p[i] == ':') {
                        if (i + 1 < n && p[i + 1] == ':') {
                                gap = at;
                                i++;
                        }
                        i++;
                        continue;
                }
                for (; i < n && sip_is(p[i], SIP_CT_HEX); i++)
                        v = v << 4 | (p[i] <= '9' ? (unsigned)(p[i] - '0')
                                                  : (unsigned)(sip_lower(p[i]) - 'a' + 10));
                if (i < n && p[i] == '.') {
                        quad(p + from, n - from, all + at);
                        at += 4;
                        break;
                }
                all[at++] = (uint8_t)(v >> 8);
                all[at++] = (uint8_t)v;
        }
        if (gap > at)
                gap = at;
        memcpy(out, all, gap);
        memcpy(out + sizeof(all) - (at - gap), all + gap, at - gap);
}

bool sip_ip_parse(const uint8_t *buf, struct sip_span s, struct sip_ip *out)
{
        const uint8_t *p = buf + s.off;
        size_t n = s.len;
        bool three = false;

        memset(out, 0, sizeof(*out));
        if (sip_ip4_ok(p, n)) {
                out->family = 4;
                quad(p, n, out->octets);
                return true;
        }
        if (n >= 2 && p[0] == '[' && p[n - 1] == ']') {
                p++;
                n -= 2;
        }
        if (!sip_ip6_ok(p, n, &three))
                return false;
        out->family = 6;
        groups(p, n, out->octets);
        return true;
}
