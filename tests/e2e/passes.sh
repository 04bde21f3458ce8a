#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is not SIP over IPv4 passes too: ARP and ping, IPv6 neighbours and ping, a TCP connection, calls
# over IPv6, calls with a VLAN tag.
. "$(dirname "$0")/harness.sh"
e2e_begin passes

ping_from() { # ADDRESS
        ip netns exec "$LAB_OUT" ping -q -c 3 -i 0.2 -W 2 "$1" >"$e2e_tmp/ping" 2>&1
}

tcp_echo() {
        local port=7777 got
        ip netns exec "$LAB_IN" ncat -l "$LAB_PBX" $port --exec /bin/cat >/dev/null 2>&1 &
        lab_until 5 tcp_listens $port || return 1
        got=$(head -c 200000 /dev/zero | ip netns exec "$LAB_OUT" timeout 20 ncat "$LAB_PBX" $port | wc -c)
        [ "$got" -eq 200000 ]
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
        -recv_timeout 8000 -s service || e2e_fail "calls over IPv6: $(sipp_failures calls6)"

# A tag on both ends; the dataplane sees it, the peers do not.
for end in "$LAB_OUT 198.51.101.10" "$LAB_IN 198.51.101.20"; do
        set -- $end
        ip -n "$1" link add link wire name wire.100 type vlan id 100
        ip -n "$1" address add "$2/24" dev wire.100
        ip -n "$1" link set wire.100 up
done
sipp_answerer answerer_vlan 5062 198.51.101.20 || e2e_fail "no answerer on the VLAN"
sipp_in "$LAB_OUT" calls_vlan 198.51.101.20:5062 -sf "$LAB_FILES/uac.xml" -i 198.51.101.10 -m 50 -r 50 -d 50 \
        -recv_timeout 8000 -s service || e2e_fail "calls with a VLAN tag: $(sipp_failures calls_vlan)"
lab_until 3 e2e_counts .sip_messages -ge 600 || e2e_fail "only $(lab_counter .sip_messages) SIP messages seen"
grep -q '"vlan":\[100\]' "$LAB_SOCK/eve.json" || e2e_fail "no event has the VLAN id"

e2e_is "packets dropped" "$(lab_ctl --json status | jq '.dataplanes[0].conservation.dropped')" -eq 0
e2e_conserved
e2e_pass "ARP, ping, ping over IPv6, 200 kB over TCP, 50 calls over IPv6, 50 calls on VLAN 100"
