# SPDX-License-Identifier: Apache-2.0
# sipp.sh - SIPp in the lab's namespaces. Sourced by bash scripts after lab.sh and lab_init.
#
# Every run has a NAME; its statistics, errors and screen are $LAB_RUN/NAME.{csv,errors,screen}.
# SIPp draws its screen with terminal codes, so the numbers are read from the statistics.

LAB_FILES=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# sipp_in NAMESPACE NAME ARGUMENTS... - run it to its end; SIPp's own exit status (0: every call as the
# scenario says).
sipp_in() {
        local ns=$1 name=$2
        shift 2
        rm -f "$LAB_RUN/$name.csv" "$LAB_RUN/$name.errors"
        (cd "$LAB_RUN" && exec env TERM=dumb setsid ip netns exec "$ns" sipp "$@" -nostdin -trace_stat \
                -stf "$LAB_RUN/$name.csv" -fd 1 -trace_err -error_file "$LAB_RUN/$name.errors" \
                </dev/null >"$LAB_RUN/$name.screen" 2>&1)
}

# sipp_answerer NAME [PORT [ADDRESS]] - a peer in the inside namespace that stays; returns when it listens.
sipp_answerer() {
        local name=$1 port=${2:-5060} address=${3:-$LAB_PBX}
        sipp_in "$LAB_IN" "$name" -sf "$LAB_FILES/uas.xml" -i "$address" -p "$port" -mp $((port + 1000)) \
                2>/dev/null & # bash would tell of its end
        disown
        lab_until 10 sipp_listens "$LAB_IN" "$port" ||
                lab_fail "the answerer does not listen on $address:$port: $(tail -n 1 "$LAB_RUN/$name.screen")"
}

sipp_listens() {
        [ -n "$(ip netns exec "$1" ss -Hlun "sport = :$2")" ]
}

# sipp_calls NAME COUNT RATE [FURTHER ARGUMENTS...] - calls from outside to the inside peer.
sipp_calls() {
        local name=$1 count=$2 rate=$3
        shift 3
        sipp_in "$LAB_OUT" "$name" "$LAB_PBX:5060" -sf "$LAB_FILES/uac.xml" -i $LAB_CALLER \
                -m "$count" -r "$rate" -d 100 -recv_timeout 20000 -s service "$@"
}

# sipp_scan NAME COUNT RATE - extensions tried by a scanner, three messages each, each sent once.
sipp_scan() {
        sipp_in "$LAB_OUT" "$1" "$LAB_PBX:5060" -sf "$LAB_FILES/scan.xml" -inf "$LAB_FILES/scan.csv" \
                -i $LAB_SCANNER -p 5099 -m "$2" -r "$3" -nr
}

# sipp_result NAME COLUMN - a cumulative number of a run's last line of statistics, 0 without one.
sipp_result() {
        [ -s "$LAB_RUN/$1.csv" ] || { echo 0; return; }
        awk -F ';' -v want="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == want) at = i }
                { last = $at } END { print (NR > 1 ? last + 0 : 0) }' "$LAB_RUN/$1.csv"
}

# sipp_failures NAME - what went wrong, in a line; nothing when SIPp does not say.
sipp_failures() {
        sed 's/[0-9-]\{10\}\t[0-9:.]*\t/\n/g' "$LAB_RUN/$1.errors" 2>/dev/null |
                sed -nE '/[Aa]borting call|nexpected|Unable/ { s/^[^A-Z]*//; s/[[:cntrl:]]//g; p; q }' | cut -c 1-160 || true
}

# kamailio_start - Kamailio as the inside peer, relaying to an answerer on port 5070.
kamailio_start() {
        sipp_answerer answerer 5070 || return 1
        setsid ip netns exec "$LAB_IN" kamailio -f "$LAB_FILES/kamailio.cfg" -l "udp:$LAB_PBX:5060" -DD -E \
                -m 64 -M 8 -Y "$LAB_RUN" -P "$LAB_RUN/kamailio.pid" </dev/null >"$LAB_RUN/kamailio.log" 2>&1 &
        disown
        lab_until 10 sipp_listens "$LAB_IN" 5060 ||
                lab_fail "Kamailio does not listen: $(grep -m 1 -iE 'error|critical' \
                        "$LAB_RUN/kamailio.log" || tail -n 1 "$LAB_RUN/kamailio.log")"
}
