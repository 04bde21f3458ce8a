# SPDX-License-Identifier: Apache-2.0
# system.sh - calls through Sluice and through Kamailio over the same veths: latency, what is left under a
# flood, reloads under load. Sourced by bench/full_report; bash.

# Calls from outside; in the lab they meet the dataplane first.
load() { # NAME COMMAND DEVICE ARGUMENTS...
        local name=$1 what=$2 device=$3 ns=$LAB_OUT
        shift 3
        [ "$device" = wire ] || ns=$LAB_DP
        ip netns exec "$ns" "$bench" "$what" --device "net_af_packet0,iface=$device" --local 198.51.100.100 --locals 100 \
                --ports 20 --remote "$LAB_PBX" --quiet --hold 20 --linger 0 --wait 4000 --drain 6 --json "$tmp/$name.json" "$@" \
                -- --no-huge -m 512 >"$tmp/$name.txt" 2>&1 || [ $? -eq 3 ] || [ $? -eq 1 ]
        doubts_of "$name" "$tmp/$name.json"
}

# process_ms PID... - CPU time that they and their children have had.
process_ms() {
        local pid all=
        for pid in "$@"; do all="$all $pid $(pgrep -P "$pid" | tr '\n' ' ')"; done
        for pid in $all; do cat "/proc/$pid/stat" 2>/dev/null || true; done |
                awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); sum += $12 + $13 } END { printf "%.0f\n", sum * 1000 / hz }'
}

sluice_up() { # [FURTHER POLICY]
        {
                printf '  allow:\n    - {prefix: 198.51.100.64/26}\n    - {prefix: 198.51.100.128/25}\n'
                [ -z "${1:-}" ] || printf '%s\n' "$1"
        } >"$tmp/policy"
        { lab_up && lab_config "$tmp/policy" && lab_programs "$build" && lab_start; } >"$tmp/lab.log" 2>&1
}

p99_us() { # NAME
        said "$tmp/$1.json" '.result.times.setup.p99 / 1000'
}

calls_rows() { # NAME BESIDE
        row "calls that failed, of $(said "$tmp/$1.json" .result.counts.starts) at $rate a second" \
                "$(said "$tmp/$1.json" .result.counts.calls_failed)" "calls" "$2" "$(said "$tmp/$2.json" .result.counts.calls_failed)"
        row "set-up of a call, p50" "$(said "$tmp/$1.json" '.result.times.setup.p50 / 1000')" us "$2" \
                "$(said "$tmp/$2.json" '.result.times.setup.p50 / 1000')"
        row "set-up of a call, p99" "$(p99_us "$1")" us "$2" "$(p99_us "$2")"
}

# Kamailio as a proxy before the same answering side, over the inside wire. What it says is looked at first, for
# Sluice's rows to stand beside it.
kamailio_part() {
        local before
        LAB_HUGE=no lab_up >"$tmp/lab.log" 2>&1 && kamailio_start >"$tmp/kamailio.log" 2>&1 || {
                left_out Kamailio "it does not start: $(tail -n 1 "$tmp/kamailio.log")"
                lab_down
                return 0
        }
        before=$(process_ms "$(cat "$LAB_RUN/kamailio.pid")")
        load kamailio run inside --calls "$call_cnt" --rate "$rate"
        kamailio_ms=$(($(process_ms "$(cat "$LAB_RUN/kamailio.pid")") - before))
        load kamailio_attack attack inside --rate "$rate" --time "$attack_seconds" --attack "$attack" --attack-rate "$attack_rate"
        lab_down
}

sluice_part() {
        local before decisions
        section calls "Calls through the firewall, every first one decided by control" \
                "sluice-bench run --rate $rate --calls $call_cnt through sluice-dataplane, sipp answering"
        sluice_up && sipp_answerer answerer || {
                left_out "calls through Sluice" "no lab: $(tail -n 1 "$tmp/lab.log")"
                lab_down
                return 0
        }
        before=$(process_ms "$(lab_pid control)")
        load sluice run wire --calls "$call_cnt" --rate "$rate"
        before=$(($(process_ms "$(lab_pid control)") - before))
        lab_until 5 lab_exact || echo "calls: the dataplane's counters do not add up" >>"$tmp/doubts"
        calls_rows sluice kamailio
        row "CPU time of control for a thousand calls" "$(awk -v ms=$before -v n="$call_cnt" 'BEGIN { print ms * 1000 / n }')" ms \
                "all of Kamailio" "$([ -z "${kamailio_ms:-}" ] || awk -v ms="$kamailio_ms" -v n="$call_cnt" 'BEGIN { print ms * 1000 / n }')"
        decisions=$(lab_counter .received)
        row "packets that the dataplane had, each accounted for" "$decisions" packets
        section flood "Calls under a flood of $attack from 3,000,000 spoofed sources" \
                "sluice-bench attack --attack $attack --attack-rate $attack_rate --rate $rate"
        load sluice_attack attack wire --rate "$rate" --time "$attack_seconds" --attack "$attack" --attack-rate "$attack_rate"
        flood_rows
        lab_down
}

