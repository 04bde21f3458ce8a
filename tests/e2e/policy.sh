#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The operator's hand: ban and lift, why, a route that rejects with a SIP response, reload of a good and
# of a broken file.
#
# Beside others (16 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin policy

cat >"$e2e_tmp/policy" <<'YAML'
  routes:
    - name: no-premium
      match: {method: [INVITE], user-prefix: ["0900"]}
      action: reject
      code: 403
      retry-after-s: 30
YAML
cat >"$e2e_tmp/second" <<'YAML'
  routes:
    - name: no-premium
      match: {method: [INVITE], user-prefix: ["0901"]}
      action: drop
YAML
cat >"$e2e_tmp/broken" <<'YAML'
  routes:
    - name: no-premium
      match: {method: [INVITE], user-prefix: ["0900"]}
      action: explode
YAML

one_call() { # NAME USER
        sipp_calls "$1" 1 10 -d 0 -nr -recv_timeout 300 -s "$2"
}

verdicts() { # KEY: "action/reason" of its last verdicts, one a line
        lab_ctl --json why "$1" | jq -r '.verdicts[] | "\(.verdict.action)/\(.verdict.reason)"'
}

has_verdict() {
        verdicts "$1" | grep -qx "$2"
}

e2e_lab "$e2e_tmp/policy"
sipp_answerer answerer || e2e_fail "no answerer"
e2e_calls free 5 50

# ban: in force within a second, named as the reason, lifted again
lab_ctl ban add $LAB_CALLER --ttl 1h --reason "e2e" >/dev/null || e2e_fail "ban add refused"
lab_until 20 eval '! one_call banned service' || e2e_fail "a banned caller still gets through"
lab_until 20 e2e_counts .dropped.banned -ge 1 || e2e_fail "no drop with the reason banned"
lab_until 20 has_verdict $LAB_CALLER drop/banned ||
        e2e_fail "why $LAB_CALLER does not say banned: $(verdicts $LAB_CALLER | head -n 1)"
[ "$(lab_ctl --json ban list | jq '.bans | length')" -eq 1 ] || e2e_fail "ban list: $(lab_ctl --json ban list)"
lab_ctl ban export >"$e2e_tmp/bans.txt" || e2e_fail "ban export refused"
lab_ctl ban lift $LAB_CALLER >/dev/null || e2e_fail "ban lift refused"
[ "$(lab_ctl --json ban list | jq '.bans | length')" -eq 0 ] || e2e_fail "lifted, and still listed"
lab_ctl ban import "$e2e_tmp/bans.txt" >/dev/null || e2e_fail "ban import refused"
lab_ctl --json ban list | jq -e '.bans | length == 1 and .[0].reason == "e2e" and .[0].expires != null' >/dev/null ||
        e2e_fail "exported and imported: $(lab_ctl --json ban list)"
lab_ctl ban lift $LAB_CALLER >/dev/null || e2e_fail "ban lift refused"
lab_until 20 one_call lifted service || e2e_fail "a lifted ban still drops"

# reject: SIPp checks the response, control knows the call
sipp_in "$LAB_OUT" rejected "$LAB_PBX:5060" -sf "$E2E/rejected.xml" -i "$LAB_CALLER" -m 20 -r 20 -s 0900123 \
        -cid_str 'reject-%u@lab' -recv_timeout 20000 || e2e_fail "403: $(sipp_failures rejected)"
lab_until 20 has_verdict reject-20@lab reject/route_reject ||
        e2e_fail "why reject-20@lab: $(verdicts reject-20@lab | tr '\n' ' ')"
for by in source caller callee device; do # sluicectl top
        lab_ctl --json top --by $by --purpose call_setup >"$e2e_tmp/top-$by"
done
jq -e --arg a $LAB_CALLER '.top[] | select(.key == $a and .messages >= 20 and .dropped >= 20)' \
        "$e2e_tmp/top-source" >/dev/null || e2e_fail "top: $(jq -c .top "$e2e_tmp/top-source")"
jq -e '.top | length > 0' "$e2e_tmp/top-caller" "$e2e_tmp/top-callee" >/dev/null || e2e_fail "no callers or callees"
lab_ctl --json why reject-20@lab | jq -e '.verdicts[] | select(.verdict.action == "reject") |
        .verdict.rule == 1 and .verdict.code == 403 and .sip.call_id == "reject-20@lab"' >/dev/null ||
        e2e_fail "why reject-20@lab has no rule: $(lab_ctl --json why reject-20@lab | jq -c '.verdicts[0]')"
lab_until 20 e2e_counts .replies_sent -ge 20 || e2e_fail "$(lab_counter .replies_sent) of 20 replies sent"
e2e_counter "requests consumed" .consumed -ge 20

