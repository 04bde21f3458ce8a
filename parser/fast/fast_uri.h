/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_uri.h - sip:[user@]host[:port][;name[=value]]... of plain octets, and sips. Anything with a
 * password, an escape or a header part is left to sip_uri.c. Private.
 */
#ifndef SLUICE_PARSER_FAST_FAST_URI_H
#define SLUICE_PARSER_FAST_FAST_URI_H

#include "parser/fast/fast_host.h"

/* From ';' at e on; *e moves to the octet that is part of no parameter. */
static inline bool fast_uri_params(const struct fast *f, uint32_t *e, struct sip_uri *u)
{
        uint32_t from = *e + 1;
        uint32_t p = *e;

        do {
                uint32_t start = p + 1;

                p = fast_run(f, start);
                if (p == start)
                        return false;
                if (f->b[p] == '=') {
                        start = p + 1;
                        p = fast_run(f, start);
                        if (p == start)
                                return false;
                }
        } while (f->b[p] == ';');
        u->params = sip_span_make(from, p);
        *e = p;
        return true;
}

/*
 * The URI at `from`; *e becomes the octet behind it, which the caller must find to be the one that
 * ends a URI there: so no "@", "?" or "%" can have been passed over. *u is zero before.
 */
static inline bool fast_uri(const struct fast *f, uint32_t from, uint32_t *e, struct sip_uri *u)
{
        const uint8_t *b = f->b;
        uint32_t word = fast_load4(b + from) | 0x20202020;
        uint32_t host = from + 4;
        uint32_t p;

        u->scheme = SIP_SCHEME_SIP;
        if (word != ('s' | 'i' << 8 | 'p' << 16 | ':' << 24)) {
                if (word != ('s' | 'i' << 8 | 'p' << 16 | 's' << 24) || b[host] != ':')
                        return false;
                u->scheme = SIP_SCHEME_SIPS;
                host++;
        }
        p = fast_run(f, host);
        if (b[p] == '@') {
                if (p == host)
                        return false;
                u->user = sip_span_make(host, p);
                host = p + 1;
        }
        if (!fast_host(f, host, &p))
                return false;
        u->host = sip_span_make(host, p);
        if (b[p] == ':' && !fast_port(f, &p, &u->port))
                return false;
        if (b[p] == ';' && !fast_uri_params(f, &p, u))
                return false;
        u->all = sip_span_make(from, p);
        *e = p;
        return true;
}

#endif
