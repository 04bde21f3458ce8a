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
#include <string.h>

#include "parser/sip_ctype.h"
#include "parser/sip_msg.h"

#ifdef __cplusplus
extern "C" {
#endif

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

/* Does all of s, a span before c->end, consist of octets of the given classes? */
static inline bool sip_cur_span_is(const struct sip_cur *c, struct sip_span s, unsigned bits)
{
        struct sip_cur in = *c;

        in.pos = s.off;
        in.end = (uint32_t)s.off + s.len;
        sip_cur_skip(&in, bits);
        return in.pos == in.end;
}

static inline void sip_cur_lws(struct sip_cur *c)
{
        sip_cur_skip(c, SIP_CT_LWS);
}

/* The span [from, to); from <= to. */
static inline struct sip_span sip_span_make(uint32_t from, uint32_t to)
{
        struct sip_span s = {(uint16_t)from, (uint16_t)(to - from)};

        return s;
}

/* Bits in which four octets and four of a word, see below, differ otherwise than by case. Of the
 * octets that a word has, letters alone have bit 0x40. */
static inline uint32_t sip_differ4(const uint8_t *p, const char *word)
{
        uint32_t a, t;

        memcpy(&a, p, sizeof(a));
        memcpy(&t, word, sizeof(t));
        return (a ^ t) & ~(t >> 1 & 0x20202020u);
}

/* Equal without regard to case; `word` is `len` octets long and has lower-case letters, digits and
 * other octets below 0x40. */
static inline bool sip_span_ieq(const uint8_t *buf, struct sip_span s, const char *word, size_t len)
{
        const uint8_t *p = buf + s.off;
        uint32_t differ = 0;

        if (s.len != len)
                return false;
        if (len >= 4) { /* words of four, the last of which overlaps */
                for (size_t i = 0; i + 4 < len; i += 4)
                        differ |= sip_differ4(p + i, word + i);
                return (differ | sip_differ4(p + len - 4, word + len - 4)) == 0;
        }
        for (size_t i = 0; i < len; i++) {
                if (sip_lower(p[i]) != (uint8_t)word[i])
                        return false;
        }
        return true;
}

#ifdef __cplusplus
}
#endif

#endif
