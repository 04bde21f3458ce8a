/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bad_run.h - makes the inputs of the table, has them read, compares outcomes and counts.
 */
#ifndef SLUICE_TESTS_PARSER_BAD_BAD_RUN_H
#define SLUICE_TESTS_PARSER_BAD_BAD_RUN_H

#include "tests/parser/bad/bad_read.h"
#include "tests/parser/bad/bad_table.h"
#include "tests/parser/bad/bad_text.h"

struct bad_args {
        unsigned inputs; /* of each row */
        const char *row; /* only this one; NULL for all */
        uint64_t seed;   /* of rng_seeded() */
};

/* --inputs N, --row NAME. Prints the seed. Ends the program on anything else. */
struct bad_args bad_args_read(int argc, char **argv);

/* The input of this number of a row: the same for the same seed, whatever else is run. */
void bad_input(const struct bad_row *row, uint64_t seed, unsigned number, struct rng *r,
               struct bad_text *out);

/*
 * Run the rows that `find` has a reader for. Prints rows, different inputs, octets and verdicts of
 * each class, and what differs from the table; fails the test then. An input that is not read
 * within 10 seconds ends the program. Returns how many different inputs there were.
 */
size_t bad_run(const struct bad_table *t, const struct bad_args *args,
               bad_reader *(*find)(const char *name));

#endif
