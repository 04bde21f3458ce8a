#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The flows of RFC 3665 sections 2 and 3 that a stateless edge can carry: edge_flows.py EDGE LOCAL
[KAMAILIO STATELESS], each message checked where it arrives, as edge_users.py does it.

KAMAILIO and STATELESS are addresses, with ports, of proxies in front of the edge: Kamailio with
transactions and without. Without them it is 3.3 alone: an edge that asks callers who they are. Not here, for there is nothing of the edge in them: 3.1 (no proxy), 3.4 (the
client's choice of another proxy) and 3.5 (an ALG). Exits with a line that says what
did not come."""
import os
import re
import socket
import sys

from edge_users import DOMAIN, Dialog, User, ask, call, cancelled, declined, hang_up, must, redirected


class Behind(User):
    """A caller who asks another proxy, which asks the edge."""

    def __init__(self, name, host, proxy, edge):
        super().__init__(name, host, edge, "SHA-256")
        self.proxy = proxy
        self.proxies = 2

    def send(self, text):
        self.sock.sendto(text.encode(), self.proxy)


# ---- RFC 3665 section 2 ----

def registered(user, extra, contacts, password="secret", status=200):
    """2.1 to 2.5: a REGISTER with these lines, its challenge, and the answer with so many contacts."""
    d = user.new_dialog(user.aor)
    uri = f"sip:{DOMAIN}"
    text = user.request("REGISTER", d, extra[1:], ruri=uri).replace(f"Contact: <{user.contact}>\r\n", extra[0])
    user.send(text)
    refusal = user.answered("challenge", 401, "REGISTER", text)
    d.cseq = 2
    nonce = refusal.get("www-authenticate")
    user.counts[nonce] = user.counts.get(nonce, 0) + 1
    line = user.credentials(refusal, "REGISTER", uri, password, user.counts[nonce])
    text = user.request("REGISTER", d, [*extra[1:], line], ruri=uri).replace(
        f"Contact: <{user.contact}>\r\n", extra[0])
    user.send(text)
    answer = user.answered("answer to REGISTER", status, "REGISTER", text)
    must(len(answer.all("contact")) == contacts, f"not {contacts} contacts", answer)
    return answer


def registrations(bob):
    bob.counts = {}  # of one second all challenges to one address are alike
    mine = f"Contact: <{bob.contact}>\r\n"
    second = f"sip:{bob.name}@{bob.host}:9"
    registered(bob, [mine, "Expires: 600"], 1)                                        # 2.1
    answer = registered(bob, [f"Contact: <{second}>;q=0.1\r\n", "Expires: 300"], 2)   # 2.2
    must(second in answer.text and bob.contact in answer.text, "one of both contacts", answer)
    answer = registered(bob, [""], 2)                                                 # 2.3
    must(second in answer.text, "a fetch without the contact", answer)
    registered(bob, ["Contact: *\r\n", "Expires: 0"], 0)                              # 2.4
    registered(bob, [mine, "Expires: 600"], 0, "wrong", 401)                          # 2.5
    registered(bob, [mine, "Expires: 600"], 1)


# ---- section 3 ----

def authenticated(a, b):
    """3.3: the proxy asks for credentials before it lets the INVITE through."""
    d = a.new_dialog(b.aor)
    branch = "z9hG4bK" + os.urandom(8).hex()
    invite = a.request("INVITE", d, body=a.sdp(), branch=branch)
    a.send(invite)
    refusal = a.answered("challenge", 407, "INVITE", invite)
    d.remote = refusal.get("to")
    a.send(a.request("ACK", d, branch=branch))
    refusal.headers = [("www-authenticate" if n == "proxy-authenticate" else n, v) for n, v in refusal.headers]
    line = "Proxy-" + a.credentials(refusal, "INVITE", b.aor, "secret")
    d.remote, d.cseq = f"<{b.aor}>", 2
    da, _, _ = call(a, b, [line], d)
    hang_up(a, b, da)


def offered_late(a, b):
    """3.6: redirected, then a call whose SDP is in the 200 and its answer in the ACK."""
    d = a.new_dialog(b.aor)
    a.send(a.request("INVITE", d))
    got = b.asked("INVITE", d.call)
    must(got.body == "", "a body out of nothing", got)
    b.reply(got, "200 OK", "late", body=b.sdp())
    ok = a.answered("answer", 200, "INVITE")
    d.remote, d.target = ok.get("to"), ok.uri("contact")
    d.routes = list(reversed(ok.all("record-route")))
    a.send(a.request("ACK", d, body=a.sdp()))
    must("m=audio" in b.asked("ACK", d.call).body, "an ACK without its answer")
    hang_up(a, b, d)


def moved(a, b):
    """3.7: a re-INVITE with another address in its Contact and SDP; requests go there afterwards."""
    da, db, _ = call(a, b)
    old, a.sock = a.sock, socket.socket(a.family, socket.SOCK_DGRAM)
    a.sock.bind((a.host, 0))
    a.port = a.sock.getsockname()[1]
    a.at = f"{a.host}:{a.port}"
    a.contact = f"sip:{a.name}@{a.at}"
    got, _ = ask(a, b, "INVITE", da, body=a.sdp())
    db.target = got.uri("contact")
    hang_up(b, a, db)
    old.close()


def silent(a, b):
    """3.10: the callee never answers: repeated requests and the CANCEL keep the branch."""
    d = a.new_dialog(b.aor)
    branch = "z9hG4bK" + os.urandom(8).hex()
    invite = a.request("INVITE", d, body=a.sdp(), branch=branch)
    a.send(invite)
    first = b.asked("INVITE", d.call)
    for _ in range(3):
        a.send(invite)
        must(b.asked("INVITE", d.call).text == first.text, "a repetition that differs", first)
    a.send(a.request("CANCEL", d, branch=branch))
    must(b.asked("CANCEL", d.call).branch() == first.branch(), "a CANCEL of another branch", first)


def unavailable(a, b):
    """3.11: 480, acknowledged by the proxy's neighbour or the caller with the INVITE's branch."""
    d = a.new_dialog(b.aor)
    branch = "z9hG4bK" + os.urandom(8).hex()
    a.send(a.request("INVITE", d, body=a.sdp(), branch=branch))
    invite = b.asked("INVITE", d.call)
    b.reply(invite, "480 Temporarily Unavailable", "away")
    d.remote = a.answered("refusal", 480, "INVITE").get("to")
    a.send(a.request("ACK", d, branch=branch))
    must(b.asked("ACK", d.call).branch() == invite.branch(), "the ACK of a refusal has its branch", invite)


# ---- another proxy in front (3.2 with both proxies being real ones) ----

def two_proxies(a, b, edge):
    """A call through Kamailio and the edge, with requests from both sides: both stay in its way."""
    d = a.new_dialog(b.aor)
    a.send(a.request("INVITE", d, body=a.sdp()))
    got = b.asked("INVITE", d.call)
    routes = got.all("record-route")
    must(len(routes) == 2 and edge in routes[0] and a.proxy[0] in routes[1], "Record-Route", got)
    vias = got.all("via")
    must(edge in vias[0] and a.proxy[0] in vias[1] and a.at in vias[2], "the way of the Vias", got)
    b.reply(got, "180 Ringing", "two")
    a.answered("ringing", 180, "INVITE")
    b.reply(got, "200 OK", "two", body=b.sdp())
    ok = a.answered("answer", 200, "INVITE")
    ack = a.acknowledge(d, ok, b)
    must(ack.branch() != got.branch(), "the ACK of a 2xx is a transaction of its own", ack)
    must(not ack.all("route"), "a Route behind the last proxy", ack)
    db = b.opposite(got, "two")
    got, _ = ask(a, b, "INFO", d)
    must(got.branch() != ack.branch(), "two transactions, one branch", got)
    ask(b, a, "INFO", db)
    hang_up(b, a, db)


def hop(b, method, call_id, invite):
    """What a proxy that knows transactions says itself: from it alone, on the way of the INVITE."""
    m = b.receive(method, lambda m: m.status == 0 and m.method == method and m.get("call-id") == call_id, 8)
    must(len(m.all("via")) == 2 and m.branch() == invite.branch() and m.branch(1) == invite.branch(1),
         f"{method} by another way than its INVITE", m)
    return m


def refused_by_hops(a, b, given_up):
    """3.8 and 3.9 through two proxies, of which the first knows transactions."""
    d = a.new_dialog(b.aor)
    branch = "z9hG4bK" + os.urandom(8).hex()
    a.send(a.request("INVITE", d, body=a.sdp(), branch=branch))
    invite = b.asked("INVITE", d.call)
    b.reply(invite, "180 Ringing", "hops")
    a.answered("ringing", 180, "INVITE")
    if given_up:
        a.send(a.request("CANCEL", d, branch=branch))
        b.reply(hop(b, "CANCEL", d.call, invite), "200 OK")
    status = "487 Request Terminated" if given_up else "486 Busy Here"
    b.reply(invite, status, "hops")
    hop(b, "ACK", d.call, invite)
    d.remote = a.answered("refusal", int(status[:3]), "INVITE").get("to")
    a.send(a.request("ACK", d, branch=branch))


def forwarded(a, b, aor):
    """Calls to aor go to b, who is told from whom, and the caller is not asked."""
    d = a.new_dialog(aor)
    a.send(a.request("INVITE", d, body=a.sdp()))
    got = b.asked("INVITE", d.call)
    must(re.match(rf"<{aor}>;reason=\w+", got.get("diversion")), "no Diversion", got)
    history = ", ".join(got.all("history-info"))
    must(aor in history and b.aor in history and "index=1.1" in history, "no History-Info", got)
    must(got.start.split(" ")[1] == b.contact, "another Request-URI", got)
    b.reply(got, "200 OK", "fwd", body=b.sdp())
    a.acknowledge(d, a.answered("answer", 200, "INVITE"), b)
    hang_up(a, b, d)


def address(text):
    host, _, port = text.rpartition(":")
    return host, int(port)


def main():
    edge, local = sys.argv[1:3]
    alice, bob = (User(n, local, edge, "SHA-256") for n in ("alice", "bob"))
    if len(sys.argv) < 5:
        bob.register("secret")
        authenticated(alice, bob)
        return
    kamailio, stateless = (Behind("alice", local, address(text), edge) for text in sys.argv[3:5])
    registrations(bob)
    da, _, _ = call(alice, bob)  # 3.2
    hang_up(alice, bob, da)
    must(redirected(alice, f"sip:erin@{DOMAIN}"), "not redirected")
    offered_late(alice, bob)
    moved(alice, bob)
    cancelled(alice, bob)        # 3.8
    declined(alice, bob)         # 3.9
    silent(alice, bob)
    unavailable(alice, bob)
    forwarded(alice, bob, f"sip:frank@{DOMAIN}")
    bob.proxies = 2
    two_proxies(kamailio, bob, edge)
    refused_by_hops(kamailio, bob, True)
    refused_by_hops(kamailio, bob, False)
    two_proxies(stateless, bob, edge)
    cancelled(stateless, bob)
    declined(stateless, bob)


if __name__ == "__main__":
    main()
