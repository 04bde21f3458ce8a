/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html.h - a result as one page that needs nothing else: plots are SVG inside it, no script, no
 * font, no address of any other place.
 */
#ifndef SLUICE_BENCH_HARNESS_REPORT_HTML_H
#define SLUICE_BENCH_HARNESS_REPORT_HTML_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Of any document of this program. Text from it is escaped. */
void sb_html_write(FILE *to, const json_t *document);

/* ---- plot.c ---- */

#define SB_PLOT_POINTS_MAX 4096u

struct sb_plot {
        const char *title;
        const char *x_name;
        const char *y_name;
        bool x_log; /* decades; points at or below 0 are left out */
        bool y_log;
        bool dots; /* instead of a line */
        size_t cnt;
        double x[SB_PLOT_POINTS_MAX];
        double y[SB_PLOT_POINTS_MAX];
        const char *x_words[8]; /* of the first decades, when they are no numbers */
};

/* Nothing is written for fewer than two points. */
void sb_plot_write(FILE *to, const struct sb_plot *p);
void sb_html_text(FILE *to, const char *text);

#endif
