#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The flows of RFC 3665 through an edge, alone and behind Kamailio as the proxy before it, and calls that
# are forwarded; each message is checked hop by hop by the agents. All that the edge sent is captured and must
# be plain to tshark, to Sluice's parser and to sofia-sip, libosip2 and libre, as far as they are installed.
#
# Beside others (3 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin edge_flows
export LAB_MODE=edge LAB_ARMS=1
ours=198.51.100.1 ours6=fd00:5::1
reader=$SLUICE_BUILD/tests/parser/peers/read_messages
command -v kamailio >/dev/null || e2e_skip "no kamailio"
command -v tcpdump >/dev/null || e2e_skip "no tcpdump"
[ -x "$reader" ] || e2e_fail "no read_messages in $SLUICE_BUILD"

cat >"$e2e_tmp/dataplane" <<YAML
  idle: sleep
  binding-entries: 1024
  links:
    outside: {addresses: [$ours/24, "$ours6/64"]}
YAML

policy() { # redirect|retarget [FURTHER KEYS]
        cat >"$e2e_tmp/policy" <<YAML
  default: pass

edge:
  domains: [example.com]
  algorithms: [SHA-256]
  calls: proxy
  forwarding: $1
${2:-}
  users:
    - {name: alice, password: secret}
    - {name: bob, password: secret}
    - {name: carol, password: secret}
    - name: frank
      password: secret
      forwards:
        - {to: "sip:mailbox@example.net", from: ["sip:nobody@"]}
        - {to: "sip:bob@example.com"}
    - {name: dave, password: secret, forward: "sip:carol@example.com"}
    - {name: erin, password: secret, forward: "sip:erin@elsewhere.example"}
YAML
}

proxy() { # PORT [ARGUMENTS]: Kamailio before the edge
        setsid ip netns exec "$LAB_OUT" kamailio -f "$E2E/edge_previous.cfg" -l "udp:$LAB_SCANNER:$1" -DD -E -m 64 -M 8 \
                -A "EDGE=\"sip:$ours:5060\"" "${@:2}" -Y "$LAB_RUN" -P "$LAB_RUN/kamailio$1.pid" \
                </dev/null >"$e2e_tmp/kamailio$1.log" 2>&1 &
        disown
        lab_until 10 sipp_listens "$LAB_OUT" "$1" || e2e_fail "Kamailio does not start: $(tail -n 1 "$e2e_tmp/kamailio$1.log")"
}

agents() { # PROGRAM ARGUMENTS
        local said
        said=$(ip netns exec "$LAB_OUT" timeout 120 python3 "$E2E/$1" "${@:2}" 2>&1) || e2e_fail "$1: $said"
}

reload() {
        lab_config "$e2e_tmp/policy" "$e2e_tmp/dataplane"
        lab_ctl reload >/dev/null || e2e_fail "reload refused"
}

policy retarget
e2e_lab "$e2e_tmp/policy" "$e2e_tmp/dataplane"
proxy 5080
proxy 5082 -A STATELESS
ip netns exec "$LAB_OUT" tcpdump --immediate-mode -i wire -Q in -U -w "$e2e_tmp/edge.pcap" 'udp' 2>"$e2e_tmp/tcpdump" &
tcpdump=$!
lab_until 10 grep -q listening "$e2e_tmp/tcpdump" || e2e_fail "tcpdump does not listen"
agents edge_flows.py $ours "$LAB_CALLER" "$LAB_SCANNER:5080" "$LAB_SCANNER:5082"
policy redirect
reload
agents edge_users.py $ours6 "$LAB_CALLER6" SHA-256 dave
policy redirect '  authenticate: [INVITE]'
reload
agents edge_flows.py $ours "$LAB_CALLER"
e2e_conserved
# A message that the edge answers itself comes last: when its answer is in the file, everything is.
ip netns exec "$LAB_OUT" bash -c "sed 's/\$/\r/' >/dev/udp/$ours/5060" <<LAST
OPTIONS sip:$ours SIP/2.0
Via: SIP/2.0/UDP $LAB_CALLER:5099;branch=z9hG4bKlast;rport
From: <sip:last@example.com>;tag=last
To: <sip:$ours>
Call-ID: last-of-the-capture
CSeq: 1 OPTIONS
Max-Forwards: 0
Content-Length: 0

LAST
lab_until 10 grep -qa last-of-the-capture "$e2e_tmp/edge.pcap" || e2e_fail "the last answer is not in the capture"
kill -INT $tcpdump
wait $tcpdump || true

# ---- what the edge sent, read by others ----

cnt=$(python3 "$E2E/edge_wire.py" "$e2e_tmp/edge.pcap" "$e2e_tmp/messages") || e2e_fail "capture: $cnt"
e2e_is "messages captured" "$cnt" -ge 150
bad=$(tshark -r "$e2e_tmp/edge.pcap" -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -d udp.port==1024-65535,sip \
        -Y '_ws.malformed || _ws.expert.severity >= "Warning" || ip.checksum.status == "Bad" || udp.checksum.status == "Bad" || !sip' \
        -T fields -e frame.number -e sip.CSeq -e _ws.expert.message 2>"$e2e_tmp/tshark") || e2e_fail "tshark: $(tail -n 1 "$e2e_tmp/tshark")"
[ -z "$bad" ] || e2e_fail "tshark finds fault: $(head -n 3 <<<"$bad" | tr '\n' ' ')"
"$LAB_LIB/bin/sluicectl" parse --json "$e2e_tmp"/messages/* >"$e2e_tmp/parsed" || e2e_fail "our parser rejects what we sent"
odd=$(jq -c 'select((.anomalies // []) != [])' "$e2e_tmp/parsed" | head -n 1)
[ -z "$odd" ] || e2e_fail "our parser finds fault: $(cut -c 1-300 <<<"$odd")"
said=$("$reader" "$e2e_tmp"/messages/*) || e2e_fail "other stacks: $(head -n 3 <<<"$said" | tr '\n' ' ')"

e2e_pass "RFC 3665 2.1 to 2.5, 3.2, 3.3 and 3.6 to 3.11, forwarding with Diversion and History-Info, Kamailio before the edge with" \
        "transactions and without; $cnt messages of it, none odd to tshark, our parser and $said"
