#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Real attacks in the lab: SIPVicious against a registrar; SIPp guessing passwords, dialling in sequence
# and one number behind many prefixes. Ordinary calls and registrations before and beside them give no
# alert; each attack gives its own, with start and stop and the attacker's address. In mode enforce the
# ban bites, survives a restart of control, can be told why, and is gone for good when it is lifted.
#
# Beside others (50 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin detections

export HOME=$e2e_tmp/home XDG_CONFIG_HOME=$e2e_tmp/home
mkdir -p "$HOME"

registrar_start() {
        setsid ip netns exec "$LAB_IN" kamailio -f "$E2E/registrar.cfg" -l "udp:$LAB_PBX:5060" -DD -E \
                -m 64 -M 8 -Y "$LAB_RUN" -P "$LAB_RUN/registrar.pid" </dev/null >"$LAB_RUN/registrar.log" 2>&1 &
        disown
        lab_until 20 sipp_listens "$LAB_IN" 5060 || e2e_fail "Kamailio does not listen"
}

attack() { # NAME TOOL ARGUMENTS...
        local name=$1 tool=$2 tree=/usr/share/sipvicious
        shift 2
        timeout 120 ip netns exec "$LAB_OUT" env PYTHONPATH="$tree" python3 "$tree/sipvicious/$tool.py" \
                -b "$LAB_SCANNER" "$@" >"$e2e_tmp/$name.txt" 2>"$e2e_tmp/$name.err" </dev/null || true
}

user() { # NAME USER PORT - one registration
        printf 'SEQUENTIAL\n%s;[authentication username=%s password=secret]\n' "$2" "$2" >"$e2e_tmp/$1.csv"
        sipp_in "$LAB_OUT" "$1" "$LAB_PBX:5060" -sf "$E2E/register.xml" -inf "$e2e_tmp/$1.csv" -i "$LAB_CALLER" \
                -p "$3" -m 1 -recv_timeout 20000
}

dial() { # NAME PORT NUMBERS... - calls of the attacker, one after the other; patience: for what may come
        local name=$1 port=$2
        shift 2
        { echo SEQUENTIAL && printf '%s;\n' "$@"; } >"$e2e_tmp/$name.csv"
        sipp_in "$LAB_OUT" "$name" "$LAB_PBX:$port" -sf "$E2E/dial.xml" -inf "$e2e_tmp/$name.csv" -i "$LAB_SCANNER" \
                -p 5066 -m $# -r 5 -l 5 -recv_timeout "${patience:-2000}" || true
}

# alerts STATE [NAME] - the attackers' addresses of the alerts in the event file
alerts() {
        jq -r --arg s "$1" --arg n "${2:-}" 'select(.event_type == "alert" and .detection.state == $s and
                ($n == "" or .detection.name == $n)) | .detection.address // "-"' "$LAB_SOCK/eve.json" | sort -u | xargs
}
names() {
        jq -r 'select(.event_type == "alert") | .detection.name' "$LAB_SOCK/eve.json" | sort -u | xargs
}
told() { # STATE NAME
        [ "$(alerts "$1" "$2")" = "$LAB_SCANNER" ]
}
none_active() {
        lab_ctl --json alerts | jq -e '[.alerts[] | select(.active)] == []' >/dev/null
}

e2e_lab
cat >>"$LAB_YAML" <<YAML
detections:
  scanner_agent: {window-s: 4}
  scan: {window-s: 8}
  enumeration: {window-s: 8}
  cracking: {window-s: 8, threshold: 10}
  toll_fraud: {mode: enforce, window-s: 20}
  sequential_dialling: {window-s: 12}
YAML
lab_ctl reload >/dev/null || e2e_fail "the detections are not accepted"

# ---- nothing but ordinary traffic ----
registrar_start
for i in 1 2 3 4; do
        user "user$i" "100$i" "$((5070 + i))" || e2e_fail "a user cannot register: $(sipp_failures "user$i")"
done
sipp_answerer answerer 5062
ordinary=200
sipp_in "$LAB_OUT" ordinary "$LAB_PBX:5062" -sf "$LAB_FILES/uac.xml" -i "$LAB_CALLER" -m $ordinary -r 40 -l 10 -d 100 \
        -recv_timeout 20000 -s service || e2e_fail "ordinary calls: $(sipp_failures ordinary)"
sleep 1.5
e2e_is "alerts of ordinary traffic" "$(names)" = ""

