#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Users behind an edge, over IPv4 and IPv6: agents of our own with SHA-256, which check every message
# hop by hop, and three baresip phones with MD5 call, hold, resume, transfer, message and are
# redirected; then control and the dataplane are killed, and the calls of before and new ones go on.
#
# Beside others (9 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin edge_users
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

policy() { # ALGORITHM
        cat >"$e2e_tmp/policy" <<YAML
  default: pass

edge:
  domains: [example.com]
  algorithms: [$1]
  calls: proxy
  users:
    - {name: alice, password: secret}
    - {name: bob, password: secret}
    - {name: carol, password: secret}
    - {name: dave, password: secret, forward: "sip:carol@example.com"}
YAML
}

agents() { # EDGE LOCAL ALGORITHM
        local said
        said=$(ip netns exec "$LAB_OUT" timeout 120 python3 "$E2E/edge_users.py" "$1" "$2" "$3" dave 2>&1) ||
                e2e_fail "agents by $1: $said"
}

phone() { # NAME PORT LOCAL EDGE
        PHONE_TRACE=-s e2e_phone "$1" "$3" "$2" \
                "<sip:$1@example.com>;outbound=\"sip:$4:5060;transport=udp\";auth_user=$1;auth_pass=secret;regint=600"
}

said() { # NAME PATTERN
        grep -acE "$2" "$e2e_tmp/$1.phone" || true
}

hears() { # NAME PATTERN [TIMES]: the phone says it so often by now
        lab_until 20 eval "[ \$(said $1 '$2') -ge ${3:-1} ]" ||
                e2e_fail "$1 hears no '$2': $(tail -n 5 "$e2e_tmp/$1.phone" | tr -d '\r' | tr '\n' ' ' | cut -c 1-400)"
}

stop_phones() {
        local pid
        for pid in $(phone_pids); do
                kill -KILL "$pid" 2>/dev/null || true
        done
        lab_until 20 eval '[ -z "$(phone_pids)" ]' || e2e_fail "phones do not end"
}

phone_pids() {
        local pid
        for pid in $(ip netns pids "$LAB_OUT"); do
                [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != baresip ] || echo "$pid"
        done
}

phones() { # LOCAL EDGE
        local name
        phone alice 5300 "$1" "$2"
        phone bob 5500 "$1" "$2"
        phone carol 5700 "$1" "$2"
        for name in alice bob carol; do
                hears $name 'registered successfully|200 OK'
        done
        e2e_phone_command 5300 "/dial sip:bob@example.com"
        hears alice 'Call established'
        hears bob 'Call established'
        e2e_phone_command 5300 /hold
        hears bob '^a=sendonly'
        e2e_phone_command 5300 /resume
        hears alice 'call: resume'
        e2e_phone_command 5300 "/transfer sip:carol@example.com"
        hears carol 'Call established'
        hears bob 'Call established' 2
}

# ---- agents that look at every message ----

policy SHA-256
e2e_lab "$e2e_tmp/policy" "$e2e_tmp/dataplane"
wire_watch "$LAB_OUT" $ours
agents "$ours" "$LAB_CALLER" SHA-256
agents "$ours6" "$LAB_CALLER6" SHA-256

# ---- baresip, which knows MD5 alone ----

policy MD5
lab_config "$e2e_tmp/policy" "$e2e_tmp/dataplane"
lab_ctl reload >/dev/null || e2e_fail "reload refused"
phones "[$LAB_CALLER6]" "[$ours6]"
stop_phones
phones "$LAB_CALLER" "$ours"

# ---- control dies in the middle of bob's call with carol: it goes on, and new calls are made ----

bindings=$(lab_ctl --json location status | jq .bindings)
pid=$(lab_pid control)
kill -9 "$pid"
lab_until 20 lab_gone "$pid" || e2e_fail "control does not die"
e2e_phone_command 5500 /hold
hears carol '^a=sendonly'
lab_start_control
lab_until 20 lab_attached || e2e_fail "control is not attached again"
e2e_is "bindings after the kill" "$(lab_ctl --json location status | jq .bindings)" -eq "$bindings"
established=$(said carol 'Call established')
e2e_phone_command 5500 /hangup
hears carol 'terminated|session closed'
e2e_phone_command 5300 "/dial sip:carol@example.com"
hears carol 'Call established' $((established + 1))

# ---- and the dataplane ----

lab_stop dataplane KILL
lab_start_dataplane
lab_until 20 lab_attached || e2e_fail "the dataplane is not attached again"
e2e_phone_command 5300 /hold
hears carol '^a=sendonly' 2
e2e_phone_command 5300 /hangup
hears carol 'terminated|session closed' 2
e2e_phone_command 5300 "/dial sip:bob@example.com"
hears bob 'Call established' 3
e2e_conserved
wire_read
e2e_is "messages captured" "$wire_cnt" -ge 200

e2e_pass "calls, hold, transfers, CANCEL, MESSAGE and redirections of agents with SHA-256 and of baresip with MD5," \
        "over IPv4 and IPv6; calls go on and begin after kills of control and of the dataplane, $bindings bindings kept;" \
        "$wire_cnt messages of it, none odd to tshark, our parser and $wire_said"
