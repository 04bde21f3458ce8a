#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# test_options.sh SLUICE-BENCH - what the command line takes, what --help lists and what the manual explains are the
# same options, and each of them is taken.
set -euo pipefail
export LC_ALL=C
bench=$1
root=$SLUICE_SOURCE_ROOT
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

sed -n '/^static const struct option table/,/^};/s/^ *{"\([a-z0-9-]*\)",.*/\1/p' "$root/bench/harness/options.c" | sort >"$tmp/taken"
"$bench" --help >"$tmp/usage"
grep -oE -- '--[a-z0-9]+[a-z0-9-]*' "$tmp/usage" | sed 's/^--//' | sort -u >"$tmp/listed"
sed -n 's/^\.It Fl -\([a-z0-9-]*\).*/\1/p' "$root/control/doc/sluice-bench.1" | sort >"$tmp/explained"
[ "$(wc -l <"$tmp/taken")" -ge 50 ] || { echo "options: only $(wc -l <"$tmp/taken") found in options.c"; exit 1; }

failed=0
same() { # LIST WHERE
        local lines
        lines=$(diff "$tmp/taken" "$tmp/$1" | grep '^[<>]' || true)
        [ -z "$lines" ] || { echo "options: $2 differs (< taken only, > there only): $lines"; failed=1; }
}
same listed "--help"
same explained "sluice-bench.1"

# A name that getopt does not know is told as such. None of these runs: the last word is no VLAN.
while read -r name; do
        "$bench" run "--$name" --help --vlan none >/dev/null 2>"$tmp/err" || true
        ! grep -qE 'unrecognized|ambiguous' "$tmp/err" || { echo "options: --$name is not taken: $(head -n 1 "$tmp/err")"; failed=1; }
done <"$tmp/listed"
[ $failed -eq 0 ] && echo "options: $(wc -l <"$tmp/taken") taken, listed and explained"
exit $failed
