#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 of sluice-dataplane and a restart, five times: calls work again within three seconds of the
# start, with control coming back by itself.
. "$(dirname "$0")/harness.sh"
e2e_begin dataplane_kill
rounds=5
limit_ms=3000 # while the machine stands still nothing starts: that time does not count
LAB_PATIENCE_MS=

one_call() {
        sipp_calls probe 1 10 -d 0 -nr -recv_timeout 200
}

e2e_lab
sipp_answerer answerer || e2e_fail "no answerer"
e2e_stalls_watch
control=$(lab_pid control)
e2e_calls before 20 50
slowest=0
for round in $(seq $rounds); do
        pid=$(lab_pid dataplane)
        kill -9 "$pid"
        lab_until 20 lab_gone "$pid" || e2e_fail "round $round: the dataplane does not die"
        ! one_call || e2e_fail "round $round: a call went through without a dataplane"
        stalled=$(e2e_stalled_ms)
        start=$(lab_us)
        lab_start_dataplane
        lab_until 20 one_call || e2e_fail "round $round: no call after 20 s: $(tail -n 1 "$LAB_RUN/dataplane.log")"
        took=$((($(lab_us) - start) / 1000))
        took=$((took - ($(e2e_stalled_ms) - stalled)))
        [ $took -le $slowest ] || slowest=$took
        e2e_is "round $round: ms until calls work" $took -le $limit_ms
        e2e_calls again 20 50
        e2e_conserved
done
e2e_is "control's process" "$(lab_pid control)" -eq "$control"
e2e_pass "$rounds kills; calls work again after at most $slowest ms"
