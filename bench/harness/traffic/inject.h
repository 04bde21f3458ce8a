/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inject.h - files of values, one call a line: SIPp's injection files.
 *
 * The first line is SEQUENTIAL, RANDOM or USER; lines that begin with # are remarks; fields are set
 * apart by semicolons. Read whole at the start, constant afterwards.
 */
#ifndef SLUICE_BENCH_HARNESS_TRAFFIC_INJECT_H
#define SLUICE_BENCH_HARNESS_TRAFFIC_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sb_inject {
        char *name; /* as given, for [field0 file="name"] */
        char *text;
        char **lines; /* NUL-terminated, line_cnt of them */
        uint32_t line_cnt;
        bool random;
};

/* 0, or a negative errno with one line in error (error_bytes of room). */
int sb_inject_load(struct sb_inject **out, const char *path, char *error, size_t error_bytes);
void sb_inject_free(struct sb_inject *f);

/* Which line call number n takes. */
uint32_t sb_inject_line(const struct sb_inject *f, uint64_t n);
/* A field of a line, length in *len; empty when the line has no such field. */
const char *sb_inject_field(const struct sb_inject *f, uint32_t line, uint32_t column,
                            uint32_t *len);

#endif
