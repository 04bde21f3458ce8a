#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is not SIP over IPv4 passes too: ARP and ping, IPv6 neighbours and ping, a TCP connection, calls
# over IPv6, frames with a VLAN tag.
#
# Beside others (4 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin passes

ping_from() { # ADDRESS
        ip netns exec "$LAB_OUT" ping -q -c 3 -i 0.2 -W 10 "$1" >"$e2e_tmp/ping" 2>&1
}

tcp_echo() {
        local port=7777
        ip netns exec "$LAB_IN" python3 "$E2E/tcp_echo.py" serve "$LAB_PBX" $port 2>/dev/null &
        lab_until 20 tcp_listens $port || return 1
        ip netns exec "$LAB_OUT" python3 "$E2E/tcp_echo.py" call "$LAB_PBX" $port 200000
}

tcp_listens() {
        [ -n "$(ip netns exec "$LAB_IN" ss -Hltn "sport = :$1")" ]
}

e2e_lab
ping_from $LAB_PBX || e2e_fail "ping: $(tail -n 2 "$e2e_tmp/ping" | head -n 1)"
ip -n "$LAB_OUT" neigh show $LAB_PBX | grep -q lladdr || e2e_fail "no ARP entry for $LAB_PBX"
ping_from $LAB_PBX6 || e2e_fail "ping over IPv6: $(tail -n 2 "$e2e_tmp/ping" | head -n 1)"
tcp_echo || e2e_fail "a TCP connection does not come through"

sipp_answerer answerer6 5060 "$LAB_PBX6" || e2e_fail "no answerer on IPv6"
sipp_in "$LAB_OUT" calls6 "[$LAB_PBX6]:5060" -sf "$LAB_FILES/uac.xml" -i "$LAB_CALLER6" -m 50 -r 50 -d 50 \
        -recv_timeout 20000 -s service || e2e_fail "calls over IPv6: $(sipp_failures calls6)"

# Tagged frames arrive as they were sent, and events name the tag.
ip netns exec "$LAB_IN" timeout 60 tcpdump -ni wire -c 5 -w "$e2e_tmp/tagged.pcap" vlan 100 and udp port 5060 \
        2>"$e2e_tmp/tcpdump" &
tcpdump=$!
lab_until 20 grep -q 'listening on' "$e2e_tmp/tcpdump" || e2e_fail "tcpdump does not listen"
ip netns exec "$LAB_OUT" python3 "$E2E/tagged.py" wire 100 198.51.101.10 198.51.101.20 5
wait $tcpdump || e2e_fail "frames with a VLAN tag do not come through"
lab_until 20 grep -q '"vlan": *\[100\].*tagged-4@lab' "$LAB_SOCK/eve.json" || e2e_fail "no event has the VLAN id"

e2e_is "packets dropped" "$(lab_ctl --json status | jq '.dataplanes[0].conservation.dropped')" -eq 0
e2e_conserved
e2e_pass "ARP, ping, ping over IPv6, 200 kB over TCP, 50 calls over IPv6, frames of VLAN 100"
