/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_state.h - what the files behind sip_parse() share while one message is parsed. Private.
 */
#ifndef SLUICE_PARSER_SIP_STATE_H
#define SLUICE_PARSER_SIP_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/sip_check.h"
#include "parser/sip_msg.h"

#pragma GCC visibility push(hidden)

/* Via values over all headers. Max-Forwards starts at 70 (8.1.1.6), so no honest message has more
 * hops than that behind it; the cap leaves room and bounds what later stages walk. */
#define SIP_VIA_CNT_MAX 128u

/* Longest Call-ID that is accepted; RFC 4475's long one has 141 octets. */
#define SIP_CALL_ID_BYTES_MAX 512u

/* Longest header name that is accepted; RFC 4475's long one has 84 octets. */
#define SIP_NAME_BYTES_MAX 256u

struct sip_state {
        struct sip_msg *m;
        bool stop; /* a fault after which nothing more can be read */
        bool odd;  /* the header section holds control characters or octets above 0x7f */
        uint8_t
            last[SIP_HDR_CNT]; /* index of the last header with this id, where first[] has one */
};

/* Octets in one store, as wide as the file's instruction set has them. */
typedef uint8_t sip_wide __attribute__((vector_size(32), aligned(1), may_alias));

/* Set n octets, 32 or more, to zeros or ones; n is a constant, so this is stores and no more. */
static inline __attribute__((always_inline)) void sip_fill(void *to, size_t n, bool ones)
{
        const sip_wide zero = {0}, with = ones ? ~zero : zero;
        uint8_t *p = to;

#pragma GCC unroll 16
        for (size_t i = 0; i + sizeof(with) < n; i += sizeof(with))
                *(sip_wide *)(p + i) = with;
        *(sip_wide *)(p + n - sizeof(with)) = with;
}

/* The state in which reading starts. The header entries are written as they are found; clearing all
 * 128 costs more than most messages do. */
static inline void sip_msg_begin(struct sip_msg *m, const uint8_t *buf, uint32_t len)
{
        sip_fill(m, offsetof(struct sip_msg, first), false);
        sip_fill(m->first, sizeof(m->first), true); /* SIP_HDR_NONE */
        m->buf = buf;
        m->len = len;
        m->content_length = SIP_CONTENT_LENGTH_ABSENT;
        m->max_forwards = SIP_MAX_FORWARDS_ABSENT;
}

/* Record an anomaly found at off; the first fault becomes the message's error. */
static inline void sip_state_note(struct sip_msg *m, enum sip_anomaly a, uint32_t off)
{
        sip_anom_add(&m->anomalies, a);
        if (m->error == SIP_ANOM_NONE && sip_anomaly_is_fault(a)) {
                m->error = (uint16_t)a;
                m->err_off = (uint16_t)(off < m->len ? off : m->len);
        }
}

/* sip_start.c: read the start line [from, to), without its line end. */
void sip_start_line(struct sip_state *s, uint32_t from, uint32_t to);

/* sip_lines.c: split the header section into the start line and m->hdrs; sets m->header_end. */
void sip_lines_split(struct sip_state *s);

/* sip_fields.c: a header was completed, m->hdrs[idx]; read it if it is one of the typed ones. */
void sip_fields_take(struct sip_state *s, uint8_t idx);
/* sip_fields.c: what is missing or does not fit together, when all headers are known. */
void sip_fields_finish(struct sip_state *s);

#pragma GCC visibility pop

#endif
