/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_value.h"

#include "parser/sip_addr.h"
#include "parser/sip_num.h"

static enum sip_value take_span(const struct sip_param *p, bool fits, void *at)
{
        struct sip_span was;

        memcpy(&was, at, sizeof(was));
        if (was.off != 0)
                return SIP_VALUE_DUP;
        if (!fits)
                return SIP_VALUE_PARAM;
        memcpy(at, &p->value, sizeof(was));
        return SIP_VALUE_OK;
}

static enum sip_value take_number(const struct sip_cur *c, const struct sip_param *p, uint32_t max,
                                  void *at)
{
        uint32_t n;

        memcpy(&n, at, sizeof(n));
        if (n != SIP_VALUE_ABSENT)
                return SIP_VALUE_DUP;
        if (p->quoted)
                return SIP_VALUE_PARAM;
        switch (sip_num_parse(c->buf, p->value, max, &n)) {
        case SIP_NUM_OK:
                memcpy(at, &n, sizeof(n));
                return SIP_VALUE_OK;
        case SIP_NUM_RANGE:
                return SIP_VALUE_RANGE;
        default:
                return SIP_VALUE_PARAM;
        }
}

static enum sip_value take_flag(const struct sip_param *p, bool *at)
{
        if (*at)
                return SIP_VALUE_DUP;
        *at = true;
        return p->value.off == 0 ? SIP_VALUE_OK : SIP_VALUE_PARAM;
}

static enum sip_value take_known(const struct sip_cur *c, const struct sip_param *p,
                                 const struct sip_value_param *k, void *out)
{
        uint8_t *at = (uint8_t *)out + k->at;

        switch (k->form) {
        case SIP_FORM_FLAG:
                return take_flag(p, (bool *)at);
        case SIP_FORM_TOKEN:
                return take_span(p, sip_param_token(c->buf, p), at);
        case SIP_FORM_QUOTED:
                return take_span(p, p->quoted, at);
        case SIP_FORM_TEXT:
                return take_span(p, p->value.off != 0, at);
        default:
                return take_number(c, p, k->max, at);
        }
}

enum sip_value sip_value_take(const struct sip_cur *c, const struct sip_param *p,
                              const struct sip_value_param *known, unsigned cnt, void *out)
{
        for (unsigned i = 0; i < cnt; i++) {
                if (sip_param_is(c->buf, p, known[i].name))
                        return take_known(c, p, &known[i], out);
        }
        return SIP_VALUE_OK;
}

enum sip_value sip_value_params(struct sip_cur *c, const struct sip_value_param *known,
                                unsigned cnt, void *out)
{
        static const uint32_t absent = SIP_VALUE_ABSENT;
        enum sip_params_step step;
        struct sip_param p;

        for (unsigned i = 0; i < cnt; i++) {
                if (known[i].form == SIP_FORM_NUMBER)
                        memcpy((uint8_t *)out + known[i].at, &absent, sizeof(absent));
        }
        while ((step = sip_params_next(c, &p)) == SIP_PARAMS_ONE) {
                enum sip_value v = sip_value_take(c, &p, known, cnt, out);

                if (v != SIP_VALUE_OK) {
                        c->pos = p.name.off;
                        return v;
                }
        }
        return step == SIP_PARAMS_END ? SIP_VALUE_OK : SIP_VALUE_SYNTAX;
}

enum sip_value sip_value_pair(struct sip_cur *c, struct sip_param *p)
{
        uint32_t from;

        sip_cur_lws(c);
        *p = (struct sip_param){.name = sip_value_token(c)};
        sip_cur_lws(c);
        if (p->name.len == 0 || !sip_cur_at(c, '='))
                return SIP_VALUE_SYNTAX;
        c->pos++;
        sip_cur_lws(c);
        if (sip_cur_at(c, '"')) {
                p->quoted = true;
                return sip_quoted_parse(c, &p->value) ? SIP_VALUE_OK : SIP_VALUE_SYNTAX;
        }
        from = c->pos;
        sip_cur_skip(c, SIP_CT_PVAL);
        p->value = sip_span_make(from, c->pos);
        return p->value.len > 0 ? SIP_VALUE_OK : SIP_VALUE_SYNTAX;
}

enum sip_value sip_value_addr(struct sip_cur *c, const struct sip_value_param *known, unsigned cnt,
                              struct sip_addr *addr, void *out)
{
        struct sip_cur params;
        enum sip_value v;
        bool fine;

        fine = sip_addr_parse(c, addr) == SIP_ANOM_NONE && !addr->star;
        params = *c;
        params.pos = fine && addr->params.len != 0 ? addr->params.off - 1u : c->pos;
        params.end = c->pos;
        v = sip_value_params(&params, known, cnt, out);
        if (!fine)
                return SIP_VALUE_SYNTAX;
        if (v != SIP_VALUE_OK)
                c->pos = params.pos;
        return v;
}

bool sip_value_more(struct sip_cur *c, enum sip_value *v)
{
        sip_cur_lws(c);
        if (c->pos == c->end)
                return false;
        if (c->buf[c->pos] == ',') {
                c->pos++;
                sip_cur_lws(c);
                if (c->pos < c->end)
                        return true;
        }
        *v = SIP_VALUE_SYNTAX;
        return false;
}

enum sip_value sip_value_number(struct sip_cur *c, uint32_t max, uint32_t *out)
{
        uint32_t from;
        enum sip_num_result r;

        *out = 0;
        sip_cur_lws(c);
        from = c->pos;
        sip_cur_skip(c, SIP_CT_DIGIT);
        r = sip_num_parse(c->buf, sip_span_make(from, c->pos), max, out);
        if (r != SIP_NUM_OK)
                return r == SIP_NUM_RANGE ? SIP_VALUE_RANGE : SIP_VALUE_SYNTAX;
        return sip_value_end(c);
}

uint16_t sip_value_q(const uint8_t *buf, struct sip_span s)
{
        const uint8_t *p = buf + s.off;
        unsigned q, place = 100;

        if (s.len == 0 || s.len > 5 || (p[0] != '0' && p[0] != '1') || (s.len > 1 && p[1] != '.'))
                return SIP_VALUE_NO_Q;
        q = p[0] == '1' ? 1000 : 0;
        for (uint32_t i = 2; i < s.len; i++, place /= 10) {
                if (!sip_is(p[i], SIP_CT_DIGIT))
                        return SIP_VALUE_NO_Q;
                q += (unsigned)(p[i] - '0') * place;
        }
        return q <= 1000 ? (uint16_t)q : SIP_VALUE_NO_Q;
}

const char *sip_value_name(enum sip_value v)
{
        static const char *const names[SIP_VALUE_CNT] = {
            "ok", "syntax", "param", "dup", "missing", "range", "charset",
        };

        return (unsigned)v < SIP_VALUE_CNT ? names[v] : "unknown";
}
