/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_prefs.h"

static enum sip_value take_flag(const struct sip_param *p, bool *flag)
{
        if (*flag)
                return SIP_VALUE_DUP;
        *flag = true;
        return p->value.off == 0 ? SIP_VALUE_OK : SIP_VALUE_PARAM;
}

static enum sip_value take_param(const struct sip_cur *c, const struct sip_param *p,
                                 struct sip_features *out)
{
        if (sip_param_is(c->buf, p, "require"))
                return take_flag(p, &out->require);
        if (sip_param_is(c->buf, p, "explicit"))
                return take_flag(p, &out->explicit_match);
        out->feature_cnt++;
        return SIP_VALUE_OK;
}

enum sip_value sip_features_parse(struct sip_cur *c, struct sip_features *out)
{
        enum sip_params_step step;
        struct sip_param p;
        uint32_t from;

        memset(out, 0, sizeof(*out));
        sip_cur_lws(c);
        if (!sip_cur_at(c, '*'))
                return SIP_VALUE_SYNTAX;
        c->pos++;
        sip_cur_lws(c);
        from = c->pos + 1;
        while ((step = sip_params_next(c, &p)) == SIP_PARAMS_ONE) {
                enum sip_value v = take_param(c, &p, out);

                if (v != SIP_VALUE_OK) {
                        c->pos = p.name.off;
                        return v;
                }
                out->params = sip_span_make(from, c->pos);
        }
        return step == SIP_PARAMS_END ? SIP_VALUE_OK : SIP_VALUE_SYNTAX;
}

/* The bit of a directive, 0 for any other word. Opposites are neighbours. */
static uint16_t directive(const uint8_t *buf, struct sip_span s)
{
        static const char *const names[] = {
            "proxy",   "redirect",   "cancel",   "no-cancel",  "fork",  "no-fork",
            "recurse", "no-recurse", "parallel", "sequential", "queue", "no-queue",
        };

        for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                if (sip_span_ieq(buf, s, names[i], strlen(names[i])))
                        return (uint16_t)(1u << i);
        }
        return 0;
}

enum sip_value sip_directives_add(struct sip_cur *c, uint16_t *out)
{
        enum sip_value v = SIP_VALUE_OK;

        sip_cur_lws(c);
        do {
                struct sip_span word = sip_value_token(c);
                uint16_t bit = directive(c->buf, word);

                if (word.len == 0)
                        return SIP_VALUE_SYNTAX;
                *out |= bit;
                if (bit == 0 || (*out & *out >> 1 & 0x555u) != 0) {
                        c->pos = word.off;
                        return bit == 0 ? SIP_VALUE_PARAM : SIP_VALUE_DUP;
                }
        } while (sip_value_more(c, &v));
        return v;
}
