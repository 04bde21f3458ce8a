/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_alg.h"

#include <string.h>

bool sip_ip_is_private(const struct sip_ip *ip)
{
        static const uint8_t zero[16];
        const uint8_t *o = ip->octets;

        if (ip->family == 4)
                return o[0] == 10 || o[0] == 127 || o[0] == 0 || (o[0] == 172 && o[1] >> 4 == 1) ||
                       (o[0] == 192 && o[1] == 168) || (o[0] == 169 && o[1] == 254) ||
                       (o[0] == 100 && o[1] >> 6 == 1);
        return (o[0] & 0xfeu) == 0xfc || (o[0] == 0xfe && o[1] >> 6 == 2) ||
               (memcmp(o, zero, 15) == 0 && o[15] <= 1);
}

static bool equal(const struct sip_ip *a, const struct sip_ip *b)
{
        return a->family == b->family && memcmp(a->octets, b->octets, sizeof(a->octets)) == 0;
}

/* The address behind "IN IP4 " or "IN IP6 " in the first line that begins with `type`. */
static bool line_address(const struct sip_msg *m, const char *type, struct sip_ip *out)
{
        const uint8_t *at = m->buf + m->body_off, *end = at + m->body_len;

        while (at < end) {
                const uint8_t *lf = memchr(at, '\n', (size_t)(end - at));
                const uint8_t *to = lf != NULL ? lf : end;

                if (to - at > 2 && memcmp(at, type, 2) == 0) {
                        const uint8_t *word;

                        if (to[-1] == '\r')
                                to--;
                        for (word = to; word > at && word[-1] != ' '; word--)
                                ;
                        const struct sip_span s = {.off = (uint16_t)(word - m->buf),
                                                   .len = (uint16_t)(to - word)};

                        return sip_ip_parse(m->buf, s, out);
                }
                at = to + 1;
        }
        return false;
}

unsigned sip_alg_find(const struct sip_msg *m, const struct sip_ip *source)
{
        struct sip_ip via, contact, conn, origin;
        unsigned found = 0;

        if (m->kind != SIP_KIND_REQUEST || m->via_cnt != 1 || sip_ip_is_private(source) ||
            !sip_ip_parse(m->buf, m->via.host, &via) || !equal(&via, source))
                return 0;
        if (m->contact.uri.host.len != 0 && sip_ip_parse(m->buf, m->contact.uri.host, &contact) &&
            sip_ip_is_private(&contact))
                found |= SIP_ALG_CONTACT;
        if (line_address(m, "c=", &conn) && equal(&conn, source) &&
            line_address(m, "o=", &origin) && sip_ip_is_private(&origin))
                found |= SIP_ALG_ORIGIN;
        if (found != 0 && (sip_anom_has(&m->anomalies, SIP_ANOM_CONTENT_LENGTH_BEYOND) ||
                           sip_anom_has(&m->anomalies, SIP_ANOM_BODY_TRAILING)))
                found |= SIP_ALG_LENGTH;
        return found;
}
