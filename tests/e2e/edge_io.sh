#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A dataplane that owns addresses, one-armed: ARP, neighbour discovery and echo are answered by the
# worker, TCP and fragments by the kernel behind the TAP device, REGISTER and INVITE by control from the
# virtual addresses, over IPv4 and IPv6; what is for others is dropped; and all of it again after
# the dataplane was killed.
#
# Beside others (18 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin edge_io
. "$E2E/wire.sh"
export LAB_MODE=edge LAB_ARMS=1
ours=198.51.100.1
ours6=fd00:5::1
users=20

cat >"$e2e_tmp/dataplane" <<YAML
  idle: sleep
  sip-ports: [5060]
  links:
    outside:
      addresses: [$ours/24, "$ours6/64"]
      gateway: 198.51.100.254
      tap: sluice0
YAML
{
        printf '  default: pass\n\nedge:\n  domains: [example.com]\n  algorithms: [MD5]\n  users:\n'
        for i in $(seq $users); do
                echo "    - {name: u$i, password: p$i}"
        done
} >"$e2e_tmp/policy"

out() {
        ip netns exec "$LAB_OUT" "$@"
}

# neighbour ADDRESS - what the caller's machine has learned of it, after forgetting it.
learns() {
        ip -n "$LAB_OUT" neigh flush dev wire
        out ping -c 1 -W 10 "$1" >"$e2e_tmp/ping" || e2e_fail "no answer to an echo request from $1"
        ip -n "$LAB_OUT" neigh show "$1" dev wire | grep -q "lladdr $mac" ||
                e2e_fail "$1 is not at $mac: $(ip -n "$LAB_OUT" neigh show "$1" dev wire)"
}

echoes() { # ADDRESS OCTETS
        out ping -c 20 -i 0.01 -s "$2" -W 10 "$1" >"$e2e_tmp/ping" || true
        grep -q ' 0% packet loss' "$e2e_tmp/ping" || e2e_fail "echoes of $2 octets to $1: $(tail -n 2 "$e2e_tmp/ping")"
}

tcp() { # ADDRESS PORT: through the TAP device to a server of the kernel
        ip netns exec "$LAB_DP" python3 "$E2E/tcp_echo.py" serve "$1" "$2" &
        lab_until 20 tcp_listens "$2" || e2e_fail "nobody listens on $1:$2"
        out python3 "$E2E/tcp_echo.py" call "$1" "$2" 200000 || e2e_fail "TCP to $1 does not carry"
        wait $!
}

tcp_listens() {
        [ -n "$(ip netns exec "$LAB_DP" ss -Hltn "sport = :$1")" ]
}

inputs() { # FILE
        echo SEQUENTIAL >"$1"
        for i in $(seq $users); do
                echo "u$i;[authentication username=u$i password=p$i]" >>"$1"
        done
}

sip() { # NAME SERVER LOCAL PORT: register all, and then call all
        inputs "$e2e_tmp/users.csv"
        sipp_in "$LAB_OUT" "$1_register" "$2" -sf "$E2E/edge_register.xml" -inf "$e2e_tmp/users.csv" \
                -auth_uri example.com -i "$3" -p "$4" -m $users -r 50 -recv_timeout 20000 ||
                e2e_fail "$1: registrations: $(sipp_failures "$1_register")"
        sipp_in "$LAB_OUT" "$1_call" "$2" -sf "$E2E/edge_redirected.xml" -inf "$e2e_tmp/users.csv" \
                -i "$3" -p $(($4 + 1)) -m $users -r 50 -recv_timeout 20000 ||
                e2e_fail "$1: redirections: $(sipp_failures "$1_call")"
}

all() {
        mac=$(ip -n "$LAB_DP" -j link show outside | jq -r '.[0].address')
        learns "$ours"
        learns "$ours6"
        for octets in 0 56 1400; do
                echoes "$ours" "$octets"
                echoes "$ours6" "$octets"
        done
        echoes "$ours" 4000 # in fragments: the kernel's
        tcp "$ours" 2222
        tcp "$ours6" 2223
        # the kernel's own questions go out and come back
        ip netns exec "$LAB_DP" ping -c 2 -i 0.2 -W 10 "$LAB_CALLER" >/dev/null || e2e_fail "the kernel reaches nobody"
        ip netns exec "$LAB_DP" ping -c 2 -i 0.2 -W 10 "$LAB_CALLER6" >/dev/null || e2e_fail "the kernel reaches nobody over IPv6"
        sip four "$ours:5060" "$LAB_CALLER" 5100
        sip six "[$ours6]:5060" "[$LAB_CALLER6]" 5110
}

e2e_lab "$e2e_tmp/policy" "$e2e_tmp/dataplane"
wire_watch "$LAB_OUT" $ours
all

# for another address, in a frame for us
ip -n "$LAB_OUT" neigh replace 198.51.100.77 lladdr "$mac" dev wire nud permanent
before=$(lab_counter .dropped.not_ours)
out ping -c 3 -i 0.1 -W 1 198.51.100.77 >/dev/null && e2e_fail "somebody answers for an address that is not ours"
lab_until 20 e2e_counts .dropped.not_ours -ge $((before + 3)) || e2e_fail "what is not ours is not counted"
# to a UDP port where nobody is: the kernel says so
out python3 -c 'import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(20)
s.connect((sys.argv[1], 9))
s.send(b"x")
try:
    s.recv(1)
except ConnectionRefusedError:
    sys.exit(0)
sys.exit(1)' "$ours" || e2e_fail "no ICMP from the kernel"
lab_until 20 e2e_counts .echoes_answered -ge 100 || e2e_fail "echoes answered: $(lab_counter .echoes_answered)"
e2e_is "address conflicts" "$(lab_counter .address_conflicts)" -eq 0
e2e_conserved

# killed: the address is gone, and its device; started again: everything as before
lab_stop dataplane KILL
out ping -c 1 -W 1 "$ours" >/dev/null && e2e_fail "the address answers without a dataplane"
lab_start_dataplane
lab_until 20 lab_attached || e2e_fail "control does not attach again"
all
e2e_conserved
wire_read
e2e_is "messages captured" "$wire_cnt" -ge $((users * 12))

# a file that can not be is refused with its place
sed 's/addresses: .*/addresses: [198.51.100.0\/24]/' "$LAB_YAML" >"$e2e_tmp/bad.yaml"
"$LAB_LIB/bin/sluice-dataplane" -- --config "$e2e_tmp/bad.yaml" --test 2>"$e2e_tmp/bad" && e2e_fail "a network as an address is taken"
grep -q 'bad.yaml:[0-9]*:[0-9]*: 198.51.100.0/24 is not an address' "$e2e_tmp/bad" || e2e_fail "told: $(cat "$e2e_tmp/bad")"
"$LAB_LIB/bin/sluice-control" --config "$LAB_YAML" --test >/dev/null || e2e_fail "sluice-control refuses the file"

e2e_pass "ARP, ND, echo, TCP, fragments and UDP ports by IPv4 and IPv6; $((users * 8)) registrations and redirections from virtual addresses; the same after a kill; $wire_cnt messages of it, none odd to tshark, our parser and $wire_said"
