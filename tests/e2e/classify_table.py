#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which UDP flows of a folder of captures are SIP: by the dataplane, by tshark, by nDPI.

  classify_table.py CORPUS SCRATCH DATAPLANE

Prints one line a capture in which any of them finds SIP, or the dataplane does; each flow that they
do not agree on has its reason in REASONS below. Then every capture again with its ports moved: the
dataplane has to find the same messages. Exit status 0 when nothing is without a reason.
"""
import csv
import ipaddress
import json
import pathlib
import struct
import subprocess
import sys

# (capture, who differs): why. A reason that is not needed is an error, so the list stays true.
TUNNEL = "inside a tunnel, which the dataplane does not open"
CUT = "its UDP length differs from what the packet holds: dropped as udp_header before it is read"
SUM = "under a wrong IPv4 header checksum: dropped as ip4_checksum before it is read"
REASONS = {
    ("ndpi/gre.pcapng", "tshark"): TUNNEL,
    ("open5gs/volte.pcapng", "tshark"): TUNNEL,
    ("ndpi/sip_hello.pcapng", "nDPI"): "a flow that begins with keep-alives \"hello\": nDPI gives it up",
    ("pcapplusplus/sip_reqs.pcap", "tshark"): CUT,
    ("pcapplusplus/sip_reqs.pcap", "nDPI"): CUT,
    ("trex/udp_sip.pcap", "tshark"): SUM,
    ("trex/udp_sip.pcap", "nDPI"): SUM,
}
# Folders of decoder tests without SIP: only the dataplane is asked.
NO_SIP = ("l2l4-suricata-verify", "l2l4-tcpdump")
# Where ports of SIP are moved to: nothing that anybody takes for SIP.
MOVED_BY = 26000
SIP_PORTS = range(5060, 6061)
RAW = (12, 101, 228, 229)  # link types without a header
LINKS = {1: 12, 113: 14}  # Ethernet, Linux cooked: where their EtherType is


def key(a, aport, b, bport):
    ends = sorted([(str(ipaddress.ip_address(a)), int(aport)), (str(ipaddress.ip_address(b)), int(bport))])
    return tuple(ends)


def run(*args):
    return subprocess.run(args, capture_output=True, text=True, check=False).stdout


def ours(dataplane, capture, events):
    """Flows with SIP, and the number of SIP messages."""
    done = subprocess.run([dataplane, "--replay", capture, "--events", events], capture_output=True,
                          text=True, check=False)
    if done.returncode not in (0,):
        return None, 0
    flows, messages = set(), 0
    for line in open(events, encoding="utf-8"):
        e = json.loads(line)
        if e["event_type"] == "sip":
            flows.add(key(e["src_ip"], e["src_port"], e["dest_ip"], e["dest_port"]))
        elif e["event_type"] == "stats":
            messages = e["stats"]["sip_messages"]
    return flows, messages


def tshark(capture):
    out = run("tshark", "-r", capture, "-Y", "sip && udp && !icmp && !icmpv6", "-T", "fields", "-E",
              "occurrence=l", "-e", "ip.src", "-e", "ipv6.src", "-e", "udp.srcport", "-e", "ip.dst",
              "-e", "ipv6.dst", "-e", "udp.dstport")
    flows = set()
    for line in out.splitlines():
        s4, s6, sp, d4, d6, dp = line.split("\t")
        flows.add(key(s4 or s6, sp, d4 or d6, dp))
    return flows


def ndpi(capture, table):
    run("ndpiReader", "-i", capture, "-d", "-q", "-C", table)
    flows = set()
    try:
        with open(table, encoding="latin-1") as f:
            for row in csv.DictReader(f):
                if row["protocol"] == "17" and "SIP" in row["ndpi_proto"].split("."):
                    flows.add(key(row["src_ip"], row["src_port"], row["dst_ip"], row["dst_port"]))
    except FileNotFoundError:
        pass
    return flows


def ip_start(frame, link):
    """Offset of the IP header and its version; None without one."""
    if link in RAW:
        return 0, frame[0] >> 4
    at = LINKS[link]
    while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8"):
        at += 4
    return {b"\x08\x00": (at + 2, 4), b"\x86\xdd": (at + 2, 6)}.get(bytes(frame[at:at + 2]))


def move_ports(frame, link):
    """Adds MOVED_BY to the ports of SIP. Over IPv4 the UDP checksum goes (captures of hosts that leave
    it to the card have half of one), over IPv6 it is corrected (RFC 1624)."""
    found = ip_start(frame, link)
    if not found:
        return
    ip, version = found
    first = version == 6 or struct.unpack_from("!H", frame, ip + 6)[0] & 0x1fff == 0
    proto, udp = (frame[ip + 9], ip + (frame[ip] & 15) * 4) if version == 4 else (frame[ip + 6], ip + 40)
    if proto != 17 or not first or len(frame) < udp + 8:
        return
    check = struct.unpack_from("!H", frame, udp + 6)[0]
    for at in (udp, udp + 2):
        port = struct.unpack_from("!H", frame, at)[0]
        if port not in SIP_PORTS:
            continue
        struct.pack_into("!H", frame, at, port + MOVED_BY)
        if check:
            check = (~check & 0xffff) + (~port & 0xffff) + port + MOVED_BY
            check = (check & 0xffff) + (check >> 16)
            check = ~((check & 0xffff) + (check >> 16)) & 0xffff or 0xffff
    struct.pack_into("!H", frame, udp + 6, check if version == 6 else 0)


def moved(dataplane, capture, scratch):
    """SIP messages when every port of SIP is another one; None where the link is another one."""
    plain = scratch / "plain.pcap"
    run("editcap", "-F", "pcap", capture, plain)
    octets = bytearray(plain.read_bytes()) if plain.exists() else b""
    plain.unlink(missing_ok=True)
    link = struct.unpack_from("<I", octets, 20)[0] if len(octets) >= 24 else None
    if link not in RAW and link not in LINKS:
        return None
    at = 24
    while at + 16 <= len(octets):
        size = struct.unpack_from("<I", octets, at + 8)[0]
        frame = octets[at + 16:at + 16 + size]
        move_ports(frame, link)
        octets[at + 16:at + 16 + size] = frame
        at += 16 + size
    (scratch / "moved.pcap").write_bytes(octets)
    return ours(dataplane, scratch / "moved.pcap", scratch / "moved.json")[1]


def compare(name, mine, theirs, used):
    """Prints where they differ; returns the differences without a reason."""
    bad = 0
    for who, flows in theirs.items():
        if flows == mine:
            continue
        reason = REASONS.get((name, who))
        used.add((name, who))
        where = "" if reason else sorted(flows ^ mine)
        print(f"     {who}: {len(flows - mine)} more, {len(mine - flows)} fewer: "
              f"{reason or 'NO REASON KNOWN'} {where}")
        bad += reason is None
    return bad


def main():
    corpus, scratch, dataplane = (pathlib.Path(a) for a in sys.argv[1:4])
    used, bad, captures, total, elsewhere, fixed = set(), 0, 0, 0, 0, 0
    for capture in sorted(p for p in (corpus / "pcap").rglob("*") if p.is_file()):
        name = str(capture.relative_to(corpus / "pcap"))
        mine, messages = ours(dataplane, capture, scratch / "events.json")
        if mine is None:  # not a capture
            continue
        captures += 1
        total += messages
        if name.startswith(NO_SIP):
            if messages:
                print(f" {name}: {messages} messages where there is no SIP")
                bad += 1
            continue
        theirs = {"tshark": tshark(capture), "nDPI": ndpi(capture, scratch / "flows.csv")}
        if not mine and not any(theirs.values()):
            continue
        there = moved(dataplane, capture, scratch)
        shown = "ports cannot be moved" if there is None else f"{there} on other ports"
        print(f" {name}: {len(mine)} flows, {messages} messages, {shown}; "
              + ", ".join(f"{who} {len(f)}" for who, f in theirs.items()))
        bad += compare(name, mine, theirs, used)
        if there is None:
            fixed += 1
        else:
            elsewhere += there
            bad += there != messages
    for unused in REASONS.keys() - used:
        print(f" a reason that nothing needs: {unused}")
        bad += 1
    print(f"{captures} captures, {total} SIP messages, {elsewhere} found on other ports "
          f"({fixed} captures cannot be moved), {len(used)} differences from tshark and nDPI with "
          f"their reasons, {bad} without")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
