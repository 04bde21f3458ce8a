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

/* A number that is not there. */
#define SIP_VALUE_ABSENT UINT32_MAX

/* How a parameter's value is written, and what it becomes. */
enum sip_value_form {
        SIP_FORM_FLAG = 0, /* bool: there or not, and no value */
        SIP_FORM_TOKEN,    /* struct sip_span: a token */
        SIP_FORM_QUOTED,   /* struct sip_span: what stands between quotes, escapes not decoded */
        SIP_FORM_TEXT,     /* struct sip_span: a token, a host or what stands between quotes */
        SIP_FORM_NUMBER,   /* uint32_t: digits without quotes, 0..max; else SIP_VALUE_ABSENT */
};

/* A parameter that a reader knows. */
struct sip_value_param {
        const char *name; /* in lower case */
        uint32_t max;     /* of a number, below SIP_VALUE_ABSENT */
        uint16_t at;      /* offset in the reader's result */
        uint8_t form;     /* enum sip_value_form */
};

/*
 * Take parameters up to the end or to the ',' that ends a list element, and put those that the
 * table knows into `out`, whose spans and flags are 0 beforehand; numbers need not be. Unknown ones
 * are passed over (RFC 3261 7.3.1). SIP_VALUE_OK, SYNTAX, or with c->pos at the parameter's name
 * PARAM, DUP or RANGE.
 */
enum sip_value sip_value_params(struct sip_cur *c, const struct sip_value_param *known,
                                unsigned cnt, void *out);

/* Take "name=value" without a ';' in front, as the first of some lists of parameters is written.
 * SIP_VALUE_OK or SYNTAX. */
enum sip_value sip_value_pair(struct sip_cur *c, struct sip_param *p);

/* Put one parameter where the table says, as sip_value_params() does with each; but the numbers of
 * *out have been set to SIP_VALUE_ABSENT. SIP_VALUE_OK, PARAM, DUP or RANGE. */
enum sip_value sip_value_take(const struct sip_cur *c, const struct sip_param *p,
                              const struct sip_value_param *known, unsigned cnt, void *out);

/*
 * Take one address, name-addr or addr-spec, with such parameters behind it; what is wrong with the
 * address is SYNTAX. "*" is none.
 */
enum sip_value sip_value_addr(struct sip_cur *c, const struct sip_value_param *known, unsigned cnt,
                              struct sip_addr *addr, void *out);

/*
 * Behind an element of a list: true and the cursor at the next element, false at the end. What is
 * neither, and a comma with nothing behind it, is false and *v = SYNTAX. So a list is read by
 * `do v = sip_x_parse(c, &x); while (v == SIP_VALUE_OK && sip_value_more(c, &v));`
 */
bool sip_value_more(struct sip_cur *c, enum sip_value *v);

/* Parse all of [pos, end) as a number 0..max, as Max-Breadth and Flow-Timer are. SIP_VALUE_OK,
 * SYNTAX or RANGE. */
enum sip_value sip_value_number(struct sip_cur *c, uint32_t max, uint32_t *out);

/* q of RFC 3261 25.1, "0" to "1" with up to three decimals, in thousandths; SIP_VALUE_NO_Q for
 * anything else. */
#define SIP_VALUE_NO_Q 0xffffu
uint16_t sip_value_q(const uint8_t *buf, struct sip_span s);

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
