#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The parts of scorecard.sh that a shell is not made for.

  scorecard.py scenario invite|register     a SIPp scenario, to standard output
  scorecard.py table LABELS EVENTS CORPUS DATAPLANE SCRATCH
      LABELS: address, attack or benign, name, tab-separated. EVENTS: the live run's. The outside
      corpus, where it is, is replayed. Exit status 0 when no benign message was stopped, every
      malformed one was, and of each attack as much as LEAST says.
"""
import collections
import json
import pathlib
import subprocess
import sys

import make_pcap

# What has to be stopped of an attack, in percent of its requests: of one that says who it is, or is
# malformed, all; of others what is left when a few wrong guesses have been forgiven, as a person's are.
LEAST = 60
LEAST_OF = {"svmap": 100, "svwar, REGISTER": 100, "svcrack": 100, "sip-scan.pcap, replayed": 100,
            "invalid messages of RFCs, replayed": 100}
# Messages of the outside corpus that are no attack by its manifest.
GOOD = ("rfc3261", "rfc3327", "rfc3428", "rfc3515", "rfc3608", "rfc3665", "rfc4475", "rfc5118",
        "rfc5359", "raw/ims-volte")
# Captures of one place: one that was made before and behind a NAT at once shows every transaction from
# two addresses, which is what a forger's would look like.
CAPTURES = {
    "pcap/ipfixprobe/sip-scan.pcap": "attack",
    "pcap/misc/linphone-asterisk-call.pcap": "benign",
    "pcap/ndpi/sip_hello.pcapng": "benign",
    "pcap/open5gs/nonipsec_reg.pcapng": "benign",
    "pcap/wireshark/sip.pcapng": "benign",
    "pcap/suricata-verify/sip-method.pcap": "benign",
}
HEAD = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="{name}"><send retrans="500"><![CDATA[
{method} sip:[field0]@lab SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];rport;branch=[branch]
Max-Forwards: 70
From: <sip:[field0]@lab>;tag=[pid]t[call_number]
To: <sip:[field0]@lab>
Call-ID: [call_id]
CSeq: {cseq} {method}
Contact: <sip:[field0]@[local_ip]:[local_port]>
{more}Content-Length: 0

]]></send>
"""


def scenario(kind):
    if kind == "invite":  # whatever comes back, it has tried
        print(HEAD.format(name="invite", method="INVITE", cseq=1, more="")
              + '<recv response="100" optional="true"/><recv response="407"/></scenario>')
    else:
        first = HEAD.format(name="crack", method="REGISTER", cseq=1, more="")
        again = HEAD.format(name="crack", method="REGISTER", cseq=2, more="[field1]\n")
        again = again[again.index("<send"):]
        print(first + '<recv response="401" auth="true"/>' + again + '<recv response="401"/></scenario>')


def events(path):
    with open(path, encoding="utf-8") as f:
        for line in f:
            e = json.loads(line)
            if e["event_type"] == "sip":
                yield e


class Score:
    def __init__(self):
        self.rows = []  # name, kind, messages, stopped, reasons

    def add(self, name, kind, found):
        stopped = [e for e in found if e["verdict"]["action"] != "pass"]
        reasons = collections.Counter(e["verdict"]["reason"] for e in stopped)
        self.rows.append((name, kind, len(found), len(stopped), reasons))

    def show(self):
        for name, kind, messages, stopped, reasons in self.rows:
            why = ", ".join(f"{r} {n}" for r, n in reasons.most_common(3))
            print(f" | {name} | {kind} | {messages} | {stopped} | {why} |")

    def count(self, kind, at):
        return sum(row[at] for row in self.rows if row[1] == kind)


def replay(dataplane, capture, scratch):
    out = scratch / "replay.json"
    subprocess.run([dataplane, "--replay", capture, "--control", "none", "--events", out], check=True,
                   capture_output=True)
    return list(events(out))


def corpus_messages(corpus):
    """Messages of the manifest by whether they are well formed. No good responses: without their requests they are strays."""
    kinds = {"valid": [], "invalid": []}
    for line in (corpus / "manifest.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        name, expected = line.split("\t")[:2]
        if expected in kinds and name.startswith(GOOD):
            message = (corpus / name).read_bytes()
            if expected == "invalid" or not message.startswith(b"SIP/2.0"):
                kinds[expected].append(message)
    return kinds


def replayed(score, corpus, dataplane, scratch):
    for expected, messages in corpus_messages(corpus).items():
        # Each alone, from an address of its own and days after the one before: it is the message that
        # is judged. As flows they would be seen on all hops at once, where no firewall stands.
        packets = [make_pcap.packet(m, (203, 0, 113 + i // 250, 1 + i % 250)) for i, m in enumerate(messages)]
        make_pcap.write(scratch / "messages.pcap", packets, dict.fromkeys(range(len(packets)), 3 * 86400))
        score.add(f"{expected} messages of RFCs, replayed", "benign" if expected == "valid" else "attack",
                  replay(dataplane, scratch / "messages.pcap", scratch))
    for name, kind in CAPTURES.items():
        found = replay(dataplane, corpus / name, scratch)
        if kind == "attack":
            found = [e for e in found if "method" in e["sip"]]  # its victim's answers are not it
        score.add(f"{pathlib.Path(name).name}, replayed", kind, found)


def table(labels, live, corpus, dataplane, scratch):
    score, by_source = Score(), collections.defaultdict(list)
    for e in events(live):
        if "method" in e["sip"]:
            by_source[e["src_ip"]].append(e)
    with open(labels, encoding="utf-8") as f:
        for line in f:
            address, kind, name = line.rstrip("\n").split("\t")
            score.add(name, kind, by_source[address])
    corpus = pathlib.Path(corpus)
    if (corpus / "manifest.tsv").exists():
        replayed(score, corpus, dataplane, pathlib.Path(scratch))
    else:
        print(f" not replayed: no corpus at {corpus}")
    score.show()
    bad = [r for r in score.rows if r[1] == "benign" and r[3] or r[2] == 0]
    for r in score.rows:
        least = LEAST_OF.get(r[0], LEAST)
        if r[1] == "attack" and r[3] * 100 < least * r[2]:
            bad.append(r)
    attacks = [r for r in score.rows if r[1] == "attack" and r[2]]
    stopped, wrong = score.count("attack", 3), score.count("benign", 3)
    recall = sum(100 * r[3] / r[2] for r in attacks) / len(attacks)
    precision = 100 * stopped / (stopped + wrong) if stopped + wrong else 100
    print(f"recall {recall:.1f} % (mean of {len(attacks)} attacks; {stopped} of {score.count('attack', 2)} "
          f"messages stopped), precision {precision:.1f} % ({wrong} of {score.count('benign', 2)} ordinary "
          "messages stopped)" + "".join(f"; not as it should be: {r[0]}" for r in bad))
    return 1 if bad else 0


if __name__ == "__main__":
    if sys.argv[1] == "scenario":
        scenario(sys.argv[2])
    else:
        sys.exit(table(*sys.argv[2:7]))
