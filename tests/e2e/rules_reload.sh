#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Two sets of 1,000 rules with sids of their own take turns under a call load: no packet is lost, each
# event names the sids of the set that it was judged by and of no other, memory comes back to where it
# was, and what a swap takes of a worker's time is printed. What each rule that is looked at in full
# costs is told, and the classes by the second add up to what the dataplane counted.
#
#   rules_reload.sh [RELOADS]    100 without it
. "$(dirname "$0")/harness.sh"
e2e_begin rules_reload
reloads=${1:-100}
warmup=20

# Three rules of each set hold for any SIP message (no pattern, a pattern, an expression), 997 for none.
python3 - "$e2e_tmp" <<'PY'
import sys
for name, base in (("a", 1000000), ("b", 2000000)):
    rules = ['(pkt.length:>0;', '(sip.via; content:"SIP/2.0";', r'(sip.call_id; pcre:"/[0-9a-f]+/";']
    fields = ["sip.user_agent", "sip.from", "sip.to", "sip.uri", "sip.header:Subject", "sdp.session_name"]
    for i in range(997):
        field = fields[i % len(fields)]
        if i % 10 == 0:
            rules.append(r'(%s; pcre:"/no%s%d-[a-z]+[0-9]{2}/i";' % (field, name, i))
        else:
            rules.append('(%s; content:"no%s%d-is-in-no-message"; nocase;' % (field, name, i))
    with open("%s/%s.rules" % (sys.argv[1], name), "w") as f:
        for i, r in enumerate(rules):
            f.write('alert sip any any -> any any %s msg:"%s %d"; sid:%d;)\n' % (r, name, i, base + i))
PY
chmod 755 "$e2e_tmp"
cat >"$e2e_tmp/policy" <<YAML
  rules: [$e2e_tmp/now.rules]
YAML

telemetry() {
        python3 "$E2E/telemetry.py" "/run/dpdk/$LAB_PREFIX/dpdk_telemetry.v2" "$1" | jq ".\"$1\""
}

put() { # a | b: apply that set; its generation goes to sets.tsv
        cp "$e2e_tmp/$1.rules" "$e2e_tmp/new.rules"
        mv "$e2e_tmp/new.rules" "$e2e_tmp/now.rules"
        generation=$(lab_ctl --json rules apply | jq -e .generation) || e2e_fail "apply of set $1 refused"
        printf '%s\t%s\n' "$generation" "$1" >>"$e2e_tmp/sets.tsv"
        lab_until 20 in_force || e2e_fail "generation $generation is not in force: $(telemetry /sluice/rules | jq -c .)"
}

# What SIPp's two sides sent and what arrived for them, by their kernels; what a socket of theirs had no
# room for has arrived too.
datagrams() { # sent | arrived
        local ns
        for ns in "$LAB_OUT" "$LAB_IN"; do
                ip netns exec "$ns" cat /proc/net/snmp
        done | awk -v what="$1" '$1 == "Udp:" && $2 + 0 == $2 { n += what == "sent" ? $5 : $2 + $4 } END { print n }'
}

all_arrived() {
        [ "$(datagrams sent)" -eq "$(datagrams arrived)" ]
}

in_force() {
        [ "$(telemetry /sluice/rules | jq .generation)" = "$generation" ]
}

rss_kb() { # dataplane | control
        awk '/^VmRSS/ { print $2 }' "/proc/$(lab_pid "$1")/status"
}

# The least of some: what is left over from the last swap goes within a turn or two.
settled_kb() {
        local least='' now
        for _ in 1 2 3 4 5 6 7 8; do
                now=$(rss_kb "$1")
                if [ -z "$least" ] || [ "$now" -lt "$least" ]; then least=$now; fi
                sleep 0.1
        done
        echo "$least"
}

cp "$e2e_tmp/b.rules" "$e2e_tmp/now.rules"
# The verdicts that `why` remembers are memory too, of the traffic: few, so that they are all there soon.
why=$({ lab_up && lab_config "$e2e_tmp/policy" && sed -i 's/^control:/&\n  why-entries: 256/' "$LAB_YAML" &&
        lab_programs "$SLUICE_BUILD" && lab_start; } 2>&1) || e2e_fail "no lab: $why"
sipp_answerer answerer || e2e_fail "no answerer"
e2e_calls prime 5 20
sipp_calls load 1000000 50 &
load=$!
for round in $(seq $((warmup / 2))); do put a; put b; done
kill -0 $load 2>/dev/null || e2e_fail "the load ended early: $(sipp_failures load)"
swaps=$(lab_counter .rule_swaps)
swap_ns=$(lab_counter .rule_swap_ns)
received=$(lab_counter .received)

# Memory is back when it is within 1 % of what it was. The allocator takes a step up once in a while and
# stays there; what leaks takes one with each set. So what is over 1 % must not be again, of two more tries.
comes_back() { # BEFORE AFTER
        awk -v b="$1" -v a="$2" 'BEGIN { exit !(a <= b * 1.01) }'
}
for try in 1 2 3; do
        before_dp=$(settled_kb dataplane)
        before_cp=$(settled_kb control)
        for round in $(seq $((reloads / 2))); do put a; put b; done
        kill -0 $load 2>/dev/null || e2e_fail "the load ended early: $(sipp_failures load)"
        after_dp=$(settled_kb dataplane)
        after_cp=$(settled_kb control)
        if comes_back "$before_dp" "$after_dp" && comes_back "$before_cp" "$after_cp"; then break; fi
        [ $try -lt 3 ] || e2e_fail "memory grew three times: dataplane $before_dp -> $after_dp KiB, control $before_cp -> $after_cp KiB"
