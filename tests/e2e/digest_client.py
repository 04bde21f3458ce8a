#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Registers users with an algorithm that SIPp does not know: digest_client.py SERVER LOCAL-ADDRESS
ALGORITHM FIRST LAST. User uN has the password pN. Prints how many got a 200; a replayed request, a
wrong password and a downgrade to MD5 must get a 401 each, and make it fail otherwise."""
import hashlib
import os
import re
import socket
import sys

server, local, algorithm, first, last = sys.argv[1:6]
hashes = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind((local, 0))
sock.settimeout(0.5)
port = sock.getsockname()[1]
calls = 0


def ask(message):
    for _ in range(32):
        sock.sendto(message.encode(), (server, 5060))
        try:
            while True:
                reply = sock.recv(65536).decode()
                if re.search(r"branch=(\S+?)[;\r]", reply)[1] in message:
                    return reply
        except socket.timeout:
            pass
    sys.exit("no answer")


def register(user, cseq, call_id, credentials=""):
    return (f"REGISTER sip:example.com SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {local}:{port};branch=z9hG4bK{os.urandom(6).hex()}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:{user}@example.com>;tag={os.urandom(4).hex()}\r\n"
            f"To: <sip:{user}@example.com>\r\nCall-ID: {call_id}\r\nCSeq: {cseq} REGISTER\r\n"
            f"Contact: <sip:{user}@{local}:{port}>;expires=600\r\nUser-Agent: digest client\r\n"
            f"{credentials}Content-Length: 0\r\n\r\n")


def credentials(user, password, challenge, with_algorithm):
    def h(text):
        return hashlib.new(hashes[with_algorithm], text.encode()).hexdigest()

    nonce = re.search(r'nonce="([^"]+)"', challenge)[1]
    cnonce = os.urandom(8).hex()
    uri = "sip:example.com"
    a1 = h(f"{user}:example.com:{password}")
    response = h(f"{a1}:{nonce}:00000001:{cnonce}:auth:" + h(f"REGISTER:{uri}"))
    return (f'Authorization: Digest username="{user}", realm="example.com", nonce="{nonce}", '
            f'uri="{uri}", response="{response}", algorithm={with_algorithm}, qop=auth, nc=00000001, '
            f'cnonce="{cnonce}"\r\n')


def status(reply):
    return int(reply.split(" ", 2)[1])


def log_in(user, password, with_algorithm):
    global calls
    calls += 1
    call_id = f"{calls}-{os.getpid()}@{local}"
    challenge = ask(register(user, 1, call_id))
    if status(challenge) != 401 or f"algorithm={algorithm}," not in challenge:
        sys.exit(f"no challenge with {algorithm}: {challenge}")
    line = credentials(user, password, challenge, with_algorithm)
    return ask(register(user, 2, call_id, line)), register(user, 3, call_id, line)


good = 0
for i in range(int(first), int(last) + 1):
    reply, replay = log_in(f"u{i}", f"p{i}", algorithm)
    good += status(reply) == 200 and f"<sip:u{i}@{local}:{port}>" in reply
    if status(ask(replay)) != 401:
        sys.exit("a replay is accepted")
if status(log_in(f"u{first}", "guess", algorithm)[0]) != 401:
    sys.exit("a wrong password is accepted")
if status(log_in("nobody", "guess", algorithm)[0]) != 401:
    sys.exit("an unknown user is accepted")
if algorithm != "MD5" and status(log_in(f"u{first}", f"p{first}", "MD5")[0]) != 401:
    sys.exit("a downgrade is accepted")
print(good)
