#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Registrations with Digest at an edge with SQLite: 1,000 users over and over, a challenge before each, and none
# may fail; then control is killed, and every binding is there. With MD5 by SIPp, which knows no other
# algorithm; with SHA-256 by sluice-bench, which plays a scenario as SIPp does. Environment:
# SLUICE_REGISTRATIONS (2000 of each), SLUICE_REGISTRATION_RATE (300 a second).
#
# Beside others (8 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin edge_registrations
export LAB_MODE=edge LAB_ARMS=1
ours=198.51.100.1 users=1000 bench_at=198.51.100.50
bench=$SLUICE_BUILD/bench/harness/sluice-bench
[ -x "$bench" ] || e2e_fail "no sluice-bench in $SLUICE_BUILD"
count=${SLUICE_REGISTRATIONS:-2000} rate=${SLUICE_REGISTRATION_RATE:-300}

cat >"$e2e_tmp/dataplane" <<YAML
  idle: sleep
  events: drops
  binding-entries: 4096
  links:
    outside: {addresses: [$ours/24]}
YAML
policy() { # ALGORITHM
        printf '  default: pass\n  allow:\n    - {prefix: %s/32}\n    - {prefix: %s/32}\n\n' "$LAB_CALLER" $bench_at
        printf 'edge:\n  domains: [example.com, %s]\n  algorithms: [%s]\n  users:\n' $ours "$1"
        for i in $(seq $users); do
                echo "    - {name: u$i, password: p$i}"
        done
}

policy MD5 >"$e2e_tmp/policy"
{
        echo SEQUENTIAL
        for i in $(seq $users); do
                echo "u$i;[authentication username=u$i password=p$i]"
        done
} >"$e2e_tmp/users.csv"

bindings() {
        lab_ctl --json location status | jq .bindings
}

e2e_lab "$e2e_tmp/policy" "$e2e_tmp/dataplane"
sipp_in "$LAB_OUT" registrations "$ours:5060" -sf "$E2E/edge_register.xml" -inf "$e2e_tmp/users.csv" -auth_uri example.com \
        -i "$LAB_CALLER" -p 5100 -m "$count" -r "$rate" -l 300 -recv_timeout 20000 -buff_size 2097152 ||
        e2e_fail "$(sipp_result registrations 'FailedCall(C)') of $count failed: $(sipp_failures registrations)"
e2e_is "registrations" "$(sipp_result registrations 'SuccessfulCall(C)')" -eq "$count"
e2e_is "bindings" "$(bindings)" -eq $users
e2e_conserved

# ---- SHA-256 ----

policy SHA-256 >"$e2e_tmp/policy"
lab_config "$e2e_tmp/policy" "$e2e_tmp/dataplane"
lab_ctl reload >/dev/null || e2e_fail "reload refused"
ip netns exec "$LAB_OUT" "$bench" run --scenario "$E2E/bench_register.xml" --inject "$e2e_tmp/users.csv" --quiet \
        --device net_af_packet0,iface=wire --local $bench_at --remote $ours --calls "$count" --rate "$rate" --live 300 \
        --json "$e2e_tmp/sha.json" -- --no-huge -m 512 >"$e2e_tmp/sha.txt" 2>&1 || [ $? -eq 3 ] ||
        e2e_fail "SHA-256: $(grep -E 'Failed|^ +[0-9]+ |sluice-bench' "$e2e_tmp/sha.txt" | tr '\n' ' ')"
e2e_is "registrations with SHA-256" "$(jq .result.counts.calls_succeeded "$e2e_tmp/sha.json")" -eq "$count"
e2e_is "unexpected" "$(jq '[.result.steps[].unexpected] | add' "$e2e_tmp/sha.json")" -eq 0
e2e_is "challenges with SHA-256" \
        "$(jq '[.result.steps[] | select(.step == "recv 401") | .messages] | add' "$e2e_tmp/sha.json")" -eq "$count"
again=$(jq '[.result.steps[].retransmitted] | add' "$e2e_tmp/sha.json")
kept=$(bindings)
e2e_is "bindings, of both clients" "$kept" -ge $users
e2e_conserved

lab_stop control KILL
lab_start_control
lab_until 20 lab_attached || e2e_fail "control does not attach again"
e2e_is "bindings after a kill" "$(bindings)" -eq "$kept"
e2e_pass "$count registrations of $users users with MD5 by sipp, and $count with SHA-256 by sluice-bench, none failed;" \
        "$(sipp_result registrations 'Retransmissions(C)') and $again requests sent again; $kept bindings after a kill"
