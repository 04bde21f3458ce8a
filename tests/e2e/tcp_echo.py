#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tcp_echo.py serve ADDRESS PORT | call ADDRESS PORT OCTETS - one TCP connection that carries data both ways."""
import socket
import sys
import threading

role, where = sys.argv[1], (sys.argv[2], int(sys.argv[3]))
if role == "serve":
    family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
    with socket.create_server(where, family=family) as listener:
        peer, _ = listener.accept()
        with peer:
            while data := peer.recv(65536):
                peer.sendall(data)
else:
    sent = bytes(i * 7 & 255 for i in range(int(sys.argv[4])))
    with socket.create_connection(where, timeout=30) as sock:
        def push():
            sock.sendall(sent)
            sock.shutdown(socket.SHUT_WR)
        threading.Thread(target=push, daemon=True).start()
        got = b""
        while data := sock.recv(65536):
            got += data
    sys.exit(0 if got == sent else f"{len(got)} of {len(sent)} octets came back, or others")
