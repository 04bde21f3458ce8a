/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_msg.h - a whole message by the fast path: scan, headers, start line, fields. Private:
 * included by scan_ISA.c alone, behind scan_driver.h.
 */
#ifndef SLUICE_PARSER_FAST_FAST_MSG_H
#define SLUICE_PARSER_FAST_FAST_MSG_H

#include "parser/fast/fast_fields.h"
#include "parser/fast/fast_headers.h"
#include "parser/fast/fast_start.h"

static inline bool fast_msg(const uint8_t *buf, uint32_t len, struct sip_msg *m)
{
        struct scan_index ix;
        struct sip_state s;
        struct fast f = {buf, len, ix.stop, m};

        sip_msg_begin(m, buf, len);
        if (!scan_drive(buf, len, &ix) || buf[ix.header_end - 2] != '\r')
                return false;
        if (buf[ix.eol[0] - 1] != '\r' || !fast_headers(&f, &ix) ||
            !fast_start_line(&f, ix.eol[0] - 1u))
                return false;
        m->header_end = ix.header_end;
        s.m = m;
        s.stop = s.odd = false;
        if (!fast_fields(&f, &s))
                return false;
        sip_fields_finish(&s);
        return m->error == SIP_ANOM_NONE;
}

#endif
