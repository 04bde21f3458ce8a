#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The benchmarks run and check what they measure: a short run of each, and none may report an error. No
# figure is judged here: times mean nothing on a machine that does other things.
#
# Beside others (30 s): it computes.
. "$(dirname "$0")/harness.sh"
e2e_begin bench

ran=0
brief() { # PROGRAM FILTER
        local out=$e2e_tmp/${1##*/}.json
        RUNTIME_DIRECTORY=$e2e_tmp "$SLUICE_BUILD/bench/$1" --benchmark_min_time=0.01 --benchmark_filter="$2" \
                --benchmark_format=json >"$out" 2>"$out.err" || e2e_fail "$1 exits $?: $(tail -n 1 "$out.err")"
        [ "$(jq '.benchmarks | length' "$out")" -gt 0 ] || e2e_fail "$1: nothing matches $2"
        jq -e '[.benchmarks[] | select(.error_occurred == true)] | length == 0' "$out" >/dev/null ||
                e2e_fail "$1: $(jq -r '.benchmarks[] | select(.error_occurred == true) | "\(.name): \(.error_message)"' "$out" | head -n 1)"
        ran=$((ran + $(jq '.benchmarks | length' "$out")))
}

brief parser/bench_scan few
brief parser/bench_parse few
brief parser/bench_worst 'plain|B11 contacts/'
brief parser/bench_edit .
brief dataplane/bench_chain .
brief dataplane/bench_calls .
brief dataplane/bench_proxy .
brief dataplane/bench_limits '1000000$|keys'
brief dataplane/bench_bindings .
brief harness/bench_stateful live:64
if [ "$(nproc)" -ge 2 ]; then
        brief contract/bench_ring 'msg:200|line'
fi
"$ROOT/bench/dataplane/beside_testpmd" "$SLUICE_BUILD" 1 >"$e2e_tmp/beside" ||
        e2e_fail "beside_testpmd: $(tail -n 1 "$e2e_tmp/beside")"
awk 'NR == 2 && $2 > 0 && $6 > 0 { ok = 1 } END { exit !ok }' "$e2e_tmp/beside" ||
        e2e_fail "beside_testpmd gives no figures: $(tail -n 1 "$e2e_tmp/beside")"
# CI compares quotients only: how many times the cost of the plainest pass a parse is.
taskset -c 0 "$SLUICE_BUILD/bench/parser/bench_parse" --benchmark_filter='(parse/ref|limit/mark)/few' --benchmark_min_time=0.2 \
        --benchmark_repetitions=5 --benchmark_enable_random_interleaving=true --benchmark_format=json >"$e2e_tmp/parse.json" 2>/dev/null
jq 'def least(n): [.benchmarks[] | select(.run_type == "iteration" and (.name | startswith(n))) | .cpu_time] | min;
        {schema: "sluice-bench/1", kind: "ratios", ratios: {mark_to_parse: (least("limit/mark/few") / least("parse/ref/few"))}}' \
        "$e2e_tmp/parse.json" >"$e2e_tmp/ratios.json"
"$SLUICE_BUILD/bench/harness/sluice-bench" compare "$ROOT/bench/baseline.json" "$e2e_tmp/ratios.json" --tolerance 0.6 >"$e2e_tmp/compared" ||
        e2e_fail "slower than bench/baseline.json: $(tail -n 1 "$e2e_tmp/compared")"
e2e_pass "$ran benchmarks without an error; $(awk 'NR == 2 { print "testpmd", $2, "ns, chain", $6, "ns" }' "$e2e_tmp/beside")"
