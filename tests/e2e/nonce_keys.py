#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""nonce_keys.py MESSAGES - SIPp's trace of log-ins: how many keys their nonces were made with, and how many
were answered when there was a newer key. The key's number is the first four octets of a nonce."""
import base64
import re
import sys

keys, made, straddled, newest = set(), {}, set(), None
with open(sys.argv[1], encoding="latin-1") as f:
    messages = re.split(r"^-{5,}.*$", f.read(), flags=re.M)
for text in messages:
    call_id = re.search(r"^Call-ID: *(.*?)\s*$", text, re.M)
    nonce = re.search(r'nonce="([^"]{32})"', text)
    if not call_id or not nonce:
        continue
    key = base64.urlsafe_b64decode(nonce[1])[:4]
    if re.search(r"^SIP/2.0 401 ", text, re.M) and call_id[1] not in made:
        made[call_id[1]] = key
        keys.add(key)
        newest = key
    elif re.search(r"^REGISTER ", text, re.M) and made.get(call_id[1]) == key and key != newest:
        straddled.add(call_id[1])
print(len(keys), len(straddled))
