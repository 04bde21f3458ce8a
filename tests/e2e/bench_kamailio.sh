#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sluice-bench against Kamailio over a veth: OPTIONS, registrations with Digest, and calls through a
# stateless and a stateful proxy to sipp behind it. Not one may fail. Environment: SLUICE_BENCH_CALLS (3000 of
# each part), SLUICE_BENCH_RATE (300 a second), SLUICE_BENCH_PARTS (all).
# No more than 300 calls are up at a time: what they can have on the way fits the sockets of Kamailio and of sipp,
# however long these are not run. Without that a busy machine loses messages, repeats them, and loses more.
. "$(dirname "$0")/harness.sh"
e2e_begin bench_kamailio
calls=${SLUICE_BENCH_CALLS:-3000} rate=${SLUICE_BENCH_RATE:-300}
parts=${SLUICE_BENCH_PARTS:-options register stateless stateful}
bench=$SLUICE_BUILD/bench/harness/sluice-bench
drops=0
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
        lab_until 20 listening 5060 || e2e_fail "kamailio did not start: $(tail -n 2 "$e2e_tmp/kamailio.log" | tr '\n' ' ')"
}

kamailio_stop() {
        kill -TERM "$kamailio_pid" 2>/dev/null || true
        wait "$kamailio_pid" 2>/dev/null || true
        lab_until 20 eval '! listening 5060' || e2e_fail "kamailio does not end"
}

load() { # NAME ARGUMENTS...
        local name=$1
        shift
        ip netns exec "$LAB_DP" "$bench" run --device net_af_packet0,iface=inside --local 198.51.100.50 --quiet \
                --remote "$LAB_PBX" --calls "$calls" --rate "$rate" --live 300 --json "$e2e_tmp/$name.json" "$@" \
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

# Calls: sipp answers behind the proxy, and counts what reaches it. Whoever is not run for longer than a
# socket has room for loses datagrams there; that is told, and repeated messages have to mend it.
said() { # PATTERN: the sum of the columns named so in the last line of sipp's counts
        awk -F ';' -v want="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ want) at[i] }
                { sum = 0; for (i in at) sum += $i } END { print sum }' "$e2e_tmp"/bench_uas_*_counts.csv
}

lost() { # PORT: datagrams for which its socket had no room
        ip netns exec "$LAB_IN" ss -Hlunm "sport = :$1" | sed -nE 's/.*,d([0-9]+)\).*/\1/p'
}

ended() { # sipp has answered every BYE
        [ "$(said ^7_200_Sent)" -ge "$calls" ]
}

through() { # NAME [KAMAILIO ARGUMENTS]
        local name=$1 sipp_pid dropped
        kamailio_run "$E2E/bench_proxy.cfg" -b 4194304 "${@:2}"
        (cd "$e2e_tmp" && exec setsid ip netns exec "$LAB_IN" sipp -nostdin -sf "$E2E/bench_uas.xml" -i "$LAB_PBX" \
                -p 5070 -buff_size 2097152 -fd 1 -trace_counts \
                -error_file "$e2e_tmp/$name.errors" >"$e2e_tmp/$name.screen" 2>&1) &
        sipp_pid=$!
        lab_until 20 listening 5070 || e2e_fail "$name: sipp does not listen"
        load "$name" --hold 100
        lab_until 20 ended || e2e_fail "$name: sipp had $(said ^7_200_Sent) BYEs of $calls"
        dropped=$(($(lost 5060) + $(lost 5070)))
        drops=$((drops + dropped))
        e2e_is "$name: calls that sipp had" "$(said ^0_INVITE_Recv)" -eq "$calls"
        e2e_is "$name: ACKs that sipp had" "$(said ^4_ACK_Recv)" -ge $((calls - dropped))
        e2e_is "$name: messages that sipp did not expect" "$(said _Unexp)" -eq 0
        kill -KILL "$sipp_pid"
        wait "$sipp_pid" 2>/dev/null || true
        rm -f "$e2e_tmp"/bench_uas_*_counts.csv
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
        done | paste -sd ' ') us; $drops datagrams lost in full sockets"
