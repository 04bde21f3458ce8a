#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sluice-bench against Kamailio over a veth: OPTIONS, registrations with Digest, and calls through a
# stateless and a stateful proxy to sipp behind it. Not one may fail. Environment: SLUICE_BENCH_CALLS (3000 of
# each part), SLUICE_BENCH_RATE (300 a second), SLUICE_BENCH_PARTS (all).
. "$(dirname "$0")/harness.sh"
e2e_begin bench_kamailio
calls=${SLUICE_BENCH_CALLS:-3000} rate=${SLUICE_BENCH_RATE:-300}
parts=${SLUICE_BENCH_PARTS:-options register stateless stateful}
bench=$SLUICE_BUILD/bench/harness/sluice-bench
command -v kamailio >/dev/null || e2e_skip "no kamailio"
[ -x "$bench" ] || e2e_fail "no sluice-bench in $SLUICE_BUILD"
why=$({ LAB_HUGE=no lab_up; } 2>&1) || e2e_fail "no lab: $why"

listening() { # PORT
        ip netns exec "$LAB_IN" ss -Hlun "sport = :$1" | grep -q .
}

kamailio_run() { # CONFIGURATION [ARGUMENTS]
        setsid ip netns exec "$LAB_IN" kamailio -f "$@" -l "udp:$LAB_PBX:5060" -DD -E -m 512 -M 16 -Y "$LAB_RUN" \
                -P "$LAB_RUN/kamailio.pid" </dev/null >"$e2e_tmp/kamailio.log" 2>&1 &
        kamailio_pid=$!
        lab_until 10 listening 5060 || e2e_fail "kamailio did not start: $(tail -n 2 "$e2e_tmp/kamailio.log" | tr '\n' ' ')"
}

kamailio_stop() {
        kill -TERM "$kamailio_pid" 2>/dev/null || true
        wait "$kamailio_pid" 2>/dev/null || true
        lab_until 10 eval '! listening 5060' || e2e_fail "kamailio does not end"
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

users() {
        echo SEQUENTIAL
        for n in 1 2 3 4 5 6 7 8 9; do echo "100$n;[authentication username=100$n password=secret]"; done
}

registrar() { # options | register
        kamailio_run "$E2E/registrar.cfg"
        if [ "$1" = options ]; then
                load options --scenario options
        else
                users >"$e2e_tmp/users.csv"
                load register --scenario "$E2E/bench_register.xml" --inject "$e2e_tmp/users.csv"
                e2e_is "register: challenges answered" \
                        "$(jq '[.result.steps[] | select(.step == "recv 401") | .messages] | add' "$e2e_tmp/register.json")" \
                        -eq "$calls"
        fi
        kamailio_stop
}

# Calls: sipp answers behind the proxy, and counts what reaches it.
said() { # NAME COLUMN - of the last line of sipp's statistics
        awk -F ';' -v want="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == want) at = i } END { print $at }' \
                "$e2e_tmp/$1.csv"
}

through() { # NAME [KAMAILIO ARGUMENTS]: sipp wants an ACK before the BYE of every call
        local name=$1 sipp_pid
        kamailio_run "$E2E/bench_proxy.cfg" "${@:2}"
        (cd "$e2e_tmp" && exec ip netns exec "$LAB_IN" sipp -nostdin -sf "$LAB_FILES/uas.xml" -i "$LAB_PBX" -p 5070 -m "$calls" \
                -trace_stat -stf "$e2e_tmp/$name.csv" >"$e2e_tmp/$name.screen" 2>&1) &
        sipp_pid=$!
        lab_until 10 listening 5070 || e2e_fail "$name: sipp does not listen"
        load "$name" --hold 100
        wait $sipp_pid || e2e_fail "$name: sipp counts $(said "$name" 'FailedCall(C)') failed calls"
        e2e_is "$name: calls that failed at sipp's" "$(said "$name" 'FailedCall(C)')" -eq 0
        e2e_is "$name: calls that sipp had" "$(said "$name" 'SuccessfulCall(C)')" -eq "$calls"
        kamailio_stop
}

for part in $parts; do
        case $part in
        options | register) registrar "$part" ;;
        stateless) through stateless -A STATELESS ;;
        stateful) through stateful ;;
        *) e2e_fail "no part $part" ;;
        esac
done
e2e_pass "$calls each: $parts; response p50" \
        "$(for name in $parts; do
                jq '.result.times.response.p50 / 1000 | round' "$e2e_tmp/$name.json"
        done | paste -sd ' ') us"
