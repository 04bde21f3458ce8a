/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_uri.h - sip:[user@]host[:port][;name[=value]]... of plain octets, and sips. Anything with a
 * password, an escape or a header part is left to sip_uri.c. Private.
 */
#ifndef SLUICE_PARSER_FAST_FAST_URI_H
#define SLUICE_PARSER_FAST_FAST_URI_H

#include "parser/fast/fast_host.h"

/* Parameters from the ";" at *p on; *p becomes the octet that is part of none. False when declined.
 */
static inline bool fast_uri_params(const struct fast *f, struct fast_walk *w, uint64_t *p,
                                   struct sip_uri *u)
{
        uint64_t from = *p + 1, at = *p;

        do {
                uint64_t start = at + 1;

                at = fast_next(f, w);
                if (at == start)
                        return false;
                if (f->b[at] == '=') {
                        start = at + 1;
                        at = fast_next(f, w);
                        if (at == start)
                                return false;
                }
        } while (f->b[at] == ';');
        fast_span(&u->params, from, at);
        *p = at;
        return true;
}

/*
 * The URI at `from`; *end becomes the octet behind it. False when declined. The caller must find
 * there what ends a URI at its place: so no "@", "?" or "%" was passed over. *u is zero before.
 */
static inline __attribute__((always_inline)) bool fast_uri(const struct fast *f,
                                                           struct fast_walk *w, uint64_t from,
                                                           struct sip_uri *u, uint64_t *end)
{
        const uint8_t *b = f->b;
        uint32_t word = fast_load4(b + from) | 0x20202020;
        uint64_t host = from + 4;
        uint64_t p;

        u->scheme = SIP_SCHEME_SIP;
        if (word != FAST_WORD4('s', 'i', 'p', ':')) {
                if (word != FAST_WORD4('s', 'i', 'p', 's') || b[host] != ':')
                        return false;
                u->scheme = SIP_SCHEME_SIPS;
                host++;
        }
        fast_walk_to(f, w, host);
        p = fast_next(f, w);
        if (b[p] == '@') {
                if (p == host)
                        return false;
                fast_span(&u->user, host, p);
                host = p + 1;
                p = fast_next(f, w);
        }
        if (!fast_host_port(f, w, host, &p, &(struct fast_host){&u->host, &u->port}) ||
            (b[p] == ';' && !fast_uri_params(f, w, &p, u)))
                return false;
        fast_span(&u->all, from, p);
        *end = p;
        return true;
}

#endif
