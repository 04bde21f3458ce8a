/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_hname_row.h - the table of header names as its readers see it: sip_hname.c and the fast path.
 * Private. gen_hname.py makes the table; it computes sip_hname_key() too.
 */
#ifndef SLUICE_PARSER_SIP_HNAME_ROW_H
#define SLUICE_PARSER_SIP_HNAME_ROW_H

#include <stdint.h>

#include "parser/sip_msg.h"

#pragma GCC visibility push(hidden)

/* Longest name in the table. */
#define SIP_HNAME_BYTES_MAX 32u

/* A long or compact name, one cache line. Row 0 is what no name has. */
struct sip_hname_row {
        _Alignas(
            64) char last[16]; /* the last 16 octets in lower case, or all of it behind spaces */
        char care[16];  /* bits of these that count: not the case of letters, not the spaces */
        char first[16]; /* the first 16 octets in lower case where there are more than that */
        uint8_t id;     /* enum sip_hdr_id */
        uint8_t flags;  /* enum sip_hdr_flag: how this name is written */
        uint8_t list;   /* 0 where the header may occur once, 0xff elsewhere */
        uint8_t len;    /* octets of the name; of row 0 a number that is nobody's */
};

extern const struct sip_hname_row sip_hname_rows[];
extern const uint8_t sip_hname_slots[];
extern const uint64_t sip_hname_mult;
#define SIP_HNAME_HASH_BITS 12

/*
 * What is hashed of a name of len octets: `first`, its first eight, fewer of a shorter one, the
 * very first of them lowest; its last octet; and len. Bit 0x20 is set in all octets.
 */
static inline uint64_t sip_hname_key(uint64_t first, uint64_t last, uint64_t len)
{
        return first + ((last << 8 | len) << 40);
}

/* Each name has a slot of its own. */
static inline uint64_t sip_hname_slot(uint64_t key)
{
        return key * sip_hname_mult >> (64 - SIP_HNAME_HASH_BITS);
}

#pragma GCC visibility pop

#endif
