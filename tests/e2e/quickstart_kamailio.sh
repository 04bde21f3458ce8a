#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# quickstart --check with Kamailio, which stays in the signalling path, as the inside peer.
. "$(dirname "$0")/harness.sh"
e2e_begin quickstart_kamailio

"$ROOT/control/quickstart" --id "$LAB_ID" --build-dir "$SLUICE_BUILD" --check --pbx kamailio >"$e2e_tmp/run" 2>&1 ||
        e2e_fail "$(tail -n 2 "$e2e_tmp/run" | tr '\n' ' ')"
e2e_pass "$(sed -n 's/^  \(Calls\|Scan\) *//p' "$e2e_tmp/run" | tr '\n' ';')"
