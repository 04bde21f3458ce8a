#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A gateway by its name, with a name server of the test's own: calls go where the name leads; when that changes
# they go there without a reload, from the worker's cache too; when nobody answers they go on as before, and
# that is told.
#
# Beside others (10 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin edge_names
export LAB_MODE=edge LAB_ARMS=1
ours=198.51.100.1 first=198.51.100.41 second=198.51.100.42 name=gw.example.net
sed 's/\[service\]@\[remote_ip\]:\[remote_port\]/[service]@example.com/g' "$ROOT/control/lab/uac.xml" >"$e2e_tmp/uac.xml"

cat >"$e2e_tmp/dataplane" <<YAML
  idle: sleep
  links:
    outside: {addresses: [$ours/24]}
YAML
cat >"$e2e_tmp/policy" <<YAML
  default: pass
  gateway-lookup-s: 1
  gateways:
    - {name: carrier, hops: [{address: "$name:5090"}]}
  routes:
    - {match: {host: [example.com]}, action: forward, gateways: carrier}
YAML

# Control sees the test's name server and no other, and the dataplane's network, which has no way out.
echo "nameserver 127.0.0.1
options timeout:5 attempts:1" >"$e2e_tmp/resolv.conf"
chmod 644 "$e2e_tmp/resolv.conf"
lab_start_control() {
        # shellcheck disable=SC2016 # for the shell inside
        setsid unshare -m bash -c 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"' - "$e2e_tmp/resolv.conf" \
                nsenter "--net=/run/netns/$LAB_DP" \
                setpriv --reuid "$LAB_USER" --regid nogroup --clear-groups --inh-caps=-all --no-new-privs \
                "$LAB_LIB/bin/sluice-control" --config "$LAB_YAML" </dev/null >>"$LAB_RUN/control.log" 2>&1 &
        echo $! >"$LAB_RUN/control.pid"
        disown
        lab_until 20 eval '[ "$(cat /proc/$(cat "$LAB_RUN/control.pid")/comm 2>/dev/null)" = sluice-control ]'
}

leads_to() { # WHAT...
        echo "$name $*" >"$e2e_tmp/names.new"
        mv "$e2e_tmp/names.new" "$e2e_tmp/names"
}

gateway() {
        lab_ctl --json gateways list | jq -r '[.gateways[].hops[].address] | join(" ")'
}

is_at() {
        [ "$(gateway)" = "$1" ]
}

answers() { # NAME ADDRESS
        sipp_in "$LAB_OUT" "$1" -sf "$ROOT/control/lab/uas.xml" -i "$2" -p 5090 -mp 7090 2>/dev/null &
        disown
        lab_until 20 sipp_listens_on "$2:5090" || e2e_fail "$1 does not listen"
}

sipp_listens_on() {
        ip netns exec "$LAB_OUT" ss -Hlun "src $1" | grep -q .
}

silence() { # ADDRESS
        local pid
        pid=$(ip netns exec "$LAB_OUT" ss -Hlunp "src $1:5090" | grep -o 'pid=[0-9]*' | head -n 1)
        kill -KILL "${pid#pid=}"
        lab_until 20 eval '! sipp_listens_on "'"$1"':5090"' || e2e_fail "$1 does not end"
}

calls() { # NAME COUNT
        sipp_in "$LAB_OUT" "$1" "$ours:5060" -sf "$e2e_tmp/uac.xml" -i "$LAB_CALLER" -p 5070 -mp 7070 -s 1 -m "$2" -r 20 -d 50 \
                -recv_timeout 20000 || e2e_fail "$1: $(sipp_failures "$1")"
}

failed_lookups() {
        lab_ctl --json stats | jq .control.gateway_lookups_failed
}

lab_up >/dev/null 2>&1 || e2e_fail "no lab"
lab_config "$e2e_tmp/policy" "$e2e_tmp/dataplane"
lab_programs "$SLUICE_BUILD" || e2e_fail "no programs"
ip -n "$LAB_DP" link set lo up
for address in $first $second; do
        ip -n "$LAB_OUT" address add $address/24 dev wire
done
leads_to $first
setsid ip netns exec "$LAB_DP" python3 "$E2E/edge_names_dns.py" "$e2e_tmp/names" </dev/null >"$e2e_tmp/dns.log" 2>&1 &
disown
lab_until 20 eval "ip netns exec $LAB_DP ss -Hlun 'src 127.0.0.1:53' | grep -q ." || e2e_fail "no name server: $(tail -n 1 "$e2e_tmp/dns.log")"
lab_start || e2e_fail "no start"

e2e_is "the gateway" "$(gateway)" = $first
answers one $first
calls to_first 10
generation=$(lab_ctl --json status | jq .policy.generation)

# ---- the name leads elsewhere ----

answers two $second
leads_to $second
lab_until 20 is_at $second || e2e_fail "the gateway is $(gateway), and its name leads to $second"
silence $first
calls to_second 10
e2e_is "the generation, which no reload changed" "$(lab_ctl --json status | jq .policy.generation)" -eq "$generation"

# ---- nobody answers ----

leads_to fail
lab_until 20 eval '[ "$(failed_lookups)" -ge 2 ]' || e2e_fail "no look-up failed"
e2e_is "the gateway without an answer" "$(gateway)" = $second
lab_ctl gateways list | grep -q "^$name:5090 can not be looked up" || e2e_fail "gateways list: $(lab_ctl gateways list | tail -n 1)"
e2e_is "lines in the log" "$(grep -c "gateway $name can not be looked up" "$LAB_RUN/control.log")" -eq 1
calls as_before 10
leads_to $first $second
lab_until 20 is_at "$first $second" || e2e_fail "the gateway is $(gateway) after the name server came back"
! lab_ctl gateways list | grep -q "can not be looked up" || e2e_fail "still told as failing"
e2e_conserved

e2e_pass "calls follow the name of a gateway from one address to another without a reload, and stay while no look-up is" \
        "answered: $(lab_ctl --json stats | jq -r '.control | "\(.gateway_lookups) look-ups, \(.gateway_lookups_failed) failed, \(.gateway_changes) changes"')"
