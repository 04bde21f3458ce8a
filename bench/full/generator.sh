# SPDX-License-Identifier: Apache-2.0
# generator.sh - how fast sluice-bench is, beside peers on the same device in the same run. Sourced by
# bench/full_report; bash.

mix_arguments=(--mix spec-like --size 800 --device net_null0,no-rx=1 --rate 0 --locals 20000 --port 10000 --ports 1000)

# What testpmd's txonly engine sends of such frames on such a device: its heads are written, its payloads not.
testpmd_pps() {
        { echo start; sleep 1; echo 'show port stats all'; sleep "$span"; echo 'show port stats all'; echo quit; } |
                taskset -c "$last_cpu,0" dpdk-testpmd -l "0,$last_cpu" --no-huge -m 256 --no-pci --no-telemetry --no-shconf \
                        --file-prefix="full$$" --vdev=net_null0,size=842,no-rx=1 -- -i --forward-mode=txonly --txpkts=842 \
                        --total-num-mbufs=8192 --burst=32 2>/dev/null | awk '/Tx-pps:/ { pps = $2 } END { print pps + 0 }'
}

stateless() {
        local ours pps
        "$bench" run "${mix_arguments[@]}" --time "$span" --quiet --json "$tmp/first.json" >/dev/null 2>&1 || [ $? -eq 3 ]
        doubts_of "messages on net_null" "$tmp/first.json"
        ours=$(said "$tmp/first.json" '.result.rates.tx_per_s')
        if command -v dpdk-testpmd >/dev/null; then
                pps=$(testpmd_pps)
                row "messages of 800 octets, net_null, one core" "$ours" "a second" "dpdk-testpmd txonly, 842-octet frames" "$pps"
                ratio messages_to_testpmd "$ours" "$pps"
        else
                left_out "dpdk-testpmd" "package dpdk-dev is not installed"
        fi
        row "messages of 800 octets, net_null, one core" "$ours" "a second" "" "" "8 M" 8000000
        row "messages of 800 octets, net_null" "$(said "$tmp/first.json" '.result.rates.tx_per_cpu_s')" "a second of CPU time" \
                "" "" "8 M" 8000000
}

# Frames of 800 octets that testpmd sends into the same veth: what the kernel lets any program of one core send.
device_alone() { # DRIVER
        local pps device=${1}0,iface=wire
        [ "$1" != net_af_xdp ] || device=$device,busy_budget=0
        alone_pps=0
        command -v dpdk-testpmd >/dev/null || { left_out "the veth alone" "package dpdk-dev is not installed"; return 0; }
        pps=$({ echo start; sleep 1; echo 'show port stats all'; sleep "$span"; echo 'show port stats all'; echo quit; } |
                ip netns exec "$LAB_OUT" taskset -c "$last_cpu,0" dpdk-testpmd -l "0,$last_cpu" --no-huge -m 256 --no-pci \
                        --no-telemetry --no-shconf --file-prefix="full$$" --vdev="$device" -- -i \
                        --forward-mode=txonly --txpkts=800 --total-num-mbufs=8192 --burst=32 2>/dev/null |
                awk '/Tx-pps:/ { pps = $2 } END { print pps + 0 }')
        [ "$pps" != 0 ] || { left_out "$1 alone" "dpdk-testpmd gave no figure"; return 0; }
        row "frames of 800 octets, veth, $1, dpdk-testpmd txonly" "$pps" "a second"
        alone_pps=$pps
}

# The most calls a second of a search that is borne.
most() { # NAME ARGUMENTS...
        local name=$1
        shift
        "${in_ns[@]}" "$bench" search --quiet --goal 0 --trials "$trials" --precision 0.08 --time "$trial" --linger 0 --drain 3 --wait 3000 \
                --json "$tmp/$name.json" "$@" >"$tmp/$name.txt" 2>&1 || true
        doubts_of "$name" "$tmp/$name.json"
        said "$tmp/$name.json" '.search.rate_per_s'
}

# At half of what was reached a core has something to do in nearly every turn, and is not behind.
half() { # CALLS A SECOND
        awk -v n="$1" 'BEGIN { print (n > 2 ? n / 2 : 100) }'
}

stateful() {
        local calls
        in_ns=(env)
        calls=$(most ring --device loop --low "$ring_low" --high 2000000 --slots 262144)
        row "calls, rings, own answering side, one core each" "$calls" "a second" "" "" "500 k" 500000
        "$bench" run --quiet --device loop --rate "$(half "$calls")" --time "$span" --linger 0 --drain 5 --wait 3000 --slots 262144 \
                --json "$tmp/ring_cpu.json" >/dev/null 2>&1 || [ $? -eq 3 ] || [ $? -eq 1 ]
        row "calls, rings, half as many, for each second of the caller's CPU time" "$(said "$tmp/ring_cpu.json" '.result.rates.calls_per_cpu_s')" ""
}

# The kernel's own IP takes in each frame besides the packet socket, in vain, and the sender's core pays for that.
# deaf NAMESPACE INTERFACE - it drops them instead; packet sockets have had them by then. Nothing without nft.
deaf() {
        ! command -v nft >/dev/null || ip netns exec "$1" nft "add table netdev deaf
                add chain netdev deaf in { type filter hook ingress device $2 priority 0; policy drop; }"
}

hears() { # NAMESPACE
        ip netns exec "$1" nft delete table netdev deaf 2>/dev/null || true
}

