#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""flood_pcap.py KIND COUNT SEED MAC ADDRESS OUT.pcap - frames of a flood against ADDRESS port 5060.

KIND: malformed, register, invite, options, fragments, crlf or unknown. MAC is where the frames go.
Every frame has a source (of 198.18.0.0/15; `options` is one scanner with all its ports) and a Call-ID
of its own. The same seed makes the same capture.
"""
import random
import struct
import sys

SCANNER = bytes([198, 51, 100, 66])
METHODS = ("MESSAGE", "SUBSCRIBE", "PUBLISH", "INFO", "NOTIFY", "REFER")
IP_FRAGMENT_BYTES = 1200


def checksum(octets):
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack("!%dH" % (len(octets) // 2), octets))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def ip_packet(src, dst, ident, flags, body):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), ident, flags, 64, 17, 0, src, dst)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def udp(src, sport, dst, payload):
    head = struct.pack("!HHHH", sport, 5060, 8 + len(payload), 0)
    pseudo = struct.pack("!4s4sHH", src, dst, 17, 8 + len(payload))
    total = checksum(pseudo + head + payload) or 0xFFFF
    return head[:6] + struct.pack("!H", total) + payload


class Flood:
    def __init__(self, kind, seed, address):
        self.kind = kind
        self.rng = random.Random(seed)
        self.address = address
        self.dst = bytes(int(n) for n in address.split("."))

    def source(self):
        if self.kind == "options":
            return SCANNER, self.rng.randrange(1024, 65536)
        return bytes([198, 18 + self.rng.randrange(2)]) + self.rng.randbytes(2), self.rng.randrange(1024, 65536)

    def request(self, n, method, src, sport, agent="Deskphone 4.2", extra="", body=""):
        rng = self.rng
        host = ".".join(str(b) for b in src)
        user = str(1000 + n % 90000)
        uri = "sip:%s@%s" % (user, self.address)
        to = "sip:%s@lab" % user if method == "REGISTER" else uri
        return (
            "%s %s SIP/2.0\r\n" % (method, "sip:lab" if method == "REGISTER" else uri)
            + "Via: SIP/2.0/UDP %s:%d;branch=z9hG4bK%016x;rport\r\n" % (host, sport, rng.getrandbits(64))
            + "Max-Forwards: 70\r\n"
            + "From: <sip:%s@%s>;tag=%08x\r\n" % (user, host, rng.getrandbits(32))
            + "To: <%s>\r\n" % to
            + "Call-ID: %032x@%s\r\n" % (rng.getrandbits(128), host)
            + "CSeq: %d %s\r\n" % (1 + n % 100, method)
            + "Contact: <sip:%s@%s:%d>\r\n" % (user, host, sport)
            + "User-Agent: %s\r\n" % agent
            + extra
            + "Content-Length: %d\r\n\r\n%s" % (len(body), body)
        )

    def sdp(self, filler=0):
        text = "v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 0\r\n"
        return text + "".join("a=x-filler:%060d\r\n" % i for i in range(filler))

    def malformed(self, n, src, sport):
        text = self.request(n, self.rng.choice(("INVITE", "REGISTER", "OPTIONS")), src, sport)
        faults = (
            lambda t: t.replace("CSeq: ", "CSeq: 99999999999999999999"),
            lambda t: t.replace("Call-ID: ", "Call-ID : \x01"),
            lambda t: t.replace("From: ", "From: <sip:x@y>;tag=1\r\nFrom: "),
            lambda t: t.replace("Content-Length: 0", "Content-Length: 4000"),
            lambda t: t[: t.index("To:")] + "\r\n\r\n",
            lambda t: t.replace("Via: SIP/2.0/UDP ", "Via: SIP/2.0/UDP [::"),
            lambda t: t.replace(" SIP/2.0\r\n", " SIP/3.0\r\n", 1),
            lambda t: t.replace("Max-Forwards: 70", "Max-Forwards: many"),
        )
        return faults[n % len(faults)](text)

    def packets(self, n):
        src, sport = self.source()
        if self.kind == "crlf":
            text = "\r\n\r\n"
        elif self.kind == "malformed":
            text = self.malformed(n, src, sport)
        elif self.kind == "unknown":
            agent = "Client %08x" % self.rng.getrandbits(32)
            text = self.request(n, METHODS[n % len(METHODS)], src, sport, agent, "Event: presence\r\n")
        elif self.kind in ("invite", "fragments"):
            sdp = self.sdp(20 if self.kind == "fragments" else 0)
            text = self.request(n, "INVITE", src, sport, extra="Content-Type: application/sdp\r\n", body=sdp)
        else:
            text = self.request(n, self.kind.upper(), src, sport)
        datagram = udp(src, sport, self.dst, text.encode("latin-1"))
        if self.kind != "fragments":
            return [ip_packet(src, self.dst, 0, 0x4000, datagram)]
        ident, cut = n & 0xFFFF, IP_FRAGMENT_BYTES
        return [
            ip_packet(src, self.dst, ident, 0x2000, datagram[:cut]),
            ip_packet(src, self.dst, ident, cut // 8, datagram[cut:]),
        ]


def main(kind, count, seed, mac, address, out):
    flood = Flood(kind, int(seed), address)
    ethernet = bytes.fromhex(mac.replace(":", "")) + bytes.fromhex("020000000066") + b"\x08\x00"
    left = int(count)
    n = 0
    with open(out, "wb") as pcap:
        pcap.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        while left > 0:
            for packet in flood.packets(n):
                data = ethernet + packet
                pcap.write(struct.pack("<IIII", n // 1000, n % 1000 * 1000, len(data), len(data)) + data)
                left -= 1
            n += 1


main(*sys.argv[1:])
