#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Users of the store: added while everything runs, they register with SHA-256 (a client of our own) and with MD5
# (SIPp, and a baresip phone that calls another); a changed password shuts the old one out, a removal the
# user and his bindings; after a kill of control all of that is as before.
#
# Beside others (4 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin users
users=20

policy() { # ALGORITHMS
        cat >"$e2e_tmp/policy" <<YAML
  default: pass

edge:
  domains: [example.com, $LAB_PBX]
  realm: example.com
  algorithms: [$1]
  users:
    - {name: fixed, password: secret}
YAML
}

reload() { # ALGORITHMS
        policy "$1"
        lab_config "$e2e_tmp/policy" "$e2e_tmp/dataplane"
        lab_ctl reload >/dev/null || e2e_fail "reload refused"
}

cat >"$e2e_tmp/dataplane" <<'YAML'
  limits:
    unproven:
      register: {endpoint: 500/s burst 1000, address: 500/s burst 1000, prefix: 500/s burst 1000, all: 500/s burst 1000}
      question: {endpoint: 500/s burst 1000, address: 500/s burst 1000, prefix: 500/s burst 1000}
YAML

bindings() {
        lab_ctl --json location status | jq .bindings
}

client() { # ALGORITHM FIRST LAST
        ip netns exec "$LAB_OUT" python3 "$E2E/digest_client.py" "$LAB_PBX" "$LAB_CALLER" "$@" 2>&1
}

registers() { # NAME USER PASSWORD: by SIPp, with MD5
        printf 'SEQUENTIAL\n%s;[authentication username=%s password=%s]\n' "$2" "$2" "$3" >"$e2e_tmp/$1.csv"
        sipp_in "$LAB_OUT" "$1" "$LAB_PBX:5060" -sf "$E2E/edge_register.xml" -inf "$e2e_tmp/$1.csv" \
                -auth_uri example.com -i "$LAB_CALLER" -p 5100 -m 1 -recv_timeout 20000
}

says() {
        grep -qE "$2" "$e2e_tmp/$1.phone"
}

policy MD5
e2e_lab "$e2e_tmp/policy" "$e2e_tmp/dataplane"
! registers before u1 p1 || e2e_fail "who is not there registers"

# ---- added: in force at once, with an HA1 of each algorithm that is offered then ----

reload "SHA-256, MD5"
for i in $(seq $users); do
        echo "p$i" | lab_ctl users add "u$i" >/dev/null || e2e_fail "u$i is not added"
done
reload SHA-256
got=$(client SHA-256 1 $users) || e2e_fail "SHA-256: $got"
e2e_is "registered with SHA-256" "$got" -eq $users
lab_ctl users list | grep -E "^u$users .* store " >/dev/null || e2e_fail "users list: $(lab_ctl users list | tail -n 1)"
lab_ctl users list | grep -E "^fixed .* config " >/dev/null || e2e_fail "users list: $(lab_ctl users list | head -n 2)"

# ---- what is refused, and says why ----

said=$(echo x | lab_ctl users add u1 2>&1) && e2e_fail "a user is added twice"
grep -q "there is such a user" <<<"$said" || e2e_fail "added twice: $said"
said=$(echo x | lab_ctl users passwd fixed 2>&1) && e2e_fail "a user of sluice.yaml gets a password"
grep -q "sluice.yaml" <<<"$said" || e2e_fail "of sluice.yaml: $said"
! lab_ctl users remove nobody 2>/dev/null || e2e_fail "nobody is removed"
! lab_ctl users add u99 </dev/null 2>/dev/null || e2e_fail "a user without a password"

# ---- MD5 alone, as old phones have it ----

reload MD5
registers md5 u1 p1 || e2e_fail "with MD5: $(sipp_failures md5)"
echo secret | lab_ctl users add alice >/dev/null || e2e_fail "alice is not added"
echo secret | lab_ctl users add bob >/dev/null || e2e_fail "bob is not added"
e2e_phone alice "$LAB_CALLER" 5300 "<sip:alice@$LAB_PBX>;auth_user=alice;auth_pass=secret;regint=600"
e2e_phone bob "$LAB_CALLER" 5400 "<sip:bob@$LAB_PBX>;auth_user=bob;auth_pass=secret;regint=600"
for name in alice bob; do
        lab_until 20 says $name 'registered successfully|200 OK' ||
                e2e_fail "baresip ($name) does not register: $(tail -n 3 "$e2e_tmp/$name.phone" | tr '\n' ' ')"
done
e2e_phone_command 5300 "/dial sip:bob@$LAB_PBX"
lab_until 20 says bob 'Call established' ||
        e2e_fail "baresip is in no call: $(tail -n 3 "$e2e_tmp/bob.phone" | tr '\n' ' ')"
e2e_phone_command 5300 /hangup

# ---- another password, and a kill right after it ----

echo other | lab_ctl users passwd u1 >/dev/null || e2e_fail "no other password"
! registers old u1 p1 || e2e_fail "the old password registers"
registers new u1 other || e2e_fail "the new password does not: $(sipp_failures new)"
echo third | lab_ctl users passwd u1 >/dev/null || e2e_fail "no third password"
before=$(bindings)
e2e_restart_control
e2e_is "bindings after a kill" "$(bindings)" -eq "$before"
! registers killed_old u1 other || e2e_fail "after a kill the password before registers"
registers killed u1 third || e2e_fail "after a kill the password does not: $(sipp_failures killed)"

# ---- removed ----

ended=$(lab_ctl --json users remove u1 | jq .bindings_ended) || e2e_fail "u1 is not removed"
e2e_is "bindings of u1, of both clients" "$ended" -eq 2
! lab_ctl location list sip:u1@example.com >/dev/null || e2e_fail "u1 is removed, and still registered"
e2e_is "bindings without u1" "$(bindings)" -eq $((before - ended))
! registers removed u1 third || e2e_fail "a removed user registers"
e2e_restart_control
! registers removed_killed u1 third || e2e_fail "after a kill a removed user registers"
e2e_is "users of the store" "$(lab_ctl --json users list | jq '[.users[] | select(.source == "store")] | length')" -eq $((users + 1))
! grep -qa third "$LAB_LIB/state/location.db" || e2e_fail "a password is in the store"
e2e_conserved

e2e_pass "$users users added while running register with SHA-256, with MD5 by SIPp and baresip; old passwords and removed users" \
        "refused, also after kills of control; $before bindings kept"
