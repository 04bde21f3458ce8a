#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every capture of the outside corpus through `sluice-dataplane --replay` of the sanitizer build, as
# an unprivileged user: no crash, every frame taken, the equation exact, every line of events valid
# JSON, the classes of its seconds adding up to its messages; and for SIP plainly over UDP the messages that tshark sees. What is left out of that comparison
# is printed with its reason. What the chain sends is replayed again: no checksum is wrong that came right
# (tunnels aside), nothing in it is malformed or left to be normalised, and tshark reads the same messages
# in it.
#
# Beside others (240 s): it computes.
. "$(dirname "$0")/harness.sh"
e2e_begin replay_corpus

[ -d "$SLUICE_CORPUS/pcap" ] || e2e_skip "no corpus at $SLUICE_CORPUS (set SLUICE_CORPUS)"
command -v tshark >/dev/null && command -v mergecap >/dev/null || e2e_skip "tshark is missing"
program=$(find "$SLUICE_BUILD_ASAN" -type f -name sluice-dataplane -perm -u+x | head -n 1)
[ -n "$program" ] || e2e_fail "no sluice-dataplane in $SLUICE_BUILD_ASAN"

install -m 755 "$program" "$e2e_tmp/sluice-dataplane"
chmod 755 "$e2e_tmp"
install -d -o $LAB_USER "$e2e_tmp/out"
cat >"$e2e_tmp/sluice.yaml" <<YAML
control:
  socket: $e2e_tmp/none.sock
  eve-file: ""
  state-dir: $e2e_tmp/out
YAML

frames_in() { # a capture of a link type that the index does not know
        tcpdump -r "$1" --count 2>/dev/null | cut -d ' ' -f 1
}

# replay IN EVENTS OUT LOG - without any privilege
replay() {
        (cd "$e2e_tmp/out" && UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 ASAN_OPTIONS=detect_leaks=1 \
                timeout 120 setpriv --reuid $LAB_USER --regid nogroup --clear-groups --inh-caps=-all --no-new-privs \
                "$e2e_tmp/sluice-dataplane" --replay "$1" --events "$2" --out "$3" \
                --config "$e2e_tmp/sluice.yaml" >"$4" 2>&1 </dev/null)
}

# wrong_checksums COMPARED - captures of hosts that leave them to the card have some, and what is not
# rewritten goes on with its own.
wrong_checksums() {
        jq .wrong_checksums "$1"
}

# sent_is_plain OUT [CAPTURE] - what the first replay sent, sent again; says what is wrong with it. With a CAPTURE
# there is to be no SIP in it.
sent_is_plain() {
        local sent=$1.sent.pcap again=$1.again.json
        [ -s "$sent" ] || { echo "nothing in what was sent"; return 1; }
        [ "$(jq -s 'last.stats.conservation.sent' "$1.json")" -gt 0 ] || return 0
        replay "$sent" "$again" "$1.resent.pcap" "$1.again.log" ||
                { echo "again: exit $?"; return 1; }
        jq -e -s 'last.stats | .conservation.exact and .normalised == 0 and .malformed == 0 and
                .conservation.sent == .conservation.received' "$again" >/dev/null ||
                { echo "again: $(tail -n 1 "$again" | jq -c '.stats | {normalised, malformed, conservation}')"; return 1; }
        if [ -n "${2:-}" ]; then # all of these are looked at together, in the end
                ! grep -q '"event_type": *"sip"' "$again" || { echo "SIP in what was sent"; return 1; }
                mv "$sent" "$1.plain.pcap"
                return 0
        fi
        python3 "$E2E/compare_tshark.py" "$sent" "$again" >"$1.again.tshark" 2>&1 ||
                { echo "sent differs from tshark: $(tail -n 1 "$1.again.tshark" | cut -c 1-400)"; return 1; }
        [ "$(wrong_checksums "$1.again.tshark")" -le "$(wrong_checksums "$1.compare")" ] ||
                { echo "a wrong checksum in what was sent"; return 1; }
}

