/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_cur.h - a cursor over one header value or URI; what all field parsers of this folder share.
 *
 * A field parser has the form `enum sip_anomaly sip_x_parse(struct sip_cur *c, struct sip_x *out)`.
 * It reads [c->buf + c->pos, c->buf + c->end), advances pos over what it took, and returns
 * SIP_ANOM_NONE, or what is wrong with c->pos at the octet that is. Each step is: enough octets?
 * - look - advance. `out` is written whole; after an error what was read before it stays valid.
 * Oddities that have one meaning go to c->notes.
 *
 * Invariant: pos <= end <= SIP_MSG_BYTES_MAX. Offsets count from the start of the message.
 */
#ifndef SLUICE_PARSER_SIP_CUR_H
#define SLUICE_PARSER_SIP_CUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/sip_ctype.h"
#include "parser/sip_msg.h"

struct sip_cur {
        const uint8_t *buf;         /* borrowed: the message */
        uint32_t pos;               /* next octet to read */
        uint32_t end;               /* first octet that must not be read */
        struct sip_anom_set *notes; /* borrowed; never NULL */
};

static inline bool sip_cur_at(const struct sip_cur *c, uint8_t octet)
{
        return c->pos < c->end && c->buf[c->pos] == octet;
}

static inline bool sip_cur_is(const struct sip_cur *c, unsigned bits)
{
        return c->pos < c->end && sip_is(c->buf[c->pos], bits);
}

/* Skip octets of the given classes. */
static inline void sip_cur_skip(struct sip_cur *c, unsigned bits)
{
        while (c->pos < c->end && sip_is(c->buf[c->pos], bits))
                c->pos++;
}

static inline void sip_cur_lws(struct sip_cur *c)
{
        sip_cur_skip(c, SIP_CT_LWS);
}

/* The span [from, to); from <= to. */
static inline struct sip_span sip_span_make(uint32_t from, uint32_t to)
{
        return (struct sip_span){.off = (uint16_t)from, .len = (uint16_t)(to - from)};
}

/* Equal without regard to case; `word` is in lower case and `len` octets long. */
static inline bool sip_span_ieq(const uint8_t *buf, struct sip_span s, const char *word, size_t len)
{
        if (s.len != len)
                return false;
        for (size_t i = 0; i < len; i++) {
                if (sip_lower(buf[s.off + i]) != (uint8_t)word[i])
                        return false;
        }
        return true;
}

#endif