# ---- SIPVicious, which sends from the address that the route says ----
ip -n "$LAB_OUT" route replace "${LAB_PBX%.*}.0/24" dev wire src "$LAB_SCANNER"
attack map svmap "$LAB_PBX"
lab_until 20 told start scanner_agent || e2e_fail "svmap: $(names)"
tree=$e2e_tmp/renamed
mkdir -p "$tree" && cp -r /usr/share/sipvicious/. "$tree"
grep -rl friendly-scanner "$tree" | xargs sed -i 's/friendly-scanner/Deskphone 4.2/g'
renamed() { # NAME TOOL ARGUMENTS...
        local name=$1 tool=$2
        shift 2
        timeout 120 ip netns exec "$LAB_OUT" env PYTHONPATH="$tree" python3 "$tree/sipvicious/$tool.py" \
                -b "$LAB_SCANNER" "$@" >"$e2e_tmp/$name.txt" 2>"$e2e_tmp/$name.err" </dev/null || true
}
{ echo SEQUENTIAL && printf '456;[authentication username=456 password=%s]\n' $(seq 400 414); } >"$e2e_tmp/guess.csv"
sipp_in "$LAB_OUT" guess "$LAB_PBX:5060" -sf "$E2E/register.xml" -inf "$e2e_tmp/guess.csv" -i "$LAB_SCANNER" \
        -p 5082 -m 15 -r 5 -recv_timeout 4000 || true
lab_until 20 told start cracking || e2e_fail "guessed passwords: $(names)"
renamed war svwar -P 5081 -e 200-260 -m REGISTER "$LAB_PBX"
lab_until 20 told start enumeration || e2e_fail "svwar: $(names)"

# ---- SIPp: numbers in sequence, told and no more; then prefixes, banned ----
dial sequence 5062 $(seq 5551210 5551229)
lab_until 20 told start sequential_dialling || e2e_fail "sequential dialling: $(names)"
for name in scanner_agent enumeration cracking sequential_dialling; do
        lab_until 40 told stop $name || e2e_fail "$name goes on: $(lab_ctl alerts || true)"
done
e2e_is "bans in mode monitor" "$(lab_ctl --json ban list | jq '.bans | length')" -eq 0

dial walk 5062 {,0,00,9,90,900,011,8,88,+}442071234567
lab_until 20 told start toll_fraud || e2e_fail "prefix walk: $(names)"
banned() {
        [ "$(lab_ctl --json ban list | jq -r '.bans[] | select(.source == "toll_fraud") | .prefix' | xargs)" = "$1" ]
}
lab_until 20 banned "$LAB_SCANNER:5066" || e2e_fail "not banned: $(lab_ctl alerts || true)"
lab_ctl --json ban why "$LAB_SCANNER" >"$e2e_tmp/why.json"
e2e_is "ban why" "$(jq -r '.entries[0].origin' "$e2e_tmp/why.json")" = toll_fraud
e2e_is "evidence" "$(jq -r '.entries[0].evidence | test("of 5 in 20 s.*Call-ID")' "$e2e_tmp/why.json")" = true

blocked() { # NAME - whether a call of the attacker comes to nothing
        dial "$1" 5062 "5550${RANDOM}"
        [ "$(sipp_result "$1" 'SuccessfulCall(C)')" -eq 0 ]
}
blocked bites || e2e_fail "the ban does not bite"
user beside 1001 5071 || e2e_fail "a user suffers from the ban: $(sipp_failures beside)"

lab_stop control
lab_start_control || e2e_fail "control does not start again"
lab_until 20 banned "$LAB_SCANNER:5066" || e2e_fail "the ban did not survive a restart"
blocked restarted || e2e_fail "after a restart of control the ban does not bite"

lab_ctl ban lift "$LAB_SCANNER" >/dev/null || e2e_fail "the ban cannot be lifted"
sleep 1.5
banned "" || e2e_fail "banned again by old evidence"
patience=20000
! blocked lifted || e2e_fail "lifted, and still shut out"
lab_until 40 none_active || e2e_fail "alerts go on: $(lab_ctl alerts || true)"
e2e_is "addresses that alerts were about" "$(alerts start)" = "$LAB_SCANNER"
e2e_conserved
e2e_pass "$ordinary calls and 5 registrations without an alert; alerts: $(names); toll fraud banned, restarted, lifted"
