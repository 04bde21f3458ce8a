#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tagged.py DEVICE VLAN SOURCE DESTINATION COUNT - OPTIONS messages in frames with an 802.1Q tag.

The frames are put together here, so that the kernel needs no VLAN devices.
"""
import socket
import struct
import sys


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data[:len(data) & ~1]))
    total += data[-1] << 8 if len(data) & 1 else 0
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF or 0xFFFF


def frame(vlan, source, destination, message):
    src, dst = socket.inet_aton(source), socket.inet_aton(destination)
    length = 8 + len(message)
    udp = struct.pack("!4H", 5080, 5060, length, 0)
    udp_sum = checksum(src + dst + struct.pack("!2H", socket.IPPROTO_UDP, length) + udp + message)
    udp = struct.pack("!4H", 5080, 5060, length, udp_sum)
    head = struct.pack("!2B3H2BH", 0x45, 0, 20 + length, 1, 0, 64, socket.IPPROTO_UDP, 0) + src + dst
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    tags = b"\xff" * 6 + b"\x02\0\0\0\0\x01" + struct.pack("!3H", 0x8100, vlan, 0x0800)
    return tags + head + udp + message


def main():
    device, vlan, source, destination, count = sys.argv[1:]
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind((device, 0))
        for i in range(int(count)):
            message = (f"OPTIONS sip:{destination} SIP/2.0\r\n"
                       f"Via: SIP/2.0/UDP {source}:5080;branch=z9hG4bKtag{i}\r\nMax-Forwards: 70\r\n"
                       f"From: <sip:a@{source}>;tag={i}\r\nTo: <sip:{destination}>\r\n"
                       f"Call-ID: tagged-{i}@lab\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n")
            sock.send(frame(int(vlan), source, destination, message.encode()))


main()
