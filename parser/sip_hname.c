/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_hname.h"

#include <string.h>

#include "parser/sip_ctype.h"
#include "parser/sip_hname_row.h"
#include "parser/sip_hname_table.h" /* made by gen_hname.py: rows, slots and the multiplier */

enum { SINGLE = 1, LIST = 0 };

static const struct {
        const char *str;
        uint8_t single;
} hnames[SIP_HDR_CNT] = {
    {"", LIST},
#define X(ID, name, compact, multiplicity) {name, multiplicity},
#include "parser/sip_headers.def"
#undef X
};

_Static_assert(SIP_HDR_CNT <= 256, "header id does not fit sip_hdr.id");
_Static_assert(SIP_MSG_HDRS_MAX < SIP_HDR_NONE, "header index does not fit next_same");

/* Four octets, the first of them lowest. */
static uint32_t word(const uint8_t *p)
{
        return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The name as it stands on the wire. */
static const struct sip_hname_row *row_at(const uint8_t *name, size_t len)
{
        uint8_t wire[2 + SIP_HNAME_BYTES_MAX + 2] = {'\r', '\n'};

        memcpy(wire + 2, name, len);
        memcpy(wire + 2 + len, ": ", 2);
        return sip_hname_at(word(wire + 1), word(wire + 2 + len - 3));
}

/* Octet i of the name in a row, in lower case. */
static uint8_t letter(const struct sip_hname_row *row, size_t i)
{
        return i < SIP_HNAME_ROW_BYTES ? (uint8_t)row->name[i]
                                       : sip_lower((uint8_t)hnames[row->id].str[i]);
}

const struct sip_hname_row *sip_hname_row_of(const uint8_t *name, size_t len)
{
        const struct sip_hname_row *row;

        if (len == 0 || len > SIP_HNAME_BYTES_MAX)
                return sip_hname_table.rows;
        row = row_at(name, len);
        if (row->len != len)
                return sip_hname_table.rows;
        for (size_t i = 0; i < len; i++) {
                if (sip_lower(name[i]) != letter(row, i))
                        return sip_hname_table.rows;
        }
        return row;
}

enum sip_hdr_id sip_hname_find(const uint8_t *name, size_t len)
{
        return (enum sip_hdr_id)sip_hname_row_of(name, len)->id;
}

const char *sip_hname_str(enum sip_hdr_id id)
{
        return (unsigned)id < SIP_HDR_CNT ? hnames[id].str : "";
}

bool sip_hname_single(enum sip_hdr_id id)
{
        return (unsigned)id < SIP_HDR_CNT && hnames[id].single == SINGLE;
}
