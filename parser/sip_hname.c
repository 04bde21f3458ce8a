/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_hname.h"

#include <string.h>

#include "parser/sip_ctype.h"
#include "parser/sip_hname_table.h" /* made by gen_hname.py: the slots and the multiplier */

#define NAME_BYTES_MAX 32u

enum { SINGLE = 1, LIST = 0 };

struct hname {
        uint8_t len;
        uint8_t single;
        char str[NAME_BYTES_MAX + 1];
};

static const struct hname hnames[SIP_HDR_CNT] = {
    {0, 0, ""},
#define X(ID, name, compact, multiplicity) {sizeof(name) - 1, multiplicity, name},
#include "parser/sip_headers.def"
#undef X
};

_Static_assert(SIP_HDR_CNT <= 256, "header id does not fit sip_hdr.id");
_Static_assert(SIP_MSG_HDRS_MAX < SIP_HDR_NONE, "header index does not fit next_same");

/* Little endian whatever the machine, since the table was made so; compilers see one load. */
static uint32_t load4(const uint8_t *p)
{
        return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t slot(const uint8_t *n, size_t len)
{
        uint32_t a, b;
        uint64_t key;

        if (len >= 4) {
                a = load4(n);
                b = load4(n + len - 4);
        } else {
                a = (uint32_t)n[0] | (uint32_t)n[len / 2] << 8 | (uint32_t)n[len - 1] << 16;
                b = a;
        }
        a |= 0x20202020u;
        b |= 0x20202020u;
        key = ((uint64_t)a << 32 | b) + (uint64_t)len * UINT64_C(0x9e3779b1);
        return (uint32_t)(key * HNAME_HASH_MULT >> (64 - HNAME_HASH_BITS));
}

/*
 * Do octets of a message (a) and of the table (t) differ, but for the case of letters? The table's
 * names consist of letters, digits and "-"; of these letters alone have bit 0x40, which so says
 * where bit 0x20 does not count.
 */
static uint64_t differ(uint64_t a, uint64_t t)
{
        return (a ^ t) & ~(t >> 1 & UINT64_C(0x2020202020202020));
}

static uint64_t load8(const void *p)
{
        uint64_t w;

        memcpy(&w, p, sizeof(w));
        return w;
}

/* len >= 2. Words that overlap: every octet is compared, none past len is read. */
static bool same_name(const uint8_t *a, const char *b, size_t len)
{
        const uint8_t *t = (const uint8_t *)b;
        uint64_t d;

        if (len >= 8) {
                d = differ(load8(a), load8(t)) | differ(load8(a + len - 8), load8(t + len - 8));
                for (size_t i = 8; i + 8 < len; i += 8)
                        d |= differ(load8(a + i), load8(t + i));
                return d == 0;
        }
        if (len >= 4)
                return (differ(load4(a), load4(t)) |
                        differ(load4(a + len - 4), load4(t + len - 4))) == 0;
        d = differ(a[0], t[0]) | differ(a[len / 2], t[len / 2]) | differ(a[len - 1], t[len - 1]);
        return d == 0;
}

enum sip_hdr_id sip_hname_find(const uint8_t *name, size_t len)
{
        enum sip_hdr_id id;

        if (len == 0 || len > NAME_BYTES_MAX)
                return SIP_HDR_OTHER;
        if (len == 1) {
                uint8_t letter = (uint8_t)(sip_lower(name[0]) - 'a');

                return letter < 26 ? (enum sip_hdr_id)hname_compact[letter] : SIP_HDR_OTHER;
        }
        id = (enum sip_hdr_id)hname_slots[slot(name, len)];
        if (id == SIP_HDR_OTHER || hnames[id].len != len || !same_name(name, hnames[id].str, len))
                return SIP_HDR_OTHER;
        return id;
}

const char *sip_hname_str(enum sip_hdr_id id)
{
        return (unsigned)id < SIP_HDR_CNT ? hnames[id].str : "";
}

bool sip_hname_single(enum sip_hdr_id id)
{
        return (unsigned)id < SIP_HDR_CNT && hnames[id].single == SINGLE;
}
