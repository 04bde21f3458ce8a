/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_option.h"

#include "parser/sip_method.h"

_Static_assert(SIP_OPTION_CNT <= 64, "a set of option tags does not fit 64 bits");
_Static_assert(SIP_METHOD_CNT <= 32, "a set of methods does not fit 32 bits");

static const char *const names[SIP_OPTION_CNT] = {
#define X(ID, tag, rfc) tag,
#include "parser/sip_option.def"
#undef X
};

static void add_option(const uint8_t *buf, struct sip_span tag, struct sip_options *out)
{
        for (unsigned i = 0; i < SIP_OPTION_CNT; i++) {
                if (sip_span_ieq(buf, tag, names[i], strlen(names[i]))) {
                        out->known |= UINT64_C(1) << i;
                        return;
                }
        }
        if (out->others++ == 0)
                out->other = tag;
}

static void add_method(const uint8_t *buf, struct sip_span name, struct sip_methods *out)
{
        enum sip_method m = sip_method_find(buf + name.off, name.len);

        if (m == SIP_METHOD_OTHER)
                out->others++;
        else
                out->known |= 1u << m;
}

enum sip_value sip_options_add(struct sip_cur *c, struct sip_options *out)
{
        enum sip_value v = SIP_VALUE_OK;

        sip_cur_lws(c);
        if (c->pos == c->end)
                return SIP_VALUE_OK;
        do {
                struct sip_span tag = sip_value_token(c);

                if (tag.len == 0)
                        return SIP_VALUE_SYNTAX;
                add_option(c->buf, tag, out);
        } while (sip_value_more(c, &v));
        return v;
}

enum sip_value sip_methods_add(struct sip_cur *c, struct sip_methods *out)
{
        enum sip_value v = SIP_VALUE_OK;

        sip_cur_lws(c);
        if (c->pos == c->end)
                return SIP_VALUE_OK;
        do {
                struct sip_span name = sip_value_token(c);

                if (name.len == 0)
                        return SIP_VALUE_SYNTAX;
                add_method(c->buf, name, out);
        } while (sip_value_more(c, &v));
        return v;
}

const char *sip_option_name(enum sip_option o)
{
        return (unsigned)o < SIP_OPTION_CNT ? names[o] : "";
}
