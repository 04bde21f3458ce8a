/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_via.h - one Via value, SIP/2.0/TRANSPORT host[:port];parameters, all of plain octets. The
 * rest is left to sip_via.c. Private.
 */
#ifndef SLUICE_PARSER_FAST_FAST_VIA_H
#define SLUICE_PARSER_FAST_FAST_VIA_H

#include "parser/fast/fast_host.h"
#include "parser/sip_via.h"

/* Parameters by the slot of their names, for a multiplier that was found by trying. */
#define FAST_VIA_MULT       UINT64_C(0xbd66a9cfabe4d285)
#define FAST_VIA_SLOT(word) ((word)*FAST_VIA_MULT >> 61)

enum fast_via_param {
        FAST_VIA_OTHER = 0, /* an extension */
        FAST_VIA_BRANCH = FAST_VIA_SLOT(FAST_WORD('b', 'r', 'a', 'n', 'c', 'h', 0, 0)),
        FAST_VIA_RPORT = FAST_VIA_SLOT(FAST_WORD('r', 'p', 'o', 'r', 't', 0, 0, 0)),
        FAST_VIA_RECEIVED = FAST_VIA_SLOT(FAST_WORD('r', 'e', 'c', 'e', 'i', 'v', 'e', 'd')),
        FAST_VIA_MADDR = FAST_VIA_SLOT(FAST_WORD('m', 'a', 'd', 'd', 'r', 0, 0, 0)),
        FAST_VIA_TTL = FAST_VIA_SLOT(FAST_WORD('t', 't', 'l', 0, 0, 0, 0, 0)),
        FAST_VIA_SLOTS = 8,
};

/* Two names in one slot would be an initializer that compilers complain about. */
static const uint64_t fast_via_words[FAST_VIA_SLOTS] = {
    [FAST_VIA_OTHER] = 0,
    [FAST_VIA_BRANCH] = FAST_WORD('b', 'r', 'a', 'n', 'c', 'h', 0, 0),
    [FAST_VIA_RPORT] = FAST_WORD('r', 'p', 'o', 'r', 't', 0, 0, 0),
    [FAST_VIA_RECEIVED] = FAST_WORD('r', 'e', 'c', 'e', 'i', 'v', 'e', 'd'),
    [FAST_VIA_MADDR] = FAST_WORD('m', 'a', 'd', 'd', 'r', 0, 0, 0),
    [FAST_VIA_TTL] = FAST_WORD('t', 't', 'l', 0, 0, 0, 0, 0),
};

/* Which parameter the name of n octets at p is; eight octets at p are in memory. */
static inline uint64_t fast_via_param(const uint8_t *p, uint64_t n)
{
        /* A longer one is none of these, even if its first eight octets are. */
        uint64_t w = fast_low8(fast_load8(p) | UINT64_C(0x2020202020202020), n < 9 ? n : 0);
        uint64_t slot = FAST_VIA_SLOT(w);

        return fast_via_words[slot] == w ? slot : FAST_VIA_OTHER;
}

/* What the parameters say, collected without asking which came. Each is as a span lies in memory, 0
 * where there was none. */
static inline bool fast_via_take(const struct fast *f, struct fast_walk *w,
                                 const uint32_t got[FAST_VIA_SLOTS], struct sip_via *out)
{
        uint32_t branch = got[FAST_VIA_BRANCH], rport = got[FAST_VIA_RPORT];
        uint32_t received = got[FAST_VIA_RECEIVED], v;

        if ((got[FAST_VIA_MADDR] | got[FAST_VIA_TTL]) != 0)
                return false;
        if (branch != 0) {
                uint64_t word = fast_load8(f->b + (branch & 0xffff)) | UINT64_C(0x0020200020200020);
                bool cookie = word << 8 == FAST_WORD(0, 'z', '9', 'h', 'g', '4', 'b', 'k');

                if ((branch >> 16) - 1 >= SIP_BRANCH_BYTES_MAX)
                        return false;
                memcpy(&out->branch, &branch, sizeof(branch));
                out->cookie = (branch >= 7u << 16) & cookie;
        }
        out->has_rport = rport != 0;
        if (rport >> 16 != 0) {
                uint64_t at = rport & 0xffff;

                if (!fast_number(f, at, at + (rport >> 16), &v) || v - 1 >= 65535)
                        return false;
                out->rport = (uint16_t)v;
        }
        /* One without a value has an offset alone. */
        if (received - 1 < 0xffff)
                return false;
        /* No branch, and nothing that a compiler makes one of: many have it and many do not. Where
         * it is there, this is between 1 and 2^31. */
        *w->hosts = received;
        w->hosts += (0 - received) >> 31;
        memcpy(&out->received, &received, sizeof(received));
        return true;
}

/* ;name[=value]... from p to the end of the value. */
static inline bool fast_via_params(const struct fast *f, struct fast_walk *w, uint64_t p,
                                   uint64_t e, struct sip_via *out)
{
        uint32_t got[FAST_VIA_SLOTS] = {0};
        uint32_t again = 0;

        while (f->b[p] == ';') {
                uint64_t name = p + 1;
                struct fast_param param;
                uint64_t k;

                if (!fast_param(f, name, &param))
                        return false;
                p = param.end;
                k = fast_via_param(f->b + name, param.name_len);
                again |= got[k];
                got[k] = fast_both(param.value, p);
                got[FAST_VIA_OTHER] = 0; /* may come again */
        }
        return p == e && again == 0 && fast_via_take(f, w, got, out);
}

/* All of the value as one Via; *out is zero before. */
static inline bool fast_via(const struct fast *f, struct fast_walk *w, const struct sip_span *value,
                            struct sip_via *out)
{
        const uint8_t *b = f->b;
        uint64_t e, v = fast_ends(value, &e);
        uint64_t p;

        /* Shorter, there is no host; and names are loaded eight octets at a time. */
        if (e - v < 12 || !fast_room(f, e, 8) ||
            fast_load8(b + v) != FAST_WORD('S', 'I', 'P', '/', '2', '.', '0', '/'))
                return false;
        fast_walk_to(f, w, v + 8);
        p = fast_next(f, w);
        if (p == v + 8 || b[p] != ' ')
                return false;
        out->all = *value;
        fast_span(&out->transport, v + 8, p);
        v = p + 1;
        p = fast_next(f, w);
        return fast_host_port(f, w, v, &p, &(struct fast_host){&out->host, &out->port}) &&
               fast_via_params(f, w, p, e, out);
}

#endif
