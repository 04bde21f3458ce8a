#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A name server for a test: edge_names_dns.py FILE. It answers on 127.0.0.1:53 from the file, read anew for
each question: lines NAME ADDRESS...; a name with `fail` gets SERVFAIL, one that is not there NXDOMAIN."""
import socket
import struct
import sys

NOERROR, SERVFAIL, NXDOMAIN, A = 0, 2, 3, 1


def question(packet):
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode())
        at += 1 + packet[at]
    return ".".join(labels).lower(), struct.unpack_from(">H", packet, at + 1)[0], packet[12:at + 5]


def table(path):
    with open(path) as lines:
        return {words[0]: words[1:] for words in map(str.split, lines) if words}


sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 53))
while True:
    packet, peer = sock.recvfrom(512)
    name, kind, asked = question(packet)
    found = table(sys.argv[1]).get(name)
    code = NXDOMAIN if found is None else SERVFAIL if found == ["fail"] else NOERROR
    addresses = found if code == NOERROR and kind == A else []
    reply = packet[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(addresses), 0, 0) + asked
    for address in addresses:
        reply += struct.pack(">HHHIH", 0xC00C, A, 1, 1, 4) + socket.inet_aton(address)
    sock.sendto(reply, peer)
