#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check.sh [ROOT] - the rules on who may know whom, read from the sources themselves.
#
# Prints one line for each offence, "path:line: rule: what", and exits 1 when there is any. Rules:
#   root       a quoted include is written from the root and names a file that exists
#   depends    parser/ and control/contract/ are leaves; dataplane/ -> parser, contract, dataplane;
#              control/ -> parser, control; bench/ and tests/ are included by nobody else
#   dpdk       rte_*.h only in dataplane/ and in the tests and benchmarks of it
#   hyperscan  hs*.h only in parser/match/ and in its tests and benchmarks
#   size       at most 600 lines, or a sentence in the file that begins "Longer than 600 lines because"
#   main       main.c of either process under 150 lines
#   name       no file that is named after nothing (utils, common, misc, helpers)
#   spdx       the licence line comes first
#   hot        no heap, log, clock or system call on the packet path and in the parser, except in
#              functions that run at start and end (*_create, *_destroy, *_init, *_fini) and in the one
#              that rests a worker when nothing arrives (idle)
#   top        the top level is fixed
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=${1:-$here/../..}
cd "$root"

list=$(mktemp)
found=$(mktemp)
trap 'rm -f "$list" "$found"' EXIT

for entry in $(ls -A); do
        case $entry in
        .* | build* | dataplane | parser | control | tests | bench | meson.build | README.md | LICENSE) ;;
        *) echo "$entry:0: top: not in the fixed top level" ;;
        esac
done >>"$found"

for dir in parser control dataplane tests bench; do
        [ ! -d "$dir" ] || find "$dir" -type f \( -name '*.[ch]' -o -name '*.cc' -o -name '*.def' \
                -o -name '*.sh' -o -name '*.py' -o -name run -o -name quickstart \)
done | grep -v '^tests/corpus/' | LC_ALL=C sort >"$list"
[ -s "$list" ] || {
        echo "check.sh: no sources under $root" >&2
        exit 2
}

while read -r file; do
        base=${file##*/}
        case $base in
        utils.* | util.* | common.* | misc.* | helpers.*)
                echo "$file:0: name: named after nothing in particular" ;;
        esac
        lines=$(wc -l <"$file")
        if [ "$lines" -gt 600 ] && ! grep -q 'Longer than 600 lines because' "$file"; then
                echo "$file:600: size: $lines lines and no reason given"
        fi
        case $file in
        dataplane/main.c | control/main.c)
                [ "$lines" -lt 150 ] || echo "$file:150: main: $lines lines" ;;
        esac
        case $base in
        *.c | *.h | *.cc | *.def)
                head -n 1 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
                        echo "$file:1: spdx: the licence line is not first"
                awk -f "$here/includes.awk" -v file="$file" "$file"
                ;;
        esac
        case $file in
        dataplane/stages/*.[ch] | dataplane/state/*.[ch] | dataplane/worker.c | dataplane/burst.h | \
                dataplane/verdict.h | parser/*.[ch])
                awk -f "$here/hot_path.awk" -v file="$file" "$file" ;;
        esac
done <"$list" >>"$found"

made_in_the_build() { # the folder's meson.build names it as an output
        [ -f "${1%/*}/meson.build" ] && grep -q "'${1##*/}'" "${1%/*}/meson.build"
}

# Does what a quoted include names exist? (awk says which; only the shell can look.)
while IFS= read -r line; do
        case $line in
        '?'*)
                rest=${line#\?}
                target=${rest##* }
                [ -f "$target" ] || made_in_the_build "$target" || echo "${rest% *} root: ${rest##* } is no file from the root"
                ;;
        *) echo "$line" ;;
        esac
done <"$found" >"$found.2"
mv "$found.2" "$found"

cat "$found"
if [ -s "$found" ]; then
        echo "layering: $(wc -l <"$found") offences in $(wc -l <"$list") files" >&2
        exit 1
fi
echo "layering: $(wc -l <"$list") files follow the rules"
