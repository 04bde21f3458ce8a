#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# New keys for challenges lose no log-in. SIPp's users are challenged by the running dataplane, each at a
# port of its own, and answer three seconds later, while its keys are renewed every five: each is asked once,
# and each gets in, those included that answer with the key before the newest. Then the same with the keys of
# a secret, which an edge and its registrar have both, when an hour ends between challenge and answer: there
# the clock of both processes is set to just before.
. "$(dirname "$0")/harness.sh"
e2e_begin key_rotation

logins=${ROTATION_LOGINS:-60} rate=5
faketime=$(ls /usr/lib/*/faketime/libfaketimeMT.so.1 2>/dev/null | head -n 1) || true
[ -n "$faketime" ] || e2e_skip "needs libfaketime"

# log_in NAME SCENARIO SERVER USERS [SIPP ARGUMENTS] - all of them, and none may fail. They stay until all have come, or the
# kernel might give a port a second time, and with it what its user had proven.
log_in() {
        sed "s|^</scenario>|  <pause milliseconds=\"$((logins / rate * 1000))\"/>\n</scenario>|" "$2" >"$e2e_tmp/$1.xml"
        sipp_in "$LAB_OUT" "$1" "$3:5060" -sf "$e2e_tmp/$1.xml" -inf "$4" -i "$LAB_CALLER" -t un -max_socket 1000 -m "$logins" \
                -r $rate -recv_timeout 8000 -trace_msg -message_file "$e2e_tmp/$1.messages" \
                "${@:5}" ||
                e2e_fail "$1: of $logins log-ins $(sipp_result "$1" 'FailedCall(C)') failed: $(sipp_failures "$1")"
        read -r keys straddled < <(python3 "$E2E/nonce_keys.py" "$e2e_tmp/$1.messages")
}

asked_once() { # what all log-ins must have left behind
        e2e_is "challenges" "$(lab_counter .challenges)" -eq "$logins"
        e2e_is "echoed" "$(lab_counter .cookies_echoed)" -eq "$logins"
        e2e_is "of keys that are gone, of others or too old" \
                "$(lab_counter '(.challenges_stale + .cookies_forged + .cookies_expired)')" -eq 0
        e2e_conserved
}

# ---- keys of its own, renewed all the time ----

# a pause before the answer, and one contact a user, whatever his port
perl -0pe 's|(<recv response="401".*?</recv>)|$1\n  <pause milliseconds="3000"/>|s; s|\]:\[local_port\]>|]>|g' "$E2E/register_challenged.xml" \
        >"$e2e_tmp/challenged.xml"
{
        echo SEQUENTIAL
        for user in 1001 1002 1003 1004 1005 1006 1007 1008 1009; do
                echo "$user;[authentication username=$user password=secret]"
        done
} >"$e2e_tmp/users.csv"
e2e_lab "" <(printf '  challenge: {mode: always, realm: lab, lifetime-s: 5, rotate-s: 5}\n')
setsid ip netns exec "$LAB_IN" kamailio -f "$E2E/registrar.cfg" -l "udp:$LAB_PBX:5060" -DD -E -m 64 -M 8 -Y "$LAB_RUN" \
        -P "$LAB_RUN/registrar.pid" </dev/null >"$LAB_RUN/registrar.log" 2>&1 &
disown
lab_until 10 sipp_listens "$LAB_IN" 5060 || e2e_fail "Kamailio does not listen"
log_in random "$e2e_tmp/challenged.xml" "$LAB_PBX" "$e2e_tmp/users.csv"
asked_once
e2e_is "keys in $((logins / rate)) s" "$keys" -ge 3
e2e_is "log-ins with the key before the newest" "$straddled" -ge $((logins / 10))
told="$keys keys in turn, $straddled of $logins log-ins across a change"
lab_stop control
lab_stop dataplane

# ---- keys of a secret that the registrar has, too, and the end of an hour ----

ours=198.51.100.1
(umask 077 && od -An -vtx1 -N32 /dev/urandom | tr -d ' \n' >"$e2e_tmp/secret")
chmod 711 "$e2e_tmp" # control runs as another user, and the secret is its group's
chgrp nogroup "$e2e_tmp/secret"
chmod 640 "$e2e_tmp/secret"
cat >"$e2e_tmp/dataplane.yaml" <<YAML
  sip-ports: [5060]
  binding-entries: 1024
  challenge: {mode: always, realm: lab, algorithms: [MD5], secret: $e2e_tmp/secret}
  links:
    outside:
      addresses: [$ours/24]
      tap: sluice0
YAML
{
        cat <<YAML
  default: pass

edge:
  domains: [lab]
  algorithms: [MD5]
  calls: proxy
  nonce-secret: $e2e_tmp/secret
  users:
YAML
        for user in 1001 1002 1003 1004 1005 1006 1007 1008 1009; do echo "    - {name: \"$user\", password: secret}"; done
} >"$e2e_tmp/policy.yaml"
export LAB_MODE=edge LAB_ARMS=1
lab_config "$e2e_tmp/policy.yaml" "$e2e_tmp/dataplane.yaml"
# The hour ends 24 s after this, for programs that have some seconds to start in, and 6 s after the first
# log-in. The library goes into the programs alone: what starts them has another user's rights.
ends=$(($(date +%s) + 24))
offset=$((3600 - ends % 3600))
for program in sluice-dataplane sluice-control; do
        mv "$LAB_LIB/bin/$program" "$LAB_LIB/bin/$program.program"
        cat >"$LAB_LIB/bin/$program" <<SH
#!/bin/sh
exec env LD_PRELOAD=$faketime FAKETIME=+${offset}s FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1 "\$0.program" "\$@"
SH
        chmod 755 "$LAB_LIB/bin/$program"
done
lab_start || e2e_fail "the edge does not start"
e2e_counts_begin
hour_ends_in() { [ $((ends - $(date +%s))) -le "$1" ]; }
lab_until 30 hour_ends_in 6
log_in secret "$E2E/register_paused.xml" "$ours" "$e2e_tmp/users.csv" -auth_uri lab
asked_once
e2e_is "challenges of control" "$(lab_ctl --json location status | jq .challenged)" -eq 0
e2e_is "keys" "$keys" -eq 2
e2e_is "log-ins with the key before the newest" "$straddled" -ge $((logins / 20))

e2e_pass "$told; across the end of an hour $straddled of $logins, with the keys of a secret"
