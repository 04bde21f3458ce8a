/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_method.h - the method with a name, by a perfect hash and a compare of all octets. Private.
 */
#ifndef SLUICE_PARSER_FAST_FAST_METHOD_H
#define SLUICE_PARSER_FAST_FAST_METHOD_H

#include "parser/fast/fast_run.h"

/* Found by trying multipliers: each method below has a slot of its own, or compilers complain. */
#define FAST_METHOD_MULT       UINT64_C(0xc78705a75bb4e62d)
#define FAST_METHOD_SLOT(word) ((word)*FAST_METHOD_MULT >> 60)

struct fast_method {
        uint64_t word; /* the last eight octets of the name, or all */
        uint8_t len;   /* octets of the name */
        uint8_t first; /* the first octet: of nine, it is not in the word */
        uint8_t id;    /* enum sip_method */
};

#define FAST_METHOD(len, first, id, ...) \
        [FAST_METHOD_SLOT(FAST_WORD(__VA_ARGS__))] = {FAST_WORD(__VA_ARGS__), len, first, id}

static const struct fast_method fast_methods[16] = {
    FAST_METHOD(6, 'I', SIP_METHOD_INVITE, 'I', 'N', 'V', 'I', 'T', 'E', 0, 0),
    FAST_METHOD(3, 'A', SIP_METHOD_ACK, 'A', 'C', 'K', 0, 0, 0, 0, 0),
    FAST_METHOD(3, 'B', SIP_METHOD_BYE, 'B', 'Y', 'E', 0, 0, 0, 0, 0),
    FAST_METHOD(6, 'C', SIP_METHOD_CANCEL, 'C', 'A', 'N', 'C', 'E', 'L', 0, 0),
    FAST_METHOD(8, 'R', SIP_METHOD_REGISTER, 'R', 'E', 'G', 'I', 'S', 'T', 'E', 'R'),
    FAST_METHOD(7, 'O', SIP_METHOD_OPTIONS, 'O', 'P', 'T', 'I', 'O', 'N', 'S', 0),
    FAST_METHOD(5, 'P', SIP_METHOD_PRACK, 'P', 'R', 'A', 'C', 'K', 0, 0, 0),
    FAST_METHOD(9, 'S', SIP_METHOD_SUBSCRIBE, 'U', 'B', 'S', 'C', 'R', 'I', 'B', 'E'),
    FAST_METHOD(6, 'N', SIP_METHOD_NOTIFY, 'N', 'O', 'T', 'I', 'F', 'Y', 0, 0),
    FAST_METHOD(7, 'P', SIP_METHOD_PUBLISH, 'P', 'U', 'B', 'L', 'I', 'S', 'H', 0),
    FAST_METHOD(4, 'I', SIP_METHOD_INFO, 'I', 'N', 'F', 'O', 0, 0, 0, 0),
    FAST_METHOD(5, 'R', SIP_METHOD_REFER, 'R', 'E', 'F', 'E', 'R', 0, 0, 0),
    FAST_METHOD(7, 'M', SIP_METHOD_MESSAGE, 'M', 'E', 'S', 'S', 'A', 'G', 'E', 0),
    FAST_METHOD(6, 'U', SIP_METHOD_UPDATE, 'U', 'P', 'D', 'A', 'T', 'E', 0, 0),
};

/* The method whose name has n octets, the first of them `first`; word is its last eight, or all of
 * a shorter one. SIP_METHOD_OTHER for any other name. */
static inline enum sip_method fast_method(uint64_t word, uint64_t n, uint8_t first)
{
        const struct fast_method *row = &fast_methods[FAST_METHOD_SLOT(word)];

        if ((row->word != word) | (row->len != n) | (row->first != first))
                return SIP_METHOD_OTHER;
        return (enum sip_method)row->id;
}

/* Of the octets [from, to), with eight octets before `to` in memory. */
static inline enum sip_method fast_method_before(const struct fast *f, uint64_t from, uint64_t to)
{
        uint64_t n = to - from;

        if (n - 1 >= 9)
                return SIP_METHOD_OTHER;
        return fast_method(fast_tail8(f->b + to, n < 8 ? n : 8), n, f->b[from]);
}

/* Of the first n octets of the message, which has sixteen at least. */
static inline enum sip_method fast_method_first(const struct fast *f, uint64_t n)
{
        uint64_t word;

        if (n - 1 >= 9)
                return SIP_METHOD_OTHER;
        word = fast_load8(f->b + (n == 9));
        return fast_method(fast_low8(word, n), n, f->b[0]);
}

#endif
