#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Three users of example.com behind one edge: edge_users.py EDGE LOCAL ALGORITHM FORWARDED

Each registers with digest, and then they call, hold and resume, transfer blind and attended, cancel,
decline, send a MESSAGE and are redirected to FORWARDED's target, each message by way of the edge and
checked where it arrives: one Via more with the edge's branch, Max-Forwards one less, received and
rport filled in, the same branch for a retransmission, a CANCEL and the ACK of a refusal, another for
the ACK of a 2xx. Prints what was done; exits with a line that says what did not come."""
import hashlib
import os
import re
import socket
import sys

DOMAIN = "example.com"
HASH = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
SDP = "v=0\r\no=- 1 {version} IN {family} {host}\r\ns=-\r\nc=IN {family} {host}\r\nt=0 0\r\n" \
      "m=audio 4000 RTP/AVP 0\r\na={direction}\r\n"
SHORT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length"}


class Message:
    def __init__(self, text):
        head, _, self.body = text.partition("\r\n\r\n")
        self.text, (self.start, *lines) = text, head.split("\r\n")
        self.headers = []
        for line in lines:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            self.headers.append((SHORT.get(name, name), value.strip()))
        self.status = int(self.start.split(" ")[1]) if self.start.startswith("SIP/2.0 ") else 0
        self.method = self.get("cseq").split(" ")[1]

    def all(self, name):
        return [v for n, v in self.headers if n == name]

    def get(self, name):
        return (self.all(name) or [""])[0]

    def branch(self, which=0):
        return re.search(r"branch=([^;,\s]+)", self.all("via")[which])[1]

    def tag(self, name):
        found = re.search(r";tag=([^;\s]+)", self.get(name))
        return found[1] if found else ""

    def uri(self, name):
        return re.search(r"<([^>]+)>", self.get(name))[1]


def must(condition, what, message=None):
    if not condition:
        sys.exit(f"{what}" + (f":\n{message.text}" if message else ""))


class Dialog:
    """One side of a call: what its requests carry."""

    def __init__(self, call, local, remote, target, routes, cseq=1):
        self.call, self.local, self.remote = call, local, remote
        self.target, self.routes, self.cseq = target, routes, cseq


class User:
    def __init__(self, name, host, edge, algorithm):
        self.name, self.host, self.edge, self.algorithm = name, host, edge, algorithm
        self.family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.sock = socket.socket(self.family, socket.SOCK_DGRAM)
        self.sock.bind((host, 0))
        self.port = self.sock.getsockname()[1]
        self.at = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        self.aor, self.contact = f"sip:{name}@{DOMAIN}", f"sip:{name}@{self.at}"
        self.version = 0
        self.proxies = 1  # between this user and whoever asks

    # ---- messages out ----

    def send(self, text):
        self.sock.sendto(text.encode(), (self.edge, 5060))

    def sdp(self, direction="sendrecv"):
        self.version += 1
        return SDP.format(version=self.version, host=self.host, direction=direction,
                          family="IP6" if ":" in self.host else "IP4")

    def request(self, method, d, extra=(), body="", branch=None, ruri=None, kind="application/sdp"):
        lines = [f"{method} {ruri or d.target} SIP/2.0",
                 f"Via: SIP/2.0/UDP {self.at};branch={branch or 'z9hG4bK' + os.urandom(8).hex()};rport",
                 *[f"Route: {r}" for r in d.routes], "Max-Forwards: 70",
                 f"From: {d.local}", f"To: {d.remote}", f"Call-ID: {d.call}", f"CSeq: {d.cseq} {method}",
                 f"Contact: <{self.contact}>", *extra]
        if body:
            lines.append(f"Content-Type: {kind}")
        return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])

    def reply(self, request, status, to_tag="", extra=(), body=""):
        to = request.get("to") + (f";tag={to_tag}" if to_tag and not request.tag("to") else "")
        lines = [f"SIP/2.0 {status}", *[f"Via: {v}" for v in request.all("via")],
                 *[f"Record-Route: {r}" for r in request.all("record-route")],
                 f"From: {request.get('from')}", f"To: {to}", f"Call-ID: {request.get('call-id')}",
                 f"CSeq: {request.get('cseq')}", f"Contact: <{self.contact}>", *extra]
        if body:
            lines.append("Content-Type: application/sdp")
        self.send("\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]))

    # ---- messages in ----

    def receive(self, what, wanted, seconds, again=None):
        """The next message that is wanted; what was asked is sent again while none comes. A response to
        what was asked before, and sent again then, is not the one that is waited for."""
        branch = again and re.search(r"branch=([^;,\s]+)", again)[1]
        for wait in (0.5, 1, 2, 4, 4, 4, 4, 4) if again else (seconds,):
            self.sock.settimeout(wait)
            try:
                while True:
                    m = Message(self.sock.recv(65535).decode())
                    if wanted(m) and (not m.status or branch in (None, m.branch())):
                        return m
            except socket.timeout:
                if again:
                    self.send(again)
        sys.exit(f"{self.name}: no {what}")

    def asked(self, method, call=None):
        m = self.receive(method, lambda m: m.status == 0 and m.method == method and
                         (call is None or m.get("call-id") == call), 24)
        vias = m.all("via")
        must(len(vias) == 1 + self.proxies, f"{method} with {len(vias)} Vias", m)
        must(m.branch().startswith("z9hG4bK"), "the edge's branch", m)
        must(re.search(r";received=[0-9a-f.:]+", vias[-1]) or f"{self.host}" in vias[-1],
             "no received in the sender's Via", m)
        must(self.proxies > 1 or re.search(r";rport=\d+", vias[1]), "no rport in the sender's Via", m)
        must(m.get("max-forwards") == str(70 - self.proxies), "Max-Forwards", m)
        return m

    def answered(self, what, status, method, again=None):
        m = self.receive(what, lambda m: m.status == status and m.method == method, 24, again)
        must(len(m.all("via")) == 1 and self.at in m.get("via"), "a Via of others in a response", m)
        return m

    # ---- what users do ----

    def new_dialog(self, aor):
        return Dialog(f"{os.urandom(6).hex()}@{self.name}", f"<{self.aor}>;tag={os.urandom(4).hex()}",
                      f"<{aor}>", aor, [])

    def register(self, password, expires=600):
        d = self.new_dialog(self.aor)
        d.remote = f"<{self.aor}>"
        text = self.request("REGISTER", d, [f"Expires: {expires}"], ruri=f"sip:{DOMAIN}")
        self.send(text)
        refusal = self.answered("challenge", 401, "REGISTER", text)
        d.cseq = 2
        line = self.credentials(refusal, "REGISTER", f"sip:{DOMAIN}", password)
        text = self.request("REGISTER", d, [f"Expires: {expires}", line], ruri=f"sip:{DOMAIN}")
        self.send(text)
        reply = self.answered("registration", 200, "REGISTER", text)
        must(any(self.contact in c for c in reply.all("contact")) == (expires != 0), "not registered, or still", reply)

    def credentials(self, refusal, method, uri, password, nc=1):
        def h(text):
            return hashlib.new(HASH[self.algorithm], text.encode()).hexdigest()

        offer = [c for c in refusal.all("www-authenticate") if f"algorithm={self.algorithm}" in c]
        must(offer, f"no challenge with {self.algorithm}", refusal)
        nonce, realm = (re.search(rf'{k}="([^"]+)"', offer[0])[1] for k in ("nonce", "realm"))
        response = h(f"{h(f'{self.name}:{realm}:{password}')}:{nonce}:{nc:08x}:c0ffee:auth:" +
                     h(f"{method}:{uri}"))
        return (f'Authorization: Digest username="{self.name}", realm="{realm}", nonce="{nonce}", '
                f'uri="{uri}", response="{response}", algorithm={self.algorithm}, qop=auth, '
                f'nc={nc:08x}, cnonce="c0ffee"')

    def opposite(self, request, to_tag):
        """The dialog as the one who was asked sees it."""
        return Dialog(request.get("call-id"), f"{request.get('to')};tag={to_tag}", request.get("from"),
                      request.uri("contact"), request.all("record-route"))

    def acknowledge(self, d, ok, callee):
        d.remote, d.target = ok.get("to"), ok.uri("contact")
        d.routes = list(reversed(ok.all("record-route")))
        self.send(self.request("ACK", d))
        return callee.asked("ACK", d.call)


def call(a, b, extra=(), dialog=None):
    """a calls b: both sides' dialogs."""
    d = dialog or a.new_dialog(b.aor)
    invite = a.request("INVITE", d, extra, a.sdp())
    a.send(invite)
    got = b.asked("INVITE", d.call)
    a.send(invite)  # a retransmission takes the same way with the same branch
    must(b.asked("INVITE", d.call).branch() == got.branch(), "another branch for a retransmission", got)
    tag = os.urandom(4).hex()
    b.reply(got, "180 Ringing", tag)
    a.answered("ringing", 180, "INVITE")
    b.reply(got, "200 OK", tag, body=b.sdp())
    ack = a.acknowledge(d, a.answered("answer", 200, "INVITE"), b)
    must(ack.branch() != got.branch(), "the ACK of a 2xx is a transaction of its own", ack)
    return d, b.opposite(got, tag), got


