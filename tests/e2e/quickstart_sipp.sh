#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The main job as a user would run it: quickstart --check with SIPp as the inside peer, twice, the
# second time over what a broken-off first run left.
. "$(dirname "$0")/harness.sh"
e2e_begin quickstart_sipp

quickstart() {
        "$ROOT/control/quickstart" --id "$LAB_ID" --build-dir "$SLUICE_BUILD" "$@"
}

# A run without --check leaves its lab up; the second run must cope.
quickstart --calls 50 --rate 50 >"$e2e_tmp/first" 2>&1 || e2e_fail "first run: $(tail -n 1 "$e2e_tmp/first")"
lab_attached || e2e_fail "the first run left no lab to look at"
quickstart --check >"$e2e_tmp/second" 2>&1 || e2e_fail "$(tail -n 2 "$e2e_tmp/second" | tr '\n' ' ')"
[ ! -e "/run/netns/$LAB_DP" ] || e2e_fail "--check left its namespaces behind"
e2e_pass "$(sed -n 's/^  \(Calls\|Scan\) *//p' "$e2e_tmp/second" | tr '\n' ';')"
