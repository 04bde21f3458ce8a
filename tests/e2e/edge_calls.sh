#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Calls through a dataplane in edge mode, a stateless proxy: to registered users, two-armed and
# one-armed, over IPv4 and IPv6, with Kamailio as the next hop; control is killed under calls, and
# so is the dataplane: calls that are up end as they should.
#
# Beside others (36 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin edge_calls
. "$E2E/wire.sh"
export LAB_MODE=edge
ours=198.51.100.1 ours6=fd00:5::1         # outside
inner=192.0.2.1 inner6=fd00:7::1          # inside
phone=192.0.2.20 phone6=fd00:7::20
users=6
sed 's/\[service\]@\[remote_ip\]:\[remote_port\]/[service]@example.com/g' "$ROOT/control/lab/uac.xml" >"$e2e_tmp/uac.xml"

links() { # FILE ARMS
        cat >"$1" <<YAML
  idle: sleep
  links:
    outside: {addresses: [$ours/24, "$ours6/64"]}
YAML
        [ "$2" -eq 1 ] || echo "    inside: {addresses: [$inner/24, \"$inner6/64\"]}" >>"$1"
}

{
        printf '  default: pass\n\nedge:\n  domains: [example.com]\n  algorithms: [MD5]\n  calls: proxy\n  users:\n'
        for i in $(seq $users); do
                echo "    - {name: u$i, password: p$i}"
        done
} >"$e2e_tmp/policy"

registers() { # NAMESPACE USER SERVER ADDRESS PORT: the user is at that address and port
        printf 'SEQUENTIAL\nu%s;[authentication username=u%s password=p%s]\n' "$2" "$2" "$2" >"$e2e_tmp/u$2.csv"
        sipp_in "$1" "register$2" "$3:5060" -sf "$E2E/edge_register.xml" -inf "$e2e_tmp/u$2.csv" \
                -auth_uri example.com -i "$4" -p "$5" -m 1 -recv_timeout 20000 ||
                e2e_fail "u$2 does not register: $(sipp_failures "register$2")"
}

answers() { # NAMESPACE NAME ADDRESS PORT: a phone that stays
        sipp_in "$1" "$2" -sf "$ROOT/control/lab/uas.xml" -i "$3" -p "$4" -mp $(($4 + 1000)) 2>/dev/null &
        disown
        lab_until 20 sipp_listens "$1" "$4" || e2e_fail "$2 does not listen on $3:$4"
}

calls() { # NAME SERVER ADDRESS USER COUNT MILLISECONDS [PORT]
        sipp_in "$LAB_OUT" "$1" "$2:5060" -sf "$e2e_tmp/uac.xml" -i "$3" -p "${7:-5070}" -mp "$((${7:-5070} + 2000))" \
                -s "u$4" -m "$5" -r 20 -d "$6" -recv_timeout 20000 ||
                e2e_fail "$1: $(sipp_result "$1" 'FailedCall(C)') of $5 calls failed: $(sipp_failures "$1")"
}

two_armed() {
        links "$e2e_tmp/dataplane" 2
        e2e_lab "$e2e_tmp/policy" "$e2e_tmp/dataplane"
        wire_watch "$LAB_OUT" $ours
        wire_watch "$LAB_IN" $inner
        ip -n "$LAB_IN" address add $phone/24 dev wire
        ip -n "$LAB_IN" address add $phone6/64 dev wire nodad
        registers "$LAB_IN" 1 $inner $phone 5060
        registers "$LAB_IN" 2 "[$inner6]" "[$phone6]" 5062
        registers "$LAB_IN" 3 $inner $phone 5080 # Kamailio is there
        answers "$LAB_IN" phone $phone 5060
        answers "$LAB_IN" phone6 "[$phone6]" 5062
        answers "$LAB_IN" behind $phone 5070
        ip netns exec "$LAB_IN" kamailio -f "$E2E/bench_proxy.cfg" -l "udp:$phone:5080" -DD -E \
                -Y "$LAB_RUN" -P "$LAB_RUN/kamailio.pid" >"$e2e_tmp/kamailio.log" 2>&1 &
        disown
        lab_until 20 sipp_listens "$LAB_IN" 5080 || e2e_fail "Kamailio does not start: $(tail -n 2 "$e2e_tmp/kamailio.log")"
        calls two4 $ours "$LAB_CALLER" 1 40 200
        calls two6 "[$ours6]" "[$LAB_CALLER6]" 2 40 200
        calls four_to_six $ours "$LAB_CALLER" 2 10 200
        calls kamailio $ours "$LAB_CALLER" 3 40 200
        e2e_counter "packets proxied" .passed.proxied -ge 500
        e2e_conserved
}

# Calls that are up go on without control, and end.
control_killed() {
        calls without_control $ours "$LAB_CALLER" 1 20 5000 5074 &
        local caller=$!
        lab_until 20 calls_up without_control 20 || e2e_fail "calls do not begin"
        lab_stop control KILL
        wait "$caller" || e2e_fail "calls without control"
        lab_start_control
        lab_until 20 lab_attached || e2e_fail "control does not come back"
        calls with_control $ours "$LAB_CALLER" 1 10 100
}

# They go on when the dataplane comes back: what it had signed is known.
dataplane_killed() {
        calls across $ours "$LAB_CALLER" 1 20 8000 5076 &
        local caller=$!
        lab_until 20 calls_up across 20 || e2e_fail "calls do not begin"
        lab_stop dataplane KILL
        lab_start_dataplane
        lab_until 20 lab_attached || e2e_fail "control does not attach again"
        wait "$caller" || e2e_fail "calls across a restart"
        calls after $ours "$LAB_CALLER" 1 10 100
        e2e_conserved
}

calls_up() { # NAME COUNT: so many have been answered
        [ "$(sipp_result "$1" 'CurrentCall')" -ge "$2" ]
}

one_armed() {
        wire_read
        lab_down
        links "$e2e_tmp/dataplane" 1
        LAB_ARMS=1 e2e_lab "$e2e_tmp/policy" "$e2e_tmp/dataplane"
        wire_watch "$LAB_OUT" $ours
        registers "$LAB_OUT" 4 $ours "$LAB_SCANNER" 5060
        answers "$LAB_OUT" neighbour "$LAB_SCANNER" 5060
        calls one4 $ours "$LAB_CALLER" 4 40 200
        ip -n "$LAB_OUT" address add fd00:5::66/64 dev wire nodad
        registers "$LAB_OUT" 5 "[$ours6]" "[fd00:5::66]" 5064
        answers "$LAB_OUT" neighbour6 "[fd00:5::66]" 5064
        calls one6 "[$ours6]" "[$LAB_CALLER6]" 5 40 200
        e2e_conserved
        wire_read
}

two_armed
control_killed
dataplane_killed
one_armed
e2e_is "messages captured" "$wire_cnt" -ge 1500
e2e_pass "two-armed and one-armed, IPv4, IPv6 and from one to the other, through Kamailio; control and the dataplane killed under calls: none lost;" \
        "$wire_cnt messages of it, none odd to tshark, our parser and $wire_said"
