#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The parts of overload.sh.

overload.py slow PID RUN-MS STOP-MS   the process runs and stands still in turns, until this one ends
overload.py serve ADDRESS             a server on ports 5060 and 5070; of the latter it takes no more after OPTIONS
overload.py load CALLER FLOODER SERVER MAC SECONDS     floods and probes, from outside: a row for each flood with
                                      its rate, done/shed/lost of each probe, ms until all was calm again, and
                                      when it began and ended
overload.py wire CAPTURE FROM TO      the 503s of a capture in that time: each kind with its number and its first,
                                      and each value of Retry-After with its number

A flood is of one kind, or `mixed` of all by turns: unproven (calls of strangers), proven (calls of a user),
refresh (his registrations), dialog (requests in his call). The probes beside it are one of each kind and
emergency calls, each repeated like a client's until it is answered.
"""
import itertools
import os
import re
import signal
import socket
import struct
import sys
import threading
import time

KINDS = ("unproven", "proven", "refresh", "dialog")
PROBES = KINDS + ("emergency",)
SINK = 5070
T1_S, GIVE_UP_S = 0.2, 8.0
CALM_S = 15.0
FIRST_RATE, MOST_RATE = 8000, 150000


# ---- a slow process ----

def slow(pid, run_ms, stop_ms):
    def leave(*_):
        os.kill(pid, signal.SIGCONT)
        sys.exit(0)

    signal.signal(signal.SIGTERM, leave)
    try:
        while True:
            time.sleep(run_ms / 1000)
            os.kill(pid, signal.SIGSTOP)
            time.sleep(stop_ms / 1000)
            os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        pass


# ---- the server ----

def header(text, name):
    return re.search(rf"^{name}: *(.*)\r$", text, re.M)[1]


def reply(text):
    method = text.split(" ", 1)[0]
    vias = "".join(f"Via: {v}\r\n" for v in re.findall(r"^Via: *(.*)\r$", text, re.M))
    to, more, status = header(text, "To"), "", "200 OK"
    if ";tag=" not in to:
        to += ";tag=server"
    if method == "REGISTER" and "\r\nAuthorization:" not in text:
        status = "401 Unauthorized"
        more = 'WWW-Authenticate: Digest realm="lab",nonce="0123456789abcdef"\r\n'
    return (f"SIP/2.0 {status}\r\n{vias}From: {header(text, 'From')}\r\nTo: {to}\r\nCall-ID: {header(text, 'Call-ID')}\r\n"
            f"CSeq: {header(text, 'CSeq')}\r\nContact: <sip:server@198.51.100.20>\r\n{more}Content-Length: 0\r\n\r\n")


def serve_port(sock):
    while True:
        data, source = sock.recvfrom(65536)
        text = data.decode("latin-1")
        if text.startswith("ACK "):
            continue
        sock.sendto(reply(text).encode("latin-1"), source)
        if text.startswith("OPTIONS "):
            return


def serve(address):
    socks = []
    for port in (SINK, 5060):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((address, port))
        socks.append(sock)
        threading.Thread(target=serve_port, args=(sock,)).start()


# ---- a client ----

serials = itertools.count(1)


class Client:
    def __init__(self, name, local, server, port=5060):
        self.name, self.server = name, (server, port)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((local, 0))
        self.local = "%s:%d" % self.sock.getsockname()
        self.call_id, self.cseq, self.to = "", 0, ""

    def close(self):
        self.sock.close()

    def text(self, method, uri, to, more=""):
        serial = next(serials)
        self.cseq += 1
        return (f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {self.local};branch=z9hG4bK{os.getpid()}p{serial}\r\n"
                f"Max-Forwards: 70\r\nFrom: <sip:{self.name}@lab>;tag={self.name}\r\nTo: {to}\r\n"
                f"Call-ID: {self.call_id}\r\nCSeq: {self.cseq} {method}\r\nContact: <sip:{self.name}@{self.local}>\r\n"
                f"{more}Content-Length: 0\r\n\r\n")

    def ask(self, text):
        """The final status, or 0."""
        branch = re.search(r"branch=([^;\r]+)", text)[1]
        wait, end = T1_S, time.monotonic() + GIVE_UP_S
        while time.monotonic() < end:
            self.sock.sendto(text.encode(), self.server)
            until = time.monotonic() + wait
            wait = min(2 * wait, 1.0)
            while (left := until - time.monotonic()) > 0:
                self.sock.settimeout(left)
                try:
                    got = self.sock.recv(65536).decode("latin-1")
                except socket.timeout:
                    break
                if branch in got and not got.startswith("SIP/2.0 1"):
                    self.to = header(got, "To")
                    return int(got[8:11])
        return 0

    def begin(self, what):
        self.call_id, self.cseq, self.to = f"probe-{what}-{next(serials)}-{os.getpid()}@lab", 0, ""

    def register(self):
        self.begin("refresh")
        return self.ask(self.text("REGISTER", "sip:lab", f"<sip:{self.name}@lab>",
                                  f'Authorization: Digest username="{self.name}",realm="lab",nonce="0123456789abcdef",'
                                  'uri="sip:lab",response="00000000000000000000000000000000"\r\n'))

    def invite(self, user, what):
        self.begin(what)
        return self.ask(self.text("INVITE", f"sip:{user}@{self.server[0]}", f"<sip:{user}@lab>"))

    def within(self, method):
        uri = f"sip:server@{self.server[0]}"
        if method != "ACK":
            return self.ask(self.text(method, uri, self.to))
        self.cseq -= 1
        self.sock.sendto(self.text(method, uri, self.to).encode(), self.server)
        return 200

    def dialog(self, what="dialog"):
        status = self.invite("service", what)
        self.within("ACK")
        return status


def user(name, local, server, port=5060):
    """One who is registered, and in a call."""
    c = Client(name, local, server, port)
    c.begin("refresh")
    c.ask(c.text("REGISTER", "sip:lab", f"<sip:{name}@lab>"))
    if c.register() != 200 or c.dialog() != 200:
        sys.exit(f"{name} can not register and call")
    return c


# ---- the probes ----

class Probes:
    def __init__(self, local, server):
        self.local, self.server = local, server
        self.users = {k: user("user" + k, local, server) for k in KINDS[1:]}
        self.counts = {}

    def once(self, kind):
        if kind == "proven":
            return self.users[kind].invite("service", kind)
        if kind == "refresh":
            return self.users[kind].register()
        if kind == "dialog":
            return self.users[kind].within("INFO")
        stranger = Client("stranger", self.local, self.server)
        try:
            status = stranger.invite("112" if kind == "emergency" else "service", kind)
            if kind == "emergency" and status == 200:
                stranger.within("ACK")
                status = stranger.within("BYE")
            return status
        finally:
            stranger.close()

    def repeat(self, kind, end):
        while time.monotonic() < end:
            status = self.once(kind)
            self.counts[kind][status] = self.counts[kind].get(status, 0) + 1
            time.sleep(0.02)

    def run(self, seconds):
        self.counts = {k: {} for k in PROBES}
        end = time.monotonic() + seconds
        threads = [threading.Thread(target=self.repeat, args=(k, end)) for k in PROBES]
        for t in threads:
            t.start()
        for t in threads:
            t.join()

    def calm(self):
        """Seconds until nobody is turned down any more."""
        begun = time.monotonic()
        while self.once("unproven") != 200:
            if time.monotonic() - begun > CALM_S:
                sys.exit("a stranger is turned down long after the flood")
            time.sleep(0.02)
        return time.monotonic() - begun


# ---- the floods ----

def ip_checksum(head):
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


def frame(mac, source, server, text):
    """With a checksum of none (RFC 768), so that numbers in it may change."""
    host, port = source.split(":")
    payload = text.encode()
    head = struct.pack("!2B3H2BH", 0x45, 0, 28 + len(payload), 0, 0, 64, 17, 0) + socket.inet_aton(host) + socket.inet_aton(server)
    head = head[:10] + struct.pack("!H", ip_checksum(head)) + head[12:]
    udp = struct.pack("!4H", int(port), SINK, 8 + len(payload), 0)
    return bytearray(bytes.fromhex(mac.replace(":", "")) + b"\x02\0\0\0\0\x66\x08\0" + head + udp + payload)


NUMBER = "1000000000"


def flood_text(kind, client):
    method = {"refresh": "REGISTER", "dialog": "INFO"}.get(kind, "INVITE")
    to, call_id, tag = "<sip:service@lab>", f"flood-{kind}-{NUMBER}@lab", NUMBER
    if kind == "dialog":
        to, call_id, tag = client.to, client.call_id, client.name
    local = client.local if client else "198.18.0.1:5060"
    return (f"{method} sip:{'lab' if kind == 'refresh' else 'service@198.51.100.20'} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {local};branch=z9hG4bKflood{NUMBER}\r\nMax-Forwards: 70\r\n"
            f"From: <sip:flood@lab>;tag={tag}\r\nTo: {to}\r\nCall-ID: {call_id}\r\nCSeq: {NUMBER} {method}\r\n"
            f"Contact: <sip:flood@{local}>\r\nContent-Length: 0\r\n\r\n")


class Flood:
    def __init__(self, local, server, mac):
        self.user = user("flooder", local, server, SINK)
        self.rate, self.number, self.templates = FIRST_RATE, 0, {}
        self.user.call_id, dialog = "flood-dialog@lab", self.user
        dialog.cseq = 0
        if dialog.ask(dialog.text("INVITE", f"sip:service@{server}", "<sip:service@lab>")) != 200:
            sys.exit("no call to flood")
        dialog.within("ACK")
        for kind in KINDS:
            who = None if kind == "unproven" else self.user
            sources = [f"198.18.1.{n}:5060" for n in range(1, 65)] if who is None else [who.local]
            self.templates[kind] = []
            for source in sources:
                f = frame(mac, source, server, flood_text(kind, who))
                self.templates[kind].append((f, [m.start() for m in re.finditer(NUMBER.encode(), f)]))
        other = Client("closing", local, server, SINK)
        other.begin("closing")
        other.ask(other.text("OPTIONS", f"sip:{server}", f"<sip:{server}>"))

    def run(self, kinds, seconds):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        sock.bind(("wire", 0))
        turns = [itertools.cycle(self.templates[k]) for k in kinds]
        begun = time.monotonic()
        sent = 0
        while (passed := time.monotonic() - begun) < seconds:
            if sent > passed * self.rate:
                time.sleep(0.0005)
                continue
            for turn in turns:
                f, places = next(turn)
                number = b"%010d" % (1000000001 + self.number)
                self.number += 1
                for at in places:
                    f[at:at + 10] = number
                try:
                    sock.send(f)
                except OSError:  # ENOBUFS: the wire is full
                    pass
                sent += 1
        return sent / seconds

    def beside(self, kinds, seconds, probes):
        """The flood in a process of its own, and the probes beside it; what the flood has sent a second."""
        out, into = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.write(into, b"%d" % self.run(kinds, seconds))
            os._exit(0)
        probes.run(seconds)
        os.waitpid(pid, 0)
        rate = int(os.read(out, 32))
        os.close(out)
        os.close(into)
        self.number += int(rate * seconds) + 1000
        return rate


def load(caller, flooder, server, mac, seconds):
    probes = Probes(caller, server)
    flood = Flood(flooder, server, mac)
    for n, name in enumerate(KINDS + ("mixed",)):
        while True:  # until it is more than the worker can do
            begun = time.time()
            sent = flood.beside(KINDS if name == "mixed" else (name,), float(seconds), probes)
            ended = time.time()
            calm = probes.calm()
            if all(probes.counts[k].get(503, 0) for k in KINDS[:n + 1]):
                break
            flood.rate = int(flood.rate * 1.6)
            if flood.rate > MOST_RATE:
                sys.exit(f"{sent} requests a second ({name}) are no overload")
        cells = []
        for kind in PROBES:
            c = probes.counts[kind]
            done, shed = c.get(200, 0), c.get(503, 0)
            cells.append(f"{done}/{shed}/{sum(c.values()) - done - shed}")
        print(name, sent, *cells, round(calm * 1000), begun, ended, flush=True)


# ---- what the wire says ----

def packets(path):
    with open(path, "rb") as f:
        data = f.read()
    at = 24
    while at + 16 <= len(data):
        s, us, caught, _ = struct.unpack_from("<4I", data, at)
        yield s + us / 1e6, data[at + 16:at + 16 + caught].decode("latin-1")
        at += 16 + caught


def wire(path, begin, end):
    first, count, after = {}, {}, {}
    for when, text in packets(path):
        if not float(begin) <= when <= float(end):
            continue
        kind = re.search(r"Call-ID: (\w+-\w+)", text)[1]
        retry = re.search(r"Retry-After: (\d+)\r", text)
        first.setdefault(kind, when)
        count[kind] = count.get(kind, 0) + 1
        after[retry[1] if retry else "none"] = after.get(retry[1] if retry else "none", 0) + 1
    for kind in sorted(first, key=first.get):
        print(kind, count[kind], "%.6f" % first[kind])
    for value in sorted(after):
        print("retry-after", value, after[value])


COMMANDS = {"slow": lambda pid, run, stop: slow(int(pid), float(run), float(stop)), "serve": serve, "load": load, "wire": wire}
COMMANDS[sys.argv[1]](*sys.argv[2:])
