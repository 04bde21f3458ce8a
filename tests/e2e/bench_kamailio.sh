#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sluice-bench against Kamailio over a veth: OPTIONS, and registrations with Digest. Not one may fail.
. "$(dirname "$0")/harness.sh"
e2e_begin bench_kamailio
calls=${SLUICE_BENCH_CALLS:-3000} rate=${SLUICE_BENCH_RATE:-300}
bench=$SLUICE_BUILD/bench/harness/sluice-bench
command -v kamailio >/dev/null || e2e_skip "no kamailio"
[ -x "$bench" ] || e2e_fail "no sluice-bench in $SLUICE_BUILD"
why=$({ LAB_HUGE=no lab_up; } 2>&1) || e2e_fail "no lab: $why"

listening() { # PORT
        ip netns exec "$LAB_IN" ss -Hlun "sport = :$1" | grep -q .
}

kamailio_run() { # CONFIGURATION
        setsid ip netns exec "$LAB_IN" kamailio -f "$1" -l "udp:$LAB_PBX:5060" -DD -E -m 64 -M 8 -Y "$LAB_RUN" \
                -P "$LAB_RUN/kamailio.pid" </dev/null >"$e2e_tmp/kamailio.log" 2>&1 &
        lab_until 10 listening 5060 || e2e_fail "kamailio did not start: $(tail -n 2 "$e2e_tmp/kamailio.log" | tr '\n' ' ')"
}

load() { # NAME ARGUMENTS...
        local name=$1
        shift
        ip netns exec "$LAB_DP" "$bench" run --device net_af_packet0,iface=inside --local 198.51.100.50 --quiet \
                --remote "$LAB_PBX" --calls "$calls" --rate "$rate" --json "$e2e_tmp/$name.json" "$@" \
                -- --no-huge -m 512 >"$e2e_tmp/$name.txt" 2>&1 || [ $? -eq 3 ] ||
                e2e_fail "$name: $(grep -E 'Failed|^ +[0-9]+ |sluice-bench' "$e2e_tmp/$name.txt" | tr '\n' ' ')"
        e2e_is "$name: succeeded" "$(jq .result.counts.calls_succeeded "$e2e_tmp/$name.json")" -eq "$calls"
        e2e_is "$name: unexpected" "$(jq '[.result.steps[].unexpected] | add' "$e2e_tmp/$name.json")" -eq 0
        e2e_is "$name: anomalies" "$(jq '.result.anomalies | length' "$e2e_tmp/$name.json")" -eq 0
}

kamailio_run "$E2E/registrar.cfg"
load options --scenario options
{
        echo SEQUENTIAL
        for n in 1 2 3 4 5 6 7 8 9; do echo "100$n;[authentication username=100$n password=secret]"; done
} >"$e2e_tmp/users.csv"
load register --scenario "$E2E/bench_register.xml" --inject "$e2e_tmp/users.csv"
e2e_is "register: challenges answered" \
        "$(jq '[.result.steps[] | select(.step == "recv 401") | .messages] | add' "$e2e_tmp/register.json")" -eq "$calls"
e2e_pass "$calls each: OPTIONS and registrations with Digest; response p50" \
        "$(jq '.result.times.response.p50 / 1000 | round' "$e2e_tmp/options.json") and" \
        "$(jq '.result.times.response.p50 / 1000 | round' "$e2e_tmp/register.json") us"
