#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make the perfect hash of header names, long and compact, that sip_hname_row.h describes.

usage: gen_hname.py sip_headers.def > sip_hname_table.h

The multiplier is the first of a fixed sequence that gives every name a slot of its own, so the
output depends on the input alone. It fails when it finds none.
"""
import re
import sys

BITS = 10
NAME_MAX = 30
ROW_NAME = 28  # octets of a name and what is behind it that a row holds
ROWS = 192

TEMPLATE = """/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_hname_table.h - made from sip_headers.def. Private to sip_hname.c. After a change of
 * the list: parser/gen_hname.py parser/sip_headers.def > parser/sip_hname_table.h
 * (a test compares).
 */
#ifndef SLUICE_PARSER_SIP_HNAME_TABLE_H
#define SLUICE_PARSER_SIP_HNAME_TABLE_H

_Static_assert(SIP_HNAME_BITS == {bits} && SIP_HNAME_ROWS == {row_cnt} &&
                   sizeof(struct sip_hname_row) == 64,
               "gen_hname.py and sip_hname_row.h disagree");

/* clang-format off */
const struct sip_hname_table sip_hname_table = {{
    {{
        {{"{none}", SIP_HDR_OTHER, 0, 0xff, 255, "{none}"}},
{rows}    }},
    {mult:#x},
    {{
{slots}    }},
}};
/* clang-format on */

#endif
"""


def key(name):
    wire = ('\r\n' + name + ': ').encode()
    colon = len(wire) - 2
    first = int.from_bytes(wire[1:5], 'little')
    last = int.from_bytes(wire[colon - 3:colon + 1], 'little')
    return (first ^ last) | 0x20202020


def slot(k, mult):
    return (k * mult & 0xFFFFFFFF) >> (32 - BITS)


def perfect(keys, mult):
    seen = set()
    for k in keys:
        s = slot(k, mult)
        if s in seen:
            return False
        seen.add(s)
    return True


def main():
    rows = re.findall(r'^X\((\w+), "([^"]+)", (0|\'.\'), (\w+)\)$', open(sys.argv[1]).read(), re.M)
    names = [(r[1].lower(), r, 0) for r in rows]
    names += [(r[2][1], r, 1) for r in rows if r[2] != '0']
    assert len({n[0] for n in names}) == len(names), 'a name is listed twice'
    assert max(len(n[0]) for n in names) <= NAME_MAX, 'a name is too long for sip_hname_row.h'
    assert len(names) < ROWS, 'too many names for sip_hname_row.h'
    keys = [key(n[0]) for n in names]
    assert len(set(keys)) == len(keys), 'two names have one key'
    mult = 0x9E3779B9
    for _ in range(2000000):
        if perfect(keys, mult):
            break
        mult = (mult * 1664525 + 1013904223) & 0xFFFFFFFF | 1
    else:
        sys.exit('gen_hname.py: no perfect hash found; raise BITS')
    text = ''
    for name, row, compact in names:
        wire = name + ': '
        # A row that has no room for all of it cares for an octet that no line has: it never fits.
        care = wire if len(wire) <= ROW_NAME else ':' * 32
        care = ''.join(r'\337' if c.isalpha() else r'\377' for c in care)
        text += (f'        {{"{wire[:ROW_NAME]}", '
                 f'SIP_HDR_{row[0]}, {"SIP_HDR_F_COMPACT" if compact else 0}, '
                 f'{0 if row[3] == "SINGLE" else "0xff"}, {len(name)}, "{care}"}},\n')
    order = sorted((slot(k, mult), i + 1) for i, k in enumerate(keys))
    slots = ''.join(f'        [{s}] = {64 * i},\n' for s, i in order)
    sys.stdout.write(TEMPLATE.format(bits=BITS, mult=mult, none=r'\377' * 28, rows=text,
                                     slots=slots, row_cnt=ROWS))


main()
