#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sluice-bench against the real sipp, over a veth and with no kernel of its own: SIPp's default scenarios,
# unchanged, in both roles. Not one call may fail, and not one message be unexpected on either side. These scenarios
# fail when a message comes twice; so what failed while the machine stood still, when both send again, is done again.
. "$(dirname "$0")/harness.sh"
e2e_begin bench_sipp
calls=${SLUICE_BENCH_CALLS:-1000} rate=${SLUICE_BENCH_RATE:-300}
bench=$SLUICE_BUILD/bench/harness/sluice-bench
[ -x "$bench" ] || e2e_fail "no sluice-bench in $SLUICE_BUILD"
why=$({ LAB_HUGE=no lab_up; } 2>&1) || e2e_fail "no lab: $why"
ours=198.51.100.50 ours6=fd00:5::50

for name in uac uas regexp branchc branchs; do
        sipp -sd $name >"$e2e_tmp/$name.xml" 2>/dev/null || true
        [ -s "$e2e_tmp/$name.xml" ] || e2e_fail "this sipp has no scenario $name"
done

# our NAME ARGUMENTS... - sluice-bench on the dataplane's end of the outside wire; results in NAME.json
our() {
        local name=$1
        shift
        ip netns exec "$LAB_DP" "$bench" run --device net_af_packet0,iface=outside --quiet \
                --json "$e2e_tmp/$name.json" "$@" -- --no-huge -m 512 >"$e2e_tmp/$name.txt" 2>&1
}

theirs() { # NAME ARGUMENTS... - sipp in the outside namespace
        local name=$1
        shift
        (cd "$e2e_tmp" && ip netns exec "$LAB_OUT" sipp -nostdin -trace_stat -stf "$e2e_tmp/$name.csv" \
                -trace_err -error_file "$e2e_tmp/$name.errors" \
                "$@" >"$e2e_tmp/$name.screen" 2>&1)
}

field() { # NAME JQ-FILTER
        jq -r "$2" "$e2e_tmp/$1.json"
}

clean() { # NAME CALLS: no failure, nothing unexpected, nothing that Sluice's parser minds
        e2e_is "$1: calls that succeeded" "$(field "$1" .result.counts.calls_succeeded)" -eq "$2"
        e2e_is "$1: calls that failed" "$(field "$1" .result.counts.calls_failed)" -eq 0
        e2e_is "$1: messages unexpected" "$(field "$1" '[.result.steps[].unexpected] | add')" -eq 0
        e2e_is "$1: datagrams that are not SIP" "$(field "$1" .result.counts.rx_not_sip)" -eq 0
        # SIPp's branchc leaves Max-Forwards out of its REGISTER.
        e2e_is "$1: anomalies in messages received" \
                "$(field "$1" '.result.anomalies - ["max_forwards_missing"] | length')" -eq 0
}

sipp_said() { # NAME COLUMN - of the last line of its statistics
        awk -F ';' -v want="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == want) at = i } END { print $at }' \
                "$e2e_tmp/$1.csv"
}

listening() { # PORT - in the outside namespace
        ip netns exec "$LAB_OUT" ss -Hlun "sport = :$1" | grep -q .
}

# ---- we call, sipp answers ----

call_them() { # NAME OUR-SCENARIO THEIR-SCENARIO LOCAL REMOTE [ARGUMENTS]
        local name=$1 our=$2 their=$3 local=$4 remote=$5 sipp_pid
        shift 5
        theirs "$name-uas" -sn "$their" -i "$remote" -p 5060 -m "$calls" &
        sipp_pid=$!
        lab_until 20 listening 5060 || e2e_fail "$name: sipp does not listen: $(tail -n 3 "$e2e_tmp/$name-uas.screen" | tr '\n' ' ')"
        our "$name" --scenario "$our" --local "$local" --remote "$remote" --calls "$calls" --rate "$rate" \
                "$@" || [ $? -eq 3 ] || e2e_fail "$name: $(tail -n 4 "$e2e_tmp/$name.txt" | tr '\n' ' ')"
        clean "$name" "$calls"
        wait $sipp_pid || e2e_fail "$name: sipp failed: $(sipp_said "$name-uas" 'FailedCall(C)') calls"
        e2e_is "$name: calls that failed at sipp's" "$(sipp_said "$name-uas" 'FailedCall(C)')" -eq 0
}

e2e_stalls_watch
e2e_undisturbed call_them uac "$e2e_tmp/uac.xml" uas $ours $LAB_CALLER
e2e_undisturbed call_them uac6 "$e2e_tmp/uac.xml" uas $ours6 $LAB_CALLER6
e2e_undisturbed call_them regexp "$e2e_tmp/regexp.xml" uas $ours $LAB_CALLER
e2e_undisturbed call_them branchc "$e2e_tmp/branchc.xml" branchs $ours $LAB_CALLER
e2e_undisturbed call_them own uac uas $ours $LAB_CALLER --locals 100 --ports 50

# ---- sipp calls, we answer ----

answer_them() { # NAME OUR-SCENARIO THEIR-SCENARIO
        local name=$1 our=$2 their=$3 our_pid
        our "$name" --scenario "$our" --local $ours --time 3600 &
        our_pid=$!
        lab_until 20 grep -q answering "$e2e_tmp/$name.txt" ||
                e2e_fail "$name: does not answer: $(tail -n 2 "$e2e_tmp/$name.txt" | tr '\n' ' ')"
        theirs "$name-uac" -sn "$their" -i $LAB_CALLER $ours:5060 -m "$calls" -r "$rate" ||
                e2e_fail "$name: sipp: $(sipp_said "$name-uac" 'FailedCall(C)') of $calls calls failed"
        e2e_is "$name: calls that failed at sipp's" "$(sipp_said "$name-uac" 'FailedCall(C)')" -eq 0
        e2e_is "$name: sipp's retransmissions" "$(sipp_said "$name-uac" 'Retransmissions(C)')" -le $((calls / 50))
        # ip netns exec becomes the program, the shell around it does not.
        kill -INT "$(pgrep -P $our_pid -x sluice-bench || echo $our_pid)"
        wait $our_pid || [ $? -eq 3 ] || e2e_fail "$name: $(tail -n 4 "$e2e_tmp/$name.txt" | tr '\n' ' ')"
        clean "$name" "$calls"
}

e2e_undisturbed answer_them uas "$e2e_tmp/uas.xml" uac
e2e_undisturbed answer_them branchs "$e2e_tmp/branchs.xml" branchc
e2e_undisturbed answer_them own_uas uas uac

e2e_pass "$calls calls each: SIPp's uac, regexp and branchc, and ours, to sipp; sipp to SIPp's uas and branchs, and ours;" \
        "IPv6 too; none failed; setup p50 $(field uac '.result.times.setup.p50 / 1000 | round') us"