# one CAPTURE NUMBER - writes its result as a line "ok|bad CAPTURE text" into out/NUMBER.result
one() {
        local capture=$1 out=$e2e_tmp/out/$2 frames taken status=0 bad=
        # As root only where the user may not read; the rest of the run has no privilege at all.
        install -m 644 "$SLUICE_CORPUS/$capture" "$out.pcap"
        replay "$out.pcap" "$out.json" "$out.sent.pcap" "$out.log" || status=$?
        frames=$(awk -F '\t' -v f="$capture" '$1 == f && $2 != "?" { print $3 }' \
                "$SLUICE_CORPUS/pcap-expected.tsv")
        frames=${frames:-$(frames_in "$out.pcap")}
        if [ $status -ne 0 ]; then
                bad="exit $status: $(grep -m 1 -E 'ERROR|runtime error|panic' "$out.log" || tail -n 1 "$out.log")"
        elif ! bad=$(jq -r -s --argjson frames "$frames" '
                        ([.[] | select(.event_type == "sip_class") | .sip_class]) as $c | last |
                        if (.event_type == "stats" and .stats.conservation.exact) | not then
                                "conservation: \(.stats.conservation)"
                        elif .stats | (.sip_messages == ($c | map(.messages) | add // 0) and
                                .sip_messages == ($c | map(.by_purpose[]) | add // 0) and
                                .by_payload == ($c | map(.by_payload | to_entries[]) | group_by(.key) |
                                        map({(.[0].key): (map(.value) | add)}) | add // {})) | not then
                                "the seconds\u0027 classes do not add up"
                        elif .stats.conservation.received != $frames then
                                "\(.stats.conservation.received) of \($frames) frames taken"
                        else empty end' "$out.json" 2>&1) || [ -n "$bad" ]; then
                bad=${bad:-events that are none}
        elif grep -qxF "$capture" "$e2e_tmp/without"; then # tshark has looked at it, and sees no SIP
                ! grep -q '"event_type": *"sip"' "$out.json" || bad="SIP that tshark does not see"
                [ -n "$bad" ] || bad=$(sent_is_plain "$out" "$capture") || true
        elif ! python3 "$E2E/compare_tshark.py" "$out.pcap" "$out.json" >"$out.compare" 2>&1; then
                bad="differs from tshark: $(tail -n 1 "$out.compare" | cut -c 1-400)"
        else
                bad=$(sent_is_plain "$out") || true
        fi
        rm -f "$out.pcap" "$out.sent.pcap" "$out.resent.pcap"
        if [ -n "$bad" ]; then echo "bad $capture $bad"; else echo "ok $capture"; fi >"$out.result"
}

# no_sip CAPTURES... - whether tshark sees none in all of them together: it takes longer to start than to read them.
no_sip() {
        [ $# -gt 0 ] || return 0
        mergecap -w "$e2e_tmp/merged.pcapng" "$@" 2>"$e2e_tmp/merged.log" &&
                tshark -r "$e2e_tmp/merged.pcapng" -Y sip >"$e2e_tmp/merged.sip" 2>>"$e2e_tmp/merged.log" &&
                [ ! -s "$e2e_tmp/merged.sip" ]
}

# Those without SIP by the corpus's table; what tshark makes of each by itself counts where it finds some after all.
awk -F '\t' 'NR > 1 && $2 != "?" && $4 == 0 && $9 == 0 { print $1 }' "$SLUICE_CORPUS/pcap-expected.tsv" >"$e2e_tmp/without"
mapfile -t without <"$e2e_tmp/without"
no_sip "${without[@]/#/$SLUICE_CORPUS/}" || {
        echo "  tshark sees SIP in captures that are to have none: $(head -n 1 "$e2e_tmp/merged.sip" "$e2e_tmp/merged.log" | xargs)"
        : >"$e2e_tmp/without"
}

number=0
while read -r capture; do
        number=$((number + 1))
        one "$capture" $number &
        [ "$(jobs -pr | wc -l)" -lt "$(nproc)" ] || wait -n || true
done < <(awk -F '\t' 'NR > 1 { print $1 }' "$SLUICE_CORPUS/pcap-expected.tsv")
wait

mapfile -t sent < <(find "$e2e_tmp/out" -name '*.plain.pcap')
no_sip "${sent[@]}" || e2e_fail "tshark sees SIP in what was sent of captures without: $(cat "$e2e_tmp/merged.sip" "$e2e_tmp/merged.log" | head -n 2 | xargs)"
cat "$e2e_tmp"/out/*.result | grep '^bad' | sort >"$e2e_tmp/bad" || true
cat "$e2e_tmp"/out/*.compare 2>/dev/null | grep '^{' >"$e2e_tmp/compared" || true
echo "  messages left out of the comparison with tshark:"
jq -r -s 'map(.left_out | to_entries[]) | group_by(.key)[] |
        "    \(map(.value) | add) \(.[0].key)"' "$e2e_tmp/compared"
sed 's/^bad/ /' "$e2e_tmp/bad"
[ ! -s "$e2e_tmp/bad" ] || e2e_fail "$(wc -l <"$e2e_tmp/bad") of $number captures"
normalised=$(for f in "$e2e_tmp"/out/*.json; do case $f in *.again.json) ;; *) tail -n 1 "$f" ;; esac; done |
        jq -s 'map(.stats.normalised) | add')
equal=$(jq -s 'map(.messages) | add' "$e2e_tmp/compared")
e2e_pass "$number captures without privilege under ASan and UBSan; $equal messages equal tshark's, $normalised normalised"
