/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_value.h - what can be wrong with a header value that is read only when somebody asks for it
 * (credentials, Identity, Replaces, Event and their like). The message parser never reads these, so
 * they have reasons of their own and are no anomalies of the message.
 *
 * Such a reader has the form `enum sip_value sip_x_parse(struct sip_cur *c, struct sip_x *out)`;
 * the rules of sip_cur.h hold, and `out` is written whole also when the value is faulty.
 */
#ifndef SLUICE_PARSER_SIP_VALUE_H
#define SLUICE_PARSER_SIP_VALUE_H

#include <string.h>

#include "parser/sip_cur.h"
#include "parser/sip_params.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sip_value {
        SIP_VALUE_OK = 0,
        SIP_VALUE_SYNTAX,  /* does not follow the grammar at c->pos */
        SIP_VALUE_PARAM,   /* a parameter that is known has no value, or one it can not have */
        SIP_VALUE_DUP,     /* a parameter that may occur once occurs again */
        SIP_VALUE_MISSING, /* a parameter that must be there is not */
        SIP_VALUE_RANGE,   /* a number above what its field may hold */
        SIP_VALUE_CHARSET, /* an octet outside the encoding (base64url, hexadecimal) */
        SIP_VALUE_CNT,
};

/* The name of a reason in lower case, "unknown" outside the enumeration. Static storage. */
const char *sip_value_name(enum sip_value v);

/* Take a token; an empty span when there is none. */
static inline struct sip_span sip_value_token(struct sip_cur *c)
{
        uint32_t from = c->pos;

        sip_cur_skip(c, SIP_CT_TOKEN);
        return sip_span_make(from, c->pos);
}

/* Are all octets of the span, at least one, of these classes? */
static inline bool sip_value_all(const uint8_t *buf, struct sip_span s, unsigned bits)
{
        for (uint32_t i = 0; i < s.len; i++) {
                if (!sip_is(buf[s.off + i], bits))
                        return false;
        }
        return s.len > 0;
}

/* Is the parameter's name this word? `word` is in lower case. */
static inline bool sip_param_is(const uint8_t *buf, const struct sip_param *p, const char *word)
{
        return sip_span_ieq(buf, p->name, word, strlen(word));
}

/* Has the parameter a value that is a token and not quoted? */
static inline bool sip_param_token(const uint8_t *buf, const struct sip_param *p)
{
        return !p->quoted && sip_value_all(buf, p->value, SIP_CT_TOKEN);
}

/* After a value that is no list: SYNTAX unless only white space is left. */
static inline enum sip_value sip_value_end(struct sip_cur *c)
{
        sip_cur_lws(c);
        return c->pos == c->end ? SIP_VALUE_OK : SIP_VALUE_SYNTAX;
}

#ifdef __cplusplus
}
#endif

#endif
