#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every stranger is challenged, and the clients of Debian get through: SIPp and baresip register and call
# a Kamailio with the right password and nobody is asked for it; a wrong one still fails. In the default
# mode a user is not challenged before a flood but where a rule wants it, and is while it lasts.
#
# Beside others (7 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin challenge

registrar_start() {
        sipp_answerer answerer 5070 || return 1
        setsid ip netns exec "$LAB_IN" kamailio -f "$E2E/registrar.cfg" -l "udp:$LAB_PBX:5060" -DD -E \
                -m 64 -M 8 -Y "$LAB_RUN" -P "$LAB_RUN/registrar.pid" </dev/null >"$LAB_RUN/registrar.log" 2>&1 &
        disown
        lab_until 20 sipp_listens "$LAB_IN" 5060 ||
                e2e_fail "Kamailio does not listen: $(grep -m 1 -iE 'error|critical' "$LAB_RUN/registrar.log")"
}

user() { # NAME SCENARIO USER PASSWORD PORT [ARGUMENTS] - as the scenario says, once
        local name=$1 scenario=$2 user=$3 password=$4 port=$5
        shift 5
        printf 'SEQUENTIAL\n%s;[authentication username=%s password=%s]\n' "$user" "$user" "$password" \
                >"$e2e_tmp/$name.csv"
        sipp_in "$LAB_OUT" "$name" "$LAB_PBX:5060" -sf "$E2E/$scenario.xml" -inf "$e2e_tmp/$name.csv" \
                -i "$LAB_CALLER" -p "$port" -mp $((port + 1000)) -m 1 -recv_timeout 20000 "$@"
}

phone() { # NAME USER PASSWORD PORT REGINT
        PHONE_TRACE=-s e2e_phone "$1" "$LAB_CALLER" "$4" \
                "<sip:$2@lab>;auth_user=$2;auth_pass=$3;outbound=\"sip:$LAB_PBX:5060\";regint=$5"
}

says() { # NAME TEXT: has the phone said that? (for lab_until)
        grep -qE "$2" "$e2e_tmp/$1.phone"
}

sent_again() { # how many requests without credentials phones sent more than once: each is challenged again
        awk '/^(REGISTER|INVITE) / { request = 1; shown = 0; via = "" }
                request && /^Via:/ && via == "" { via = $0 }
                request && /^(Proxy-)?Authorization:/ { shown = 1 }
                request && /^\r?$/ { again += !shown && seen[via]++; request = 0 }
                END { print again + 0 }' "$e2e_tmp/"*.phone
}

# SIPp: what comes is what the scenarios say, stale=true in the second challenge included.
sipp_ways() { # PORT
        local port=$1
        user "registers" register_challenged 1001 secret $((port + 1)) ||
                e2e_fail "SIPp does not register: $(sipp_failures "registers")"
        e2e_counter "challenges" .challenges -eq 1
        user "again" register 1001 secret $((port + 1)) ||
                e2e_fail "who is known is challenged again: $(sipp_failures "again")"
        user "calls" call_challenged 1002 secret $((port + 2)) ||
                e2e_fail "SIPp does not call: $(sipp_failures "calls")"
        e2e_counter "ACKs for our responses that ended here" .dropped.ack_own_reply -eq 1
        ! user "wrong" register_challenged 1003 wrong $((port + 3)) ||
                e2e_fail "SIPp registers with a wrong password"
        e2e_counter "challenges" .challenges -eq 3
}

