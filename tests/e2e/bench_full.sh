#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The report of the whole system, made short: every part is there or is named as left out, figures are figures,
# the page and the tables in a README are made of it, and two reports can be compared. No figure is judged: times mean
# nothing on a machine that does other things.
. "$(dirname "$0")/harness.sh"
e2e_begin bench_full
report=$ROOT/bench/full_report
bench=$SLUICE_BUILD/bench/harness/sluice-bench
[ -x "$bench" ] || e2e_fail "no sluice-bench in $SLUICE_BUILD"
cd "$e2e_tmp"

made() { # STATUS ARGUMENTS...
        local want=$1 got=0
        shift
        "$report" --id "$LAB_ID" "$@" >out 2>err || got=$?
        [ "$got" -eq "$want" ] || e2e_fail "full_report $*: exit $got, wanted $want: $(tail -n 2 err | tr '\n' ' ')"
}

field() { # JQ-FILTER
        jq -r "$1" report.json
}

printf 'before\n<!-- full report: begin -->\nold\n<!-- full report: end -->\nafter\n' >README.md
made 3 --short --build-dir "$SLUICE_BUILD" --readme README.md
e2e_is "schema and kind" "$(field '.schema + " " + .kind')" = "sluice-bench/1 full"
seconds=$(field .seconds)
e2e_is "seconds" "$seconds" -le 600
[ "$(field '[.sections[] | select(.name == "edge")] | length')" -eq 1 ] ||
        [ "$(field '[.left_out[] | select(.what | contains("edge"))] | length')" -ge 1 ] ||
        e2e_fail "neither a section on the edge nor a word that it is left out"
for name in generator calls flood reload chain micro; do
        e2e_is "rows of $name" "$(field ".sections[] | select(.name == \"$name\") | .rows | length")" -ge 3
done
e2e_is "rows without a name" "$(field '[.sections[].rows[] | select((.what // "") == "")] | length')" -eq 0
# one at least of each of the short run's 200 calls, how many of them may fail on this machine
e2e_is "packets that the dataplane had" \
        "$(field '[.sections[] | select(.name == "calls") | .rows[] | select(.unit == "packets") | .value] | add')" -ge 200
e2e_is "points of the curve" "$(field '[.sections[] | select(.name == "flood") | .curve[]] | length')" -eq 9
e2e_is "micro benchmarks" "$(field '.micro | length')" -ge 4
e2e_is "fingerprint" "$(field '.fingerprint | [.git, .cpu, .dpdk, .command[0]] | map(strings | select(. != "")) | length')" -eq 4
e2e_is "a short run is" "$(field .verdict.trusted)" = false
grep -q 'a short run' report.md || e2e_fail "the tables do not say that the run was short"
for line in before after '### The generator' '### Micro benchmarks beside limits and peers'; do
        grep -qxF "$line" README.md || e2e_fail "the README lacks: $line"
done
! grep -qx old README.md || e2e_fail "the README still has the old tables"
grep -q '<svg' report.html || e2e_fail "the page has no plot"
! grep -qE 'https?://|src=|href=|<script|<link' report.html || e2e_fail "the page refers to another place"

# With itself nothing is worse; with one ratio halved something is.
"$bench" compare report.json report.json >/dev/null || e2e_fail "a report is worse than itself"
name=$(field '.ratios | keys[0]')
jq --arg n "$name" '.ratios[$n] /= 2' report.json >worse.json
! "$bench" compare report.json worse.json --tolerance 0.3 >compared || e2e_fail "half of $name is not worse"
grep -q "^$name .* slower" compared || e2e_fail "compare does not name $name"

# What was not asked for is named; wrong use is told.
sections=$(field '.sections | length')
made 3 --short --build-dir "$SLUICE_BUILD" --parts micro
e2e_is "parts named as left out" "$(field '[.left_out[] | select(.why == "not asked for")] | length')" -eq 4
made 2 --parts nothing
made 2 --build-dir "$e2e_tmp"
made 2 --dance
made 0 --help
e2e_pass "a short report of $sections sections in $seconds s, and one of a part: what is not there is named; compared, in a README and a page"