# sluice-bench answers at the other end of the veth. A call stays for 600 ms behind its BYE, which may come again.
answering_start() { # DEVICE
        ip netns exec "$LAB_DP" taskset -c "$last_cpu" "$bench" run --device "$1,iface=outside" --scenario uas \
                --local 198.51.100.50 --slots 262144 --linger 600 --time 3600 --quiet \
                -- --no-huge -m 1024 --file-prefix="$LAB_PREFIX-uas" >"$tmp/answering.txt" 2>&1 &
        answering=$!
        lab_until 20 grep -q answering "$tmp/answering.txt"
}

answering_stop() {
        kill -INT "$(pgrep -P "$answering" -x sluice-bench || echo "$answering")" 2>/dev/null || true
        wait "$answering" 2>/dev/null || true
}

# SIPp as fast as it goes with so many calls at a time; its best in $theirs (calls a second), $theirs_cpu (for a
# second of its CPU time). Its sockets have room for all that is on the way to it: with Linux's default it loses
# messages, and waits for half a second each time.
sipp_run() { # CALLS AT A TIME
        local calls failed
        rm -f "$tmp/sipp.csv"
        (cd "$tmp" && TIMEFORMAT=$'real %R\nuser %U\nsys %S' && { time timeout 60 ip netns exec "$LAB_OUT" taskset -c 0 sipp \
                -nostdin -sn uac -i "$LAB_CALLER" -p "$((5070 + $1))" 198.51.100.50:5060 -r 100000 -l "$1" -m "$sipp_calls" \
                -timer_resol 1 -buff_size 4194304 -trace_stat -stf "$tmp/sipp.csv" >"$tmp/sipp.screen" 2>&1; } 2>"$tmp/sipp.time") || true
        calls=$(sipp_column 'SuccessfulCall(C)') failed=$(sipp_column 'FailedCall(C)')
        [ "$failed" = 0 ] || return 0
        read -r theirs theirs_cpu < <(awk -v n="$calls" -v best="$theirs $theirs_cpu" '
                /^real/ { real = $2 } /^(user|sys)/ { cpu += $2 }
                END { split(best, b, " "); if (real > 0 && cpu > 0 && n / real > b[1]) print n / real, n / cpu; else print best }' "$tmp/sipp.time")
}

sipp_column() {
        awk -F ';' -v want="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == want) at = i } END { print $at + 0 }' "$tmp/sipp.csv"
}

# Both callers on CPU 0 of the outside namespace, the same answering side on another, with the devices that testpmd
# had. SIPp needs the kernel's IP at its own end, so that end is deaf for us only, the answering one for both.
beside_sipp() { # DRIVER: of our ends of the veth
        local ours per_cpu calls device=${1}0 at="calls, veth, $1" theirs=0 theirs_cpu=0
        hears "$LAB_OUT"
        answering_start "$device" || { left_out "calls beside SIPp" "nobody answers: $(tail -n 1 "$tmp/answering.txt")"; return 0; }
        for calls in 200 1000; do sipp_run "$calls"; done
        answering_stop
        answering_start "$device" || return 0
        deaf "$LAB_OUT" wire
        in_ns=(ip netns exec "$LAB_OUT" taskset -c 0)
        ours=$(most "$1" --device "$device,iface=wire" --local 198.51.100.100 --locals 100 --ports 20 --remote 198.51.100.50 \
                --low "$veth_low" --high 400000 -- --no-huge -m 512)
        "${in_ns[@]}" "$bench" run --quiet --device "$device,iface=wire" --local 198.51.100.100 \
                --locals 100 --ports 20 --remote 198.51.100.50 --rate "$(half "$ours")" --time "$span" --linger 0 --drain 5 --wait 3000 \
                --json "$tmp/veth_cpu.json" -- --no-huge -m 512 >/dev/null 2>&1 || [ $? -eq 3 ] || [ $? -eq 1 ]
        per_cpu=$(said "$tmp/veth_cpu.json" '.result.rates.calls_per_cpu_s')
        answering_stop
        device_alone "$1"
        row "$at, to sluice-bench answering" "$ours" "a second" "sipp -sn uac, the same" "$theirs" "20 times" 20
        if [ "$alone_pps" != 0 ]; then
                row "calls that testpmd's frames would make, three each, veth, $1" "$(awk -v n="$alone_pps" 'BEGIN { print n / 3 }')" \
                        "a second" "sipp -sn uac, the same" "$theirs"
                row "frames that we send in our calls, three each, veth, $1" "$(awk -v n="$ours" 'BEGIN { print n * 3 }')" \
                        "a second" "dpdk-testpmd txonly, 800 octets" "$alone_pps"
        fi
        # A worker polls: turns with nothing to do do not count.
        row "$at, half as many, for each second of the caller's CPU time" "$per_cpu" "" "sipp -sn uac" "$theirs_cpu" "20 times" 20
        ratio "calls_to_sipp_$1" "$ours" "$theirs"
}

part_generator() {
        section generator "The generator" "sluice-bench run ${mix_arguments[*]}; sluice-bench search; sipp; dpdk-testpmd"
        stateless
        stateful
        if ! command -v sipp >/dev/null; then
                left_out "calls beside SIPp" "package sip-tester is not installed"
        elif LAB_HUGE=no lab_up; then
                deaf "$LAB_DP" outside
                beside_sipp net_af_packet
                if xdp_sockets; then
                        beside_sipp net_af_xdp
                else
                        left_out "net_af_xdp" "this kernel has no XDP sockets"
                fi
                lab_down
        else
                left_out "calls beside SIPp" "no lab"
        fi
}
