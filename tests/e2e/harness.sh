# SPDX-License-Identifier: Apache-2.0
# harness.sh - what every end-to-end test needs. Sourced first; bash.
#
#   e2e_begin NAME   names the test and its lab; from here on a script that stops says FAIL
#   e2e_lab [POLICY [DATAPLANE]]  the lab up, both processes attached, files as lab_config takes them
#   e2e_pass TEXT | e2e_fail TEXT | e2e_skip TEXT    the one line, and the end
#
# The environment: SLUICE_BUILD (release build), SLUICE_BUILD_ASAN (sanitizer build), SLUICE_CORPUS
# (default ../shared/corpus beside the checkout). Exit status 0 pass, 1 fail, 77 skip. A failed test
# leaves its logs in SLUICE_E2E_LOGS/NAME.
set -Eeuo pipefail

E2E=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$E2E/../.." && pwd)
SLUICE_BUILD=${SLUICE_BUILD:-$ROOT/build-release}
SLUICE_BUILD_ASAN=${SLUICE_BUILD_ASAN:-$ROOT/build-asan}
SLUICE_CORPUS=${SLUICE_CORPUS:-$ROOT/../shared/corpus}
SLUICE_E2E_LOGS=${SLUICE_E2E_LOGS:-/tmp/sluice-e2e}
. "$ROOT/control/lab/lab.sh"
. "$ROOT/control/lab/sipp.sh"
# An answer that comes too late is dropped, and who decides on this machine may be kept waiting for seconds; what
# comes all at once after that may be shed. Tests of these say `LAB_PATIENCE_MS=` for what an operator has.
LAB_PATIENCE_MS=8000
e2e_verdict= e2e_watch=

e2e_begin() {
        e2e_name=$1
        # No other test has this lab, and no other checkout either.
        lab_init "$(tr -dc 'a-z0-9' <<<"$1" | cut -c 1-7)$(cksum <<<"$ROOT/$1" | tail -c 10 | tr -dc 0-9 | head -c 4)"
        e2e_tmp=$(mktemp -d "/tmp/sluice-$1.XXXXXX")
        trap 'e2e_line=$LINENO' ERR
        trap e2e_end EXIT
        trap 'exit 1' INT TERM HUP
        [ "$(id -u)" -eq 0 ] || e2e_skip "needs root"
}

e2e_end() {
        local status=$?
        [ -n "$e2e_verdict" ] || {
                echo "FAIL $e2e_name: stopped at line ${e2e_line:-?}"
                status=1
        }
        if [ "$status" -eq 1 ]; then
                mkdir -p "$SLUICE_E2E_LOGS/$e2e_name"
                cp -r "$e2e_tmp/." "$SLUICE_E2E_LOGS/$e2e_name/" 2>/dev/null || true
                lab_ctl --json stats >"$SLUICE_E2E_LOGS/$e2e_name/stats.json" 2>/dev/null || true
                find "$LAB_RUN" "$LAB_SOCK" -maxdepth 1 -type f -exec cp -t "$SLUICE_E2E_LOGS/$e2e_name" {} + 2>/dev/null || true
        fi
        [ -z "$e2e_watch" ] || kill "$e2e_watch" 2>/dev/null || true
        [ "$(id -u)" -ne 0 ] || lab_down
        rm -rf "$e2e_tmp"
        exit "$status"
}

e2e_say() { # the verdict, in one line
        e2e_verdict=$1
        echo "$1 $e2e_name: ${*:2}"
}

e2e_pass() {
        e2e_say PASS "$@"
        exit 0
}

e2e_fail() {
        e2e_say FAIL "$@"
        exit 1
}

e2e_skip() {
        e2e_say SKIP "$@"
        exit 77
}

e2e_lab() {
        local why
        why=$({ lab_up && lab_config "$@" && lab_programs "$SLUICE_BUILD" && lab_start; } 2>&1) ||
                e2e_fail "no lab: $why"
}

# e2e_is WHAT ACTUAL OPERATOR WANTED - fail unless test(1) agrees.
e2e_is() {
        [ "$2" "$3" "$4" ] || e2e_fail "$1: $2, wanted $3 $4"
}

# e2e_conserved - every packet accounted for once the counters have caught up.
e2e_conserved() {
        lab_until 20 lab_exact || e2e_fail "conservation: $(lab_ctl --json status | jq -c '.dataplanes[].conservation')"
        e2e_is "times that the equation did not hold" "$(lab_counter .conservation_errors)" -eq 0
}

# e2e_restart_control - killed, and there again.
e2e_restart_control() {
        local pid
        pid=$(lab_pid control)
        kill -9 "$pid"
        lab_until 20 lab_gone "$pid" || e2e_fail "control does not die"
        lab_start_control
        lab_until 20 lab_attached || e2e_fail "control is not attached again"
}

control_uptime() { # seconds
        lab_ctl --json status | jq '.control.uptime_s // .uptime_s'
}

