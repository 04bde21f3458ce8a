/* SPDX-License-Identifier: Apache-2.0 */
/*
 * full.h - the report of the whole system that bench/full_report gathers, as Markdown: its tables
 * are those of bench/README.md. The document is described in bench/harness/README.md.
 */
#ifndef SLUICE_BENCH_HARNESS_REPORT_FULL_H
#define SLUICE_BENCH_HARNESS_REPORT_FULL_H

#include <jansson.h>
#include <stdio.h>

/* Of a document of kind "full". */
void sb_full_write(FILE *to, const json_t *document);

#endif
