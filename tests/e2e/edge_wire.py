#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""edge_wire.py CAPTURE DIRECTORY - the UDP payloads of a capture (Ethernet, little endian), a file each;
prints how many. An IPv4 header with options or a fragment is an error: the edge makes neither."""
import os
import struct
import sys


def payloads(data):
    if data[:4] != b"\xd4\xc3\xb2\xa1":
        sys.exit("not a capture that is known here")
    at = 24
    while at < len(data):
        length = struct.unpack_from("<I", data, at + 8)[0]
        frame = data[at + 16:at + 16 + length]
        at += 16 + length
        kind = struct.unpack_from(">H", frame, 12)[0]
        if kind == 0x0800:
            if frame[14] != 0x45 or struct.unpack_from(">H", frame, 20)[0] & 0x3fff:
                sys.exit("options or a fragment")
            udp = 34
        elif kind == 0x86dd and frame[20] == 17:
            udp = 54
        else:
            sys.exit(f"type {kind:04x}")
        yield frame[udp + 8:udp + struct.unpack_from(">H", frame, udp + 4)[0]]


def main():
    capture, directory = sys.argv[1:3]
    os.makedirs(directory)
    cnt = 0
    with open(capture, "rb") as f:
        for payload in payloads(f.read()):
            cnt += 1
            with open(f"{directory}/{cnt:06}", "wb") as out:
                out.write(payload)
    print(cnt)


main()
