#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make_pcap.py OUT.pcap FILE... - each file is one SIP message: a UDP datagram in a raw-IP capture.

Packets are a millisecond apart, from 192.0.2.10:5060 to 192.0.2.20:5060, without UDP checksums.
"""
import struct
import sys

LINKTYPE_RAW = 101


def checksum(octets):
    total = sum(struct.unpack("!%dH" % (len(octets) // 2), octets))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def packet(payload, source=(192, 0, 2, 10)):
    udp = struct.pack("!HHHH", 5060, 5060, 8 + len(payload), 0) + payload
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0x4000, 64, 17, 0)
    ip += bytes(source) + bytes([192, 0, 2, 20])
    return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + udp


def write(out, packets, gaps=None):
    """Packets a millisecond apart; gaps: seconds before a packet, by its index."""
    seconds = 1700000000
    with open(out, "wb") as pcap:
        pcap.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINKTYPE_RAW))
        for i, data in enumerate(packets):
            seconds += (gaps or {}).get(i, 0)
            head = struct.pack("<IIII", seconds + i // 1000, i % 1000 * 1000, len(data), len(data))
            pcap.write(head + data)


def main(out, files):
    packets = []
    for name in files:
        with open(name, "rb") as message:
            packets.append(packet(message.read()))
    write(out, packets)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
