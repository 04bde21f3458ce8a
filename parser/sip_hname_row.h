/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_hname_row.h - the table of header names as its readers see it: sip_hname.c and the fast path.
 * Private. gen_hname.py makes the table; it computes what sip_hname_at() does.
 */
#ifndef SLUICE_PARSER_SIP_HNAME_ROW_H
#define SLUICE_PARSER_SIP_HNAME_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "parser/sip_msg.h"

#pragma GCC visibility push(hidden)

/* Longest name that the table can hold. */
#define SIP_HNAME_BYTES_MAX 31u

/* A long or compact name, one cache line. Row 0 is what no name has. */
struct sip_hname_row {
        /* The last 15 octets in lower case and ":"; of one of up to 14 octets all of it, with the
         * LF in front, so that no longer name ends like this. */
        _Alignas(64) char last[16];
        char care[16]; /* bits of these that count: not the case of letters, not what is in front */
        char first[16]; /* the first 16 octets in lower case, ":" perhaps among them */
        uint8_t id;     /* enum sip_hdr_id */
        uint8_t flags;  /* enum sip_hdr_flag: how this name is written */
        uint8_t list;   /* 0 where the header may occur once, 0xff elsewhere */
        uint8_t len;    /* octets of the name; of row 0 a number that is nobody's */
};

#define SIP_HNAME_ROWS  192u
#define SIP_HNAME_BITS  10
#define SIP_HNAME_SLOTS ((1u << SIP_HNAME_BITS) + 0x80u + 64u)

/* All that a look-up needs, so that one register finds it. */
struct sip_hname_table {
        struct sip_hname_row rows[SIP_HNAME_ROWS]; /* those that are used come first */
        uint64_t mult;
        uint16_t slots[SIP_HNAME_SLOTS]; /* octets from rows[0] to the row */
};

extern const struct sip_hname_table sip_hname_table;

/*
 * Where a name of len octets would be; each has a slot of its own. `first` is its first eight
 * octets, fewer of a shorter one, the very first of them lowest; `last` its last octet, below 0x80.
 * Bit 0x20 is set in all octets. Any len up to 64 may be asked for.
 */
static inline const struct sip_hname_row *sip_hname_at(uint64_t first, uint64_t last, uint64_t len)
{
        const struct sip_hname_table *t = &sip_hname_table;
        uint64_t slot = (first * t->mult >> (64 - SIP_HNAME_BITS)) + last + len;

        return (const struct sip_hname_row *)(const void *)((const uint8_t *)t->rows +
                                                            t->slots[slot]);
}

/* The row of a name, by comparing all its octets; row 0 of one that the table does not have. */
const struct sip_hname_row *sip_hname_row_of(const uint8_t *name, size_t len);

#pragma GCC visibility pop

#endif
