/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv.h - a result as a table: our own names, or the columns that SIPp's -trace_stat writes, so
 * that what reads those reads ours.
 */
#ifndef SLUICE_BENCH_HARNESS_REPORT_CSV_H
#define SLUICE_BENCH_HARNESS_REPORT_CSV_H

#include <jansson.h>
#include <stdio.h>

/* Of a document as `run` and its like make it. 0, or -EINVAL when it holds no result. */
int sb_csv_write(FILE *to, const json_t *document);
/* One head line and one line of values, separated by semicolons. */
int sb_csv_sipp_write(FILE *to, const json_t *document);

#endif
