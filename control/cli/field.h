/* SPDX-License-Identifier: Apache-2.0 */
/* field.h - values out of control's JSON, made fit to be shown. Pure. */
#ifndef SLUICE_CONTROL_CLI_FIELD_H
#define SLUICE_CONTROL_CLI_FIELD_H

#include <jansson.h>
#include <stddef.h>

#include "control/cli/table.h"

/* The value at a path of keys, "sip.method"; NULL when there is none. Borrowed. */
json_t *cp_field(const json_t *object, const char *path);

/*
 * A value as escaped text of at most max_cols columns (0 = any): strings, numbers, true and false,
 * the members of an array with ", " between. Heap, the caller's; NULL when the path leads nowhere
 * or to null.
 */
char *cp_field_text(const json_t *object, const char *path, size_t max_cols);

/* A string as it came, up to its first NUL: for a table's cell, never for a terminal. Borrowed;
 * `otherwise` when there is none. */
const char *cp_field_raw(const json_t *object, const char *path, const char *otherwise);

/* An integer; 0 when there is none. */
json_int_t cp_field_int(const json_t *object, const char *path);

/* The value as a table's next cell, "" when there is none. */
void cp_field_cell(struct cp_table *t, const json_t *object, const char *path);

/* The members of an object of numbers as the next cell, without zeros: "asked 10, answered 9". */
void cp_field_members(struct cp_table *t, const json_t *object, const char *path);

#endif