# baresip: one that registers and calls, one that calls without, one that has a wrong password.
baresip_ways() { # PORT
        local port=$1 before acks who
        before=$(lab_counter .challenges)
        acks=$(lab_counter .dropped.ack_own_reply)
        phone good 1004 secret $((port + 10)) 600
        lab_until 20 says good 'registered successfully|200 OK' ||
                e2e_fail "baresip does not register: $(tail -n 3 "$e2e_tmp/good.phone" | tr '\n' ' ')"
        phone stranger 1006 secret $((port + 20)) 0
        lab_until 20 says stranger 'baresip is ready' || e2e_fail "baresip does not start"
        for who in good:10 stranger:20; do
                e2e_phone_command $((port + ${who#*:})) "/dial sip:2000@lab"
                lab_until 20 says "${who%:*}" 'Call established' ||
                        e2e_fail "baresip (${who%:*}) does not call: $(tail -n 3 "$e2e_tmp/${who%:*}.phone" | tr '\n' ' ')"
                e2e_phone_command $((port + ${who#*:})) /hangup
        done
        e2e_counter "ACKs for our responses that ended here" .dropped.ack_own_reply -ge $((acks + 1))
        e2e_is "ACKs beyond that" "$(($(lab_counter .dropped.ack_own_reply) - acks - 1))" -le "$(sent_again)"
        phone bad 1005 wrong $((port + 30)) 600
        lab_until 20 says bad '(reg|ua): .*40[13]' || e2e_fail "baresip registers with a wrong password"
        ! says bad 'registered successfully' || e2e_fail "baresip registers with a wrong password"
        ! grep -qi 'enter password' "$e2e_tmp/"*.phone || e2e_fail "baresip asks its user"
        e2e_counter "challenges" .challenges -eq $((before + 3 + $(sent_again)))
        e2e_counter "of these echoed" .cookies_echoed -ge $((before + 3))
        e2e_counter "challenges of Kamailio made stale" .stale_added -ge $((before + 3))
        e2e_conserved
}

e2e_lab "" <(printf '  challenge: {mode: always, realm: lab}\n')
registrar_start
sipp_ways 5100
baresip_ways 5200

# ---- under pressure only: a user is not challenged before a flood, and is while it lasts ----

printf '  challenge: {realm: lab, pressure: {unproven: 50/s burst 50, hold-ms: 20000}}\n' >"$e2e_tmp/dataplane.yaml"
echo 'challenge sip any any -> any any (sip.from.user; content:"1005"; startswith; endswith; sid:5;)' >"$e2e_tmp/some.rules"
printf '  rules: [%s]\n' "$e2e_tmp/some.rules" >"$e2e_tmp/policy.yaml"
chmod -R a+rX "$e2e_tmp"
lab_config "$e2e_tmp/policy.yaml" "$e2e_tmp/dataplane.yaml"
lab_stop control
lab_stop dataplane
lab_start || e2e_fail "the firewall does not start under pressure"
user calm register 1007 secret 5301 || e2e_fail "a user is challenged without need: $(sipp_failures calm)"
e2e_is "challenges in calm" "$(lab_counter .challenges)" -eq 0
user ruled register_challenged 1005 secret 5303 ||
        e2e_fail "whom a rule has challenged does not register: $(sipp_failures ruled)"
e2e_counter "challenges by a rule" .challenges -eq 1
user "ruled again" register 1005 secret 5303 ||
        e2e_fail "who is proven is challenged by a rule: $(sipp_failures "ruled again")"
e2e_counter "challenges by a rule" .challenges -eq 1
ruled() {
        grep -q '"event_type":"sip".*"reason":"challenge","rule":5,"code":401' "$LAB_SOCK/eve.json"
}
lab_until 5 ruled || e2e_fail "no event tells of the rule's challenge"
printf 'SEQUENTIAL\n1008;\n' >"$e2e_tmp/flood.csv"
sipp_in "$LAB_OUT" flood "$LAB_PBX:5060" -sf "$E2E/register_flood.xml" -inf "$e2e_tmp/flood.csv" -i "$LAB_SCANNER" \
        -p 5099 -m 300 -r 500 -nr || true
e2e_counter "challenges under pressure" .challenges -gt 101
user pressed register_challenged 1009 secret 5302 ||
        e2e_fail "under pressure a user does not register: $(sipp_failures pressed)"
user known register 1007 secret 5301 || e2e_fail "who is known is challenged: $(sipp_failures known)"
e2e_conserved
e2e_pass "SIPp and baresip register and call through a challenge each; wrong passwords fail;" \
        "nobody is asked; $(lab_counter .challenges) challenges in a flood, and users get in"
