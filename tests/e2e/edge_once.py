#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One challenge for a registration: edge_once.py EDGE LOCAL

Each user is asked for credentials once, by the worker, and what he answers is good for the
registrar, too; a refresh with the same nonce is asked nothing. Every 401 is counted."""
import importlib.util
import os
import sys

spec = importlib.util.spec_from_file_location(
    "edge_agents", os.path.join(os.path.dirname(os.path.abspath(__file__)), "edge_users.py"))
agents = importlib.util.module_from_spec(spec)
spec.loader.exec_module(agents)


def final(user, text):
    """The first response to a request."""
    user.send(text)
    return user.receive("response", lambda m: m.method == "REGISTER" and m.status >= 200, 24, text)


def register(user):
    uri, d = f"sip:{agents.DOMAIN}", user.new_dialog(user.aor)
    d.remote = f"<{user.aor}>"
    refusal = final(user, user.request("REGISTER", d, ["Expires: 600"], ruri=uri))
    agents.must(refusal.status == 401, "no challenge", refusal)
    for nc in (1, 2):
        d.cseq += 1
        line = user.credentials(refusal, "REGISTER", uri, "secret", nc)
        reply = final(user, user.request("REGISTER", d, ["Expires: 600", line], ruri=uri))
        agents.must(reply.status == 200, "asked again", reply)


edge, local = sys.argv[1:3]
for name in ("alice", "bob", "carol"):
    register(agents.User(name, local, edge, "SHA-256"))