control_is_up() { # SECONDS
        [ "$(control_uptime)" -ge "$1" ]
}

# What a worker asked in the second in which control starts, control asks again: which counts of such a nonce
# were used before, nobody knows. Whoever expects one challenge for each begins after it.
e2e_counts_begin() {
        lab_until 20 control_is_up $(($(control_uptime) + 2)) || e2e_fail "control is not up for two seconds"
}

# e2e_stalls_watch: from now on it is known how long the machine, or this test in it, stands still: a time that a
# test promises is told apart from that by what e2e_stalled_ms grew by. The latter is up to date when it is asked.
e2e_stalls_watch() {
        python3 "$E2E/stalls.py" "$e2e_tmp/stalls" &
        e2e_watch=$!
        disown
        lab_until 20 test -s "$e2e_tmp/stalls" || e2e_fail "stalls are not watched"
}

e2e_stalled_ms() {
        local slept
        slept=$(cut -c 1-12 "$e2e_tmp/stalls")
        lab_until 20 e2e_slept $((slept + 2)) || e2e_fail "stalls are not watched any more"
        echo $(($(cut -c 14- "$e2e_tmp/stalls")))
}

# e2e_queued_ms PID - how long the main thread of this process has waited for a CPU that others had.
e2e_queued_ms() {
        awk '{ print int($2 / 1000000) }' "/proc/$1/schedstat"
}

# e2e_undisturbed COMMAND... - what fails with e2e_fail; is done again when the machine stood still meanwhile, which is
# told, and with what is left in the namespaces ended; at most ten times.
e2e_undisturbed() {
        local why before stalled pid ns tries=10
        while true; do
                before=$(e2e_stalled_ms)
                ("$@") </dev/null >"$e2e_tmp/undisturbed" 2>&1 &
                wait $! && return
                why=$(tail -n 1 "$e2e_tmp/undisturbed")
                stalled=$(($(e2e_stalled_ms) - before))
                tries=$((tries - 1))
                [ $stalled -ge 200 ] && [ $tries -gt 0 ] || {
                        e2e_verdict=FAIL
                        echo "${why:-FAIL $e2e_name: $*}"
                        exit 1
                }
                echo "  again after $stalled ms of standing still: $why"
                for ns in "$LAB_OUT" "$LAB_DP" "$LAB_IN"; do
                        for pid in $(ip netns pids "$ns"); do kill -KILL "$pid" 2>/dev/null || true; done
                        lab_until 20 lab_ns_empty "$ns" || e2e_fail "processes in $ns do not end"
                done
        done
}

e2e_slept() { # TIMES
        [ "$(cut -c 1-12 "$e2e_tmp/stalls")" -ge "$1" ]
}

# e2e_counts FILTER OPERATOR WANTED - true when the counter stands so (for lab_until).
e2e_counts() {
        [ "$(lab_counter "$1")" "$2" "$3" ]
}

# e2e_counter WHAT FILTER OPERATOR WANTED - fail unless the counter comes to stand so: it follows the packets by a
# turn of housekeeping.
e2e_counter() {
        lab_until 10 e2e_counts "${@:2}" || e2e_is "$1" "$(lab_counter "$2")" "$3" "$4"
}

# e2e_calls NAME COUNT RATE [SIPP ARGUMENTS] - and none may fail.
e2e_calls() {
        sipp_calls "$@" || e2e_fail "$1: $(sipp_result "$1" 'FailedCall(C)') of $2 calls failed: $(sipp_failures "$1")"
        e2e_is "$1: calls completed" "$(sipp_result "$1" 'SuccessfulCall(C)')" -ge "$2"
}

# e2e_phone NAME ADDRESS PORT ACCOUNT - baresip on the outside, its console on PORT + 100 of 127.0.0.1; it
# answers by itself and stays, and what it says is NAME.phone. With PHONE_TRACE=-s it tells its messages.
e2e_phone() {
        local dir=$e2e_tmp/$1
        mkdir -p "$dir"
        cat >"$dir/config" <<CONFIG
sip_listen $2:$3
module_path /usr/lib/baresip/modules
module g711.so
module aubridge.so
module cons.so
module_tmp account.so
module_app menu.so
cons_listen 127.0.0.1:$(($3 + 100))
audio_player aubridge,nil
audio_source aubridge,nil
audio_alert aubridge,nil
CONFIG
        echo "$4;answermode=auto" >"$dir/accounts"
        : >"$dir/contacts"
        # shellcheck disable=SC2086 # an option or nothing
        setsid ip netns exec "$LAB_OUT" env TERM=dumb baresip ${PHONE_TRACE:-} -f "$dir" \
                </dev/null >"$e2e_tmp/$1.phone" 2>&1 &
        disown
}

e2e_phone_command() { # PORT COMMAND: to the console of the phone on this port
        ip netns exec "$LAB_OUT" python3 -c 'import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto((sys.argv[2] + "\n").encode(), ("127.0.0.1", int(sys.argv[1]) + 100))' "$1" "$2"
}
