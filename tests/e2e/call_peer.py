#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two small SIP peers for calls.sh, over UDP on port 5060.

  call_peer.py answer ADDRESS
      The inside: rings, and answers at once, but a call to "wait" only rings until it is cancelled.
      Answers re-INVITE and BYE within a call that it knows, others 481.
  call_peer.py STEP ADDRESS PEER STATE
      The outside: one step of a call, whose state is kept in the file STATE. Exit status 0 when
      what should come of it came. Steps: invite, hold, bye, wait, cancel, reject (a 403 is
      expected, To-tag forged), and as another source forged-bye, forged-cancel (nothing may come).
"""
import json
import re
import socket
import sys
import time

LINES = "\r\n"


def header(text, name):
    found = re.search(rf"^{name}:\s*(.*)\r$", text, re.M)
    return found.group(1) if found else ""


def reply(request, status, to):
    kept = [f"{n}: {header(request, n)}" for n in ("Via", "From", "Call-ID", "CSeq")]
    contact = "Contact: <sip:answer@198.51.100.20>"
    return LINES.join([f"SIP/2.0 {status}", *kept, f"To: {to}", contact, "Content-Length: 0", "", ""])


def answer(address):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((address, 5060))
    ringing, up = {}, set()
    while True:
        data, source = sock.recvfrom(65535)
        text = data.decode("latin-1")
        method = text.split(" ", 1)[0]
        call, to = header(text, "Call-ID"), header(text, "To")
        tagged = to if ";tag=" in to else f"{to};tag=answer-{abs(hash(call))}"

        def say(status, request=text, who=tagged):
            sock.sendto(reply(request, status, who).encode(), source)

        if method == "INVITE" and ";tag=" not in to:
            ringing[call] = text
            say("180 Ringing")
            if not text.startswith("INVITE sip:wait@"):
                up.add(call)
                say("200 OK")
        elif method in ("INVITE", "BYE"):
            say("200 OK" if call in up else "481 Call/Transaction Does Not Exist")
            if method == "BYE":
                up.discard(call)
        elif method == "CANCEL":
            say("200 OK" if call in ringing else "481 Call/Transaction Does Not Exist")
            if call in ringing:
                say("487 Request Terminated", request=ringing.pop(call))


class Caller:
    def __init__(self, address, peer, path):
        self.address, self.peer, self.path = address, peer, path
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((address, 5060))
        try:
            with open(path) as f:
                self.call = json.load(f)
        except FileNotFoundError:
            self.call = {}

    def save(self):
        with open(self.path, "w") as f:
            json.dump(self.call, f)

    def send(self, method, branch, cseq, to_tag=""):
        c = self.call
        to = f"<sip:{c['user']}@{self.peer}>" + (f";tag={to_tag}" if to_tag else "")
        text = LINES.join([
            f"{method} sip:{c['user']}@{self.peer} SIP/2.0",
            f"Via: SIP/2.0/UDP {c['via']};branch=z9hG4bK-{branch};rport",
            "Max-Forwards: 70", f"From: <sip:alice@{c['via']}>;tag=from-{c['id']}", f"To: {to}",
            f"Call-ID: {c['id']}@lab", f"CSeq: {cseq} {method}",
            f"Contact: <sip:alice@{c['via']}>", "Content-Length: 0", "", ""])
        self.sock.sendto(text.encode(), (self.peer, 5060))

    def expect(self, status, method, seconds=20.0):
        """The response with this status (None: any) to this method; keeps its To-tag."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.sock.settimeout(left)
            try:
                text = self.sock.recv(65535).decode("latin-1")
            except socket.timeout:
                return False
            if (status is None or text.startswith(f"SIP/2.0 {status} ")) and header(text, "CSeq").endswith(method):
                self.call["tag"] = header(text, "To").partition(";tag=")[2]
                return True
        return False

    def ask(self, method, branch, cseq, to_tag, status):
        """Send it, and again as RFC 3261 17.1 does, until the response comes."""
        for wait in (0.5, 1.0, 2.0, 4.0, 4.0, 4.0):
            self.send(method, branch, cseq, to_tag)
            if self.expect(status, method, wait):
                return True
        return False

    def begin(self, user):
        self.call = {"user": user, "via": self.address, "id": f"{user}-{time.time_ns()}"}

    def branch(self, kind):
        return f"{self.call['id']}-{kind}"

    def step(self, name):
        c = self.call
        if name in ("invite", "wait"):
            self.begin(name)
            ok = self.ask("INVITE", self.branch("i"), 1, "", 180 if name == "wait" else 200)
            if ok and name == "invite":
                self.send("ACK", self.branch("a"), 1, self.call["tag"])
        elif name == "reject":
            self.begin("0900123")
            ok = self.ask("INVITE", self.branch("i"), 1, "forged", 403)
            self.send("ACK", self.branch("i"), 1, "forged")
        elif name == "hold":
            ok = self.ask("INVITE", self.branch("h"), 2, c["tag"], 200)
            self.send("ACK", self.branch("k"), 2, c["tag"])
        elif name == "bye":
            ok = self.ask("BYE", self.branch("b"), 9, c["tag"], 200)
        elif name == "cancel":
            self.send("CANCEL", self.branch("i"), 1)
            ok = self.expect(487, "INVITE")
            self.send("ACK", self.branch("i"), 1, c["tag"])
        elif name == "forged-bye":
            self.send("BYE", self.branch("f"), 8, c["tag"])
            ok = not self.expect(None, "BYE", 0.5)
        elif name == "forged-cancel":
            self.send("CANCEL", self.branch("i"), 1)
            ok = not self.expect(None, "CANCEL", 0.5)
        else:
            sys.exit(f"no step {name}")
        self.save()
        return ok


if __name__ == "__main__":
    if sys.argv[1] == "answer":
        answer(sys.argv[2])
    sys.exit(0 if Caller(*sys.argv[2:5]).step(sys.argv[1]) else 1)
