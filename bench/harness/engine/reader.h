/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader.h - what a generator must know of a received message, found in one walk over its lines.
 *
 * Not the product's parser, on purpose: a load generator that took 500 ns to read each answer would
 * measure itself. The parser is run beside it on every n-th message (worker.h) and on every message
 * that is sent for the first time. Reads only [buf, buf + len); spans lie inside it. Folded lines
 * belong to the line before them. What few scenarios ask for (tags) is looked up when it is asked
 * for.
 */
#ifndef SLUICE_BENCH_HARNESS_ENGINE_READER_H
#define SLUICE_BENCH_HARNESS_ENGINE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/sip_msg.h"

#define SB_LINES_MAX 96u

/* Header fields that are looked for by number. */
enum sb_header {
        SB_HEADER_OTHER = 0,
        SB_HEADER_VIA,
        SB_HEADER_FROM,
        SB_HEADER_TO,
        SB_HEADER_CALL_ID,
        SB_HEADER_CSEQ,
        SB_HEADER_CONTACT,
        SB_HEADER_ROUTE,
        SB_HEADER_RECORD_ROUTE,
        SB_HEADER_CNT,
};

/* A header field: its line without the line end; value begins behind the colon and white space. */
struct sb_line {
        uint16_t off;
        uint16_t len;
        uint16_t name_len;
        uint16_t value_off;
        uint8_t id;   /* enum sb_header */
        uint8_t next; /* the next line of this id; SB_LINE_NONE */
};
#define SB_LINE_NONE UINT8_MAX

struct sb_rx {
        const uint8_t *buf;
        uint32_t len;
        uint16_t status; /* 100..699; 0: a request */
        uint8_t method;  /* request: enum sip_method */
        uint8_t cseq_method;
        uint32_t cseq;
        struct sip_span method_name; /* request */
        struct sip_span uri;         /* request */
        struct sip_span call_id;
        struct sip_span branch; /* of the topmost Via */
        uint16_t body_off;
        uint16_t line_cnt;
        uint8_t first[SB_HEADER_CNT];       /* line of each id but OTHER; SB_LINE_NONE */
        struct sb_line lines[SB_LINES_MAX]; /* header fields in order; those beyond are not kept */
};

/* Every field but lines[line_cnt..] is written. False when it has no start line of SIP, no Call-ID,
 * no CSeq or no end of its header section. len at most 65,535. */
bool sb_read(const uint8_t *buf, uint32_t len, struct sb_rx *rx);

/* Which header field a name is, case ignored, compact forms too. len above 0. */
enum sb_header sb_header_find(const uint8_t *name, uint32_t len);
/* The first header field of this id (above 0), or NULL; behind it, those that follow. */
static inline const struct sb_line *sb_rx_first(const struct sb_rx *rx, enum sb_header id)
{
        return rx->first[id] == SB_LINE_NONE ? NULL : &rx->lines[rx->first[id]];
}
static inline const struct sb_line *sb_rx_next(const struct sb_rx *rx, const struct sb_line *l)
{
        return l->next == SB_LINE_NONE ? NULL : &rx->lines[l->next];
}
/* The tag of From or To; without one of length 0. */
struct sip_span sb_rx_tag(const struct sb_rx *rx, enum sb_header id);
/* The first header field of this name from line `from` on, case ignored, compact forms of From, To,
 * Via, Call-ID, Contact taken for the long ones; NULL when there is none. *next: where to go on. */
const struct sb_line *sb_rx_find(const struct sb_rx *rx, const char *name, uint32_t name_len,
                                 uint32_t from, uint32_t *next);

#endif
