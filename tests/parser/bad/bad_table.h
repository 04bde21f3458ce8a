/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bad_table.h - tests/corpus/bad-input.tsv: classes of bad input, how each input is made, and what
 * must become of it; and tests/corpus/bad-input-cited.tsv: the published faults that must be among
 * them.
 */
#ifndef SLUICE_TESTS_PARSER_BAD_BAD_TABLE_H
#define SLUICE_TESTS_PARSER_BAD_BAD_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define BAD_CLASSES  33u /* B1 .. B33 */
#define BAD_ROWS_MAX 512u

struct bad_row {
        unsigned cls;       /* 1..BAD_CLASSES */
        const char *name;   /* unique */
        const char *cited;  /* ids with commas between, "-" for none */
        const char *reader; /* what reads it */
        const char *base;   /* bad_make.h */
        const char *edits;
        const char *want; /* outcomes with '|' between, bad_outcome() */
};

struct bad_table {
        struct bad_row rows[BAD_ROWS_MAX];
        size_t cnt;
        char *text; /* what the rows point into */
};

/* Read the table, and check that names are unique, that each class has five rows or more, and that
 * each published fault has a row of its class. Ends the program, and says why, otherwise. */
void bad_table_read(struct bad_table *t);

/*
 * Is `got` an outcome that `want` allows? An outcome is "verdict:reason+more+more": want's verdict
 * and reason must be got's, and each of want's others must be among got's others.
 */
bool bad_outcome(const char *want, const char *got);

#endif
