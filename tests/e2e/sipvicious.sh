#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SIPVicious against a careless Kamailio: from the inside, past the firewall, it finds the server, the
# extensions and the weak password; through the firewall with its default policy it finds nothing, and
# under another name neither extension nor password. Beside it a user mistypes the password three times and then logs
# in, and a neighbour behind the same address never notices.
#
# Beside others (46 s): it mostly waits.
. "$(dirname "$0")/harness.sh"
e2e_begin sipvicious

registrar_start() {
        setsid ip netns exec "$LAB_IN" kamailio -f "$E2E/registrar.cfg" -l "udp:$LAB_PBX:5060" -DD -E \
                -m 64 -M 8 -Y "$LAB_RUN" -P "$LAB_RUN/registrar.pid" </dev/null >"$LAB_RUN/registrar.log" 2>&1 &
        disown
        lab_until 20 sipp_listens "$LAB_IN" 5060 ||
                e2e_fail "Kamailio does not listen: $(grep -m 1 -iE 'error|critical' "$LAB_RUN/registrar.log")"
}

# The tools keep sessions in HOME; `renamed` are the same under another name.
export HOME=$e2e_tmp/home XDG_CONFIG_HOME=$e2e_tmp/home
mkdir -p "$HOME" "$e2e_tmp/renamed"
cp -r /usr/share/sipvicious/. "$e2e_tmp/renamed"
grep -rl friendly-scanner "$e2e_tmp/renamed" | xargs sed -i 's/friendly-scanner/Deskphone 4.2/g'
grep -rl 'sipvicious' "$e2e_tmp/renamed" --include='*.py' | xargs sed -i "s/'\"sipvicious\"'/'\"alice\"'/g"

attack() { # NAME NAMESPACE ADDRESS TREE TOOL ARGUMENTS... - its findings to NAME.txt
        local name=$1 ns=$2 address=$3 tree=$4 tool=$5
        shift 5
        # Two of the three tools take no address to send from.
        [ "$ns" = "$LAB_IN" ] || ip -n "$ns" route replace "$LAB_PBX/32" dev wire src "$address"
        timeout 120 ip netns exec "$ns" env PYTHONPATH="$tree" python3 "$tree/sipvicious/$tool.py" -b "$address" \
                "$@" >"$e2e_tmp/$name.txt" 2>"$e2e_tmp/$name.err" </dev/null || true
        [ "$ns" = "$LAB_IN" ] || ip -n "$ns" route del "$LAB_PBX/32" dev wire
}

campaign() { # NAME NAMESPACE ADDRESS TREE - all three tools
        attack "$1-map" "$2" "$3" "$4" svmap "$LAB_PBX"
        attack "$1-war" "$2" "$3" "$4" svwar -e 200-260 -m REGISTER "$LAB_PBX"
        attack "$1-crack" "$2" "$3" "$4" svcrack -u 456 -r 400-500 "$LAB_PBX"
}

found() { # NAME: what a campaign found, in a line
        local what=
        ! grep -q "$LAB_PBX:5060" "$e2e_tmp/$1-map.txt" || what="server"
        ! grep -qE '\| 240 ' "$e2e_tmp/$1-war.txt" || what="$what extension"
        ! grep -qE '\| 456 +\| 480 ' "$e2e_tmp/$1-crack.txt" || what="$what password"
        echo "${what:-nothing}"
}

user() { # NAME USER PASSWORD PORT - one registration
        printf 'SEQUENTIAL\n%s;[authentication username=%s password=%s]\n' "$2" "$2" "$3" >"$e2e_tmp/$1.csv"
        sipp_in "$LAB_OUT" "$1" "$LAB_PBX:5060" -sf "$E2E/register.xml" -inf "$e2e_tmp/$1.csv" -i "$LAB_CALLER" \
                -p "$4" -m 1 -recv_timeout 20000
}

e2e_lab
registrar_start
tree=/usr/share/sipvicious

campaign inside "$LAB_IN" "$LAB_PBX" "$tree"
e2e_is "past the firewall" "$(found inside)" = "server extension password"

user first 1001 secret 5070 || e2e_fail "a user cannot register: $(sipp_failures first)"
for attempt in 1 2 3; do
        ! user "typo$attempt" 1002 wrong 5071 || e2e_fail "a wrong password was taken"
        user "neighbour$attempt" 1003 secret 5072 || e2e_fail "the neighbour suffers from typo $attempt"
done
user corrected 1002 secret 5071 || e2e_fail "three typos keep a user out: $(sipp_failures corrected)"

campaign named "$LAB_OUT" "$LAB_SCANNER" "$tree"
campaign renamed "$LAB_OUT" "$LAB_SCANNER" "$e2e_tmp/renamed"
e2e_is "through the firewall" "$(found named)" = nothing
case $(found renamed) in # that somebody answers OPTIONS is no secret
nothing | server) ;;
*) e2e_fail "through the firewall, under another name: $(found renamed)" ;;
esac

user after 1001 secret 5070 || e2e_fail "a registered user suffers from the attack: $(sipp_failures after)"
user fresh 1004 secret 5073 || e2e_fail "a new user suffers from the attack: $(sipp_failures fresh)"
e2e_conserved
e2e_pass "past it: $(found inside); through it: $(found named), renamed: $(found renamed); typos forgiven"