# reload: a broken file changes nothing and says where; a good one takes the place of the old
generation=$(lab_ctl --json status | jq .policy.generation)
lab_config "$e2e_tmp/broken"
! lab_ctl reload >"$e2e_tmp/reload" 2>&1 || e2e_fail "a broken file was taken"
line=$(grep -n explode "$LAB_YAML" | cut -d : -f 1)
grep -q "$LAB_YAML:$line\b" "$e2e_tmp/reload" ||
        e2e_fail "reload does not name line $line: $(tail -n 1 "$e2e_tmp/reload")"
e2e_is "generation after the broken file" "$(lab_ctl --json status | jq .policy.generation)" -eq "$generation"
sipp_in "$LAB_OUT" rejected2 "$LAB_PBX:5060" -sf "$E2E/rejected.xml" -i "$LAB_CALLER" -m 2 -r 20 -s 0900123 \
        -recv_timeout 20000 || e2e_fail "the old policy is not in force: $(sipp_failures rejected2)"
lab_config "$e2e_tmp/second"
lab_ctl reload >"$e2e_tmp/reload" 2>&1 || e2e_fail "a good file was refused: $(tail -n 1 "$e2e_tmp/reload")"
e2e_is "generation after the good file" "$(lab_ctl --json status | jq .policy.generation)" -gt "$generation"
lab_until 20 one_call allowed_now 0900123 || e2e_fail "the new policy is not in force: 0900 is still rejected"
! one_call dropped_now 0901123 || e2e_fail "the new policy is not in force: 0901 passes"
lab_until 20 e2e_counts .dropped.route_drop -ge 1 || e2e_fail "no drop with the reason route_drop"

# block list: a million prefixes beside the caller's, swapped in and out while calls of another run
python3 - >"$e2e_tmp/feed.txt" <<'PY'
for i in range(1 << 20):
    print("172.%d.%d.%d" % (16 + (i >> 16), i >> 8 & 255, i & 255))
PY
cat >"$e2e_tmp/listed" <<YAML
  blocklists:
    - {name: feed, file: $e2e_tmp/feed.txt}
    - {name: ours, file: $e2e_tmp/ours.txt, format: ipset}
YAML
chmod 755 "$e2e_tmp"
printf 'create ours hash:net family inet\nadd ours %s\n' "$LAB_CALLER" >"$e2e_tmp/ours.txt"
lab_config "$e2e_tmp/listed"
lab_ctl reload >"$e2e_tmp/reload" 2>&1 || e2e_fail "block lists refused: $(tail -n 1 "$e2e_tmp/reload")"
list_state() { [ "$(lab_ctl --json status | jq -r '.dataplanes[0].blocklist')" = "$1" ]; }
lab_until 20 list_state "in force" || e2e_fail "block list: $(lab_ctl --json status | jq -r '.dataplanes[0].blocklist')"
e2e_is "prefixes" "$(lab_ctl --json status | jq .policy.blocked)" -eq $(((1 << 20) + 1))
! one_call listed service || e2e_fail "a caller on a block list still gets through"
lab_until 20 e2e_counts .dropped.blocklist -ge 1 || e2e_fail "no drop with the reason blocklist"
lab_until 20 has_verdict $LAB_CALLER drop/blocklist || e2e_fail "why $LAB_CALLER does not say blocklist"
lab_ctl ban why $LAB_CALLER | grep -q 'blocklist .* ours' || e2e_fail "ban why: $(lab_ctl ban why $LAB_CALLER)"
echo 'add ours 10.0.0.1 timeout 5' >>"$e2e_tmp/ours.txt"
! lab_ctl reload >"$e2e_tmp/reload" 2>&1 || e2e_fail "a list with a timeout was taken"
grep -q "ours.txt:3:" "$e2e_tmp/reload" || e2e_fail "reload does not name the line: $(tail -n 1 "$e2e_tmp/reload")"
! one_call still_listed service || e2e_fail "a refused list took the old one away"
: >"$e2e_tmp/ours.txt"
lab_ctl reload >"$e2e_tmp/reload" 2>&1 || e2e_fail "an empty list was refused: $(tail -n 1 "$e2e_tmp/reload")"
lab_until 20 list_state "in force" || e2e_fail "the emptied list is not in force"
for swap in 1 2 3 4 5 6; do # the feed comes and goes
        if [ $((swap % 2)) = 1 ]; then echo "  default: pass" >"$e2e_tmp/swap"; else cp "$e2e_tmp/listed" "$e2e_tmp/swap"; fi
        lab_config "$e2e_tmp/swap"
        lab_ctl reload >/dev/null || e2e_fail "reload $swap refused"
        lab_until 20 list_state "in force" || e2e_fail "swap $swap is not in force"
done &
swaps=$!
e2e_calls swapping 60 400
wait "$swaps" || e2e_fail "a swap failed"

e2e_conserved
e2e_pass "block lists swapped under calls; ban, lift, why by address and Call-ID, 22 rejects checked by SIPp, broken and good reload"
