#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compare_tshark.py CAPTURE EVENTS - are the messages of a replay those that tshark sees?

Compares two multisets of (method or status code, Call-ID, CSeq number, CSeq method): ours from the
EVE lines of EVENTS, tshark's from the frames whose SIP lies plainly in one good UDP datagram. Every
frame that is left out is counted under its reason. Prints one line of JSON: {"messages": N, "left_out":
{reason: N}, "wrong_checksums": N, "only_ours": [...], "only_tshark": [...]}; exits 1 when the sets differ.
Of wrong checksums are counted those around SIP, GTP aside, IP and UDP.
"""
import collections
import json
import re
import subprocess
import sys

# What may stand below UDP for a message to be plain.
PLAIN = {"eth", "ethertype", "sll", "sll2", "raw", "null", "loop", "ppp", "vlan", "ip", "ipv6", "udp"}
FIELDS = ["frame.protocols", "ip.reassembled.length", "ipv6.reassembled.length", "ip.checksum.status",
          "ip.len", "ip.hdr_len", "udp.length", "sip.Method", "sip.Status-Code", "sip.Call-ID", "sip.CSeq",
          "udp.checksum.status"]
CHECKSUM_BAD = "0"
BETWEEN = "\x1f"  # what a frame has of one field more than once


def left_out(frame):
    """Why a frame is not compared; None when it is."""
    below = frame["frame.protocols"].split(":sip")[0].split(":")
    if "icmp" in below or "icmpv6" in below:
        return "quoted inside ICMP: no message of its own"
    if "tcp" in below:
        return "over TCP: stream framing comes later"
    foreign = [p for p in below if p not in PLAIN]
    if foreign:
        return "inside a tunnel (" + "+".join(foreign) + "): tunnels come later"
    if below.count("ip") + below.count("ipv6") > 1:
        return "inside a tunnel (IP in IP): tunnels come later"
    if frame["ip.reassembled.length"] or frame["ipv6.reassembled.length"]:
        return "made of IP fragments: reassembly comes later"
    if frame["ip.checksum.status"] == CHECKSUM_BAD:
        return "under a wrong IPv4 header checksum: dropped as ip4_checksum"
    if frame["ip.len"] and int(frame["ip.len"]) - int(frame["ip.hdr_len"]) != int(frame["udp.length"]):
        return "with a UDP length that differs from the IP length: dropped as udp_header"
    return None


def cseq_parts(text):
    match = re.match(r"\s*(\d+)\s+(\S+)", text or "")
    return (int(match[1]), match[2]) if match else (None, None)


def of_tshark(capture):
    command = ["tshark", "-r", capture, "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
               "-Y", "sip", "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=" + BETWEEN]
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    seen, skipped, wrong = collections.Counter(), collections.Counter(), 0
    if "unsupported" in done.stderr:
        skipped["captures of a link type that tshark cannot read"] = 1
        return seen, skipped, None
    done.check_returncode()
    for line in done.stdout.split("\n")[:-1]:
        every = dict(zip(FIELDS, (text.split(BETWEEN) for text in line.split("\t"))))
        frame = {field: texts[0] for field, texts in every.items()}
        wrong += "gtp" not in frame["frame.protocols"].split(":") and CHECKSUM_BAD in (
            every["ip.checksum.status"] + every["udp.checksum.status"])
        why = left_out(frame)
        if why:
            skipped[why] += 1
        else:
            first = frame["sip.Method"] or frame["sip.Status-Code"]
            seen[(first, frame["sip.Call-ID"].strip(), *cseq_parts(frame["sip.CSeq"]))] += 1
    return seen, skipped, wrong


def of_events(path):
    """Two multisets: all messages, and those of them that the parser rejects."""
    seen, rejected = collections.Counter(), collections.Counter()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            if event["event_type"] != "sip":
                continue
            sip = event["sip"]
            first = sip.get("method") or str(sip.get("code", ""))
            key = (first, sip.get("call_id", ""), sip.get("cseq"), sip.get("cseq_method"))
            seen[key] += 1
            if event["verdict"]["reason"].startswith("sip_"):
                rejected[key] += 1
    return seen, rejected


def agrees(read, theirs):
    """What could be read of a rejected message is what tshark read."""
    return all(mine in ("", None) or mine == other for mine, other in zip(read, theirs))


def main():
    theirs, skipped, wrong = of_tshark(sys.argv[1])
    if wrong is None:
        print(json.dumps({"messages": 0, "left_out": dict(skipped), "wrong_checksums": 0}))
        return 0
    ours, rejected = of_events(sys.argv[2])
    only_ours, only_theirs = ours - theirs, theirs - ours
    for read in list((only_ours & rejected).elements()):
        for other in list(only_theirs):
            if agrees(read, other):
                only_ours -= collections.Counter([read])
                only_theirs -= collections.Counter([other])
                skipped["rejected as malformed: equal in what could be read"] += 1
                break
    result = {"messages": sum((ours & theirs).values()), "left_out": dict(skipped),
              "wrong_checksums": wrong, "only_ours": sorted(map(str, only_ours.elements())),
              "only_tshark": sorted(map(str, only_theirs.elements()))}
    print(json.dumps(result))
    return 1 if only_ours or only_theirs else 0


if __name__ == "__main__":
    sys.exit(main())
