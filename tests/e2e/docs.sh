#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The documents are true: each command in them is in docs.tsv, which says how it is tested; those that say
# `run` are run here, in the order of the documents; each sluice.yaml is taken by both processes; links
# lead somewhere.
#
# Beside others (6 s): it computes.
. "$(dirname "$0")/harness.sh"
e2e_begin docs
documents="README.md parser/README.md bench/README.md bench/tried.md bench/harness/README.md control/doc/firewall.md control/doc/edge.md control/doc/tap.md control/doc/rules.md control/doc/bench.md .github/CONTRIBUTING.md"

# fenced LANGUAGE DOCUMENT [N] - the text inside its fences of that language, or inside the Nth of them.
fenced() {
        awk -v want="$1" -v nth="${3:-0}" '/^```/ { on = !on && $0 == "```" want; n += on; next }
                on && (nth == 0 || n == nth)' "$ROOT/$2"
}

# commands_of DOCUMENT - one a line: continued lines joined, remarks taken off.
commands_of() {
        fenced sh "$1" | awk '
                { sub(/^ +/, line == "" ? "" : " "); line = line $0 }
                line ~ /(\\|\|)$/ { sub(/ *\\$/, "", line); next }
                { sub(/ +# .*$/, "", line); if (line !~ /^#/ && line != "") print line; line = "" }'
}

all_commands() {
        for document in $documents; do commands_of "$document"; done
}

how_tested() { # COMMAND
        awk -F '\t' -v c="$1" '!/^#/ && $1 == c { print $2 }' "$E2E/docs.tsv"
}

commands=0
ran=0
ln -s "$SLUICE_BUILD" "$e2e_tmp/build"
ln -s "$SLUICE_BUILD" "$e2e_tmp/build-release"
mkdir "$e2e_tmp/bin"
for name in sluice-dataplane sluice-control sluicectl; do
        path=$(find "$SLUICE_BUILD" -type f -name $name -perm -u+x | head -n 1)
        [ -n "$path" ] || e2e_fail "no $name in $SLUICE_BUILD"
        ln -s "$path" "$e2e_tmp/bin/$name"
done
if [ -f "$SLUICE_CORPUS/pcap/trex/udp_sip.pcap" ]; then
        cp "$SLUICE_CORPUS/pcap/trex/udp_sip.pcap" "$e2e_tmp/calls.pcap"
else # a capture with no packet: the command still has to work
        printf '\324\303\262\241\002\0\004\0\0\0\0\0\0\0\0\0\377\377\0\0\001\0\0\0' >"$e2e_tmp/calls.pcap"
fi

cp "$e2e_tmp/calls.pcap" "$e2e_tmp/calls.pcapng" # the content tells, not the name

takes() { # PROGRAM DOCUMENT ARGUMENTS...
        local program=$1 document=$2
        shift 2
        "$e2e_tmp/bin/$program" "$@" --test --config "$e2e_tmp/sluice.yaml" >"$e2e_tmp/output" 2>&1 ||
                e2e_fail "$program refuses the sluice.yaml of $document: $(tail -n 1 "$e2e_tmp/output")"
}

for document in $documents; do
        for n in $(seq "$(grep -c '^```yaml$' "$ROOT/$document")"); do
                fenced yaml "$document" "$n" >"$e2e_tmp/sluice.yaml"
                takes sluice-dataplane "$document" --
                takes sluice-control "$document"
        done
done

while IFS= read -r command; do
        [ -n "$command" ] || continue
        commands=$((commands + 1))
        how=$(how_tested "$command")
        case $how in
        run)
                status=0
                (cd "$e2e_tmp" && PATH=$e2e_tmp/bin:$PATH bash -c "$command") >"$e2e_tmp/output" 2>&1 </dev/null || status=$?
                # doctor says 1 where the machine could be better; 2 is a wrong command line.
                [ $status -eq 0 ] || { [ "$command" = "sluicectl doctor" ] && [ $status -eq 1 ]; } ||
                        e2e_fail "\`$command\` exits $status: $(tail -n 1 "$e2e_tmp/output")"
                ran=$((ran + 1))
                ;;
        "test run") [ -x "$ROOT/tests/run" ] || e2e_fail "tests/run is missing" ;;
        test\ *) [ -f "$E2E/${how#test }.sh" ] || e2e_fail "docs.tsv: no test ${how#test } for \`$command\`" ;;
        by\ hand:*) ;;
        *) e2e_fail "\`$command\` is not in docs.tsv" ;;
        esac
done < <(all_commands)
while IFS= read -r command; do
        all_commands | grep -xF -- "$command" >/dev/null || e2e_fail "docs.tsv names \`$command\`, no document does"
done < <(grep -v '^#' "$E2E/docs.tsv" | cut -f 1)

links=0
for document in $documents; do
        while IFS= read -r link; do
                [ -e "$ROOT/$(dirname "$document")/$link" ] || e2e_fail "$document: the link to $link leads nowhere"
                links=$((links + 1))
        done < <(grep -oE '\]\([^)#]+\)' "$ROOT/$document" | sed 's/^](//; s/)$//' | grep -v '^https\?:')
done

e2e_is "commands in the documents" $commands -ge 30
e2e_pass "$commands commands accounted for, $ran run here; every sluice.yaml taken by both; $links links lead somewhere"
