#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The registrar and redirect server: hundreds of users register with every algorithm, baresip registers
# and calls another baresip by its name; control is killed in the middle of registrations and
# comes back with every binding that it has said 200 for; the dataplane is restarted; a damaged store is
# refused, repaired and taken.
#
# Beside others (18 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin registrar
users=200

edge_config() { # FILE ALGORITHMS
        {
                printf '  default: pass\n\nedge:\n  domains: [example.com, %s]\n  realm: example.com\n' "$LAB_PBX"
                printf '  algorithms: [%s]\n  users:\n' "$2"
                for name in alice bob; do
                        echo "    - {name: $name, password: secret}"
                done
                for i in $(seq $users); do
                        echo "    - {name: u$i, password: p$i}"
                done
        } >"$1"
}

inputs() { # FILE FROM TO
        echo SEQUENTIAL >"$1"
        for i in $(seq "$2" "$3"); do
                echo "u$i;[authentication username=u$i password=p$i]" >>"$1"
        done
}

registers() { # NAME FROM TO RATE [ARGUMENTS]
        local name=$1 from=$2 to=$3 rate=$4
        shift 4
        inputs "$e2e_tmp/$name.csv" "$from" "$to"
        sipp_in "$LAB_OUT" "$name" "$LAB_PBX:5060" -sf "$E2E/edge_register.xml" -inf "$e2e_tmp/$name.csv" \
                -auth_uri example.com -i "$LAB_CALLER" -p 5100 -m $((to - from + 1)) -r "$rate" -recv_timeout 20000 "$@"
}

client() { # ALGORITHM FROM TO
        local got
        got=$(ip netns exec "$LAB_OUT" python3 "$E2E/digest_client.py" "$LAB_PBX" "$LAB_CALLER" "$@" 2>&1) ||
                e2e_fail "$1: $got"
        e2e_is "registered with $1" "$got" -eq $(($3 - $2 + 1))
}

redirected() { # NAME FROM TO
        inputs "$e2e_tmp/$1.csv" "$2" "$3"
        sipp_in "$LAB_OUT" "$1" "$LAB_PBX:5060" -sf "$E2E/edge_redirected.xml" -inf "$e2e_tmp/$1.csv" \
                -i "$LAB_CALLER" -p 5101 -m $(($3 - $2 + 1)) -r 100 -recv_timeout 20000
}

bindings() {
        lab_ctl --json location status | jq .bindings
}

phone() { # NAME PORT
        e2e_phone "$1" "$LAB_CALLER" "$2" "<sip:$1@$LAB_PBX>;auth_user=$1;auth_pass=secret;regint=600"
}

says() {
        grep -qE "$2" "$e2e_tmp/$1.phone"
}

edge_config "$e2e_tmp/sha" "SHA-512-256"
edge_config "$e2e_tmp/sha256" "SHA-256"
edge_config "$e2e_tmp/md5" "MD5"

# ---- SIPp with MD5, which is all that it knows; the stronger ones by a client of our own ----

# All users are behind one address and port here, as a phone never is, and after a stall come all at once.
cat >"$e2e_tmp/dataplane" <<'YAML'
  limits:
    unproven:
      register: {endpoint: 500/s burst 1000, address: 500/s burst 1000, prefix: 500/s burst 1000, all: 500/s burst 1000}
      invite: {all: 500/s burst 1000}
      question: {endpoint: 500/s burst 1000, address: 500/s burst 1000, prefix: 500/s burst 1000}
YAML
e2e_lab "$e2e_tmp/md5" "$e2e_tmp/dataplane"
registers md5 1 50 100 || e2e_fail "with MD5: $(sipp_failures md5)"
lab_config "$e2e_tmp/sha256" "$e2e_tmp/dataplane"
lab_ctl reload >/dev/null || e2e_fail "reload refused"
client SHA-256 51 90
lab_config "$e2e_tmp/sha" "$e2e_tmp/dataplane"
lab_ctl reload >/dev/null || e2e_fail "reload refused"
client SHA-512-256 91 100
lab_config "$e2e_tmp/md5" "$e2e_tmp/dataplane"
lab_ctl reload >/dev/null || e2e_fail "reload refused"
e2e_is "bindings" "$(bindings)" -eq 100
inputs "$e2e_tmp/wrong.csv" 1 1
sed -i 's/password=p1/password=guess/' "$e2e_tmp/wrong.csv"
! sipp_in "$LAB_OUT" wrong "$LAB_PBX:5060" -sf "$E2E/edge_register.xml" -inf "$e2e_tmp/wrong.csv" \
        -auth_uri example.com -i "$LAB_CALLER" -p 5103 -m 1 -recv_timeout 20000 || e2e_fail "a wrong password registers"
