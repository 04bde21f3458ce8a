#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""telemetry.py SOCKET COMMAND - one question to DPDK's telemetry socket; prints its JSON answer."""
import socket
import sys

with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
    sock.settimeout(20)
    sock.connect(sys.argv[1])
    sock.recv(16384)  # the greeting: version, pid, longest answer
    sock.send(sys.argv[2].encode())
    print(sock.recv(65536).decode())
