#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 of sluice-dataplane and a restart, five times: calls work again within three seconds of the
# start, with control coming back by itself.
. "$(dirname "$0")/harness.sh"
e2e_begin dataplane_kill
rounds=5
limit_ms=3000

one_call() {
        sipp_calls probe 1 10 -d 0 -nr -recv_timeout 200
}

e2e_lab
sipp_answerer answerer || e2e_fail "no answerer"
control=$(lab_pid control)
e2e_calls before 20 50
slowest=0
for round in $(seq $rounds); do
        pid=$(lab_pid dataplane)
        kill -9 "$pid"
        lab_until 5 lab_gone "$pid" || e2e_fail "round $round: the dataplane does not die"
        ! one_call || e2e_fail "round $round: a call went through without a dataplane"
        start=$(date +%s%N)
        lab_start_dataplane
        lab_until 10 one_call || e2e_fail "round $round: no call after 10 s: $(tail -n 1 "$LAB_RUN/dataplane.log")"
        took=$((($(date +%s%N) - start) / 1000000))
        [ $took -le $slowest ] || slowest=$took
        e2e_is "round $round: ms until calls work" $took -le $limit_ms
        e2e_calls again 20 50
        e2e_conserved
done
e2e_is "control's process" "$(lab_pid control)" -eq "$control"
e2e_pass "$rounds kills; calls work again after at most $slowest ms"
