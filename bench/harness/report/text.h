/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.h - a result for people, made from its JSON.
 */
#ifndef SLUICE_BENCH_HARNESS_REPORT_TEXT_H
#define SLUICE_BENCH_HARNESS_REPORT_TEXT_H

#include <jansson.h>
#include <stdio.h>

void sb_text_result(FILE *to, json_t *result);

#endif
