#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is SIP and what is not, over the captures of the outside corpus: the same UDP captures on the
# standard ports and with every port moved, beside tshark's and nDPI's view of each; a table of what
# each finds, in which every difference has its reason.
#
# Beside others (80 s): it computes.
. "$(dirname "$0")/harness.sh"
e2e_begin classify
[ -d "$SLUICE_CORPUS/pcap" ] || e2e_skip "no captures at $SLUICE_CORPUS/pcap"
for tool in tshark editcap ndpiReader python3; do
        command -v $tool >/dev/null || e2e_skip "no $tool"
done

python3 "$E2E/classify_table.py" "$SLUICE_CORPUS" "$e2e_tmp" "$SLUICE_BUILD/dataplane/sluice-dataplane" \
        >"$e2e_tmp/table" 2>"$e2e_tmp/errors" ||
        e2e_fail "$(grep -h -E "NO REASON|nothing needs|no SIP" "$e2e_tmp/table"; tail -n 1 "$e2e_tmp/table" "$e2e_tmp/errors")"
grep '^ ' "$e2e_tmp/table" || true
e2e_pass "$(tail -n 1 "$e2e_tmp/table")"
