/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_start.h - the start line with single blanks, a method that is known and a plain Request-URI,
 * or a status between 100 and 699. Private.
 */
#ifndef SLUICE_PARSER_FAST_FAST_START_H
#define SLUICE_PARSER_FAST_FAST_START_H

#include "parser/fast/fast_method.h"
#include "parser/fast/fast_uri.h"

/* "SIP/2.0 " and a code, a blank, a phrase up to e. */
static inline bool fast_status_line(const struct fast *f, uint64_t e)
{
        struct sip_msg *m = f->m;
        uint32_t code;

        if (e < 12 || f->b[11] != ' ' || !fast_number(f, 8, 11, &code) || code - 100 >= 600)
                return false;
        m->kind = SIP_KIND_RESPONSE;
        m->status = (uint16_t)code;
        m->version = sip_span_make(0, 7);
        m->reason = sip_span_make(12, (uint32_t)e);
        return true;
}

/* A method, a URI and " SIP/2.0" up to e. */
static inline bool fast_request_line(const struct fast *f, struct fast_walk *w, uint64_t e)
{
        struct sip_msg *m = f->m;
        uint64_t method = fast_run(f, 0), end;

        /* Ten octets: two blanks, a version, one octet of a URI at least. */
        if (e < method + 10 || f->b[method] != ' ' ||
            fast_load8(f->b + e - 8) != FAST_WORD(' ', 'S', 'I', 'P', '/', '2', '.', '0'))
                return false;
        m->kind = SIP_KIND_REQUEST;
        fast_span(&m->method_name, 0, method);
        fast_span(&m->version, e - 7, e);
        m->method = (uint8_t)fast_method_first(f, method);
        return m->method != SIP_METHOD_OTHER && fast_uri(f, w, method + 1, &m->ruri, &end) &&
               end == e - 8;
}

/* The line [0, e). */
static inline bool fast_start_line(const struct fast *f, struct fast_walk *w, uint64_t e)
{
        fast_span(&f->m->start_line, 0, e);
        if (fast_load8(f->b) == FAST_WORD('S', 'I', 'P', '/', '2', '.', '0', ' '))
                return fast_status_line(f, e);
        return fast_request_line(f, w, e);
}

#endif
