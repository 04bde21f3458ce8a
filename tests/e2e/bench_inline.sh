#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sluice-bench through Sluice: calls over the veth into the dataplane, decided by control, answered by sipp
# behind it. Not one may fail, and the dataplane's counters must add up.
. "$(dirname "$0")/harness.sh"
e2e_begin bench_inline
calls=${SLUICE_BENCH_CALLS:-3000} rate=${SLUICE_BENCH_RATE:-300}
bench=$SLUICE_BUILD/bench/harness/sluice-bench
[ -x "$bench" ] || e2e_fail "no sluice-bench in $SLUICE_BUILD"

# Callers are known peers: what strangers may send together is another test.
cat >"$e2e_tmp/policy" <<'YAML'
  allow:
    - {prefix: 198.51.100.64/26, reason: "a carrier"}
    - {prefix: 198.51.100.128/25, reason: "a carrier"}
YAML
e2e_lab "$e2e_tmp/policy"
sipp_answerer answerer || e2e_fail "no answerer"
status=0
ip netns exec "$LAB_OUT" "$bench" run --device net_af_packet0,iface=wire --local 198.51.100.100 --locals 100 \
        --ports 20 --remote "$LAB_PBX" --calls "$calls" --rate "$rate" --hold 100 --quiet \
        --json "$e2e_tmp/inline.json" -- --no-huge -m 512 >"$e2e_tmp/inline.txt" 2>&1 || status=$?
[ "$status" -eq 0 ] || [ "$status" -eq 3 ] ||
        e2e_fail "$(grep -E 'Failed|^ +[0-9]+ |sluice-bench' "$e2e_tmp/inline.txt" | tr '\n' ' ')"
field() { # JQ-FILTER
        jq -r "$1" "$e2e_tmp/inline.json"
}
e2e_is "calls that succeeded" "$(field .result.counts.calls_succeeded)" -eq "$calls"
e2e_is "calls that failed" "$(field .result.counts.calls_failed)" -eq 0
e2e_is "messages unexpected" "$(field '[.result.steps[].unexpected] | add')" -eq 0
e2e_is "datagrams that are not SIP" "$(field .result.counts.rx_not_sip)" -eq 0
e2e_is "anomalies in messages received" "$(field '.result.anomalies | length')" -eq 0
e2e_conserved
e2e_counter "messages that the dataplane had" .received -ge $((6 * calls))
e2e_pass "$calls calls of 100 addresses through the dataplane, none failed; setup p50" \
        "$(field '.result.times.setup.p50 / 1000 | round') us, p99 $(field '.result.times.setup.p99 / 1000 | round') us"
