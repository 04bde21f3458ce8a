#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The fuzzing commands work, in small: every target runs with the sanitizers, and under AFL++, finds
# nothing, and is in the summary; a target that breaks is told as a finding.
#
# Beside others (110 s): it computes.
. "$(dirname "$0")/harness.sh"
e2e_begin fuzz

targets=$(find "$ROOT/tests/fuzz" -name 'fuzz_*.c' | wc -l)
export SLUICE_CORPUS

"$ROOT/tests/fuzz/campaign" --execs 1000 --slice 1 --jobs "$(nproc)" >"$e2e_tmp/campaign" 2>&1 ||
        e2e_fail "campaign: $(tail -n 1 "$e2e_tmp/campaign")"
e2e_is "targets of the campaign that ran" "$(awk '$2 + 0 >= 1 && $5 == "->"' "$e2e_tmp/campaign" | wc -l)" -eq "$targets"

# What is built is replaced by a program that fails as a target would.
mkdir -p "$e2e_tmp/build/tests/fuzz"
cat >"$e2e_tmp/broken.c" <<'C'
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) { return n > 3 && p[0] == 'I' ? *(volatile int *)0 : 0; }
C
clang -fsanitize=fuzzer,address "$e2e_tmp/broken.c" -o "$e2e_tmp/build/tests/fuzz/fuzz_broken" ||
        e2e_fail "clang does not build a target"
"$ROOT/tests/fuzz/campaign" --execs 1000000 --slice 1 --no-build --build "$e2e_tmp/build" --corpus "$e2e_tmp/corpus" \
        >"$e2e_tmp/broken" 2>&1 && e2e_fail "a target that breaks passes"
grep -q ': 1 findings$' "$e2e_tmp/broken" || e2e_fail "the finding is not told: $(tail -n 1 "$e2e_tmp/broken")"

# each starts with all its seeds; the programs of the campaign have run them all
"$ROOT/tests/fuzz/afl" --execs 300 --seeds 20 >"$e2e_tmp/afl" 2>&1 || e2e_fail "afl: $(tail -n 1 "$e2e_tmp/afl")"
e2e_is "targets under AFL++ that ran" "$(awk '$2 + 0 >= 300' "$e2e_tmp/afl" | wc -l)" -eq "$targets"
e2e_pass "$(grep ' executions over ' "$e2e_tmp/campaign"); a broken target is found; $(tail -n 1 "$e2e_tmp/afl") under AFL++"
