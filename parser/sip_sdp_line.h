/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_sdp_line.h - what the files behind sip_sdp_parse() share. Private.
 */
#ifndef SLUICE_PARSER_SIP_SDP_LINE_H
#define SLUICE_PARSER_SIP_SDP_LINE_H

#include "parser/sip_sdp.h"

#pragma GCC visibility push(hidden)

/* Record an anomaly at off. */
static inline void sip_sdp_note(struct sip_sdp *s, uint32_t anomaly, uint32_t off)
{
        if ((anomaly & SIP_SDP_FAULTS) != 0 && (s->anomalies & SIP_SDP_FAULTS) == 0)
                s->fault_off = off;
        s->anomalies |= anomaly;
}

/* Take octets up to a blank or the end, and the blanks behind them; empty at the end. */
static inline struct sip_span sip_sdp_word(struct sip_cur *l)
{
        uint32_t from = l->pos;
        struct sip_span w;

        while (l->pos < l->end && l->buf[l->pos] != ' ')
                l->pos++;
        w = sip_span_make(from, l->pos);
        while (sip_cur_at(l, ' '))
                l->pos++;
        return w;
}

/* nettype addrtype address; false when malformed. Takes all of the line. */
bool sip_sdp_conn_parse(struct sip_cur *l, struct sip_sdp_conn *out);

/* sip_sdp_attr.c: an a= line, l over its value; m is NULL in the session's section. */
void sip_sdp_attr_take(struct sip_sdp *s, struct sip_sdp_media *m, struct sip_cur *l);

#pragma GCC visibility pop

#endif
