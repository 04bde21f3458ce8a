#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# More than a hundred broken rule sets are applied under a call load, with faults in their text and with
# canaries that fail: each is refused with file, line, column and words, none reaches the dataplane, and
# every message is judged by the set that was there before.
#
# Beside others (7 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin rules_refuse

mkdir "$e2e_tmp/sets"
"$SLUICE_BUILD/tests/control/rules/test_rules_refuse" --write "$e2e_tmp/sets" || e2e_fail "no broken sets"
python3 - "$e2e_tmp/sets" <<'PY'
import os
import sys
directory = sys.argv[1]
message = """OPTIONS sip:a@b SIP/2.0
Via: SIP/2.0/UDP h;branch=z9hG4bK1
Max-Forwards: 70
From: <sip:a@b>;tag=1
To: <sip:a@b>
Call-ID: 1
CSeq: 1 OPTIONS
User-Agent: %s
Content-Length: 0

"""
for name, agent in (("scan", "scan7"), ("phone", "phone")):
    with open(directory + "/" + name, "w", newline="") as f:
        f.write((message % agent).replace("\n", "\r\n"))
rule = 'alert sip any any -> any any (sip.user_agent; pcre:"/scan[0-9]/"; metadata:%s; sid:1;)\n'
canaries = (
    ("canary_match %s/phone", "canary: does not match %s/phone"),
    ("canary_miss %s/scan", "canary: matches %s/scan"),
    ("canary_match %s/nowhere", "canary: can not be read: %s/nowhere"),
)
for i, (metadata, refusal) in enumerate(canaries):
    with open("%s/c%d.rules" % (directory, i), "w") as f:
        f.write("# a comment\n" + rule % (metadata % directory))
    with open("%s/c%d.refusal" % (directory, i), "w") as f:
        f.write("2:1: " + refusal % directory + "\n")
PY
echo 'alert sip any any -> any any (sip.via; content:"SIP/2.0"; sid:7;)' >"$e2e_tmp/now.rules"
cp "$e2e_tmp/now.rules" "$e2e_tmp/good.rules"
printf '  rules: [%s]\n' "$e2e_tmp/now.rules" >"$e2e_tmp/policy"
printf "  rule-vars: [{name: LOOP, value: '[10.0.0.1,\$LOOP]'}]\n" >>"$e2e_tmp/policy"
chmod -R a+rX "$e2e_tmp"
e2e_lab "$e2e_tmp/policy"
sipp_answerer answerer || e2e_fail "no answerer"
e2e_calls prime 5 20
sipp_calls load 1000000 20 &
load=$!
generation=$(lab_ctl --json rules hits | jq .generation)

refused=0
for set in "$e2e_tmp"/sets/*.rules; do
        cp "$set" "$e2e_tmp/new.rules"
        mv "$e2e_tmp/new.rules" "$e2e_tmp/now.rules"
        ! lab_ctl rules apply >"$e2e_tmp/apply" 2>&1 || e2e_fail "${set##*/} is in force"
        wanted=$(sed 's/\\/&&/g' "${set%.rules}.refusal") # sluicectl doubles a backslash
        grep -qF "$e2e_tmp/now.rules:$wanted" "$e2e_tmp/apply" ||
                e2e_fail "${set##*/}: $(tail -n 1 "$e2e_tmp/apply"), wanted $wanted"
        refused=$((refused + 1))
done
e2e_is "sets refused" "$refused" -ge 100
e2e_is "generation" "$(lab_ctl --json rules hits | jq .generation)" -eq "$generation"
cp "$e2e_tmp/good.rules" "$e2e_tmp/now.rules"
lab_ctl rules apply >/dev/null || e2e_fail "the good set is refused now"
pkill -USR1 -P $load -x sipp 2>/dev/null || kill -USR1 $load
wait $load || e2e_fail "load: $(sipp_result load 'FailedCall(C)') calls failed: $(sipp_failures load)"
e2e_conserved
judged=$(jq -c 'select(.event_type == "sip") | [.rule_generation, .rules]' "$LAB_SOCK/eve.json" | sort | uniq -c)
[ "$(wc -l <<<"$judged")" -eq 1 ] && grep -q "\[$generation,\[7\]\]" <<<"$judged" ||
        e2e_fail "judged by another set: $judged"
e2e_pass "$refused broken sets refused with file, line and column; $(awk '{ print $1 }' <<<"$judged") messages" \
        "judged meanwhile, all by the set before"