done
# The three that hold for all messages cost something, by measurements of this set; nobody looks at the others in full.
costs() {
        lab_ctl --json rules hits >"$e2e_tmp/hits" && jq -e '(.rules | length == 1000) and
                ([.rules[] | select(.sid % 1000000 < 3) | .cost.samples > 0 and .cost.cycles > 0 and .hits > 0] == [true, true, true]) and
                ([.rules[] | select(.sid % 1000000 >= 3) | .cost.cycles + .hits] | add == 0) and
                ([.rules[].cost.share] | add | . > 99.9 and . < 100.1)' "$e2e_tmp/hits" >"$e2e_tmp/costs"
}
lab_until 60 costs || e2e_fail "costs of rules: $(jq -c '[.rules[] | select(.cost.samples > 0 or .hits > 0)][:5]' "$e2e_tmp/hits")"

reloads=$((reloads * try))
received=$(($(lab_counter .received) - received))
pkill -USR1 -P $load -x sipp 2>/dev/null || kill -USR1 $load
wait $load || e2e_fail "load: $(sipp_result load 'FailedCall(C)') calls failed: $(sipp_failures load); dropped:" \
        "$(telemetry /sluice/dropped | jq -c .)"

# nothing is lost: by the count of SIPp's kernels, and by the dataplane's
lab_until 20 all_arrived || e2e_fail "$(datagrams sent) datagrams sent, $(datagrams arrived) arrived"
calls=$(sipp_result load 'SuccessfulCall(C)')
e2e_is "calls under reloads" "$calls" -ge "$reloads"
e2e_conserved
e2e_is "packets dropped" "$(lab_ctl --json stats | jq '[.dataplanes[].total.dropped // {} | add // 0] | add')" -eq 0
e2e_is "events lost" "$(lab_counter .events_lost)" -eq 0
e2e_is "sets refused" "$(telemetry /sluice/rules | jq .refused)" -eq 0

# the classes of all seconds, by each way of counting, are the messages that the dataplane counted
classes() {
        grep '"sip_class"' "$LAB_SOCK/eve.json" | jq -se --argjson all "$(lab_counter .sip_messages)" '[.[].sip_class] |
                ([.[].messages] | add) == $all and ([.[].by_purpose[]?] | add) == $all and ([.[].by_class[]?] | add) == $all' >"$e2e_tmp/classes"
}
lab_until 10 classes || e2e_fail "classes by the second: $(grep '"sip_class"' "$LAB_SOCK/eve.json" |
        jq -sc '[.[].sip_class] | {m: ([.[].messages] | add), p: ([.[].by_purpose[]?] | add), c: ([.[].by_class[]?] | add)}'); counted $(lab_counter .sip_messages)"

# every event by one set
python3 - "$LAB_SOCK/eve.json" "$e2e_tmp/sets.tsv" >"$e2e_tmp/mixed" <<'PY' || e2e_fail "$(tail -n 1 "$e2e_tmp/mixed")"
import json
import sys
sets = dict(line.split() for line in open(sys.argv[2]))
sids = {"a": [1000000, 1000001, 1000002], "b": [2000000, 2000001, 2000002]}
seen, alerts, events = set(), {}, 0
for line in open(sys.argv[1]):
    e = json.loads(line)
    if e["event_type"] == "alert" and "alert" in e:
        alerts[e["alert"]["signature_id"]] = alerts.get(e["alert"]["signature_id"], 0) + 1
    if e["event_type"] != "sip":
        continue
    name = sets.get(str(e["rule_generation"]), "b")  # the one at the start
    if e["rules"] != sids[name]:
        sys.exit(print("generation %d is set %s, and sids are %s" % (e["rule_generation"], name, e["rules"])) or 1)
    seen.add(e["rule_generation"])
    events += 1
told = sum(alerts.get(sid, 0) for ids in sids.values() for sid in ids)  # detections tell alerts too
if told != 3 * events:
    sys.exit(print("%d alert lines for %d events of three" % (told, events)) or 1)
print("%d events of %d generations, 0 mixed" % (events, len(seen)))
PY

swaps=$(($(lab_counter .rule_swaps) - swaps))
swap_ns=$(($(lab_counter .rule_swap_ns) - swap_ns))
e2e_is "swaps that workers saw" "$swaps" -ge $((reloads * 9 / 10))
e2e_pass "$reloads reloads of 1,000 rules, $calls calls, $received packets while they went on, 0 of $(datagrams sent) lost; $(cat "$e2e_tmp/mixed");" \
        "memory dataplane $before_dp -> $after_dp KiB, control $before_cp -> $after_cp KiB; blocked" \
        "$(awk -v n="$swaps" -v t="$swap_ns" 'BEGIN { printf "%.1f", t / n / 1000 }') us a swap (first message)," \
        "put in force within $(telemetry /sluice/rules | jq '.publish_longest_ns / 1000') us," \
        "made ready beside the workers in $(telemetry /sluice/rules | jq .ready_us) us"
