/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/bad/bad_text.h"

#include <stdbool.h>
#include <string.h>

void bad_put(struct bad_text *t, const void *p, size_t n)
{
        size_t room = BAD_BYTES_MAX - t->len;

        n = n < room ? n : room;
        if (n > 0)
                memcpy(t->b + t->len, p, n);
        t->len += n;
}

void bad_puts(struct bad_text *t, const char *text)
{
        bad_put(t, text, strlen(text));
}

_Noreturn static void wrong(const char *p, size_t n, const char *why)
{
        fprintf(stderr, "pattern \"%.*s\": %s\n", (int)n, p, why);
        exit(1);
}

/* The octet behind a backslash at p; returns how many characters it took. */
static size_t escape(struct bad_text *t, const char *p, size_t n)
{
        char digits[3] = {0};
        uint8_t octet;

        if (n == 0)
                wrong(p, n, "a backslash at its end");
        switch (p[0]) {
        case 'r':
                octet = '\r';
                break;
        case 'n':
                octet = '\n';
                break;
        case 't':
                octet = '\t';
                break;
        case '0':
                octet = 0;
                break;
        case 'x':
                if (n < 3)
                        wrong(p, n, "\\x wants two digits");
                memcpy(digits, p + 1, 2);
                octet = (uint8_t)strtoul(digits, NULL, 16);
                bad_put(t, &octet, 1);
                return 3;
        default:
                octet = (uint8_t)p[0];
        }
        bad_put(t, &octet, 1);
        return 1;
}

/* Where the brace that p[0] opens is closed. */
static size_t closing(const char *p, size_t n)
{
        unsigned depth = 0;

        for (size_t i = 0; i < n; i++) {
                if (p[i] == '\\')
                        i++;
                else if (p[i] == '{')
                        depth++;
                else if (p[i] == '}' && --depth == 0)
                        return i;
        }
        wrong(p, n, "a brace is not closed");
}

/* A number of [A, B] of the text "A-B", or A of "A". *used is the text's length. */
static uint64_t range(const char *p, size_t n, struct rng *r, size_t *used)
{
        char copy[64] = {0}, *end;
        uint64_t low, high;

        memcpy(copy, p, n < sizeof(copy) - 1 ? n : sizeof(copy) - 1);
        low = high = strtoull(copy, &end, 10);
        if (end == copy)
                wrong(p, n, "a number is missing");
        if (*end == '-')
                high = strtoull(end + 1, &end, 10);
        if (high < low)
                wrong(p, n, "an empty range");
        *used = (size_t)(end - copy);
        return high - low == UINT64_MAX ? rng_next(r) : low + rng_below(r, high - low + 1);
}

static void from_set(struct bad_text *t, uint64_t n, const char *set, struct rng *r)
{
        size_t cnt = strlen(set);

        for (; n > 0; n--)
                bad_put(t, &set[rng_below(r, cnt)], 1);
}

/* One of the patterns between bars that are in no inner braces. */
static void pick(struct bad_text *t, const char *p, size_t n, struct rng *r)
{
        size_t from[64] = {0}, to[64], cnt = 0;
        size_t one;

        for (size_t i = 0; i < n; i++) {
                if (p[i] == '\\') {
                        i++;
                } else if (p[i] == '{') {
                        i += closing(p + i, n - i);
                } else if (p[i] == '|') {
                        if (cnt == 62)
                                wrong(p, n, "too many to pick from");
                        to[cnt++] = i;
                        from[cnt] = i + 1;
                }
        }
        to[cnt++] = n;
        one = (size_t)rng_below(r, cnt);
        bad_expand(t, p + from[one], to[one] - from[one], r);
}

static const struct {
        const char *name, *pattern;
} macros[] = {
    {"sdp", "v=0\\r\\no=- {num:1-4000000000} 1 IN IP4 192.0.2.{num:1-254}\\r\\ns=-\\r\\n"
            "c=IN IP4 192.0.2.{num:1-254}\\r\\nt=0 0\\r\\n"},
    {"cred", "Digest username=\"{tok:1-12}\",realm=\"example.com\",nonce=\"{hex:8-32}\","
             "uri=\"sip:example.com\",response=\"{hex:32-32}\""},
    {"passport", "{rep:5-20:{tok:4-4}}.{rep:5-20:{tok:4-4}}.{rep:5-20:{tok:4-4}}"},
};

/* What stands between braces. */
static void draw(struct bad_text *t, const char *p, size_t n, struct rng *r)
{
        const char *colon = memchr(p, ':', n);
        size_t name = colon ? (size_t)(colon - p) : n;
        size_t rest = colon ? name + 1 : n, used = 0;
        uint64_t k = 0;
        char digits[24];

#define IS(word) (name == strlen(word) && memcmp(p, word, name) == 0)
        if (IS("pick")) {
                pick(t, p + rest, n - rest, r);
                return;
        }
        for (size_t i = 0; i < sizeof(macros) / sizeof(macros[0]); i++) {
                if (IS(macros[i].name)) {
                        bad_expand(t, macros[i].pattern, strlen(macros[i].pattern), r);
                        return;
                }
        }
        if (colon)
                k = range(p + rest, n - rest, r, &used);
        if (IS("num")) {
                snprintf(digits, sizeof(digits), "%llu", (unsigned long long)k);
                bad_puts(t, digits);
        } else if (IS("dig")) {
                if (k > 0)
                        from_set(t, 1, "123456789", r);
                from_set(t, k > 0 ? k - 1 : 0, "0123456789", r);
        } else if (IS("tok")) {
                from_set(t, k, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", r);
        } else if (IS("hex")) {
                from_set(t, k, "0123456789abcdef", r);
        } else if (IS("lws")) {
                from_set(t, k, " \t", r);
        } else if (IS("ctl")) {
                from_set(t, 1, "\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x10\x1b\x1f\x7f", r);
        } else if (IS("high")) {
                const uint8_t octet = (uint8_t)(0x80 + rng_below(r, 0x80));

                bad_put(t, &octet, 1);
        } else if (IS("any")) {
                for (; k > 0; k--) {
                        const uint8_t octet = (uint8_t)rng_next(r);

                        bad_put(t, &octet, 1);
                }
        } else if (IS("rep") && rest + used < n) {
                for (; k > 0; k--)
                        bad_expand(t, p + rest + used + 1, n - rest - used - 1, r);
        } else {
                wrong(p, n, "unknown word");
        }
#undef IS
}

void bad_expand(struct bad_text *t, const char *p, size_t n, struct rng *r)
{
        for (size_t i = 0; i < n; i++) {
                if (p[i] == '\\') {
                        i += escape(t, p + i + 1, n - i - 1);
                } else if (p[i] == '{') {
                        size_t close = closing(p + i, n - i);

                        draw(t, p + i + 1, close - 1, r);
                        i += close;
                } else {
                        bad_put(t, &p[i], 1);
                }
        }
}
