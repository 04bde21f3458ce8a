#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Calls that the dataplane knows: a forged To-tag meets the same route as none; hold, BYE and CANCEL of
# the parties pass, those of strangers do not; a call that is up lives on over a kill of the dataplane.
#
# Beside others (6 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin calls

cat >"$e2e_tmp/policy" <<'YAML'
  routes:
    - name: no-premium
      match: {method: [INVITE], user-prefix: ["0900"]}
      action: reject
      code: 403
YAML
cat >"$e2e_tmp/dataplane" <<'YAML'
  learning-s: 0
YAML

step() { # NAME [ADDRESS]: one step of the call, from outside
        ip netns exec "$LAB_OUT" timeout 60 python3 "$E2E/call_peer.py" "$1" "${2:-$LAB_CALLER}" $LAB_PBX \
                "$e2e_tmp/state"
}

e2e_lab "$e2e_tmp/policy" "$e2e_tmp/dataplane"
setsid ip netns exec "$LAB_IN" python3 "$E2E/call_peer.py" answer $LAB_PBX >"$e2e_tmp/answer" 2>&1 &
disown
lab_until 20 sipp_listens "$LAB_IN" 5060 || e2e_fail "no answerer: $(tail -n 1 "$e2e_tmp/answer")"

# a To-tag opens nothing
step reject || e2e_fail "an INVITE with a forged To-tag to a rejected number is not rejected"

# a call: hold, a stranger's BYE, the caller's own
step invite || e2e_fail "no call"
step hold || e2e_fail "no hold: a re-INVITE in the call gets no 200"
step forged-bye $LAB_SCANNER || e2e_fail "the BYE of a stranger is answered"
lab_until 20 e2e_counts .dropped.dialog_source -ge 1 || e2e_fail "no drop with the reason dialog_source"
step hold || e2e_fail "the call is gone after the BYE of a stranger"
lab_until 20 eval '[ "$(lab_ctl --json status | jq ".dataplanes[0].calls.dialogs")" -ge 1 ]' ||
        e2e_fail "status shows no dialog: $(lab_ctl --json status | jq -c '.dataplanes[0].calls')"
step bye || e2e_fail "the caller's BYE gets no 200"

# ringing: a stranger's CANCEL, the caller's own
step wait || e2e_fail "it does not ring"
step forged-cancel $LAB_SCANNER || e2e_fail "the CANCEL of a stranger is answered"
lab_until 20 e2e_counts .dropped.cancel_source -ge 1 || e2e_fail "no drop with the reason cancel_source"
step cancel || e2e_fail "the caller's CANCEL is not followed by 487"

# up when the dataplane is killed: its BYE is of an unknown dialog, judged like a new request, and passes
step invite || e2e_fail "no second call"
pid=$(lab_pid dataplane)
kill -9 "$pid"
lab_until 20 lab_gone "$pid" || e2e_fail "the dataplane does not die"
lab_until 20 lab_detached || e2e_fail "control does not notice that the dataplane is dead"
lab_start_dataplane
lab_until 20 lab_attached || e2e_fail "no dataplane after the kill: $(tail -n 1 "$LAB_RUN/dataplane.log")"
step hold || e2e_fail "no hold after the kill"
lab_until 20 e2e_counts .unknown_dialogs -ge 1 || e2e_fail "the hold after the kill was not told as of an unknown dialog"
unknown=$(lab_counter .unknown_dialogs)
step bye || e2e_fail "no BYE after the kill"
e2e_counter "unknown after a hold that was answered" .unknown_dialogs -eq "$unknown"
e2e_conserved
e2e_pass "forged To-tag rejected, hold, BYE and CANCEL of parties and strangers, a call over a kill"
