#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who hears of registrations: edge_reg.py EDGE LOCAL

alice subscribes to her own registrations (RFC 3680) and is told of what her phone does: registered,
refreshed, unregistered, expired. Then prints "kill", waits for a line, and finds that control has
begun anew: her dialog is gone, and she subscribes again and is told everything. Every NOTIFY is
answered and read: its headers, its dialog, the document's version, its XML. In the end she
unsubscribes. Exits with a line that says what did not come."""
import importlib.util
import os
import re
import sys
import xml.etree.ElementTree

spec = importlib.util.spec_from_file_location(
    "edge_agents", os.path.join(os.path.dirname(os.path.abspath(__file__)), "edge_users.py"))
agents = importlib.util.module_from_spec(spec)
spec.loader.exec_module(agents)
must, User, DOMAIN = agents.must, agents.User, agents.DOMAIN
NS = "{urn:ietf:params:xml:ns:reginfo}"


class Watcher(User):
    """alice's other program, which only listens."""

    def __init__(self, *args):
        super().__init__(*args)
        self.nc, self.version, self.cseq = 0, -1, 0

    def challenge(self, d, text):
        self.send(text)
        self.refusal = self.answered("challenge", 407, "SUBSCRIBE", text)
        self.nc = 0
        d.cseq += 1

    def subscribe(self, d, expires, status=200):
        extra = ["Event: reg", "Accept: application/reginfo+xml", f"Expires: {expires}"]
        if not self.nc:
            self.challenge(d, self.request("SUBSCRIBE", d, extra))
        self.nc += 1
        line = self.credentials_of(d)
        text = self.request("SUBSCRIBE", d, [*extra, line])
        self.send(text)
        reply = self.answered("answer to SUBSCRIBE", status, "SUBSCRIBE", text)
        d.cseq += 1
        if status == 200:
            must(reply.get("expires") == str(expires), "another Expires", reply)
            d.remote, d.target = reply.get("to"), reply.uri("contact")
        return reply

    def credentials_of(self, d):
        offers = self.refusal.all("proxy-authenticate")
        self.refusal.headers = [("www-authenticate", o) for o in offers]
        line = self.credentials(self.refusal, "SUBSCRIBE", d.target, "secret", self.nc)
        self.refusal.headers = [("proxy-authenticate", o) for o in offers]
        return "Proxy-" + line

    def told(self, d, state, full, *contacts):
        """The next NOTIFY: the registration's state, and (event, state, port) of each contact."""
        m = self.receive(f"NOTIFY of {contacts or state}",
                         lambda m: m.method == "NOTIFY" and not m.status and
                         int(m.get("cseq").split()[0]) > self.cseq, 24)
        self.reply(m, "200 OK")
        self.cseq = int(m.get("cseq").split()[0])
        must(len(m.all("via")) == 1 and m.get("call-id") == d.call and m.get("event") == "reg" and
             m.get("content-type") == "application/reginfo+xml", "headers", m)
        must(m.tag("from") == re.search("tag=(.*)", d.remote)[1] and
             m.get("to").endswith(re.search(";tag=.*", d.local)[0]), "dialog", m)
        doc = xml.etree.ElementTree.fromstring(m.body)
        registration = doc.find(f"{NS}registration")
        must(doc.get("state") == ("full" if full else "partial"), "full or partial", m)
        must(int(doc.get("version")) == self.version + 1, "version", m)
        self.version += 1
        must(registration.get("aor") == self.aor and registration.get("state") == state,
             "registration", m)
        found = [(c.get("event"), c.get("state"), c.find(f"{NS}uri").text)
                 for c in registration.findall(f"{NS}contact")]
        must(sorted(found) == sorted(contacts), f"{found} and not {contacts}", m)
        return m


def main():
    edge, local = sys.argv[1:3]
    phone, watcher = User("alice", local, edge, "SHA-256"), Watcher("alice", local, edge, "SHA-256")
    stranger = Watcher("bob", local, edge, "SHA-256")
    forbidden = stranger.new_dialog(stranger.aor)
    forbidden.target, forbidden.remote = phone.aor, f"<{phone.aor}>"
    stranger.subscribe(forbidden, 600, 403)

    d = watcher.new_dialog(watcher.aor)
    watcher.subscribe(d, 600)
    must("active;expires=" in watcher.told(d, "init", True).get("subscription-state"), "not active")
    phone.register("secret")
    watcher.told(d, "active", False, ("registered", "active", phone.contact))
    phone.register("secret", 500)
    watcher.told(d, "active", False, ("shortened", "active", phone.contact))
    phone.register("secret", 0)
    watcher.told(d, "terminated", False, ("unregistered", "terminated", phone.contact))
    phone.register("secret", 6)
    watcher.told(d, "active", False, ("registered", "active", phone.contact))
    watcher.told(d, "terminated", False, ("expired", "terminated", phone.contact))
    phone.register("secret")
    watcher.told(d, "active", False, ("registered", "active", phone.contact))
    watcher.subscribe(d, 600)  # refreshed: everything again
    watcher.told(d, "active", True, ("registered", "active", phone.contact))

    print("kill", flush=True)
    sys.stdin.readline()
    watcher.nc = 0
    watcher.subscribe(d, 600, 481)
    d, watcher.version, watcher.cseq = watcher.new_dialog(watcher.aor), -1, 0
    watcher.subscribe(d, 600)
    watcher.told(d, "active", True, ("registered", "active", phone.contact))
    phone.register("secret", 0)
    watcher.told(d, "terminated", False, ("unregistered", "terminated", phone.contact))
    watcher.subscribe(d, 0)
    last = watcher.told(d, "init", True)
    must(last.get("subscription-state").startswith("terminated"), "not terminated", last)
    print(f"registrations told, by way of {edge}")


main()
