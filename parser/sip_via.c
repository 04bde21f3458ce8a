/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_via.h"

#include <string.h>

#include "parser/sip_host.h"
#include "parser/sip_num.h"
#include "parser/sip_params.h"

enum { SEEN_BRANCH = 1, SEEN_RECEIVED = 2, SEEN_MADDR = 4, SEEN_RPORT = 8, SEEN_TTL = 16 };

static struct sip_span token(struct sip_cur *c)
{
        uint32_t from = c->pos;

        sip_cur_skip(c, SIP_CT_TOKEN);
        return sip_span_make(from, c->pos);
}

static bool slash(struct sip_cur *c)
{
        sip_cur_lws(c);
        if (!sip_cur_at(c, '/'))
                return false;
        c->pos++;
        sip_cur_lws(c);
        return true;
}

/* protocol-name SLASH protocol-version SLASH transport LWS */
static enum sip_anomaly protocol(struct sip_cur *c, struct sip_via *out)
{
        enum sip_anomaly a = SIP_ANOM_NONE;

        if (c->end - c->pos >= 8 && memcmp(c->buf + c->pos, "SIP/2.0/", 8) == 0) {
                c->pos += 8;
                sip_cur_lws(c);
        } else {
                struct sip_span name = token(c);
                struct sip_span version;

                if (name.len == 0 || !slash(c))
                        return SIP_ANOM_VIA_SYNTAX;
                version = token(c);
                if (version.len == 0 || !slash(c))
                        return SIP_ANOM_VIA_SYNTAX;
                if (!sip_span_ieq(c->buf, name, "sip", 3) ||
                    !sip_span_ieq(c->buf, version, "2.0", 3))
                        a = SIP_ANOM_VIA_PROTOCOL;
        }
        out->transport = token(c);
        if (out->transport.len == 0 || !sip_cur_is(c, SIP_CT_LWS))
                return SIP_ANOM_VIA_SYNTAX;
        sip_cur_lws(c);
        return a;
}

/* A parameter value that must be a host, or for received an address (RFC 3261 20.42, RFC 5118 4.5).
 */
static bool take_host(struct sip_cur *c, const struct sip_param *p, bool address)
{
        struct sip_cur v = *c;
        struct sip_span host;
        const uint8_t *b = c->buf + p->value.off;
        bool three = false;

        if (p->value.len == 0 || p->quoted)
                return false;
        v.pos = p->value.off;
        v.end = v.pos + p->value.len;
        if (sip_host_parse(&v, &host) == SIP_ANOM_NONE && v.pos == v.end) {
                if (address && b[0] == '[')
                        sip_anom_add(c->notes, SIP_ANOM_VIA_RECEIVED_BRACKETS);
                return true;
        }
        /* No host has a colon outside brackets and no IPv6 address is without, so the order is of
         * no account; this one is the faster. */
        if (!address || !sip_ip6_ok(b, p->value.len, &three))
                return false;
        if (three)
                sip_anom_add(c->notes, SIP_ANOM_IPV6_THREE_COLONS);
        return true;
}

static bool take_number(const struct sip_cur *c, const struct sip_param *p, uint32_t max,
                        uint32_t *out)
{
        return !p->quoted && sip_num_parse(c->buf, p->value, max, out) == SIP_NUM_OK;
}

/* Which of the known parameters, 0 for an extension. */
static unsigned known(const uint8_t *buf, struct sip_span name)
{
        switch (name.len) {
        case 3:
                return sip_span_ieq(buf, name, "ttl", 3) ? SEEN_TTL : 0;
        case 5:
                if (sip_span_ieq(buf, name, "rport", 5))
                        return SEEN_RPORT;
                return sip_span_ieq(buf, name, "maddr", 5) ? SEEN_MADDR : 0;
        case 6:
                return sip_span_ieq(buf, name, "branch", 6) ? SEEN_BRANCH : 0;
        case 8:
                return sip_span_ieq(buf, name, "received", 8) ? SEEN_RECEIVED : 0;
        default:
                return 0;
        }
}

static bool take_branch(const struct sip_cur *c, const struct sip_param *p, struct sip_via *out)
{
        if (p->quoted || p->value.len == 0)
                return false;
        if (!sip_cur_span_is(c, p->value, SIP_CT_TOKEN))
                return false;
        out->branch = p->value;
        /* The cookie is compared without regard to case, as all parameter values are (7.3.1). */
        out->cookie =
            p->value.len >= 7 &&
            sip_span_ieq(c->buf, sip_span_make(p->value.off, p->value.off + 7u), "z9hg4bk", 7);
        return true;
}

static bool take_param(struct sip_cur *c, const struct sip_param *p, unsigned which,
                       struct sip_via *out)
{
        uint32_t v = 0;

        switch (which) {
        case SEEN_BRANCH:
                return take_branch(c, p, out);
        case SEEN_RECEIVED:
                out->received = p->value;
                return take_host(c, p, true);
        case SEEN_MADDR:
                out->maddr = p->value;
                return take_host(c, p, false);
        case SEEN_TTL:
                return take_number(c, p, 255, &v);
        case SEEN_RPORT:
                out->has_rport = true;
                if (p->value.off == 0)
                        return true;
                if (!take_number(c, p, 65535, &v) || v == 0)
                        return false;
                out->rport = (uint16_t)v;
                return true;
        default:
                return true;
        }
}

static enum sip_anomaly params(struct sip_cur *c, struct sip_via *out)
{
        struct sip_param p;
        enum sip_params_step step;
        unsigned seen = 0;

        while ((step = sip_params_next(c, &p)) == SIP_PARAMS_ONE) {
                unsigned which = known(c->buf, p.name);

                if ((seen & which) != 0 || !take_param(c, &p, which, out)) {
                        c->pos = p.name.off;
                        return SIP_ANOM_VIA_PARAM;
                }
                seen |= which;
        }
        if (step == SIP_PARAMS_BAD)
                return SIP_ANOM_VIA_PARAM;
        return out->branch.len > SIP_BRANCH_BYTES_MAX ? SIP_ANOM_BRANCH_TOO_LONG : SIP_ANOM_NONE;
}

enum sip_anomaly sip_via_parse(struct sip_cur *c, struct sip_via *out)
{
        enum sip_anomaly a, proto;
        uint32_t from, to;

        memset(out, 0, sizeof(*out));
        sip_cur_lws(c);
        from = c->pos;
        a = proto = protocol(c, out);
        if (a == SIP_ANOM_NONE || a == SIP_ANOM_VIA_PROTOCOL)
                a = sip_host_parse(c, &out->host);
        if (a == SIP_ANOM_NONE)
                a = sip_port_parse(c, true, &out->port);
        if (a == SIP_ANOM_NONE)
                a = params(c, out);
        for (to = c->pos; to > from && sip_is(c->buf[to - 1], SIP_CT_LWS); to--)
                ;
        out->all = sip_span_make(from, to);
        return proto != SIP_ANOM_NONE ? proto : a;
}
