# SPDX-License-Identifier: Apache-2.0
# summary.sh - what a run did, for people, and whether it is what was promised. Sourced by bash scripts
# after lab.sh and sipp.sh.

# summary_begin - before the traffic.
summary_begin() {
        SUM_UNREAD=$(summary_unread)
}

# Frames that the kernel brought to the dataplane's ports and that the dataplane never saw: what came
# before its start, and what a full ring dropped.
summary_unread() {
        local outside inside
        outside=$(ip -n "$LAB_DP" -j -s link show outside | jq '.[0].stats64.rx.packets')
        inside=$(ip -n "$LAB_DP" -j -s link show inside | jq '.[0].stats64.rx.packets')
        echo $((outside + inside - $(lab_ctl --json status | jq '.dataplanes[0].conservation.received')))
}

# summary_take CALLS-RUN SCAN-RUN - read every number once, into SUM_*.
summary_take() {
        SUM_OFFERED=$(sipp_result "$1" TotalCallCreated)
        SUM_COMPLETED=$(sipp_result "$1" 'SuccessfulCall(C)')
        SUM_FAILED=$(sipp_result "$1" 'FailedCall(C)')
        SUM_RATE=$(sipp_result "$1" 'CallRate(C)')
        SUM_RESENT=$(sipp_result "$1" 'Retransmissions(C)')
        # Each extension is tried by three messages.
        SUM_SCANS=$(($(sipp_result "$2" TotalCallCreated) * 3))
        # SIPp writes its statistics once a second.
        lab_until 10 summary_answered "$SUM_OFFERED" || true
        SUM_ANSWERED=$(sipp_result answerer 'IncomingCall(C)')
        SUM_WHY=$(sipp_failures "$1")
        # The counters follow the packets by a housekeeping turn.
        lab_until 10 summary_settled "$SUM_SCANS" || true
        # A scan's messages are not sent again: what the kernel dropped before the dataplane is missing.
        SUM_LOST=$(($(summary_unread) - SUM_UNREAD))
        SUM_STATS=$(lab_ctl --json stats | jq '.dataplanes[0].total')
        SUM_BALANCE=$(lab_ctl --json status | jq '.dataplanes[0].conservation')
        SUM_CAUGHT=$(jq '.dropped.scanner // 0' <<<"$SUM_STATS")
        # After a standstill they come all at once: strangers have limits, are asked for a proof under
        # pressure and shed first of all, before anybody looks at what they call themselves.
        SUM_TURNED=$(jq '[.shed_unproven, .challenges,
                (.dropped | to_entries[] | select(.key | startswith("limit_")) | .value)] | add' <<<"$SUM_STATS")
}

summary_answered() {
        [ "$(sipp_result answerer 'IncomingCall(C)')" -ge "$1" ]
}

summary_settled() {
        [ "$(lab_counter '[.dropped.scanner, .dropped.limit_all] | add')" -ge "$1" ]
}

summary_print() {
        echo
        printf '  Calls       %s offered, %s completed, %s failed, at %.0f calls/s' \
                "$SUM_OFFERED" "$SUM_COMPLETED" "$SUM_FAILED" "$SUM_RATE"
        [ "$SUM_RESENT" -eq 0 ] || printf ' (%s messages sent again)' "$SUM_RESENT"
        printf '\n  Scan        %s messages sent, %s dropped as scanner' "$SUM_SCANS" "$SUM_CAUGHT"
        [ "$SUM_TURNED" -eq 0 ] || printf ', %s turned down as too many' "$SUM_TURNED"
        echo
        [ "$SUM_LOST" -eq 0 ] || printf '  Lost        %s frames by the kernel, before the dataplane\n' "$SUM_LOST"
        jq -r '
                "  Decisions   \(.decisions_asked) asked, \(.decisions_answered) answered, " +
                "\(.decisions_cached) from the cache, \(.decisions_expired) too late, " +
                "\(.exception_pass + .exception_drop) by the exception table",
                "  Dropped     \(.dropped | to_entries | map(select(.value > 0)) | sort_by(-.value)
                        | map("\(.key) \(.value)") | if . == [] then "nothing" else join(", ") end)",
                "  Messages    \(.sip_messages) SIP (\(.sip_requests) requests, " +
                "\(.sip_responses) responses), \(.non_sip) packets that are not"
                ' <<<"$SUM_STATS"
        jq -r '
                "  Every packet accounted for: received \(.received) = sent \(.sent) + observed " +
                "\(.observed) + dropped \(.dropped) + consumed \(.consumed) + held " +
                "\(.held_pending + .held_reassembly + (.held_neighbour // 0)) (\(if .exact then "exact" else "NOT EXACT" end))"
                ' <<<"$SUM_BALANCE"
        [ -z "$SUM_WHY" ] || printf '  SIPp says   %s\n' "$SUM_WHY"
        echo
}

# summary_judge CALLS RATE - one line for each promise that was not kept; fails if there is one.
summary_judge() {
        local broken=0
        summary_expect "$SUM_OFFERED" -ge "$1" "calls offered" || broken=1
        summary_expect "$SUM_COMPLETED" -eq "$SUM_OFFERED" "calls completed" || broken=1
        summary_expect "$SUM_FAILED" -eq 0 "calls failed" || broken=1
        summary_expect "$(printf %.0f "$SUM_RATE")" -ge "$2" "calls/s" || broken=1
        summary_expect "$SUM_ANSWERED" -eq "$SUM_OFFERED" "calls that reached the inside" || broken=1
        summary_expect "$SUM_SCANS" -ge 500 "scan messages sent" || broken=1
        summary_expect "$SUM_CAUGHT" -ge $((SUM_SCANS / 2)) "scan messages dropped as scanner" || broken=1
        summary_expect $((SUM_CAUGHT + SUM_TURNED + SUM_LOST)) -ge "$SUM_SCANS" \
                "scan messages dropped as scanner, turned down, or lost by the kernel" || broken=1
        summary_expect "$(jq .decisions_asked <<<"$SUM_STATS")" -ge 1 "decisions asked" || broken=1
        summary_expect "$(jq .decisions_cached <<<"$SUM_STATS")" -ge 1 "decisions from the cache" || broken=1
        [ "$(jq .exact <<<"$SUM_BALANCE")" = true ] || {
                echo "conservation is not exact: $(jq -c . <<<"$SUM_BALANCE")"
                broken=1
        }
        return $broken
}

summary_expect() { # VALUE OPERATOR WANTED WHAT
        [ "$1" "$2" "$3" ] || {
                echo "$4: $1, wanted $2 $3"
                return 1
        }
}
