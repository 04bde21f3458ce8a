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
# CI compares quotients only, each of two benchmarks of one program that took turns on one core.
: >"$e2e_tmp/ratios"
ratio() { # NAME PROGRAM DIVIDEND DIVISOR: the least of five each; nothing when one of them is gone
        local out=$e2e_tmp/${2##*/}.turns.json
        taskset -c 0 "$SLUICE_BUILD/bench/$2" --benchmark_filter="^($3|$4)$" --benchmark_min_time=0.1 --benchmark_repetitions=5 \
                --benchmark_enable_random_interleaving=true --benchmark_format=json >"$out" 2>/dev/null || e2e_fail "$2 exits $?"
        jq -c --arg name "$1" --arg a "$3" --arg b "$4" '
                def least(n): [.benchmarks[] | select(.run_type == "iteration" and .run_name == n) | .cpu_time] | min;
                least($a) as $x | least($b) as $y | if $x and $y then {($name): ($x / $y)} else {} end' "$out" >>"$e2e_tmp/ratios"
}
ratio mark_to_parse parser/bench_parse limit/mark/few parse/ref/few
ratio ref_to_sse42 parser/bench_parse parse/ref/few parse/sse42/few
ratio memcpy_to_proxy_edit parser/bench_edit limit/memcpy edit/proxy
ratio memory_to_charge dataplane/bench_limits memory/one_by_one/1000000 charge/one_by_one/1000000
jq -s '{schema: "sluice-bench/1", kind: "ratios", ratios: add}' "$e2e_tmp/ratios" >"$e2e_tmp/ratios.json"
baseline=$ROOT/bench/baseline.json compare="$SLUICE_BUILD/bench/harness/sluice-bench compare"
e2e_is "ratios without a baseline" "$(jq -s '(.[1].ratios | keys) - (.[0].ratios | keys) | length' "$baseline" "$e2e_tmp/ratios.json")" -eq 0
$compare "$baseline" "$e2e_tmp/ratios.json" --tolerance 0.6 >"$e2e_tmp/compared" ||
        e2e_fail "not what bench/baseline.json says: $(grep -E '(slower|gone)$' "$e2e_tmp/compared" | tr -s ' ' | tr '\n' ';')"
jq '.ratios |= with_entries(select(.key != "mark_to_parse"))' "$e2e_tmp/ratios.json" >"$e2e_tmp/fewer.json"
! $compare "$baseline" "$e2e_tmp/fewer.json" --tolerance 0.6 >"$e2e_tmp/compared" || e2e_fail "a benchmark that is gone is not missed"
e2e_pass "$ran benchmarks without an error; $(awk 'NR == 2 { print "testpmd", $2, "ns, chain", $6, "ns" }' "$e2e_tmp/beside")"