redirected calls 1 100 || e2e_fail "calls are not redirected: $(sipp_failures calls)"
lab_until 20 e2e_counts .dropped.ack_own_reply -ge 100 || e2e_fail "ACKs for redirections went on"
lab_ctl location list sip:u1@example.com | grep "sip:u1@$LAB_CALLER" >/dev/null || e2e_fail "location list"

lab_ctl users list | grep "^u$users " >/dev/null || e2e_fail "users list: $(lab_ctl users list | tail -n 1)"
lab_ctl location remove sip:u1@example.com >/dev/null || e2e_fail "location remove"
! lab_ctl location list sip:u1@example.com >/dev/null || e2e_fail "removed, and still there"
registers back 1 1 10 || e2e_fail "removed, and does not come back: $(sipp_failures back)"

# ---- baresip finds baresip (Debian's gives up at the first challenge that it does not know) ----

phone alice 5300
phone bob 5400
for name in alice bob; do
        lab_until 20 says $name 'registered successfully|200 OK' ||
                e2e_fail "baresip ($name) does not register: $(tail -n 3 "$e2e_tmp/$name.phone" | tr '\n' ' ')"
done
e2e_phone_command 5300 "/dial sip:bob@$LAB_PBX"
for name in alice bob; do
        lab_until 20 says $name 'Call established' ||
                e2e_fail "baresip ($name) is in no call: $(tail -n 3 "$e2e_tmp/$name.phone" | tr '\n' ' ')"
done
e2e_phone_command 5300 /hangup

# ---- control is killed while users register: what it said 200 for is there ----

registers storm 101 $users 40 -trace_msg -message_file "$e2e_tmp/storm.msg" &
storm=$!
lab_until 20 eval '[ "$(bindings)" -ge 130 ]' || e2e_fail "no storm: $(bindings) bindings"
pid=$(lab_pid control)
kill -9 "$pid"
lab_until 20 lab_gone "$pid" || e2e_fail "control does not die"
lab_start_control
lab_until 20 lab_attached || e2e_fail "control is not attached again"
wait $storm || e2e_fail "registrations fail for a restart: $(sipp_failures storm)"
redirected after 1 $users || e2e_fail "bindings are lost: $(sipp_failures after)"

# ---- the dataplane goes and comes back ----

lab_stop dataplane KILL
lab_start_dataplane
lab_until 20 lab_attached || e2e_fail "the dataplane is not attached again"
redirected again 1 $users || e2e_fail "bindings are lost with the dataplane: $(sipp_failures again)"
registers refresh 1 $users 40 || e2e_fail "refresh: $(sipp_failures refresh)"
e2e_conserved
status=$(lab_ctl --json location status)

# ---- a damaged store ----

lab_stop control
dd if=/dev/urandom of="$LAB_LIB/state/location.db" bs=1 seek=8192 count=64 conv=notrunc status=none
before=$(sha256sum <"$LAB_LIB/state/location.db")
lab_start_control
lab_until 20 eval '! lab_pid control >/dev/null' || e2e_fail "control starts on a damaged store"
grep -q "sluicectl location repair $LAB_LIB/state" "$LAB_RUN/control.log" ||
        e2e_fail "no word of the repair: $(tail -n 1 "$LAB_RUN/control.log")"
[ "$before" = "$(sha256sum <"$LAB_LIB/state/location.db")" ] || e2e_fail "the damaged store was changed"
repaired=$(setpriv --reuid $LAB_USER --regid nogroup --clear-groups \
        "$LAB_LIB/bin/sluicectl" --json location repair "$LAB_LIB/state") || e2e_fail "repair: $repaired"
lab_start_control
lab_until 20 lab_attached || e2e_fail "control does not start on the repaired store"
e2e_is "bindings after the repair" "$(bindings)" -ge "$(jq .kept <<<"$repaired")"

e2e_pass "$users users with MD5, SHA-256 and SHA-512-256, baresip calls baresip by name; control and dataplane killed," \
        "0 of $users bindings lost; store: $(jq -r '"\(.store_rows) rows in \(.store_batches) batches"' <<<"$status");" \
        "damaged store refused, $(jq .kept <<<"$repaired") bindings repaired"
