#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The README is true: each of its commands is in docs.tsv, which says how it is tested; those that say
# `run` are run here; its sluice.yaml is taken by both processes; its links lead somewhere.
. "$(dirname "$0")/harness.sh"
e2e_begin docs
readme=$ROOT/README.md

# of LANGUAGE - the text inside the README's fences of that language.
fenced() {
        awk -v want="$1" '/^```/ { on = !on && $0 == "```" want; next } on' "$readme"
}

how_tested() { # COMMAND
        awk -F '\t' -v c="$1" '!/^#/ && $1 == c { print $2 }' "$E2E/docs.tsv"
}

commands=0
ran=0
ln -s "$SLUICE_BUILD" "$e2e_tmp/build"
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
done < <(fenced sh)
while IFS= read -r command; do
        fenced sh | grep -qxF -- "$command" || e2e_fail "docs.tsv names \`$command\`, the README does not"
done < <(grep -v '^#' "$E2E/docs.tsv" | cut -f 1)

fenced yaml >"$e2e_tmp/sluice.yaml"
"$e2e_tmp/bin/sluice-dataplane" -- --test --config "$e2e_tmp/sluice.yaml" >"$e2e_tmp/output" 2>&1 ||
        e2e_fail "sluice-dataplane refuses the README's sluice.yaml: $(tail -n 1 "$e2e_tmp/output")"
"$e2e_tmp/bin/sluice-control" --test --config "$e2e_tmp/sluice.yaml" >"$e2e_tmp/output" 2>&1 ||
        e2e_fail "sluice-control refuses the README's sluice.yaml: $(tail -n 1 "$e2e_tmp/output")"

links=0
while IFS= read -r link; do
        [ -e "$ROOT/$link" ] || e2e_fail "the README's link to $link leads nowhere"
        links=$((links + 1))
done < <(grep -oE '\]\([^)#]+\)' "$readme" | sed 's/^](//; s/)$//' | grep -v '^https\?:')

e2e_is "commands in the README" $commands -ge 10
e2e_pass "$commands commands accounted for, $ran run here; sluice.yaml taken by both; $links links lead somewhere"
