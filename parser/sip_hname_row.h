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
#define SIP_HNAME_BYTES_MAX 30u

/* Octets of a name that its row holds; a few have one more. */
#define SIP_HNAME_ROW_BYTES 28u

/*
 * A long or compact name, one cache line. Row 0 is what no name has. The first half is compared
 * with 32 octets from where a line begins, in the bits of `care`: what is behind "name: " does not
 * count, nor does the case of letters. A name with no room for ":" and SP cares for its `len` too,
 * which as an octet is a control character: so it is never found that way.
 */
struct sip_hname_row {
        _Alignas(64) char name[SIP_HNAME_ROW_BYTES]; /* in lower case, ":" and SP behind it */
        uint8_t id;                                  /* enum sip_hdr_id */
        uint8_t flags; /* enum sip_hdr_flag: how this name is written */
        uint8_t list;  /* 0 where the header may occur once, 0xff elsewhere */
        uint8_t len;   /* octets of the name; of row 0 a number that is nobody's */
        char care[32]; /* which bits of the above count */
};

#define SIP_HNAME_ROWS  192u
#define SIP_HNAME_BITS  10
#define SIP_HNAME_SLOTS (1u << SIP_HNAME_BITS)

/* All that a look-up needs, so that one register finds it. */
struct sip_hname_table {
        struct sip_hname_row rows[SIP_HNAME_ROWS]; /* those that are used come first */
        uint32_t mult;
        uint16_t slots[SIP_HNAME_SLOTS]; /* octets from rows[0] to the row */
};

extern const struct sip_hname_table sip_hname_table;

/*
 * Where a name would be; each has a slot of its own. As it stands in CR LF "name: " on the wire:
 * `first` is the LF and the three octets behind it, `last` the colon and the three in front of it,
 * each word with its first octet lowest.
 */
static inline const struct sip_hname_row *sip_hname_at(uint32_t first, uint32_t last)
{
        const struct sip_hname_table *t = &sip_hname_table;
        uint32_t key = (first ^ last) | 0x20202020;

        return (const struct sip_hname_row
                    *)(const void *)((const uint8_t *)t->rows +
                                     t->slots[key * t->mult >> (32 - SIP_HNAME_BITS)]);
}

/* The row of a name, by comparing all its octets; row 0 of one that the table does not have. */
const struct sip_hname_row *sip_hname_row_of(const uint8_t *name, size_t len);

#pragma GCC visibility pop

#endif
