#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `sluicectl explain` says what the dataplane does. Every capture of the outside corpus that has SIP in it,
# under three sets of rules: what explain says of each message beside the events of a plain replay; and calls
# and a scan through a live lab, whose capture is explained and held against the events of that time. Verdict,
# reason, rules, class and lane of every message are compared, and what is said of a rule with the verdict.
#
# Beside others (75 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin explain
for tool in tcpdump mergecap python3; do
        command -v $tool >/dev/null || e2e_skip "no $tool"
done
ctl=$SLUICE_BUILD/control/cli/sluicectl
dataplane=$SLUICE_BUILD/dataplane/sluice-dataplane
[ -x "$ctl" ] && [ -x "$dataplane" ] || e2e_fail "no sluicectl or no sluice-dataplane in $SLUICE_BUILD"

cat >"$e2e_tmp/modes.rules" <<'RULES'
alert sip any any -> any any (msg:"any message"; pkt.length:>0; sid:1;)
pass sip any any -> any any (msg:"answers go on"; flow:to_client; sip.stat_code; content:"18"; startswith; sid:2;)
drop sip any any -> any any (msg:"half of the calls"; sip.call_id; pcre:"/[0-9a-f]{4}/i"; sid:3; metadata:mode enforce 50%;)
drop sip any any -> any any (msg:"watched only"; sip.via; content:"branch="; sid:4; metadata:mode monitor;)
reject sip any any -> any any (msg:"tools"; sip.user_agent; pcre:"/sipvicious|friendly|sipcli/i"; reply:403; sid:5;)
drop sip any any -> any any (msg:"over"; sip.from; exists; sid:6; metadata:expires 2001-01-01;)
limit sip any any -> any any (msg:"rate"; sip.method; content:"REGISTER"; rate:track by_src, count 2, seconds 60; sid:7;)
tag sip any any -> any any (msg:"no subject"; sip.header:Subject; absent; sid:8;)
alert sip any any -> any any (msg:"some"; sip.method; content:!"ACK"; threshold:type threshold, track by_src, count 3, seconds 60; sid:9;)
drop sip any any -> any any (msg:"often"; sip.method; content:"OPTIONS"; detection_filter:track by_src, count 2, seconds 60; sid:10;)
ask sip any any -> any any (msg:"new calls"; state.class:invite; sid:11;)
challenge sip any any -> any any (msg:"who is it"; sip.method; content:"SUBSCRIBE"; sid:12;)
ban sip any any -> any any (msg:"odd"; sip.anomaly:any; sip.uri; content:"%"; ban_for:60; sid:13;)
alert sip any any -> any any (msg:"tagged"; sip.method; content:"INVITE"; flowbits:set,call; sid:14;)
alert sip any any -> any any (msg:"of a tagged call"; flowbits:isset,call; sid:15;)
RULES

cat >"$e2e_tmp/agree.py" <<'PY'
# agree.py EXPLAINED EVENTS NAME [live]: 0 when both say the same of every message.
import collections
import json
import sys


