#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 of sluice-control in the middle of a call load, 25 times. No call whose decision is in the
# cache is lost; new work of an unproven source follows the exception table while control is away; a
# restarted control is attached again within a second.
. "$(dirname "$0")/harness.sh"
e2e_begin control_kill
rounds=25
limit_ms=1000 # while the machine stands still, or others have it, nobody attaches: that time does not count
LAB_PATIENCE_MS=

# What /sluice/... of DPDK's telemetry says; it needs no control.
telemetry() {
        python3 "$E2E/telemetry.py" "/run/dpdk/$LAB_PREFIX/dpdk_telemetry.v2" "$1"
}

dropped_unasked() {
        telemetry /sluice/dropped | jq '[.["/sluice/dropped"] | .no_control, .deadline, .ring_full | . // 0] | add'
}

# How often control has said that it is attached: to ask it takes as long as to attach.
attached_cnt() {
        grep -c '^sluice-control: attached to' "$LAB_RUN/control.log" || true
}

attached_at_least() {
        [ "$(attached_cnt)" -ge "$1" ]
}

dropped_at_least() {
        [ "$(dropped_unasked)" -ge "$1" ]
}


e2e_lab
sipp_answerer answerer || e2e_fail "no answerer"
e2e_calls prime 5 20 # the decisions of the load are now in the cache

e2e_stalls_watch
sipp_calls load 100000 100 &
load=$!
slowest=0
for round in $(seq $rounds); do
        before=$(dropped_unasked)
        kill -9 "$(lab_pid control)"
        # Three requests of a source that nobody knows, for an address that nobody asked about.
        sipp_in "$LAB_OUT" probe "$LAB_PBX:5060" -sf "$LAB_FILES/scan.xml" -inf "$E2E/probe.csv" \
                -i "$LAB_SCANNER" -p 5098 -m 1 -r 10 -nr || e2e_fail "round $round: the probe was not sent"
        lab_until 20 dropped_at_least $((before + 3)) ||
                e2e_fail "round $round: new work without control: $(($(dropped_unasked) - before)) of 3 dropped"
        cnt=$(attached_cnt)
        stalled=$(e2e_stalled_ms)
        queued=$(e2e_queued_ms "$(lab_pid dataplane)")
        start=$(lab_us)
        lab_start_control
        lab_until 20 attached_at_least $((cnt + 1)) || e2e_fail "round $round: not attached after 20 s"
        took=$((($(lab_us) - start) / 1000))
        stalled=$(($(e2e_stalled_ms) - stalled))
        queued=$(($(e2e_queued_ms "$(lab_pid dataplane)") - queued + $(e2e_queued_ms "$(lab_pid control)")))
        took=$((took - (stalled > queued ? stalled : queued)))
        lab_until 20 lab_attached || e2e_fail "round $round: attached, and does not say so"
        [ $took -le $slowest ] || slowest=$took
        [ $took -le $limit_ms ] || e2e_fail "round $round: attached after $took ms"
        kill -0 $load 2>/dev/null || e2e_fail "round $round: the load ended early: $(sipp_failures load)"
done
pkill -USR1 -P $load -x sipp 2>/dev/null || kill -USR1 $load
wait $load || e2e_fail "load: $(sipp_result load 'FailedCall(C)') calls failed: $(sipp_failures load)"
e2e_is "calls lost" "$(sipp_result load 'FailedCall(C)')" -eq 0
e2e_is "calls completed under fire" "$(sipp_result load 'SuccessfulCall(C)')" -ge 500
e2e_counter "drops by the exception table" .exception_drop -ge $((3 * rounds))
e2e_calls after 20 50
e2e_conserved
calls=$(sipp_result load 'SuccessfulCall(C)')
resent=$(sipp_result load 'Retransmissions(C)')
e2e_pass "$rounds kills, $calls calls, 0 lost, $resent messages sent again; $((3 * rounds)) unproven" \
        "requests dropped by the exception table; slowest attach $slowest ms"
