# SPDX-License-Identifier: Apache-2.0
# wire.sh - all that an edge sent, captured and read by others. Sourced after harness.sh.
#
#   wire_watch NAMESPACE ADDRESS   from now on all UDP that comes in there by `wire` is captured; the
#                                  edge has this address
#   wire_read                      ends every capture that goes on, and has it read by tshark, by Sluice's
#                                  parser, and by sofia-sip, libosip2 and libre as far as they are
#                                  installed: the test fails when any of them finds fault. Adds to wire_cnt
#                                  what was captured; wire_said: who has read it.
wire_cnt=0
wire_said=
wire_captures=() # "NUMBER NAMESPACE ADDRESS PID"
wire_number=0
wire_reader=$SLUICE_BUILD/tests/parser/peers/read_messages
command -v tcpdump >/dev/null || e2e_skip "no tcpdump"
command -v tshark >/dev/null || e2e_skip "no tshark"
[ -x "$wire_reader" ] || e2e_fail "no read_messages in $SLUICE_BUILD"

wire_watch() {
        wire_number=$((wire_number + 1))
        ip netns exec "$1" tcpdump --immediate-mode -i wire -Q in -U -w "$e2e_tmp/wire$wire_number.pcap" udp \
                2>"$e2e_tmp/tcpdump$wire_number" &
        wire_captures+=("$wire_number $1 $2 $!")
        lab_until 20 grep -q listening "$e2e_tmp/tcpdump$wire_number" || e2e_fail "tcpdump does not listen"
}

# A message that the edge answers itself comes last: when its answer is in the file, everything is.
wire_last() { # NAMESPACE ADDRESS CALL-ID
        ip netns exec "$1" bash -c "sed 's/\$/\r/' >/dev/udp/$2/5060" <<LAST
OPTIONS sip:$2 SIP/2.0
Via: SIP/2.0/UDP $2:5099;branch=z9hG4bKlast;rport
From: <sip:last@example.com>;tag=last
To: <sip:$2>
Call-ID: $3
CSeq: 1 OPTIONS
Max-Forwards: 0
Content-Length: 0

LAST
}

# Asked again while no answer is there: a datagram may be lost, and the file is behind the wire.
wire_has_last() { # NAMESPACE ADDRESS CALL-ID FILE
        wire_last "$1" "$2" "$3"
        lab_until 1 grep -qa "$3" "$4"
}

wire_read() {
        local capture
        for capture in "${wire_captures[@]}"; do
                # shellcheck disable=SC2086 # its words
                wire_end $capture
        done
        wire_captures=()
}

wire_end() { # NUMBER NAMESPACE ADDRESS PID
        local file=$e2e_tmp/wire$1.pcap bad odd cnt
        lab_until 20 wire_has_last "$2" "$3" "last-of-capture-$1" "$file" || e2e_fail "the last answer is not in the capture"
        kill -INT "$4"
        wait "$4" || true
        cnt=$(python3 "$E2E/edge_wire.py" "$file" "$e2e_tmp/wire$1") || e2e_fail "capture: $cnt"
        bad=$(tshark -r "$file" -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -d udp.port==1024-65535,sip \
                -Y '_ws.malformed || _ws.expert.severity >= "Warning" || ip.checksum.status == "Bad" || udp.checksum.status == "Bad" || !sip' \
                -T fields -e frame.number -e sip.CSeq -e _ws.expert.message 2>"$e2e_tmp/tshark") ||
                e2e_fail "tshark: $(tail -n 1 "$e2e_tmp/tshark")"
        [ -z "$bad" ] || e2e_fail "tshark finds fault: $(head -n 3 <<<"$bad" | tr '\n' ' ')"
        "$LAB_LIB/bin/sluicectl" parse --json "$e2e_tmp/wire$1"/* >"$e2e_tmp/parsed$1" ||
                e2e_fail "our parser rejects what we sent"
        odd=$(jq -c 'select((.anomalies // []) != [])' "$e2e_tmp/parsed$1" | head -n 1)
        [ -z "$odd" ] || e2e_fail "our parser finds fault: $(cut -c 1-300 <<<"$odd")"
        wire_said=$("$wire_reader" "$e2e_tmp/wire$1"/*) || e2e_fail "other stacks: $(head -n 3 <<<"$wire_said" | tr '\n' ' ')"
        wire_cnt=$((wire_cnt + cnt))
}
