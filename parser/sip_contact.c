/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_contact.h"

#include <stddef.h>

#include "parser/sip_addr.h"
#include "parser/sip_num.h"
#include "parser/sip_uri.h"
#include "parser/sip_uri_part.h"

struct params {
        struct sip_span q, expires, instance, pub_gruu, temp_gruu;
        uint32_t reg_id;
        bool focus;
};

static const struct sip_value_param known[] = {
    {"q", 0, offsetof(struct params, q), SIP_FORM_TOKEN},
    {"expires", 0, offsetof(struct params, expires), SIP_FORM_TOKEN},
    {"reg-id", 0x7fffffff, offsetof(struct params, reg_id), SIP_FORM_NUMBER},
    {"+sip.instance", 0, offsetof(struct params, instance), SIP_FORM_QUOTED},
    {"pub-gruu", 0, offsetof(struct params, pub_gruu), SIP_FORM_QUOTED},
    {"temp-gruu", 0, offsetof(struct params, temp_gruu), SIP_FORM_QUOTED},
    {"isfocus", 0, offsetof(struct params, focus), SIP_FORM_FLAG},
};
#define KNOWN_CNT (sizeof(known) / sizeof(known[0]))

/* The URI between the "<" and ">" that +sip.instance holds. */
static bool take_instance(const struct sip_cur *c, struct sip_span s, struct sip_contact *out)
{
        struct sip_cur in = *c;
        struct sip_uri urn;

        if (s.len < 2 || c->buf[s.off] != '<' || c->buf[s.off + s.len - 1u] != '>')
                return false;
        out->instance = sip_span_make(s.off + 1u, s.off + s.len - 1u);
        in.pos = out->instance.off;
        in.end = in.pos + out->instance.len;
        return sip_uri_parse(&in, &urn) == SIP_ANOM_NONE;
}

/* All of 0..2^32-1 is legal (RFC 3261 20.10), and its last value is in use for "for ever". */
static enum sip_value take_expires(const uint8_t *buf, struct sip_span s, uint32_t *out)
{
        switch (sip_num_parse(buf, s, UINT32_MAX, out)) {
        case SIP_NUM_OK:
                *out -= *out == SIP_VALUE_ABSENT;
                return SIP_VALUE_OK;
        case SIP_NUM_RANGE:
                return SIP_VALUE_RANGE;
        default:
                return SIP_VALUE_PARAM;
        }
}

static enum sip_value take_params(const struct sip_cur *c, const struct params *p,
                                  struct sip_contact *out)
{
        enum sip_value v = SIP_VALUE_OK;

        if (p->expires.off != 0)
                v = take_expires(c->buf, p->expires, &out->expires);
        if (v != SIP_VALUE_OK)
                return v;
        out->reg_id = p->reg_id;
        out->pub_gruu = p->pub_gruu;
        out->temp_gruu = p->temp_gruu;
        out->focus = p->focus;
        if (p->q.off != 0) {
                out->q_milli = sip_value_q(c->buf, p->q);
                if (out->q_milli == SIP_VALUE_NO_Q)
                        return SIP_VALUE_PARAM;
        }
        if (p->instance.off != 0 && !take_instance(c, p->instance, out))
                return SIP_VALUE_PARAM;
        return p->reg_id != 0 ? SIP_VALUE_OK : SIP_VALUE_RANGE;
}

static bool star(struct sip_cur *c, struct sip_contact *out)
{
        struct sip_cur ahead = *c;

        if (!sip_cur_at(c, '*') || sip_addr_parse(&ahead, &out->addr) != SIP_ANOM_NONE)
                return false;
        c->pos = ahead.pos;
        return out->addr.star;
}

enum sip_value sip_contact_parse(struct sip_cur *c, struct sip_contact *out)
{
        struct params p;
        struct sip_uri_part part;
        enum sip_value v;

        memset(out, 0, sizeof(*out));
        memset(&p, 0, sizeof(p));
        out->q_milli = SIP_VALUE_NO_Q;
        out->expires = out->reg_id = SIP_VALUE_ABSENT;
        sip_cur_lws(c);
        if (star(c, out))
                return SIP_VALUE_OK;
        v = sip_value_addr(c, known, KNOWN_CNT, &out->addr, &p);
        if (v != SIP_VALUE_OK)
                return v;
        out->ob = sip_uri_param(c->buf, &out->addr.uri, "ob", &part);
        out->gr = sip_uri_param(c->buf, &out->addr.uri, "gr", &part);
        return take_params(c, &p, out);
}
