#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# self_test.sh - proves that check.sh sees what it is there to see: a clean little tree passes, and
# the same tree with one offence added fails with exactly that rule at that file.
set -eu

check=$(cd "$(dirname "$0")" && pwd)/check.sh
tree=$(mktemp -d)
results=$(mktemp) # a file, because most cases run in the subshell of a pipe
trap 'rm -rf "$tree" "$results"' EXIT

put() { # PATH: the text on standard input, under the licence line
        mkdir -p "$tree/$(dirname "$1")"
        { echo '/* SPDX-License-Identifier: Apache-2.0 */'; cat; } >"$tree/$1"
}

clean_tree() {
        rm -rf "$tree"
        mkdir "$tree"
        echo '#include <stdint.h>' | put parser/a.h
        printf '#include "parser/a.h"\n#include <stdint.h>\n' | put parser/a.c
        echo '#include <hs.h>' | put parser/match/match_hs.c
        echo '#include <stdint.h>' | put control/contract/shm.h
        printf '#include "control/contract/shm.h"\n#include "parser/a.h"\n#include "control/b.h"\n' |
                put control/b.c
        echo '#include <stdint.h>' | put control/b.h
        printf '#include <rte_eal.h>\n#include "parser/a.h"\n#include "control/contract/shm.h"\n' |
                put dataplane/c.c
        put dataplane/stages/s.c <<'STAGE'
/* malloc( in a comment and "printf(" in a string are no calls */
int dp_s_create(struct dp_s **out)
{
        *out = rte_zmalloc(NULL, 1, 64);
        return 0;
}

void dp_s_run(struct dp_s *self, struct dp_burst *b)
{
        self->text = "malloc(1)"; // free(b)
        self->time(b);
        dp_timeout(b);
}
STAGE
        printf '#include "dataplane/c.c"\n#include "control/b.h"\n#include <rte_eal.h>\n' |
                put tests/dataplane/test_c.c
        echo '#include "parser/a.h"' | put bench/bench_a.cc
        touch "$tree/meson.build" "$tree/README.md" "$tree/LICENSE"
}

expect() { # RULE PATH: check.sh must name both, and nothing else
        out=$("$check" "$tree" 2>/dev/null) && status=0 || status=$?
        if [ "$1" = clean ]; then
                [ "$status" -eq 0 ] && ok=1 || ok=0
        else
                [ "$status" -eq 1 ] && [ "$(echo "$out" | grep -vc "^$2:[0-9]*: $1: ")" -eq 0 ] && ok=1 || ok=0
        fi
        if [ "$ok" -eq 1 ]; then
                echo "ok $1 $2"
        else
                echo "not ok $1 $2: exit $status, said: $out"
        fi | tee -a "$results"
}

offend() { # RULE PATH: adds the text on standard input to PATH of a clean tree
        text=$(cat)
        clean_tree
        mkdir -p "$tree/$(dirname "$2")"
        [ -f "$tree/$2" ] || echo '/* SPDX-License-Identifier: Apache-2.0 */' >"$tree/$2"
        printf '%s\n' "$text" >>"$tree/$2"
        expect "$1" "$2"
}

run_with() { # CALL: a packet-path function that makes it
        printf 'void dp_x_run(struct dp_x *self)\n{\n        %s;\n}\n' "$1"
}

clean_tree
expect clean tree

echo '#include "a.h"' | offend root parser/a.c
echo '#include "../parser/a.h"' | offend root parser/a.c
echo '#include "parser/missing.h"' | offend root parser/a.c
echo '#include <parser/a.h>' | offend root control/b.c

echo '#include "control/contract/shm.h"' | offend depends parser/a.c
echo '#include "parser/a.h"' | offend depends control/contract/shm.h
echo '#include "control/b.h"' | offend depends control/contract/shm.h
echo '#include "control/b.h"' | offend depends dataplane/c.c
echo '#include "dataplane/c.c"' | offend depends control/b.c
echo '  #  include "dataplane/c.c"' | offend depends parser/a.h
echo '#include "tests/dataplane/test_c.c"' | offend depends dataplane/c.c
echo '#include "bench/bench_a.cc"' | offend depends control/b.c
echo '#include "tests/dataplane/test_c.c"' | offend depends bench/bench_a.cc

echo '#include <rte_mbuf.h>' | offend dpdk parser/a.c
echo '#include <rte_mbuf.h>' | offend dpdk control/b.c
echo '#include <rte_mbuf.h>' | offend dpdk tests/control/test_b.c
echo '#include <hs.h>' | offend hyperscan parser/a.c
echo '#include <hs/hs_compile.h>' | offend hyperscan control/b.c
echo '#include <hs_runtime.h>' | offend hyperscan dataplane/c.c

awk 'BEGIN { for (i = 0; i < 600; i++) print "int x" i ";" }' | offend size parser/long.c
awk 'BEGIN { for (i = 0; i < 150; i++) print "int x" i ";" }' | offend main dataplane/main.c
awk 'BEGIN { for (i = 0; i < 150; i++) print "int x" i ";" }' | offend main control/main.c
echo 'int x;' | offend name parser/utils.c
echo 'int x;' | offend name control/common.h
echo 'int x;' | offend name dataplane/misc.c
clean_tree
echo 'int x;' >"$tree/parser/bare.c"
expect spdx parser/bare.c

for call in 'p = malloc(8)' 'free(p)' 'p = rte_malloc(NULL, 8, 0)' 'x = (char *)calloc(1, 2)' \
        'printf("x")' 'RTE_LOG(INFO, EAL, "x")' 'if (clock_gettime(0, &t))' 'usleep(1)' \
        'write(2, "x", 1)'; do
        run_with "$call" | offend hot dataplane/stages/s.c
done
run_with 'rte_free(p)' | offend hot dataplane/state/t.c
run_with 'malloc(1)' | offend hot dataplane/worker.c
run_with 'p = malloc(8)' | offend hot parser/a.c

clean_tree
{ echo '/* Longer than 600 lines because it is a table. */'
        awk 'BEGIN { for (i = 0; i < 600; i++) print "int x" i ";" }'; } | put parser/long.c
expect clean tree
clean_tree
mkdir "$tree/docs"
expect top docs
clean_tree
mkdir "$tree/build-release" "$tree/.ci"
expect clean tree

echo "layering self-test: $(grep -c '^ok' "$results") passed, $(grep -c '^not ok' "$results") failed"
! grep -q '^not ok' "$results"
