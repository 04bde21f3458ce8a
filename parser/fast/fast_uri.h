/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_uri.h - sip:[user@]host[:port][;name[=value]]... of plain octets, and sips. Anything with a
 * password, an escape or a header part is left to sip_uri.c. Private.
 */
#ifndef SLUICE_PARSER_FAST_FAST_URI_H
#define SLUICE_PARSER_FAST_FAST_URI_H

#include "parser/fast/fast_host.h"

/* Parameters from the ";" at p on; returns the octet that is part of none, 0 when declined. */
static inline uint32_t fast_uri_params(const struct fast *f, struct fast_walk *w, uint32_t p,
                                       struct sip_uri *u)
{
        uint32_t from = p + 1;

        do {
                uint32_t start = p + 1;

                p = fast_next(f, w);
                if (p == start)
                        return 0;
                if (f->b[p] == '=') {
                        start = p + 1;
                        p = fast_next(f, w);
                        if (p == start)
                                return 0;
                }
        } while (f->b[p] == ';');
        fast_span(&u->params, from, p - from);
        return p;
}

/*
 * The URI at `from`; returns the octet behind it, 0 when declined. The
 * caller must find there what ends a URI at its place: so no "@", "?" or "%" was passed over. *u is
 * zero before.
 */
static inline __attribute__((always_inline)) uint32_t fast_uri(struct fast *f, uint32_t from,
                                                               struct sip_uri *u)
{
        const uint8_t *b = f->b;
        uint32_t word = fast_load4(b + from) | 0x20202020;
        uint32_t host = from + 4;
        struct fast_walk w, ahead;
        uint32_t p;

        u->scheme = SIP_SCHEME_SIP;
        if (word != FAST_WORD4('s', 'i', 'p', ':')) {
                if (word != FAST_WORD4('s', 'i', 'p', 's') || b[host] != ':')
                        return 0;
                u->scheme = SIP_SCHEME_SIPS;
                host++;
        }
        w = ahead = fast_walk(f, host);
        p = fast_next(f, &ahead);
        if (b[p] == '@') {
                if (p == host)
                        return 0;
                fast_span(&u->user, host, p - host);
                host = p + 1;
                w = ahead;
        }
        p = fast_host_port(f, &w, host, &u->host, &u->port);
        if (p != 0 && b[p] == ';')
                p = fast_uri_params(f, &w, p, u);
        fast_span(&u->all, from, p - from);
        return p;
}

#endif
