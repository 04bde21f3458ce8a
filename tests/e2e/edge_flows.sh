#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The flows of RFC 3665 through an edge, alone and behind Kamailio as the proxy before it, and calls that
# are forwarded; each message is checked hop by hop by the agents. All that the edge sent is captured and must
# be plain to tshark, to Sluice's parser and to sofia-sip, libosip2 and libre, as far as they are installed.
#
# Beside others (3 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin edge_flows
. "$E2E/wire.sh"
export LAB_MODE=edge LAB_ARMS=1
ours=198.51.100.1 ours6=fd00:5::1
command -v kamailio >/dev/null || e2e_skip "no kamailio"

cat >"$e2e_tmp/dataplane" <<YAML
  idle: sleep
  binding-entries: 1024
  links:
    outside: {addresses: [$ours/24, "$ours6/64"]}
YAML

policy() { # redirect|retarget [FURTHER KEYS]
        cat >"$e2e_tmp/policy" <<YAML
  default: pass

edge:
  domains: [example.com]
  algorithms: [SHA-256]
  calls: proxy
  forwarding: $1
${2:-}
  users:
    - {name: alice, password: secret}
    - {name: bob, password: secret}
    - {name: carol, password: secret}
    - name: frank
      password: secret
      forwards:
        - {to: "sip:mailbox@example.net", from: ["sip:nobody@"]}
        - {to: "sip:bob@example.com"}
    - {name: dave, password: secret, forward: "sip:carol@example.com"}
    - {name: erin, password: secret, forward: "sip:erin@elsewhere.example"}
YAML
}

proxy() { # PORT [ARGUMENTS]: Kamailio before the edge
        setsid ip netns exec "$LAB_OUT" kamailio -f "$E2E/edge_previous.cfg" -l "udp:$LAB_SCANNER:$1" -DD -E -m 64 -M 8 \
                -A "EDGE=\"sip:$ours:5060\"" "${@:2}" -Y "$LAB_RUN" -P "$LAB_RUN/kamailio$1.pid" \
                </dev/null >"$e2e_tmp/kamailio$1.log" 2>&1 &
        disown
        lab_until 20 sipp_listens "$LAB_OUT" "$1" || e2e_fail "Kamailio does not start: $(tail -n 1 "$e2e_tmp/kamailio$1.log")"
}

agents() { # PROGRAM ARGUMENTS
        local said
        said=$(ip netns exec "$LAB_OUT" timeout 120 python3 "$E2E/$1" "${@:2}" 2>&1) || e2e_fail "$1: $said"
}

reload() {
        lab_config "$e2e_tmp/policy" "$e2e_tmp/dataplane"
        lab_ctl reload >/dev/null || e2e_fail "reload refused"
}

policy retarget
e2e_lab "$e2e_tmp/policy" "$e2e_tmp/dataplane"
proxy 5080
proxy 5082 -A STATELESS
wire_watch "$LAB_OUT" $ours
agents edge_flows.py $ours "$LAB_CALLER" "$LAB_SCANNER:5080" "$LAB_SCANNER:5082"
policy redirect
reload
agents edge_users.py $ours6 "$LAB_CALLER6" SHA-256 dave
policy redirect '  authenticate: [INVITE]'
reload
agents edge_flows.py $ours "$LAB_CALLER"
e2e_conserved
wire_read
e2e_is "messages captured" "$wire_cnt" -ge 150

e2e_pass "RFC 3665 2.1 to 2.5, 3.2, 3.3 and 3.6 to 3.11, forwarding with Diversion and History-Info, Kamailio before the edge with" \
        "transactions and without; $wire_cnt messages of it, none odd to tshark, our parser and $wire_said"