def lines(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def said(e, live):
    verdict = dict(e["verdict"])
    if live and verdict["reason"] == "pass_cached":  # was the answer there before the next message?
        verdict["reason"] = "pass_policy"
    return [verdict, e.get("rules"), e.get("rules_more"), e["class"], e["lane"], e.get("sip", {})]


def place(e, live):
    sip = e.get("sip", {})
    key = [e["src_ip"], e["src_port"], e["dest_ip"], e["dest_port"], sip.get("call_id"),
           sip.get("request_line") or sip.get("response_line"), sip.get("cseq_method")]
    return tuple(map(str, key if live else key + [e["timestamp"]]))


def consistent(e):
    """What is said of each rule fits the verdict."""
    states = [r["state"] for r in e["explain"]]
    deciding = [r for r in e["explain"] if r["state"] == "decides"]
    told = [r["sid"] for r in e["explain"] if r["told"]]
    assert told[:12] == e.get("rules", []), "told"
    assert len(deciding) <= 1 and "lost" not in json.dumps(e["explain"]), "decides"
    if e["verdict"]["reason"].startswith("rule_"):
        assert [r["sid"] for r in deciding] == [e["verdict"]["rule"]], "decisive"
    for r in e["explain"]:
        assert (r["mode"] == "monitor") <= (r["state"] in ("monitor", "expired", "below_filter", "below_threshold"))
    return states


live = len(sys.argv) > 4
ours = [e for e in lines(sys.argv[1])]
theirs = [e for e in lines(sys.argv[2]) if e["event_type"] in ("sip", "packet")]
states = collections.Counter()
for e in ours:
    try:
        states.update(consistent(e))
    except AssertionError as why:
        sys.exit("%s: %s: %s" % (sys.argv[3], why, json.dumps(e)))
wanted = collections.defaultdict(list)
for e in theirs:
    wanted[place(e, live)].append(e)
differ = 0
for e in ours:
    other = wanted[place(e, live)]
    if not other:
        print("%s: no event for %s" % (sys.argv[3], json.dumps(e)), file=sys.stderr)
        differ += 1
    elif said(e, live) != said(other.pop(0), live):
        print("%s: frame %d differs: %s" % (sys.argv[3], e["frame"], json.dumps(e)), file=sys.stderr)
        differ += 1
left = sum(map(len, wanted.values()))
print(json.dumps({"messages": len(ours), "rules": sum(states.values()), "states": states}))
sys.exit("%s: %d messages differ, %d are not explained" % (sys.argv[3], differ, left) if differ or left else 0)
PY

agree() { # EXPLAINED EVENTS NAME [live]
        python3 "$e2e_tmp/agree.py" "$@" >>"$e2e_tmp/compared" 2>"$e2e_tmp/why" || e2e_fail "$(tail -n 1 "$e2e_tmp/why" | cut -c 1-900)"
}

# ---- the corpus ----

: >"$e2e_tmp/compared"
sets=modes.rules
captures=()
if [ -d "$SLUICE_CORPUS/pcap" ]; then
        cat "$SLUICE_CORPUS"/rules/*sip*.rules >"$e2e_tmp/published.rules"
        # the rules of Suricata's own tests have the same sids each
        python3 - "$SLUICE_CORPUS" >"$e2e_tmp/suricata.rules" <<'PY'
import glob
import re
import sys
sid = 1
for path in sorted(glob.glob(sys.argv[1] + "/rules/suricata-verify/*/*.rules")):
    for line in open(path, encoding="utf-8"):
        if not re.match(r"\s*(#|$)", line):
            print(re.sub(r"sid:\s*\d+", "sid:%d" % sid, line.rstrip("\n")))
            sid += 1
PY
        sets="modes.rules published.rules suricata.rules"
        mapfile -t captures < <(awk -F '\t' 'NR > 1 && $5 != 0 { print $1 }' "$SLUICE_CORPUS/pcap-expected.tsv")
else
        echo "  skipped: the captures (no corpus at $SLUICE_CORPUS)"
fi
for capture in "${captures[@]}"; do
        for set in $sets; do
                args=(--rules "$e2e_tmp/$set")
                "$dataplane" --replay "$SLUICE_CORPUS/$capture" --control none --events "$e2e_tmp/plain.json" "${args[@]}" \
                        2>"$e2e_tmp/log" || e2e_fail "$capture: $(head -n 1 "$e2e_tmp/log")"
                "$ctl" explain "$SLUICE_CORPUS/$capture" "${args[@]}" --json >"$e2e_tmp/explained.json" 2>"$e2e_tmp/log" ||
                        e2e_fail "explain $capture: $(head -n 1 "$e2e_tmp/log")"
                agree "$e2e_tmp/explained.json" "$e2e_tmp/plain.json" "$capture $set"
        done
        "$ctl" explain "$SLUICE_CORPUS/$capture" --rules "$e2e_tmp/modes.rules" >"$e2e_tmp/text" ||
                e2e_fail "explain $capture as text"
        ! LC_ALL=C grep -q '[^ -~]' "$e2e_tmp/text" || e2e_fail "explain $capture: text that a terminal obeys"
done
offline=$(jq -s 'map(.messages) | add // 0' "$e2e_tmp/compared")
rules=$(jq -s 'map(.rules) | add // 0' "$e2e_tmp/compared")

# ---- live ----

sed '/^challenge/d; s/ 50%//' "$e2e_tmp/modes.rules" | sed '/half of the calls/d' >"$e2e_tmp/live.rules"
chmod 755 "$e2e_tmp"
cat >"$e2e_tmp/policy" <<YAML
  rules: [$e2e_tmp/live.rules]
  routes:
    - name: no-premium
      match: {method: [INVITE], user-prefix: ["0900"]}
      action: reject
      code: 403
YAML
e2e_lab "$e2e_tmp/policy"
sipp_answerer answerer || e2e_fail "no answerer"
watch() { # NAMESPACE FILE FILTER: to a capture
        ip netns exec "$1" tcpdump --immediate-mode -U -i wire -w "$e2e_tmp/$2" "$3 and udp port 5060" 2>"$e2e_tmp/$2.log" &
        lab_until 20 grep -q listening "$e2e_tmp/$2.log" || e2e_fail "tcpdump: $(cat "$e2e_tmp/$2.log")"
}
watch "$LAB_OUT" out.pcap "src net 198.51.100.0/24 and not src host $LAB_PBX"
outside=$!
watch "$LAB_IN" in.pcap "src host $LAB_PBX"
inside=$!
e2e_calls prime 30 30
sipp_scan scan 5 5 || true
e2e_calls more 30 30
e2e_conserved
live_events() {
        [ "$(grep -c '"event_type":"sip"' "$LAB_SOCK/eve.json")" -eq "$(lab_counter .sip_messages)" ]
}
lab_until 20 live_events || e2e_fail "$(grep -c '"sip"' "$LAB_SOCK/eve.json") events of $(lab_counter .sip_messages) messages"
# Of an answer a message may be sent again; each is in one of the captures, once it is written.
captured() {
        [ "$(for file in out in; do tcpdump -r "$e2e_tmp/$file.pcap" 2>/dev/null; done | wc -l)" -eq "$(lab_counter .sip_messages)" ]
}
lab_until 20 captured || e2e_fail "the captures have not the $(lab_counter .sip_messages) messages that the dataplane had"
kill -INT $outside $inside
wait $outside $inside || true
mergecap -w "$e2e_tmp/live.pcap" "$e2e_tmp/out.pcap" "$e2e_tmp/in.pcap"
"$ctl" explain "$e2e_tmp/live.pcap" --config "$LAB_YAML" --inside $LAB_PBX --json >"$e2e_tmp/explained.json" 2>"$e2e_tmp/log" ||
        e2e_fail "explain of the live capture: $(head -n 1 "$e2e_tmp/log")"
python3 "$e2e_tmp/agree.py" "$e2e_tmp/explained.json" "$LAB_SOCK/eve.json" live live >"$e2e_tmp/compared.live" 2>"$e2e_tmp/why" ||
        e2e_fail "$(tail -n 1 "$e2e_tmp/why" | cut -c 1-900)"
live=$(jq .messages "$e2e_tmp/compared.live")
e2e_is "live messages" "$live" -ge 300
e2e_pass "$offline messages of ${#captures[@]} captures under 3 sets of rules ($rules rules explained), 0 differ;" \
        "$live messages of live calls and a scan, 0 differ"
