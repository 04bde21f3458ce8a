#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The other forms of a result: CSV, SIPp's columns, HTML in a real browser, comparisons and exit codes.
. "$(dirname "$0")/harness.sh"
e2e_begin bench_report
bench=$SLUICE_BUILD/bench/harness/sluice-bench
[ -x "$bench" ] || e2e_fail "no sluice-bench in $SLUICE_BUILD"
cd "$e2e_tmp"

bench_says() { # STATUS ARGUMENTS... - it must end so; 3 (doubtful) is as good as 0 on a busy machine
        local want=$1 got=0
        shift
        "$bench" "$@" >out 2>err || got=$?
        [ "$got" -eq "$want" ] || { [ "$want" -eq 0 ] && [ "$got" -eq 3 ]; } ||
                e2e_fail "sluice-bench $*: exit $got, wanted $want: $(tail -n 2 err out | tr '\n' ' ')"
}

bench_says 0 run --rate 500 --calls 1000 --linger 0 --quiet --json a.json --csv a.csv --sipp-csv sipp.csv --html a.html
bench_says 0 run --rate 500 --calls 1000 --linger 0 --quiet --json b.json
bench_says 0 attack --rate 200 --attack-rate 2000 --time 0.3 --linger 0 --quiet --json attack.json --html attack.html
bench_says 0 search --low 100 --high 400 --time 0.3 --trials 1 --linger 0 --quiet --json search.json --html search.html
grep -q 'counts,calls_succeeded,1000' a.csv || e2e_fail "a.csv lacks the calls"
[ "$(awk -F ';' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "SuccessfulCall(C)") at = i } END { print $at }' sipp.csv)" = 1000 ] ||
        e2e_fail "SIPp's columns lack the calls"
[ "$(jq '.curve | length' attack.json)" -eq 9 ] || e2e_fail "the curve has not nine points"
[ "$(jq -r '.fingerprint.git, .fingerprint.cpu, .fingerprint.dpdk' a.json | grep -c .)" -eq 3 ] || e2e_fail "no fingerprint"
bench_says 0 report a.json --html again.html
cmp -s a.html again.html || e2e_fail "the page made later differs"

# Comparing: with itself nothing is slower; a result whose times are doubled is.
bench_says 0 compare a.json a.json
jq '.result.times[].buckets |= map([.[0] * 2, .[1]])' a.json >slow.json
bench_says 1 compare a.json slow.json
grep -q 'response p50 .* slower' out || e2e_fail "compare does not say what got slower"
bench_says 0 compare slow.json a.json

# Wrong use.
bench_says 2 run --rate fast
bench_says 2 run --mix nothing
bench_says 2 compare a.json
bench_says 2 report /dev/null
bench_says 2 dance

for page in a attack search; do
        ! grep -qE 'https?://|src=|href=|url\(|@import|<script|<link' $page.html || e2e_fail "$page.html refers to another place"
        grep -q '<svg' $page.html || e2e_fail "$page.html has no plot"
done
browser=$(command -v chromium || command -v chromium-browser || true)
[ -n "$browser" ] || e2e_skip "no chromium: pages were made but not opened; all else is as it should be"
for page in a attack search; do
        "$browser" --headless --no-sandbox --disable-gpu --dump-dom --user-data-dir="$e2e_tmp/profile" \
                --log-net-log="$e2e_tmp/$page.net" "file://$e2e_tmp/$page.html" >"$page.dom" 2>"$page.err" ||
                e2e_fail "chromium does not take $page.html: $(tail -n 1 "$page.err")"
        [ "$(grep -oE '<(polyline|circle) ' "$page.dom" | wc -l)" -ge 1 ] || e2e_fail "$page.html: no plot is drawn"
        ! grep -oE '"url":"https?://[^"]*' "$page.net" | grep -vE 'google|gvt1|chrome' | grep -q . ||
                e2e_fail "$page.html asks for something from elsewhere"
done
e2e_pass "JSON, CSV, SIPp's columns, three pages drawn in $("$browser" --version 2>/dev/null | head -n 1), comparisons, exit codes"
