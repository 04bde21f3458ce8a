#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The other forms of a result: CSV, SIPp's columns, HTML in a real browser, comparisons and exit codes.
#
# Beside others (30 s): it computes.
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

# Comparing: with itself nothing is slower; a result whose times are sixteen-fold is, also when this machine was
# so busy that the times of one run differ by more than twice.
bench_says 0 compare a.json a.json
jq '.result.times[].buckets |= map([.[0] * 16, .[1]])' a.json >slow.json
bench_says 1 compare a.json slow.json
grep -q 'response p50 .* slower' out || e2e_fail "compare does not say what got slower"
bench_says 0 compare slow.json a.json

# Quotients are compared, too: better is higher. What a baseline names and the other lacks is told, and is a failure;
# of a report it is not: a part of it may be left out.
echo '{"schema": "sluice-bench/1", "kind": "ratios", "ratios": {"x_to_y": 2.0}}' >ratios_a.json
echo '{"schema": "sluice-bench/1", "kind": "ratios", "ratios": {"x_to_y": 1.5}}' >ratios_b.json
bench_says 1 compare ratios_a.json ratios_b.json
bench_says 0 compare ratios_b.json ratios_a.json
bench_says 0 compare ratios_a.json ratios_b.json --tolerance 0.5
jq '.ratios.lost = 1' ratios_a.json >baseline.json
bench_says 1 compare baseline.json ratios_b.json --tolerance 0.5
grep -q '^lost .* gone$' out || e2e_fail "compare does not name what is gone: $(cat out)"
bench_says 0 compare ratios_b.json baseline.json
jq '.kind = "full"' baseline.json >full.json
bench_says 0 compare full.json ratios_b.json --tolerance 0.5

# As many calls at the same time as --slots says, each of which keeps a message at the answering side: there are
# buffers for all of them, and for what is on its way.
bench_says 0 run --rate 100000 --calls 90000 --hold 6000 --linger 0 --slots 100000 --quiet --json held.json
[ "$(jq '.result.rates.live_peak' held.json)" -gt 70000 ] || e2e_fail "calls did not live at the same time: $(jq -c .result.rates held.json)"
[ "$(jq -r '.result.counts | "\(.calls_succeeded) \(.calls_failed) \(.no_mbuf)"' held.json)" = '90000 0 0' ] ||
        e2e_fail "buffers ran out: $(jq -c .result.counts held.json)"

# A scenario in YAML, windows with drift, RFC 6076, several goals, bursts and sessions.
cp "$E2E/bench_call.yaml" call.yaml
bench_says 0 run --scenario call.yaml --rate 500 --calls 500 --window 0.1 --linger 0 --quiet --json yaml.json
[ "$(jq -r '.result.rfc6076 | "\(.SER) \(.SEER) \(.ISA) \(.SCR)"' yaml.json)" = '100 100 0 100' ] ||
        e2e_fail "not RFC 6076's ratios of calls that succeeded: $(jq -c .result.rfc6076 yaml.json)"
[ "$(jq '.result.soak.windows | length' yaml.json)" -ge 6 ] || e2e_fail "no windows of a soak"
[ "$(jq '.result.times | has("sdd") and has("sdt") and has("setup")' yaml.json)" = true ] || e2e_fail "no SDD, SDT or SRD"
sed 's/recv: 180/receive: 180/' call.yaml >wrong.yaml
bench_says 2 run --scenario wrong.yaml
grep -q 'wrong.yaml:16:' err || e2e_fail "an error in YAML has no line: $(cat err)"
bench_says 0 search --goals 0.1,0 --low 50 --high 100 --time 0.2 --trials 1 --linger 0 --quiet --json goals.json
[ "$(jq -c '[.search.goals[].goal]' goals.json)" = '[0.1,0]' ] || e2e_fail "not both goals: $(jq -c .search.goals goals.json)"
{ grep -q '^session attempt rate: .* at most 0.1 failed' out && grep -q '^session establishment rate: .* at most 0 failed' out &&
        [ "$(jq -r .search.rate_name goals.json)" = 'session establishment rate' ]; } || e2e_fail "the rates have other names: $(cat out)"
bench_says 0 search --find sessions --rate 500 --low 20 --high 40 --trials 1 --linger 0 --quiet
grep -q 'session capacity: 40' out || e2e_fail "no session capacity: $(cat out)"
bench_says 0 search --find burst --low 10 --high 20 --trials 1 --linger 0 --quiet
grep -q 'back-to-back calls: 20' out || e2e_fail "no burst: $(cat out)"
bench_says 2 search --goals 0.1,x
bench_says 2 search --find nothing

# Keys, from a terminal: + and * raise the rate, q ends a run that has no end of its own.
python3 - "$bench" <<'PYTHON' >keys.out || e2e_fail "keys: $(tail -n 1 keys.out)"
import os, pty, select, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], "run", "--rate", "10", "--time", "3600", "--linger", "0", "--rate-scale", "10", "--json", "keys.json"])
end, sent = time.time() + 60, 0
text = b""
while time.time() < end:
    if select.select([fd], [], [], 0.1)[0]:
        try:
            more = os.read(fd, 65536)
        except OSError:
            break
        if not more:
            break
        text += more
    lines = text.count(b"\n")
    if sent == 0 and lines >= 2:
        os.write(fd, b"*")
        sent = lines
    elif sent and lines >= sent + 3:
        os.write(fd, b"q")
        sent = 10**9
else:
    os.kill(pid, 9)
    print("q does not end it")
    sys.exit(1)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(text.decode(errors="replace"))
print("exit", status)
sys.exit(0 if status in (0, 3) else 1)
PYTHON
[ "$(jq '.result.counts.starts' keys.json)" -ge 100 ] || e2e_fail "the key * does not raise the rate: $(jq .result.counts.starts keys.json)"

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
