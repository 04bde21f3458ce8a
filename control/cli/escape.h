/* SPDX-License-Identifier: Apache-2.0 */
/*
 * escape.h - bytes from strangers on their way to a terminal.
 *
 * A User-Agent, a Call-ID or a Request-URI is written by whoever sent it, and a terminal obeys
 * control bytes. Only what the locale can show in one or two columns is kept; everything else,
 * and the backslash itself, is written as an escape, so that the text can be read back without
 * doubt:  \\  \n \r \t  \xHH (a control octet or one that is no text)  \u{H...} (any other).
 */
#ifndef SLUICE_CONTROL_CLI_ESCAPE_H
#define SLUICE_CONTROL_CLI_ESCAPE_H

#include <stddef.h>

/*
 * A printable copy of s[0..n), which may hold NUL. At most max_cols columns, the last three "..."
 * when it was cut; 0 = no limit. Heap, the caller frees; never NULL (out of memory ends the
 * program: nothing can be shown then).
 */
char *cp_cli_escape(const char *s, size_t n, size_t max_cols);

/* Columns that a text made by cp_cli_escape() takes. */
size_t cp_cli_columns(const char *escaped);

#endif
