/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/table.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "control/cli/escape.h"

#define COL_GAP       2u  /* blanks between columns */
#define LAST_COLS_MIN 20u /* the last column is never squeezed below this */

void cp_table_init(struct cp_table *t, const char *align, size_t indent)
{
        *t = (struct cp_table){.indent = indent};
        for (; align[t->col_cnt] && t->col_cnt < CP_TABLE_COLS_MAX; t->col_cnt++)
                if (align[t->col_cnt] == 'r')
                        t->right |= 1u << t->col_cnt;
}

void cp_table_cell(struct cp_table *t, const char *s, size_t n)
{
        if (t->cell_cnt == t->cell_cap) {
                t->cell_cap = t->cell_cap ? 2 * t->cell_cap : 64;
                t->cell = reallocarray(t->cell, t->cell_cap, sizeof(*t->cell));
                if (!t->cell) {
                        fputs("sluicectl: out of memory\n", stderr);
                        abort();
                }
        }
        t->cell[t->cell_cnt++] = cp_cli_escape(s, n, 0);
}

void cp_table_cellf(struct cp_table *t, const char *fmt, ...)
{
        char *text = NULL;
        va_list ap;
        int n;

        va_start(ap, fmt);
        n = vasprintf(&text, fmt, ap);
        va_end(ap);
        cp_table_cell(t, n < 0 ? "" : text, n < 0 ? 0 : (size_t)n);
        if (n >= 0)
                free(text);
}

static void pad(FILE *out, size_t n)
{
        while (n--)
                fputc(' ', out);
}

void cp_cli_wrap(FILE *out, struct cp_wrap w, const char *text)
{
        size_t at = w.at, gap = 0;

        while (*text) {
                size_t bytes = strcspn(text, " ");
                char *word = strndup(text, bytes);
                size_t cols = word ? cp_cli_columns(word) : bytes;

                if (bytes && at > w.indent && at + gap + cols > w.width) {
                        fputc('\n', out);
                        pad(out, w.indent);
                        at = w.indent;
                        gap = 0;
                }
                if (bytes) {
                        pad(out, gap);
                        fwrite(text, 1, bytes, out);
                        at += gap + cols;
                        gap = 0;
                }
                free(word);
                text += bytes;
                for (; *text == ' '; text++)
                        gap++;
        }
        fputc('\n', out);
}

void cp_table_print(const struct cp_table *t, FILE *out, size_t width)
{
        size_t rows = t->col_cnt ? t->cell_cnt / t->col_cnt : 0, last = t->col_cnt - 1;
        size_t cols[CP_TABLE_COLS_MAX] = {0}, start = t->indent;

        for (size_t i = 0; i < rows * t->col_cnt; i++) {
                size_t c = cp_cli_columns(t->cell[i]);

                if (c > cols[i % t->col_cnt])
                        cols[i % t->col_cnt] = c;
        }
        for (size_t c = 0; c < last; c++)
                start += cols[c] + COL_GAP;
        if (start + LAST_COLS_MIN > width)
                width = start + LAST_COLS_MIN;
        for (size_t r = 0; r < rows; r++) {
                char *const *row = t->cell + r * t->col_cnt;
                size_t owed = t->indent; /* blanks not written yet: no line ends in one */

                for (size_t c = 0; c <= last; c++) {
                        size_t gap = cols[c] - cp_cli_columns(row[c]);
                        int right = (t->right >> c) & 1;

                        if (row[c][0]) {
                                pad(out, owed + (right ? gap : 0));
                                owed = 0;
                                if (c < last)
                                        fputs(row[c], out);
                        }
                        owed += (row[c][0] && right ? 0 : gap) + COL_GAP;
                }
                cp_cli_wrap(out, (struct cp_wrap){start, start, width}, row[last]);
        }
}

void cp_table_fini(struct cp_table *t)
{
        for (size_t i = 0; i < t->cell_cnt; i++)
                free(t->cell[i]);
        free(t->cell);
        *t = (struct cp_table){0};
}
