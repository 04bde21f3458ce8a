#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A worker with too much to do. In the lab it is stopped most of the time, and floods of each kind of request
# are sent faster and faster until it is more than it can do; beside them calls of strangers and of users,
# registrations, requests in a call and emergency calls are tried over and over, repeated like a client's.
# What is shed is what the order says and nothing behind it, each gets a 503 with its own Retry-After, nothing
# else is without an answer, emergency calls all come to their end, and soon after the flood all is as before.
# All by what is on the wire.
#
# Environment: OVERLOAD_SECONDS of each flood (3), OVERLOAD_RUN_MS and OVERLOAD_STOP_MS, by turns (2, 8).
. "$(dirname "$0")/harness.sh"
e2e_begin overload
LAB_PATIENCE_MS= # as an operator has it

seconds=${OVERLOAD_SECONDS:-3} run_ms=${OVERLOAD_RUN_MS:-2} stop_ms=${OVERLOAD_STOP_MS:-8}
order=(unproven proven refresh dialog)

no_limits() { # LANE
        printf '    %s:\n' "$1"
        printf '      %s: {endpoint: none, aor: none, address: none, prefix: none, all: none}\n' \
                register invite message other ongoing repeat keepalive question
}

wire() { # FROM TO
        python3 "$E2E/overload.py" wire "$e2e_tmp/wire.pcap" "$1" "$2"
}

replies() { # that there are to be on the wire
        lab_counter '(.shed_unproven + .shed_proven + .shed_refresh + .shed_dialog)'
}

caught() {
        wire 0 inf | awk '/^(flood|probe)/ { n += $2 } END { print n + 0 }'
}

all_caught() {
        [ "$(caught)" -ge "$(replies)" ]
}

{
        printf '  guard:\n    unproven: {endpoint: none, address: none}\n    proven: {endpoint: none, address: none}\n'
        printf '  limits:\n'
        no_limits unproven
        no_limits proven
} >"$e2e_tmp/dataplane.yaml"
e2e_lab "" "$e2e_tmp/dataplane.yaml"
ip -n "$LAB_OUT" route add 198.18.0.0/15 dev wire
ip -n "$LAB_IN" route add 198.18.0.0/15 via "$LAB_CALLER" dev wire
mac=$(ip -n "$LAB_IN" -j link show wire | jq -r '.[0].address')

ip netns exec "$LAB_IN" python3 "$E2E/overload.py" serve "$LAB_PBX" &
server=$!
lab_until 20 sipp_listens "$LAB_IN" 5060 || e2e_fail "the server does not listen"
ip netns exec "$LAB_OUT" tcpdump -ni wire -U -w "$e2e_tmp/wire.pcap" -s 500 -B 65536 \
        'udp and udp[8:4] = 0x5349502f and udp[16:4] = 0x35303320' 2>"$e2e_tmp/tcpdump" &
tcpdump=$!
lab_until 20 grep -q 'listening on' "$e2e_tmp/tcpdump" || e2e_fail "tcpdump does not listen"
python3 "$E2E/overload.py" slow "$(lab_pid dataplane)" "$run_ms" "$stop_ms" &
slow=$!

ip netns exec "$LAB_OUT" timeout 300 python3 "$E2E/overload.py" load "$LAB_CALLER" "$LAB_SCANNER" "$LAB_PBX" "$mac" \
        "$seconds" >"$e2e_tmp/table" 2>"$e2e_tmp/load" || e2e_fail "load: $(tail -n 1 "$e2e_tmp/load")"
kill $slow $server
wait $slow $server 2>/dev/null || true
e2e_conserved
lab_until 20 all_caught || true # what is not there by then is told below
kill $tcpdump
wait $tcpdump || true

# ---- the rows: what was tried beside each flood ----

printf '%-9s %8s' flood sent/s
printf ' %12s' "${order[@]}" emergency "calm ms"
printf '\n'
worst=0 row=0
while read -r name sent unproven proven refresh dialog emergency calm _; do
        printf '%-9s %8d %12s %12s %12s %12s %12s %12d\n' "$name" "$sent" "$unproven" "$proven" "$refresh" \
                "$dialog" "$emergency" "$calm"
        [ "$calm" -le "$worst" ] || worst=$calm
        kind=0
        for cell in "$unproven" "$proven" "$refresh" "$dialog" "$emergency"; do
                IFS=/ read -r "done" shed lost <<<"$cell"
                what="flood of $name, ${order[kind]:-emergency}"
                e2e_is "$what: without an answer" "$lost" -eq 0
                if [ $kind -eq 4 ] || { [ "$name" != mixed ] && [ $kind -gt $row ]; }; then
                        e2e_is "$what: shed" "$shed" -eq 0
                        e2e_is "$what: done" "$done" -ge 1
                elif [ "$name" != mixed ]; then
                        e2e_is "$what: shed" "$shed" -ge 1
                fi
                kind=$((kind + 1))
        done
        row=$((row + 1))
        begun=$(awk -v n="$name" '$1 == n { print $(NF - 1) }' "$e2e_tmp/table")
        ended=$(awk -v n="$name" '$1 == n { print $NF }' "$e2e_tmp/table")
        wire "$begun" "$ended" >"$e2e_tmp/wire.$name"
done <"$e2e_tmp/table"
e2e_is "floods" $row -eq 5

# ---- the wire: who got a 503, in which order, and what it says ----

wire 0 inf >"$e2e_tmp/wire.all"
e2e_is "packets that tcpdump missed" "$(awk '/dropped by kernel/ { print $1 }' "$e2e_tmp/tcpdump")" -eq 0
all=$(caught)
e2e_is "503s on the wire, of those told ($(lab_counter .dropped.tx_full) of them found the port full)" "$all" -eq \
        $(($(replies) - $(lab_counter .dropped.tx_full)))
! grep -q emergency "$e2e_tmp/wire.all" || e2e_fail "an emergency call is turned down"
for kind in 0 1 2 3; do
        got=$(awk '/^flood/ { print substr($1, 7) }' "$e2e_tmp/wire.${order[kind]}" | xargs)
        e2e_is "what of the flood of ${order[kind]} is turned down" "$got" = "${order[kind]}"
done
# of all kinds at once they begin to be turned down one after the other
e2e_is "order" "$(awk '/^flood/ { print substr($1, 7) }' "$e2e_tmp/wire.mixed" | xargs)" = "${order[*]}"
# 5 to 10 seconds, each about as often as another
e2e_is "values of Retry-After" "$(awk '/^retry/ { print $2 }' "$e2e_tmp/wire.all" | sort -n | xargs)" = "5 6 7 8 9 10"
e2e_is "the rarest of them, in a hundred" \
        "$(awk -v all="$all" '/^retry/ && (!n || $3 < n) { n = $3 } END { print int(n * 100 / all) }' "$e2e_tmp/wire.all")" -ge 10

e2e_pass "$all 503s in the order ${order[*]}, no emergency call among them; calm again within $worst ms"
