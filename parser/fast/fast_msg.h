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

/* Hosts of a message: of the Request-URI, and at most two in a header. */
#define FAST_HOSTS_MAX (2 * SIP_MSG_HDRS_MAX + 1)

static inline bool fast_msg(const uint8_t *buf, uint32_t len, struct sip_msg *m)
{
        struct scan_index ix;
        struct sip_state s;
        uint32_t hosts[FAST_HOSTS_MAX];
        const struct fast f = {buf, len, &ix, m};
        struct fast_walk w = {.hosts = hosts};

        sip_msg_begin(m, buf, len);
        if (!scan_drive(buf, len, &ix) || !fast_headers(&f, &ix) ||
            fast_load2(buf + ix.eol[0]) != FAST_WORD2('\r', '\n') ||
            !fast_start_line(&f, &w, ix.eol[0]))
                return false;
        m->header_end = ix.header_end;
        s.m = m;
        s.stop = s.odd = false;
        if (!fast_fields(&f, &s, &w.hosts) || !fast_hosts_ok(&f, hosts, w.hosts))
                return false;
        if (!fast_complete(m))
                sip_fields_finish(&s);
        return m->error == SIP_ANOM_NONE;
}

#endif
