#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long this machine stood still: stalls.py FILE

Sleeps 10 ms over and over; what one of these takes beyond 30 ms is time in which nobody here could do anything,
or not this process. FILE holds how often it slept, and the milliseconds of all stalls so far."""
import os
import sys
import time

out = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT, 0o644)
slept, stalled, last = 0, 0.0, time.monotonic()
while True:
    os.pwrite(out, b"%12d %12d\n" % (slept, stalled), 0)
    time.sleep(0.01)
    now = time.monotonic()
    if now - last > 0.03:
        stalled += (now - last) * 1000
    slept, last = slept + 1, now
