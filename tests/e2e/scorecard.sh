#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How well the default policy tells attacks from calls: attacks and ordinary use, each from an address of
# its own, through the firewall to a careless registrar, and messages and captures of the outside corpus
# replayed; a table of what was stopped. Recall: how much of an attack; precision: how much of what was
# stopped was an attack. SIPVicious and SIPp make the traffic.
#
# Beside others (110 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin scorecard
export HOME=$e2e_tmp/home XDG_CONFIG_HOME=$e2e_tmp/home
tree=/usr/share/sipvicious
[ -d $tree ] || e2e_skip "no SIPVicious"

address() { # NAME KIND - the next address of the outside, in the table as attack or benign
        last=$((last + 1))
        who=198.51.100.$last
        ip -n "$LAB_OUT" address add $who/24 dev wire 2>/dev/null || true
        printf '%s\t%s\t%s\n' "$who" "$2" "$1" >>"$e2e_tmp/labels"
}
last=99

vicious() { # TOOL TREE ARGUMENTS... - from $who
        local tool=$1 from=$2
        shift 2
        # Two of the three tools take no address to send from.
        ip -n "$LAB_OUT" route replace "$LAB_PBX/32" dev wire src $who
        timeout 60 ip netns exec "$LAB_OUT" env PYTHONPATH="$from" python3 "$from/sipvicious/$tool.py" -b $who "$@" \
                >"$e2e_tmp/$tool-$who.txt" 2>"$e2e_tmp/$tool-$who.err" </dev/null || true
        ip -n "$LAB_OUT" route del "$LAB_PBX/32" dev wire
}

sipp_from() { # NAME SCENARIO ARGUMENTS... - from $who, how it ends is in the events
        local name=$1 scenario=$2
        shift 2
        sipp_in "$LAB_OUT" "$name" "$LAB_PBX:5060" -sf "$scenario" -i $who "$@" || true
}

mkdir -p "$HOME" "$e2e_tmp/renamed"
cp -r $tree/. "$e2e_tmp/renamed"
grep -rl friendly-scanner "$e2e_tmp/renamed" | xargs sed -i 's/friendly-scanner/Deskphone 4.2/g'
grep -rl 'sipvicious' "$e2e_tmp/renamed" --include='*.py' | xargs sed -i "s/'\"sipvicious\"'/'\"alice\"'/g"

# An INVITE to each number of a list that nobody answers for; SIPp's own credentials are not asked for.
python3 "$E2E/scorecard.py" scenario invite >"$e2e_tmp/invite.xml"
python3 "$E2E/scorecard.py" scenario register >"$e2e_tmp/crack.xml"
{
        echo SEQUENTIAL
        for prefix in $(seq 0 199); do echo "$prefix$((prefix * 7))0044123456789;"; done
} >"$e2e_tmp/walk.csv"
{
        echo SEQUENTIAL
        for n in $(seq 2000 2199); do echo "$n;"; done
} >"$e2e_tmp/sequential.csv"
{
        echo SEQUENTIAL
        for n in $(seq 200); do echo "1005;[authentication username=1005 password=guess$n]"; done
} >"$e2e_tmp/guesses.csv"
user_csv() { # USER PASSWORD
        printf 'SEQUENTIAL\n%s;[authentication username=%s password=%s]\n' "$1" "$1" "$2" >"$e2e_tmp/$1-$2.csv"
        echo "$e2e_tmp/$1-$2.csv"
}

e2e_lab
setsid ip netns exec "$LAB_IN" kamailio -f "$E2E/registrar.cfg" -l "udp:$LAB_PBX:5060" -DD -E \
        -m 64 -M 8 -Y "$LAB_RUN" -P "$LAB_RUN/registrar.pid" </dev/null >"$LAB_RUN/registrar.log" 2>&1 &
disown
lab_until 20 sipp_listens "$LAB_IN" 5060 || e2e_fail "Kamailio does not listen"

# Ordinary use first, so that the attacks meet users that are known, and again at the end.
use() { # ROUND
        address "registrations, right password ($1)" benign
        for n in 1 2 3; do
                sipp_from "user$1$n" "$E2E/register.xml" -inf "$(user_csv 100$n secret)" -p 507$n -m 1 -recv_timeout 20000
        done
        address "a password mistyped three times ($1)" benign
        for n in 1 2 3; do
                sipp_from "typo$1$n" "$E2E/register.xml" -inf "$(user_csv 1004 wrong)" -p 5074 -m 1 -recv_timeout 20000
        done
        sipp_from "right$1" "$E2E/register.xml" -inf "$(user_csv 1004 secret)" -p 5074 -m 1 -recv_timeout 20000
        address "OPTIONS every second ($1)" benign
        sipp_from "ping$1" "$E2E/options.xml" -p 5075 -m 5 -r 1
}
use before
address "svmap" attack; vicious svmap $tree "$LAB_PBX"
address "svwar, REGISTER" attack; vicious svwar $tree -e 200-260 -m REGISTER "$LAB_PBX"
address "svcrack" attack; vicious svcrack $tree -u 456 -r 400-500 "$LAB_PBX"
address "svwar under another name" attack; vicious svwar "$e2e_tmp/renamed" -e 200-260 -m REGISTER "$LAB_PBX"
address "svcrack under another name" attack; vicious svcrack "$e2e_tmp/renamed" -u 456 -r 400-500 "$LAB_PBX"
address "toll fraud: one number behind 200 prefixes" attack
sipp_from walk "$e2e_tmp/invite.xml" -inf "$e2e_tmp/walk.csv" -p 5080 -m 200 -r 50 -nr -recv_timeout 500
address "200 numbers in a row" attack
sipp_from row "$e2e_tmp/invite.xml" -inf "$e2e_tmp/sequential.csv" -p 5080 -m 200 -r 50 -nr -recv_timeout 500
address "200 passwords for one user" attack
sipp_from crack "$e2e_tmp/crack.xml" -inf "$e2e_tmp/guesses.csv" -p 5080 -m 200 -r 50 -nr -recv_timeout 500
use after
e2e_conserved
cp "$LAB_SOCK/eve.json" "$e2e_tmp/eve.json"

python3 "$E2E/scorecard.py" table "$e2e_tmp/labels" "$e2e_tmp/eve.json" "$SLUICE_CORPUS" \
        "$SLUICE_BUILD/dataplane/sluice-dataplane" "$e2e_tmp" >"$e2e_tmp/table" 2>"$e2e_tmp/errors" ||
        e2e_fail "$(tail -n 2 "$e2e_tmp/table" "$e2e_tmp/errors")"
grep '^ ' "$e2e_tmp/table"
for found in "svwar|240 " "svcrack|456 +\| 480"; do
        ! grep -qE "\| ${found#*|}" "$e2e_tmp/${found%%|*}"-*.txt || e2e_fail "${found%%|*} found what it looked for"
done
e2e_pass "$(tail -n 1 "$e2e_tmp/table")"
