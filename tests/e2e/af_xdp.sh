#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# XDP sockets in place of packet sockets: calls through the dataplane on net_af_xdp, again after it was killed,
# and a generator on such a device, for longer than its buffers last if any of them gets lost.
. "$(dirname "$0")/harness.sh"
e2e_begin af_xdp
xdp_sockets || e2e_skip "this kernel has no XDP sockets"
export LAB_DEVICE=af_xdp

e2e_lab
sipp_answerer answerer || e2e_fail "no answerer"
e2e_calls before 200 100
e2e_conserved
pid=$(lab_pid dataplane)
kill -9 "$pid"
lab_until 20 lab_gone "$pid" || e2e_fail "the dataplane does not die"
lab_start_dataplane
lab_until 20 lab_attached || e2e_fail "no restart: $(tail -n 1 "$LAB_RUN/dataplane.log")"
e2e_calls again 200 100
e2e_conserved
lab_stop dataplane
lab_stop control

# 65,535 buffers: the answering side sends twice as many frames.
bench=$SLUICE_BUILD/bench/harness/sluice-bench
ip netns exec "$LAB_DP" "$bench" run --device net_af_xdp0,iface=outside --scenario uas --local 198.51.100.50 \
        --time 600 --quiet -- --no-huge -m 512 --file-prefix="$LAB_PREFIX-uas" >"$e2e_tmp/answering.txt" 2>&1 &
disown
lab_until 20 grep -q answering "$e2e_tmp/answering.txt" || e2e_fail "nobody answers: $(tail -n 1 "$e2e_tmp/answering.txt")"
for round in 1 2; do
        ip netns exec "$LAB_OUT" "$bench" run --device net_af_xdp0,iface=wire --local 198.51.100.100 --locals 100 --ports 20 \
                --remote 198.51.100.50 --rate 2000 --calls 22000 --linger 0 --drain 20 --quiet --json "$e2e_tmp/calls.json" -- \
                --no-huge -m 512 >"$e2e_tmp/calls.txt" 2>&1 || [ $? -eq 3 ] || e2e_fail "round $round: $(tail -n 1 "$e2e_tmp/calls.txt")"
        e2e_is "round $round: calls that succeeded" "$(jq .result.counts.calls_succeeded "$e2e_tmp/calls.json")" -eq 22000
done
e2e_pass "calls through the dataplane, again after a kill, and 44000 calls of a generator"