def ask(a, b, method, da, extra=(), body="", status="200 OK", kind="application/sdp"):
    """A request within the dialog from a to b, and its response."""
    da.cseq += 1
    text = a.request(method, da, extra, body, kind=kind)
    a.send(text)
    got = b.asked(method, da.call)
    b.reply(got, status, body=b.sdp() if method == "INVITE" else "")
    reply = a.answered(f"answer to {method}", int(status[:3]), method)
    if method == "INVITE":
        a.send(a.request("ACK", da))
        b.asked("ACK", da.call)
    return got, reply


def hold(a, b, da):
    for direction in ("sendonly", "sendrecv"):
        got, _ = ask(a, b, "INVITE", da, body=a.sdp(direction))
        must(f"a={direction}" in got.body, f"no {direction} in the re-INVITE", got)


def hang_up(a, b, da):
    ask(a, b, "BYE", da)


def transfer(a, b, c, db, da, target, extra=""):
    """a hands its call with b over to c: REFER, b calls c, NOTIFY, and the first call ends."""
    got, _ = ask(a, b, "REFER", da, [f"Refer-To: <{target}{extra}>", f"Referred-By: <{a.aor}>"],
                 status="202 Accepted")
    replaces = re.search(r"\?Replaces=([^>]+)", got.get("refer-to"))
    wanted = [f"Replaces: {re.sub('%3B', ';', replaces[1]).replace('%3D', '=').replace('%40', '@')}"] \
        if replaces else []
    dbc = b.new_dialog(target)
    ask(b, a, "NOTIFY", db, ["Event: refer", "Subscription-State: active;expires=60"],
        "SIP/2.0 100 Trying\r\n", kind="message/sipfrag")
    dbc, dcb, invite = call(b, c, [f"Referred-By: <{a.aor}>", *wanted], dbc)
    must(not wanted or invite.get("replaces"), "no Replaces in the INVITE", invite)
    ask(b, a, "NOTIFY", db, ["Event: refer", "Subscription-State: terminated;reason=noresource"],
        "SIP/2.0 200 OK\r\n", kind="message/sipfrag")
    hang_up(a, b, da)
    return dbc, dcb


