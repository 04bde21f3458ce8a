/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_host.h"

#include "parser/sip_num.h"

bool sip_ip4_ok(const uint8_t *p, size_t n)
{
        size_t i = 0;

        for (unsigned quad = 0; quad < 4; quad++) {
                unsigned v = 0;
                size_t from = i;

                while (i < n && i - from < 3 && sip_is(p[i], SIP_CT_DIGIT))
                        v = v * 10 + (unsigned)(p[i++] - '0');
                if (i == from || v > 255)
                        return false;
                if (quad < 3 && (i == n || p[i++] != '.'))
                        return false;
        }
        return i == n;
}

bool sip_ip6_ok(const uint8_t *p, size_t n, bool *three_colons)
{
        unsigned groups = 0;
        bool gap = false;
        size_t i = 0;

        if (n >= 2 && p[0] == ':' && p[1] != ':')
                return false;
        while (i < n) {
                size_t from = i;

                if (p[i] == ':' && i + 1 < n && p[i + 1] == ':') {
                        if (gap)
                                return false;
                        gap = true;
                        i += 2;
                        if (i < n && p[i] == ':') {
                                if (!sip_ip4_ok(p + i + 1, n - i - 1))
                                        return false;
                                *three_colons = true;
                                i++;
                        }
                        continue;
                }
                if (groups > 0 && p[i] == ':' && p[i - 1] != ':')
                        from = ++i;
                while (i < n && i - from < 4 && sip_is(p[i], SIP_CT_HEX))
                        i++;
                if (i == from)
                        return false;
                if (i < n && p[i] == '.')
                        return sip_ip4_ok(p + from, n - from) &&
                               (gap ? groups + 2 < 8 : groups + 2 == 8);
                if (i < n && p[i] != ':')
                        return false;
                groups++;
        }
        return gap ? groups < 8 : groups == 8;
}

static enum sip_anomaly reference(struct sip_cur *c, struct sip_span *out)
{
        uint32_t from = c->pos;
        uint32_t p = from + 1;
        bool three = false;

        while (p < c->end &&
               (sip_is(c->buf[p], SIP_CT_HEX) || c->buf[p] == ':' || c->buf[p] == '.'))
                p++;
        if (p == c->end || c->buf[p] != ']') {
                c->pos = p;
                return SIP_ANOM_URI_HOST;
        }
        if (!sip_ip6_ok(c->buf + from + 1, p - from - 1, &three))
                return SIP_ANOM_URI_HOST;
        if (three)
                sip_anom_add(c->notes, SIP_ANOM_IPV6_THREE_COLONS);
        c->pos = p + 1;
        *out = sip_span_make(from, c->pos);
        return SIP_ANOM_NONE;
}

/* Labels are not empty and neither begin nor end with "-"; one dot may end the name. */
static enum sip_anomaly name(struct sip_cur *c, struct sip_span *out)
{
        const uint8_t *b = c->buf;
        uint32_t from = c->pos;
        uint32_t label = from;
        uint32_t last = from; /* start of the last label that is not empty */
        uint32_t p;
        bool underscore = false;

        for (p = from; p < c->end && sip_is(b[p], SIP_CT_HOST); p++) {
                if (b[p] == '.') {
                        if (p == label || b[p - 1] == '-')
                                goto bad;
                        label = p + 1;
                } else if (p == label) {
                        if (b[p] == '-')
                                goto bad;
                        last = p;
                }
                underscore |= b[p] == '_';
        }
        if (p == from || b[p - 1] == '-' || p - from > SIP_HOST_BYTES_MAX)
                goto bad;
        /* A name whose last label is a number is an IPv4 address or nothing (RFC 1123 2.1). */
        if (sip_is(b[last], SIP_CT_DIGIT)) {
                uint32_t q = last;

                while (q < p && sip_is(b[q], SIP_CT_DIGIT))
                        q++;
                if ((q == p || b[q] == '.') && !sip_ip4_ok(b + from, p - from)) {
                        p = last;
                        goto bad;
                }
        }
        if (underscore)
                sip_anom_add(c->notes, SIP_ANOM_HOST_UNDERSCORE);
        *out = sip_span_make(from, p);
        c->pos = p;
        return SIP_ANOM_NONE;
bad:
        c->pos = p;
        return SIP_ANOM_URI_HOST;
}

enum sip_anomaly sip_host_parse(struct sip_cur *c, struct sip_span *out)
{
        return sip_cur_at(c, '[') ? reference(c, out) : name(c, out);
}

enum sip_anomaly sip_port_parse(struct sip_cur *c, bool lws, uint16_t *port)
{
        uint32_t before = c->pos;
        uint32_t from, v;

        *port = 0;
        if (lws)
                sip_cur_lws(c);
        if (!sip_cur_at(c, ':')) {
                c->pos = before;
                return SIP_ANOM_NONE;
        }
        c->pos++;
        if (lws)
                sip_cur_lws(c);
        from = c->pos;
        sip_cur_skip(c, SIP_CT_DIGIT);
        if (sip_num_parse(c->buf, sip_span_make(from, c->pos), 65535, &v) != SIP_NUM_OK || v == 0)
                return SIP_ANOM_URI_PORT;
        *port = (uint16_t)v;
        return SIP_ANOM_NONE;
}