flood_rows() {
        local i cnt
        open_curve=$(said "$tmp/sluice_attack.json" .curve | jq -c '. // null' 2>/dev/null || echo null)
        cnt=$(said "$tmp/sluice_attack.json" '.curve | length')
        [ "$cnt" != - ] || { left_out "calls under a flood" "$(tail -n 1 "$tmp/sluice_attack.txt")"; return 0; }
        for ((i = 0; i < cnt; i++)); do
                row "goodput at $(said "$tmp/sluice_attack.json" ".curve[$i].attacked_per_s | round") hostile frames a second" \
                        "$(said "$tmp/sluice_attack.json" ".curve[$i].goodput")" share \
                        "Kamailio at $(said "$tmp/kamailio_attack.json" ".curve[$i].attacked_per_s | round")" \
                        "$(said "$tmp/kamailio_attack.json" ".curve[$i].goodput")"
        done
}

rules_write() { # NAME BASE: a thousand, of which three hold for any message
        awk -v name="$1" -v base="$2" 'BEGIN {
                print "alert sip any any -> any any (pkt.length:>0; msg:\"" name " 0\"; sid:" base ";)"
                print "alert sip any any -> any any (sip.via; content:\"SIP/2.0\"; msg:\"" name " 1\"; sid:" base + 1 ";)"
                print "alert sip any any -> any any (sip.call_id; pcre:\"/[0-9a-f]+/\"; msg:\"" name " 2\"; sid:" base + 2 ";)"
                split("sip.user_agent sip.from sip.to sip.uri sdp.session_name", f, " ")
                for (i = 3; i < 1000; i++)
                        printf "alert sip any any -> any any (%s; content:\"no%s%d-is-in-no-message\"; nocase; msg:\"%s %d\"; sid:%d;)\n",
                                f[i % 5 + 1], name, i, name, i, base + i }' >"$tmp/$1.rules"
}

# The lab's one worker goes over to a new set with the first message that it has afterwards.
went_over() { # SWAPS BEFORE
        [ "$(lab_counter .rule_swaps)" -gt "$1" ]
}

reload_part() {
        local i loader swaps ns seen
        section reload "Reloading 1,000 rules under calls" "sluicectl rules apply, $reloads times, while sluice-bench run --rate $rate"
        rules_write a 1000000
        rules_write b 2000000
        chmod 755 "$tmp"
        cp "$tmp/a.rules" "$tmp/now.rules"
        sluice_up "  rules: [$tmp/now.rules]" && sipp_answerer answerer || {
                left_out reload "no lab: $(tail -n 1 "$tmp/lab.log")"
                lab_down
                return 0
        }
        load still run wire --calls "$call_cnt" --rate "$rate"
        swaps=$(lab_counter .rule_swaps) ns=$(lab_counter .rule_swap_ns)
        load reloaded run wire --time "$((reloads * 2))" --rate "$rate" &
        loader=$!
        # A set that is asked for before the last one is in force takes its place: each is waited for.
        for ((i = 0; i < reloads; i++)); do
                seen=$(lab_counter .rule_swaps)
                cp "$tmp/$( ((i % 2)) && echo a || echo b).rules" "$tmp/new.rules"
                mv "$tmp/new.rules" "$tmp/now.rules"
                lab_ctl rules apply >"$tmp/apply.log" 2>&1 || {
                        echo "reload: a set was refused: $(tail -n 1 "$tmp/apply.log")" >>"$tmp/doubts"
                        break
                }
                lab_until 10 went_over "$seen" || true
        done
        wait $loader || true
        swaps=$(($(lab_counter .rule_swaps) - swaps)) ns=$(($(lab_counter .rule_swap_ns) - ns))
        row "swaps that workers saw" "$swaps" "" "reloads" "$i"
        row "blocked: the first message under a new set" "$(awk -v n=$swaps -v t=$ns 'BEGIN { print (n ? t / n / 1000 : "-") }')" "us a swap"
        row "calls that failed while sets were swapped" "$(said "$tmp/reloaded.json" .result.counts.calls_failed)" calls \
                "without reloads" "$(said "$tmp/still.json" .result.counts.calls_failed)"
        row "set-up of a call while sets were swapped, p99" "$(p99_us reloaded)" us "without reloads" "$(p99_us still)"
        lab_down
}

part_system() {
        if command -v kamailio >/dev/null; then kamailio_part; else left_out Kamailio "package kamailio is not installed"; fi
        sluice_part
        reload_part
}
