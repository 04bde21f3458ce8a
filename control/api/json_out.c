/* SPDX-License-Identifier: Apache-2.0 */
#include "control/api/json_out.h"

#include <string.h>

void cp_json_init(struct cp_json *j, char *buf, size_t cap)
{
        *j = (struct cp_json){.buf = buf, .cap = cap};
}

void cp_json_raw(struct cp_json *j, const char *text, size_t len)
{
        if (j->overflow || len > j->cap - j->len) {
                j->overflow = true;
                return;
        }
        memcpy(j->buf + j->len, text, len);
        j->len += len;
}

static void put(struct cp_json *j, char c)
{
        cp_json_raw(j, &c, 1);
}

static void lead(struct cp_json *j, const char *key)
{
        if (j->comma)
                put(j, ',');
        j->comma = true;
        if (key == NULL)
                return;
        put(j, '"');
        cp_json_raw(j, key, strlen(key));
        cp_json_raw(j, "\":", 2);
}

void cp_json_open(struct cp_json *j, const char *key, char bracket)
{
        lead(j, key);
        put(j, bracket);
        j->comma = false;
}

void cp_json_close(struct cp_json *j, char bracket)
{
        put(j, bracket);
        j->comma = true;
}

size_t cp_utf8_len(const uint8_t *t, size_t len)
{
        uint8_t low = 0x80;
        uint8_t high = 0xbf;
        size_t n;

        if (t[0] < 0x80)
                return 1;
        if (t[0] < 0xc2 || t[0] > 0xf4)
                return 0;
        n = t[0] < 0xe0 ? 2 : t[0] < 0xf0 ? 3 : 4;
        if (len < n)
                return 0;
        /* Second octet: no overlong forms, no surrogates, nothing above U+10FFFF. */
        if (t[0] == 0xe0)
                low = 0xa0;
        else if (t[0] == 0xed)
                high = 0x9f;
        else if (t[0] == 0xf0)
                low = 0x90;
        else if (t[0] == 0xf4)
                high = 0x8f;
        if (t[1] < low || t[1] > high)
                return 0;
        for (size_t i = 2; i < n; i++) {
                if ((t[i] & 0xc0) != 0x80)
                        return 0;
        }
        return n;
}

static bool plain(uint8_t c)
{
        return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void put_escaped(struct cp_json *j, uint8_t c)
{
        static const char hex[] = "0123456789abcdef";
        char out[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};

        switch (c) {
        case '"':
        case '\\':
                out[1] = (char)c;
                break;
        case '\n':
                out[1] = 'n';
                break;
        case '\r':
                out[1] = 'r';
                break;
        case '\t':
                out[1] = 't';
                break;
        default:
                cp_json_raw(j, out, sizeof(out));
                return;
        }
        cp_json_raw(j, out, 2);
}

void cp_json_text(struct cp_json *j, const char *key, const void *text, size_t len)
{
        const uint8_t *t = text;
        size_t at = 0;

        lead(j, key);
        put(j, '"');
        while (at < len) {
                size_t run = at;

                while (run < len && plain(t[run]))
                        run++;
                cp_json_raw(j, (const char *)t + at, run - at);
                at = run;
                if (at < len && t[at] >= 0x80) {
                        size_t n = cp_utf8_len(t + at, len - at);

                        if (n != 0)
                                cp_json_raw(j, (const char *)t + at, n);
                        else
                                put_escaped(j, t[at]);
                        at += n != 0 ? n : 1;
                } else if (at < len) {
                        put_escaped(j, t[at++]);
                }
        }
        put(j, '"');
}

void cp_json_string(struct cp_json *j, const char *key, const char *text)
{
        cp_json_text(j, key, text, strlen(text));
}

void cp_json_number(struct cp_json *j, const char *key, uint64_t n)
{
        char digits[20];
        size_t at = sizeof(digits);

        do {
                digits[--at] = (char)('0' + n % 10);
                n /= 10;
        } while (n != 0);
        lead(j, key);
        cp_json_raw(j, digits + at, sizeof(digits) - at);
}

void cp_json_bool(struct cp_json *j, const char *key, bool b)
{
        lead(j, key);
        if (b)
                cp_json_raw(j, "true", 4);
        else
                cp_json_raw(j, "false", 5);
}
