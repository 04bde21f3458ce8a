#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The parser's profile as sluice.yaml names it, through a replay: what strict, default and lenient
# drop of the same capture is what `sluicectl parse --profile` rejects, for the same reasons.
#
# Beside others (2 s): it computes.
. "$(dirname "$0")/harness.sh"
e2e_begin replay_profile

dataplane=$SLUICE_BUILD/dataplane/sluice-dataplane
sluicectl=$SLUICE_BUILD/control/cli/sluicectl
# those that fit one frame
mapfile -t files < <(find "$ROOT/tests/corpus/sip" -type f -size -9000c | sort)
python3 "$E2E/make_pcap.py" "$e2e_tmp/in.pcap" "${files[@]}"

# replay NAME YAML - the reasons of what was dropped as malformed, counted, to NAME.replayed
replay() {
        printf 'dataplane:\n  parser: %s\ncontrol: {eve-file: "", state-dir: %s}\n' "$2" "$e2e_tmp" \
                >"$e2e_tmp/$1.yaml"
        "$dataplane" --replay "$e2e_tmp/in.pcap" --events "$e2e_tmp/$1.json" --control none \
                --config "$e2e_tmp/$1.yaml" 2>"$e2e_tmp/$1.err" ||
                e2e_fail "$1: status $?: $(tail -n 1 "$e2e_tmp/$1.err")"
        e2e_is "$1: exact" "$(jq 'select(.event_type == "stats") | .stats.conservation.exact' "$e2e_tmp/$1.json")" = true
        jq -r 'select(.event_type == "sip" and (.verdict.reason | startswith("sip_"))) | .verdict.reason' \
                "$e2e_tmp/$1.json" | sort | uniq -c >"$e2e_tmp/$1.replayed"
}

plain() {
        grep -v -w -e sip_empty -e sip_start_line -e sip_method_token
}

for profile in strict default lenient; do
        replay $profile "{profile: $profile}"
        "$sluicectl" parse --json --profile $profile "${files[@]}" >"$e2e_tmp/$profile.parsed.json" || true
        jq -r 'select(.verdict == "reject") | "sip_" + .reason' "$e2e_tmp/$profile.parsed.json" |
                sort | uniq -c >"$e2e_tmp/$profile.parsed"
        # a datagram that is no SIP by its first line is not parsed there
        diff <(plain <"$e2e_tmp/$profile.parsed") <(plain <"$e2e_tmp/$profile.replayed") >"$e2e_tmp/$profile.diff" ||
                e2e_fail "$profile: $(grep -c '^[<>]' "$e2e_tmp/$profile.diff") reasons differ: $(head -n 3 "$e2e_tmp/$profile.diff" | tr '\n' ' ')"
        declare "$profile=$(awk '{ n += $1 } END { print n + 0 }' "$e2e_tmp/$profile.replayed")"
done
# shellcheck disable=SC2154 # declared by name above
e2e_is "strict drops" "$strict" -gt "$default"
e2e_is "lenient drops" "$lenient" -lt "$default"

count() { # NAME REASON
        awk -v r="$2" '$2 == r { n = $1 } END { print n + 0 }' "$e2e_tmp/$1.replayed"
}

replay folded '{anomalies: {hdr_folded: reject}}'
e2e_is "hdr_folded: dropped" "$(count folded sip_hdr_folded)" -gt "$(count default sip_hdr_folded)"
replay capped '{caps: {headers: 5}}'
e2e_is "hdr_count: dropped" "$(count capped sip_hdr_count)" -gt 10

e2e_pass "of ${#files[@]} messages strict drops $strict, default $default, lenient $lenient"
