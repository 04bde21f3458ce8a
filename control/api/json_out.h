/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_out.h - JSON written straight into a buffer: append only, no tree, no heap.
 *
 * The caller opens and closes objects in order; commas are put in here. When the buffer is full
 * `overflow` is set and nothing more is written, so that the caller may drop the line.
 *
 * Text comes from the network, so any octets are accepted and the output is always valid UTF-8:
 * well-formed UTF-8 goes through as it is; '"', '\' and control characters (DEL too) are escaped;
 * every octet that is not part of well-formed UTF-8 becomes \u00HH of that octet.
 */
#ifndef SLUICE_CONTROL_API_JSON_OUT_H
#define SLUICE_CONTROL_API_JSON_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cp_json {
        char *buf;
        size_t cap;
        size_t len;
        bool overflow;
        bool comma; /* the next key or value needs one before it */
};

void cp_json_init(struct cp_json *j, char *buf, size_t cap);

/* key NULL: a value in an array, or the whole text. Keys are written as they are: literals only. */
void cp_json_open(struct cp_json *j, const char *key, char bracket);
void cp_json_close(struct cp_json *j, char bracket);
void cp_json_text(struct cp_json *j, const char *key, const void *text, size_t len);
void cp_json_string(struct cp_json *j, const char *key, const char *text);
void cp_json_number(struct cp_json *j, const char *key, uint64_t n);
void cp_json_bool(struct cp_json *j, const char *key, bool b);
/* Octets as they are, outside of the rules for commas. */
void cp_json_raw(struct cp_json *j, const char *text, size_t len);

/* Length of the well-formed UTF-8 sequence at text (1..4), 0 when it is none (RFC 3629 4). */
size_t cp_utf8_len(const uint8_t *text, size_t len);

#endif
