/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.h - rows of text in aligned columns, the last one wrapped to the width of the page.
 *
 * Every cell is escaped (escape.h) as it is added, so a table may hold text from anywhere.
 * One thread. Out of memory ends the program.
 */
#ifndef SLUICE_CONTROL_CLI_TABLE_H
#define SLUICE_CONTROL_CLI_TABLE_H

#include <stddef.h>
#include <stdio.h>

#define CP_TABLE_COLS_MAX 10u

struct cp_table {
        size_t col_cnt;
        unsigned right; /* bit per column: aligned to the right */
        size_t cell_cnt;
        size_t cell_cap;
        char **cell; /* row after row */
        size_t indent;
};

/* align: one character per column, 'l' or 'r', at most CP_TABLE_COLS_MAX; every line starts with
 * `indent` blanks. */
void cp_table_init(struct cp_table *t, const char *align, size_t indent);
/* The next cell, from text of n octets or in printf's way. */
void cp_table_cell(struct cp_table *t, const char *s, size_t n);
void cp_table_cellf(struct cp_table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Print all whole rows within `width` columns, if the columns before the last leave room. */
void cp_table_print(const struct cp_table *t, FILE *out, size_t width);
void cp_table_fini(struct cp_table *t);

/*
 * Print text that needs no escaping, from column `at` on, broken at blanks to lines of `width` that
 * start at column `indent`. Ends the last line. A word longer than a line is not broken.
 */
struct cp_wrap {
        size_t at;
        size_t indent;
        size_t width;
};
void cp_cli_wrap(FILE *out, struct cp_wrap w, const char *text);

#endif
