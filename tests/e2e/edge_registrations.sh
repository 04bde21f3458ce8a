#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Registrations with Digest at an edge with SQLite, by SIPp: 1,000 users over and over, a challenge before
# each, and none may fail; then control is killed, and every binding is there. Environment:
# SLUICE_REGISTRATIONS (2000), SLUICE_REGISTRATION_RATE (300 a second).
#
# Beside others (8 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin edge_registrations
export LAB_MODE=edge LAB_ARMS=1
ours=198.51.100.1 users=1000
count=${SLUICE_REGISTRATIONS:-2000} rate=${SLUICE_REGISTRATION_RATE:-300}

cat >"$e2e_tmp/dataplane" <<YAML
  idle: sleep
  events: drops
  binding-entries: 4096
  links:
    outside: {addresses: [$ours/24]}
YAML
{
        printf '  default: pass\n  allow:\n    - {prefix: %s/32}\n\n' "$LAB_CALLER"
        printf 'edge:\n  domains: [example.com]\n  algorithms: [MD5]\n  users:\n'
        for i in $(seq $users); do
                echo "    - {name: u$i, password: p$i}"
        done
} >"$e2e_tmp/policy"
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
lab_stop control KILL
lab_start_control
lab_until 20 lab_attached || e2e_fail "control does not attach again"
e2e_is "bindings after a kill" "$(bindings)" -eq $users
e2e_pass "$count registrations of $users users with MD5 and SQLite by sipp, none failed;" \
        "$(sipp_result registrations 'Retransmissions(C)') requests sent again; $users bindings after a kill"
