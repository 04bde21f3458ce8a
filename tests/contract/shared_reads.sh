#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# shared_reads.sh [ROOT] - no statement touches a shared word except by an atomic operation.
#
# A plain read of a word that a peer writes may be made twice by the compiler, and then what was
# checked is not what is used. Ring data may be addressed in shm_ring.c alone. Prints offences, exits 1
# when there are any; first proves on two samples that it can find one.
set -eu

root=${1:-$(dirname "$0")/../..}
root=$(cd "$root" && pwd)

scan='
function judge()
{
        if (text ~ /mem->head|tail_mem->tail|page->(seq|word|time_ns)|shared->/ &&
            text !~ /atomic_/ && text !~ /memcpy\(&r->header, shared,/)
                print FILENAME ":" FNR ": plain access: " text
        if (text ~ /mem->data/ && FILENAME !~ /contract\/shm_ring\.c$/)
                print FILENAME ":" FNR ": ring data outside shm_ring.c: " text
        text = ""
}
FNR == 1 { text = "" }
{
        line = $0
        sub(/\/\/.*|\/\*.*\*\//, "", line)
        if (line ~ /^[ \t]*(\/\*|\*)/)
                next
        sub(/^[ \t]+/, " ", line)
        text = text line
        if (line ~ /[;{}][ \t]*$/)
                judge()
}
'

sample=$(mktemp)
trap 'rm -f "$sample"' EXIT
echo 'x = c->mem->head - c->tail;' >"$sample"
[ -n "$(awk "$scan" "$sample")" ] || { echo "shared_reads.sh finds nothing" >&2; exit 2; }
printf 'x = atomic_load_explicit(\n    &c->mem->head, memory_order_acquire);\n' >"$sample"
[ -z "$(awk "$scan" "$sample")" ] || { echo "shared_reads.sh finds too much" >&2; exit 2; }

files=$(find "$root/control" "$root/dataplane" -name '*.c' 2>/dev/null | LC_ALL=C sort)
[ -n "$files" ] || { echo "no sources under $root" >&2; exit 2; }
# shellcheck disable=SC2086 # file names of this tree have no blanks
found=$(awk "$scan" $files)
[ -z "$found" ] || { echo "$found"; exit 1; }
echo "shared words: $(echo "$files" | wc -l) files touch them by atomic operations only"
