#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A replay asks the control process that runs: another policy gives other verdicts, events come out all
# the same, and without it (refused, killed, told not to) the replay decides by itself.
#
# Beside others (9 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin replay_control

dataplane=$SLUICE_BUILD/dataplane/sluice-dataplane
api=$e2e_tmp/control.sock
python3 "$E2E/make_pcap.py" "$e2e_tmp/in.pcap" "$ROOT"/tests/corpus/sip/*
cat >"$e2e_tmp/s.yaml" <<YAML
control: {socket: $api, dataplanes: [], state-dir: $e2e_tmp, eve-file: ""}
policy: {default: drop}
YAML
install -m 755 "$SLUICE_BUILD/control/sluice-control" "$e2e_tmp"
chmod 755 "$e2e_tmp"
chown nobody "$e2e_tmp"

control_start() {
        setpriv --reuid=nobody --clear-groups "$e2e_tmp/sluice-control" -c "$e2e_tmp/s.yaml" \
                >>"$e2e_tmp/control.log" 2>&1 &
        control=$!
        lab_until 20 "$SLUICE_BUILD/control/cli/sluicectl" --socket "$api" version >/dev/null ||
                e2e_fail "control does not answer"
}

replay() { # NAME [ARGUMENTS...] - counts of (action, reason) of the SIP lines to NAME.verdicts
        local name=$1
        shift
        "$dataplane" --replay "$e2e_tmp/in.pcap" --events "$e2e_tmp/$name.json" "$@" 2>"$e2e_tmp/$name.err" ||
                e2e_fail "$name: status $?: $(tail -n 1 "$e2e_tmp/$name.err")"
        jq -r 'select(.event_type == "sip") | "\(.verdict.action) \(.verdict.reason)"' "$e2e_tmp/$name.json" |
                sort | uniq -c >"$e2e_tmp/$name.verdicts"
        e2e_is "$name: exact" "$(jq 'select(.event_type == "stats") | .stats.conservation.exact' "$e2e_tmp/$name.json")" = true
}

verdicts() { # NAME REASON - how many
        awk -v r="$2" '$3 == r { n += $1 } END { print n + 0 }' "$e2e_tmp/$1.verdicts"
}

replay alone --control none
e2e_is "alone: no_route" "$(verdicts alone no_route)" -eq 0

control_start
replay asked --control "$api"
grep -q 'decides$' "$e2e_tmp/asked.err" || e2e_fail "the control process was not asked"
e2e_is "asked: no_route" "$(verdicts asked no_route)" -gt 10
e2e_is "asked: lines" "$(wc -l <"$e2e_tmp/asked.json")" -eq "$(wc -l <"$e2e_tmp/alone.json")"

# a stranger may not ask it, and replays all the same
chmod 711 "$e2e_tmp"
chmod 644 "$e2e_tmp/in.pcap"
chmod 666 "$api"
setpriv --reuid=65533 --clear-groups "$dataplane" --replay "$e2e_tmp/in.pcap" --control "$api" \
        2>"$e2e_tmp/stranger.err" || e2e_fail "stranger: status $?"
grep -q 'deciding here' "$e2e_tmp/stranger.err" || e2e_fail "a stranger was let in"

# block lists, of the process and of the logic within
sed 's/policy: {default: drop}/policy: {blocklists: [{name: all, file: LIST}]}/' "$e2e_tmp/s.yaml" |
        sed "s|LIST|$e2e_tmp/list|" >"$e2e_tmp/listed.yaml"
printf '0.0.0.0/0\n::/0\n' >"$e2e_tmp/list"
chmod 644 "$e2e_tmp/list" "$e2e_tmp/listed.yaml"
replay listed_alone --control none --config "$e2e_tmp/listed.yaml"
e2e_is "listed, alone: blocklist" "$(verdicts listed_alone blocklist)" -gt 10
cp "$e2e_tmp/s.yaml" "$e2e_tmp/drop.yaml"
cp "$e2e_tmp/listed.yaml" "$e2e_tmp/s.yaml"
"$SLUICE_BUILD/control/cli/sluicectl" --socket "$api" reload >/dev/null || e2e_fail "reload refused"
replay listed_asked --control "$api"
e2e_is "listed, asked: blocklist" "$(verdicts listed_asked blocklist)" -eq "$(verdicts listed_alone blocklist)"

kill -9 "$control"
wait "$control" 2>/dev/null || true
cp "$e2e_tmp/drop.yaml" "$e2e_tmp/s.yaml"
replay dead --control "$api"
cmp -s "$e2e_tmp/alone.verdicts" "$e2e_tmp/dead.verdicts" || e2e_fail "without control the verdicts differ from --control none"

# killed in the middle: what is held goes by the exception table, nothing is lost
for round in 1 2 3 4 5; do
        control_start
        replay "killed$round" --control "$api" &
        kill -9 "$control"
        wait "$control" 2>/dev/null || true
        wait $! || e2e_fail "killed$round"
done
e2e_pass "asked, refused, dead and killed: $(wc -l <"$e2e_tmp/alone.json") events each time, exact"
