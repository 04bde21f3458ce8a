#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compare_tshark.py CAPTURE EVENTS - are the messages of a replay those that tshark sees?

Compares two multisets of (method or status code, Call-ID, CSeq number, CSeq method): ours from the
EVE lines of EVENTS, tshark's from the frames whose SIP lies plainly in one UDP datagram. Every frame
that is left out is counted under its reason. Prints one line of JSON: {"messages": N, "left_out":
{reason: N}, "only_ours": [...], "only_tshark": [...]}; exits 1 when the sets differ.
"""
import collections
import json
import re
import subprocess
import sys

# What may stand below UDP for a message to be plain.
PLAIN = {"eth", "ethertype", "sll", "sll2", "raw", "null", "loop", "ppp", "vlan", "ip", "ipv6", "udp"}
FIELDS = ["frame.protocols", "ip.reassembled.length", "ipv6.reassembled.length",
          "sip.Method", "sip.Status-Code", "sip.Call-ID", "sip.CSeq"]


def left_out(protocols, reassembled):
    """Why a frame is not compared; None when it is."""
    below = protocols.split(":sip")[0].split(":")
    if "icmp" in below or "icmpv6" in below:
        return "quoted inside ICMP: no message of its own"
    if "tcp" in below:
        return "over TCP: stream framing comes later"
    foreign = [p for p in below if p not in PLAIN]
    if foreign:
        return "inside a tunnel (" + "+".join(foreign) + "): tunnels come later"
    if below.count("ip") + below.count("ipv6") > 1:
        return "inside a tunnel (IP in IP): tunnels come later"
    if reassembled:
        return "made of IP fragments: reassembly comes later"
    return None


def cseq_parts(text):
    match = re.match(r"\s*(\d+)\s+(\S+)", text or "")
    return (int(match[1]), match[2]) if match else (None, None)


def of_tshark(capture):
    command = ["tshark", "-r", capture, "-Y", "sip", "-T", "fields", "-E", "occurrence=f"]
    for field in FIELDS:
        command += ["-e", field]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    seen, skipped = collections.Counter(), collections.Counter()
    for line in lines:
        protocols, joined4, joined6, method, code, call_id, cseq = line.split("\t")
        why = left_out(protocols, joined4 or joined6)
        if why:
            skipped[why] += 1
        else:
            seen[(method or code, call_id.strip(), *cseq_parts(cseq))] += 1
    return seen, skipped


def of_events(path):
    seen = collections.Counter()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            if event["event_type"] != "sip":
                continue
            sip = event["sip"]
            first = sip.get("method") or str(sip.get("code", ""))
            seen[(first, sip.get("call_id", ""), sip.get("cseq"), sip.get("cseq_method"))] += 1
    return seen


def main():
    theirs, skipped = of_tshark(sys.argv[1])
    ours = of_events(sys.argv[2])
    result = {"messages": sum((ours & theirs).values()), "left_out": dict(skipped),
              "only_ours": sorted(map(str, (ours - theirs).elements())),
              "only_tshark": sorted(map(str, (theirs - ours).elements()))}
    print(json.dumps(result))
    return 1 if result["only_ours"] or result["only_tshark"] else 0


if __name__ == "__main__":
    sys.exit(main())
