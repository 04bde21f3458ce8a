/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/escape.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define ESCAPE_BYTES_MAX 16u /* longest unit: \u{10ffff} is 10 octets, a character MB_LEN_MAX */

struct unit {
        char text[ESCAPE_BYTES_MAX + 1];
        size_t bytes;
        size_t cols;
};

static void unit_printf(struct unit *u, const char *fmt, unsigned value)
{
        u->bytes = (size_t)snprintf(u->text, sizeof(u->text), fmt, value);
        u->cols = u->bytes;
}

static void unit_octet(struct unit *u, unsigned char c)
{
        static const char named[] = "\\\\\nn\rr\tt";

        for (size_t i = 0; i + 1 < sizeof(named); i += 2) {
                if (c == (unsigned char)named[i]) {
                        u->text[0] = '\\';
                        u->text[1] = named[i + 1];
                        u->text[2] = '\0';
                        u->bytes = u->cols = 2;
                        return;
                }
        }
        if (c >= 0x20 && c < 0x7f)
                unit_printf(u, "%c", c);
        else
                unit_printf(u, "\\x%02x", c);
}

/* Take one character off s[0..n), n > 0; returns the octets that it took. */
static size_t unit_take(struct unit *u, const char *s, size_t n)
{
        mbstate_t state = {0};
        wchar_t wide = 0;
        size_t took;
        int cols;

        if ((unsigned char)s[0] < 0x80) {
                unit_octet(u, (unsigned char)s[0]);
                return 1;
        }
        took = mbrtowc(&wide, s, n, &state);
        if (took == (size_t)-1 || took == (size_t)-2 || took == 0) {
                unit_octet(u, (unsigned char)s[0]);
                return 1;
        }
        /* Zero width holds the marks that reorder or hide text: those are escaped as well. */
        cols = wcwidth(wide);
        if (cols <= 0) {
                unit_printf(u, "\\u{%x}", (unsigned)wide);
                return took;
        }
        memcpy(u->text, s, took);
        u->text[took] = '\0';
        u->bytes = took;
        u->cols = (size_t)cols;
        return took;
}

char *cp_cli_escape(const char *s, size_t n, size_t max_cols)
{
        /* An octet in gives at most ESCAPE_BYTES_MAX out: \u{...} needs two octets or more. */
        size_t cap = n * ESCAPE_BYTES_MAX + 4;
        char *out = malloc(cap);
        size_t len = 0, cols = 0, keep_len = 0;
        struct unit u;

        if (!out) {
                fputs("sluicectl: out of memory\n", stderr);
                abort();
        }
        for (size_t i = 0; i < n;) {
                i += unit_take(&u, s + i, n - i);
                if (max_cols && cols + u.cols > max_cols) {
                        memcpy(out + keep_len, "...", 3);
                        len = keep_len + 3;
                        break;
                }
                memcpy(out + len, u.text, u.bytes);
                len += u.bytes;
                cols += u.cols;
                if (cols + 3 <= max_cols)
                        keep_len = len;
        }
        out[len] = '\0';
        return out;
}

size_t cp_cli_columns(const char *escaped)
{
        size_t n = strlen(escaped), cols = 0;

        for (size_t i = 0; i < n;) {
                mbstate_t state = {0};
                wchar_t wide = 0;
                size_t took = mbrtowc(&wide, escaped + i, n - i, &state);
                int w = took && took < (size_t)-2 ? wcwidth(wide) : 1;

                if (took == 0 || took >= (size_t)-2)
                        took = 1;
                cols += w > 0 ? (size_t)w : 0;
                i += took;
        }
        return cols;
}
