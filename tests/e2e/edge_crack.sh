#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Two hundred passwords for one user, tried at our own registrar: found without limits to refusals, not
# found with the default ones, and told as cracking; who mistypes three times and then logs in, his
# neighbour behind the same address and a new user never notice.
#
# Beside others (15 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin edge_crack
export LAB_MODE=edge LAB_ARMS=1
ours=198.51.100.1

dataplane() { # FURTHER KEYS
        cat >"$e2e_tmp/dataplane" <<YAML
  idle: sleep
  binding-entries: 1024
  $1
  links:
    outside: {addresses: [$ours/24]}
YAML
}

cat >"$e2e_tmp/policy" <<YAML
  default: pass

edge:
  domains: [lab]
  algorithms: [MD5]
  users:
    - {name: alice, password: guess180}
    - {name: bob, password: secret}
    - {name: carol, password: secret}
    - {name: dave, password: secret}
YAML

user() { # NAME USER PASSWORD PORT - one registration from the caller's address
        printf 'SEQUENTIAL\n%s;[authentication username=%s password=%s]\n' "$2" "$2" "$3" >"$e2e_tmp/$1.csv"
        sipp_in "$LAB_OUT" "$1" "$ours:5060" -sf "$E2E/register.xml" -inf "$e2e_tmp/$1.csv" -auth_uri lab -i "$LAB_CALLER" \
                -p "$4" -m 1 -recv_timeout 20000
}

{
        echo SEQUENTIAL
        for n in $(seq 200); do echo "alice;[authentication username=alice password=guess$n]"; done
} >"$e2e_tmp/guesses.csv"

crack() { # NAME - how many guesses were right
        sipp_in "$LAB_OUT" "$1" "$ours:5060" -sf "$E2E/register.xml" -inf "$e2e_tmp/guesses.csv" -auth_uri lab \
                -i "$LAB_SCANNER" -p 5080 -m 200 -r 100 -nr -recv_timeout 500 || true
        sipp_result "$1" 'SuccessfulCall(C)'
}


free='{endpoint: none, aor: none, address: none, prefix: none}'
open="{register: $free, other: $free, repeat: $free, question: $free}"
dataplane "limits: {refusals: $free, unproven: $open, proven: $open}"
e2e_lab "$e2e_tmp/policy" "$e2e_tmp/dataplane"
e2e_is "passwords found without limits" "$(crack unlimited)" -eq 1

dataplane ''
lab_config "$e2e_tmp/policy" "$e2e_tmp/dataplane"
lab_stop dataplane TERM
lab_start_dataplane
lab_until 20 lab_attached || e2e_fail "the dataplane is not attached again"
user first bob secret 5070 || e2e_fail "a user cannot register: $(sipp_failures first)"
for attempt in 1 2 3; do
        ! user "typo$attempt" carol wrong 5071 || e2e_fail "a wrong password was taken"
        user "neighbour$attempt" bob secret 5072 || e2e_fail "the neighbour suffers from typo $attempt"
done
user corrected carol secret 5071 || e2e_fail "three typos keep a user out: $(sipp_failures corrected)"
before=$(lab_counter .refusals)
e2e_is "passwords found" "$(crack limited)" -eq 0
e2e_is "wrong passwords that were answered" "$(($(lab_counter .refusals) - before))" -le 60
user after bob secret 5070 || e2e_fail "a user suffers from the attack: $(sipp_failures after)"
user fresh dave secret 5073 || e2e_fail "a new user suffers from the attack: $(sipp_failures fresh)"
told() {
        [ -n "$(jq --arg a "$LAB_SCANNER" 'select(.event_type == "alert" and .detection.name == "cracking" and
                .detection.address == $a)' "$LAB_SOCK/eve.json")" ]
}
lab_until 20 told || e2e_fail "nobody tells of it"
e2e_conserved
e2e_pass "200 passwords at our own registrar: found without limits, not found with them, after" \
        "$(($(lab_counter .refusals) - before)) answers; told as cracking; typos forgiven"
