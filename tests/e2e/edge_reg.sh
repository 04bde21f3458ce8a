#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The event package reg behind an edge, over IPv4 and IPv6: an agent subscribes to its registrations
# and is told what its phone does; control is killed in between, and it subscribes again.
#
# Beside others (70 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin edge_reg
. "$E2E/wire.sh"
export LAB_MODE=edge LAB_ARMS=1
ours=198.51.100.1
ours6=fd00:5::1

cat >"$e2e_tmp/dataplane" <<YAML
  sip-ports: [5060]
  binding-entries: 1024
  links:
    outside:
      addresses: [$ours/24, "$ours6/64"]
      tap: sluice0
YAML

cat >"$e2e_tmp/policy" <<YAML
  default: pass

edge:
  domains: [example.com]
  algorithms: [SHA-256]
  calls: proxy
  min-expires-s: 5
  users:
    - {name: alice, password: secret}
    - {name: bob, password: secret}
YAML

agent() { # EDGE LOCAL
        local line pid
        coproc AGENT { exec ip netns exec "$LAB_OUT" timeout 120 python3 "$E2E/edge_reg.py" "$1" "$2" 2>&1; }
        pid=$AGENT_PID
        exec 7<&"${AGENT[0]}" 8>&"${AGENT[1]}"
        read -r -u 7 line || line="it ended"
        [ "$line" = kill ] || e2e_fail "agent by $1: $line $(cat <&7)"
        e2e_restart_control
        echo go >&8
        line=$(cat <&7)
        exec 7<&- 8>&-
        wait "$pid" || e2e_fail "agent by $1: $line"
}

e2e_lab "$e2e_tmp/policy" "$e2e_tmp/dataplane"
wire_watch "$LAB_OUT" $ours
agent "$ours" "$LAB_CALLER"
agent "$ours6" "$LAB_CALLER6"
e2e_counter "NOTIFYs sent" .control_sent -ge 10
e2e_conserved
wire_read
e2e_is "messages captured" "$wire_cnt" -ge 30

e2e_pass "registered, shortened, unregistered, expired and everything again, with digest, over IPv4 and IPv6;" \
        "after a kill of control 481, a new subscription and its full state;" \
        "$wire_cnt messages of it, none odd to tshark, our parser and $wire_said"