def attended(a, b, c):
    da, db, _ = call(a, b)
    hold(a, b, da)
    dac, dca, _ = call(a, c)
    tags = f"{dac.call.replace('@', '%40')}%3Bto-tag%3D{re.search('tag=(.*)', dac.remote)[1]}" \
           f"%3Bfrom-tag%3D{re.search('tag=(.*)', dac.local)[1]}"
    dbc, _ = transfer(a, b, c, db, da, c.aor, f"?Replaces={tags}")
    hang_up(c, a, dca)  # replaced
    hang_up(b, c, dbc)


def cancelled(a, b):
    d = a.new_dialog(b.aor)
    branch = "z9hG4bK" + os.urandom(8).hex()
    a.send(a.request("INVITE", d, body=a.sdp(), branch=branch))
    invite = b.asked("INVITE", d.call)
    b.reply(invite, "180 Ringing", "cancelled")
    a.answered("ringing", 180, "INVITE")
    a.send(a.request("CANCEL", d, branch=branch))
    cancel = b.asked("CANCEL", d.call)
    must(cancel.branch() == invite.branch(), "a CANCEL of another branch", cancel)
    b.reply(cancel, "200 OK")
    b.reply(invite, "487 Request Terminated", "cancelled")
    refused(a, b, d, branch, invite, 487)


def declined(a, b):
    d = a.new_dialog(b.aor)
    branch = "z9hG4bK" + os.urandom(8).hex()
    a.send(a.request("INVITE", d, body=a.sdp(), branch=branch))
    invite = b.asked("INVITE", d.call)
    b.reply(invite, "486 Busy Here", "busy")
    refused(a, b, d, branch, invite, 486)


def refused(a, b, d, branch, invite, status):
    d.remote = a.answered("refusal", status, "INVITE").get("to")
    a.send(a.request("ACK", d, branch=branch))
    must(b.asked("ACK", d.call).branch() == invite.branch(), "the ACK of a refusal has its branch", invite)


def message(a, b):
    d = a.new_dialog(b.aor)
    a.send(a.request("MESSAGE", d, body="hello", kind="text/plain"))
    got = b.asked("MESSAGE", d.call)
    must(got.body == "hello", "another text", got)
    b.reply(got, "200 OK", "m")
    a.answered("answer to MESSAGE", 200, "MESSAGE")


def redirected(a, aor):
    d = a.new_dialog(aor)
    branch = "z9hG4bK" + os.urandom(8).hex()
    text = a.request("INVITE", d, body=a.sdp(), branch=branch)
    a.send(text)
    moved = a.answered("redirection", 302, "INVITE", text)
    d.remote = moved.get("to")
    a.send(a.request("ACK", d, branch=branch))
    return moved.uri("contact")


def main():
    edge, local, algorithm, forwarded = sys.argv[1:5]
    alice, bob, carol = (User(n, local, edge, algorithm) for n in ("alice", "bob", "carol"))
    for user in (alice, bob, carol):
        user.register("secret")
    da, db, _ = call(alice, bob)
    hold(alice, bob, da)
    ask(bob, alice, "INFO", db, body="Signal=1\r\n", kind="application/dtmf-relay")
    hang_up(bob, alice, db)
    da, db, _ = call(alice, bob)
    dbc, _ = transfer(alice, bob, carol, db, da, carol.aor)
    hang_up(bob, carol, dbc)
    attended(alice, bob, carol)
    cancelled(alice, bob)
    declined(carol, bob)
    message(bob, carol)
    must(redirected(alice, f"sip:{forwarded}@{DOMAIN}") == carol.aor, "redirected elsewhere")
    print(f"calls, hold, transfers, CANCEL, refusal, MESSAGE and redirection of users with {algorithm}")


if __name__ == "__main__":
    main()
