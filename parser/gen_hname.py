#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make the perfect hash of header names that sip_hname.c uses.

usage: gen_hname.py sip_headers.def > sip_hname_table.h

The hash reads the first and the last four octets of a name (fewer in a shorter one), folded to
lower case by OR 0x20, and its length; sip_hname.c computes the same. The multiplier is the first
of a fixed sequence that gives every name a slot of its own, so the output depends on the input
alone. It fails when it finds none.
"""
import re
import sys

BITS = 10

TEMPLATE = """/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_hname_table.h - made from sip_headers.def. Private to sip_hname.c. After a change of
 * the list: parser/gen_hname.py parser/sip_headers.def > parser/sip_hname_table.h
 * (a test compares).
 */
#ifndef SLUICE_PARSER_SIP_HNAME_TABLE_H
#define SLUICE_PARSER_SIP_HNAME_TABLE_H

#define HNAME_HASH_BITS {bits}
#define HNAME_HASH_MULT UINT64_C({mult:#x})

/* clang-format off */
static const uint8_t hname_slots[1u << HNAME_HASH_BITS] = {{
{slots}}};

static const uint8_t hname_compact[26] = {{
{short}}};
/* clang-format on */

#endif
"""


def key(name):
    raw = name.lower().encode()
    n = len(raw)
    if n >= 4:
        first, last = raw[:4], raw[-4:]
    else:
        first = last = bytes([raw[0], raw[n // 2], raw[n - 1], 0])
    a = int.from_bytes(first, 'little') | 0x20202020
    b = int.from_bytes(last, 'little') | 0x20202020
    return (a << 32 | b) + n * 0x9E3779B1


def slot(k, mult):
    return (k * mult & 0xFFFFFFFFFFFFFFFF) >> (64 - BITS)


def main():
    rows = re.findall(r'^X\((\w+), "([^"]+)", (0|\'.\'), (\w+)\)$', open(sys.argv[1]).read(), re.M)
    names = [r[1] for r in rows]
    assert len({n.lower() for n in names}) == len(names), 'a header is listed twice'
    assert max(map(len, names)) <= 32, 'a name is too long for sip_hname.c'
    compact = [r for r in rows if r[2] != '0']
    assert len({r[2] for r in compact}) == len(compact), 'a compact form is used twice'
    keys = [key(n) for n in names]
    mult = 0x9E3779B97F4A7C15
    for _ in range(2000000):
        if len({slot(k, mult) for k in keys}) == len(keys):
            break
        mult = (mult * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF | 1
    else:
        sys.exit('gen_hname.py: no perfect hash found; raise BITS')
    order = sorted(zip(rows, keys), key=lambda rk: slot(rk[1], mult))
    slots = ''.join(f'        [{slot(k, mult)}] = SIP_HDR_{row[0]},\n' for row, k in order)
    short = ''.join(f"        [{row[2]} - 'a'] = SIP_HDR_{row[0]},\n"
                    for row in sorted(compact, key=lambda r: r[2]))
    sys.stdout.write(TEMPLATE.format(bits=BITS, mult=mult, slots=slots, short=short))


main()
