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

/* A long or compact name. Row 0 is what no name has. */
struct sip_hname_row {
        uint8_t id;     /* enum sip_hdr_id */
        uint8_t flags;  /* enum sip_hdr_flag: how this name is written */
        uint8_t single; /* 0xff where the header may occur once, 0 elsewhere */
        uint8_t len;    /* octets of the name */
        char last[16];  /* the last 16 octets in lower case, or all of it behind spaces */
        char first[16]; /* the first 16 octets where there are more than that */
};

extern const struct sip_hname_row sip_hname_rows[];
extern const uint8_t sip_hname_slots[];
/* The slot of a key: its product with the multiplier, shifted right. Each name has its own. */
extern const uint64_t sip_hname_mult;
extern const unsigned sip_hname_shift;

/*
 * What is hashed of a name of len octets: `last`, its last eight, fewer of a shorter one, the first
 * of them lowest; its first octet; and len. Letters in lower case, or with bit 0x20 set in all.
 */
static inline uint64_t sip_hname_key(uint64_t last, uint8_t first, uint32_t len)
{
        return last + ((uint64_t)((uint32_t)first << 8 | len) << 40);
}

#pragma GCC visibility pop

#endif
