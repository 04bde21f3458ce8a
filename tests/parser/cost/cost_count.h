/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cost_count.h - how many instructions the reading of an input takes, as callgrind counts them: no
 * other work on the machine changes that.
 */
#ifndef SLUICE_TESTS_PARSER_COST_COST_COUNT_H
#define SLUICE_TESTS_PARSER_COST_COST_COUNT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <valgrind/callgrind.h>
#include <valgrind/valgrind.h>

#include "bench/parser/cost_inputs.h"

/* The file that valgrind's --callgrind-out-file names; ends the program with "skipped" when this is
 * not callgrind. */
static inline const char *cost_out_file(void)
{
        const char *out = getenv("SLUICE_CALLGRIND_OUT");

        if (!RUNNING_ON_VALGRIND || !out) {
                printf("SKIPPED: not under callgrind\n");
                exit(77);
        }
        return out;
}

/* Instructions of one reading. Each dump of callgrind's is a file of the next number. */
static inline uint64_t cost_count(enum cost_reader reader, const uint8_t *p, size_t n)
{
        static unsigned dumps;
        unsigned long long total = 0;
        char path[4200], line[256];
        FILE *f;

        CALLGRIND_ZERO_STATS;
        cost_read(reader, p, n);
        CALLGRIND_DUMP_STATS;
        snprintf(path, sizeof(path), "%s.%u", cost_out_file(), ++dumps);
        f = fopen(path, "r");
        while (f && fgets(line, sizeof(line), f) && sscanf(line, "totals: %llu", &total) != 1)
                ;
        if (!f || total == 0) {
                fprintf(stderr, "%s: no count\n", path);
                exit(1);
        }
        fclose(f);
        unlink(path);
        return total;
}

#endif
