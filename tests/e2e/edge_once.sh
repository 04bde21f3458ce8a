#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# One challenge for both: the worker asks every stranger to prove his address, with a nonce of the
# secret that control has, too, and the registrar takes its answer. Who registered is trusted, also
# without the worker's challenge.
#
# Beside others (5 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin edge_once
export LAB_MODE=edge LAB_ARMS=1
ours=198.51.100.1
(umask 077 && od -An -vtx1 -N32 /dev/urandom | tr -d ' \n' >"$e2e_tmp/secret")
chmod 711 "$e2e_tmp" # control runs as another user, and the secret is its group's
chgrp nogroup "$e2e_tmp/secret"
chmod 640 "$e2e_tmp/secret"

dataplane() { # CHALLENGE
        cat >"$e2e_tmp/dataplane" <<YAML
  sip-ports: [5060]
  binding-entries: 1024
  $1
  links:
    outside:
      addresses: [$ours/24]
      tap: sluice0
YAML
}

cat >"$e2e_tmp/policy" <<YAML
  default: pass

edge:
  domains: [example.com]
  algorithms: [SHA-256]
  calls: proxy
  nonce-secret: $e2e_tmp/secret
  users:
    - {name: alice, password: secret}
    - {name: bob, password: secret}
    - {name: carol, password: secret}
YAML


agents() {
        local said
        said=$(ip netns exec "$LAB_OUT" timeout 60 python3 "$E2E/edge_once.py" "$ours" "$LAB_CALLER" 2>&1) ||
                e2e_fail "agents: $said"
}

dataplane "challenge: {mode: always, realm: example.com, algorithms: [SHA-256], secret: $e2e_tmp/secret}"
e2e_lab "$e2e_tmp/policy" "$e2e_tmp/dataplane"
e2e_counts_begin
agents
e2e_counter "challenges of the worker" .challenges -eq 3
e2e_counter "cookies echoed" .cookies_echoed -ge 3
e2e_is "challenges of control" "$(lab_ctl --json location status | jq .challenged)" -eq 0
e2e_counter "sources that were raised" .trust_raised -ge 3
e2e_conserved

dataplane "challenge: {mode: \"off\"}"
lab_config "$e2e_tmp/policy" "$e2e_tmp/dataplane"
lab_stop dataplane TERM
lab_start_dataplane
lab_until 20 lab_attached || e2e_fail "the dataplane is not attached again"
agents
e2e_is "challenges of the worker" "$(lab_counter .challenges)" -eq 0
e2e_is "challenges of control" "$(lab_ctl --json location status | jq .challenged)" -eq 3
e2e_counter "sources whose limits were lifted" .trust_lifted -eq 3
e2e_counter "sources that registered" .trust_raised -eq 3
e2e_conserved

e2e_pass "one 401 for each registration and none for its refresh, whoever asks; who registers is trusted"
