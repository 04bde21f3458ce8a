/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/control/rules/regex_sample.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>

#define MORE_MAX 3u /* repeats beyond the fewest */

struct sample {
        struct maker_rng *rng;
        uint8_t *out;
        size_t n;
        size_t cap;
};

struct part {
        const uint8_t *at;
        const uint8_t *end;
};

static void put(struct sample *s, uint8_t c)
{
        if (s->n < s->cap)
                s->out[s->n++] = c;
}

static uint8_t any_letter(struct sample *s)
{
        return (uint8_t) "aAbB01. x"[maker_below(s->rng, 9)];
}

/* ---- classes ---- */

static bool escape_holds(uint8_t e, uint8_t c)
{
        switch (e) {
        case 'd':
                return isdigit(c) != 0;
        case 'w':
                return isalnum(c) != 0 || c == '_';
        case 's':
                return isspace(c) != 0;
        case 'D':
                return isdigit(c) == 0;
        case 'W':
                return isalnum(c) == 0 && c != '_';
        case 'S':
                return isspace(c) == 0;
        default:
                return false;
        }
}

/* An escaped octet by itself: \r, \x2e; *used of the octets at p, which is behind the backslash. */
static uint8_t escaped(const uint8_t *p, const uint8_t *end, size_t *used)
{
        char hex[3] = {0};

        *used = 1;
        switch (*p) {
        case 'r':
                return '\r';
        case 'n':
                return '\n';
        case 't':
                return '\t';
        case 'x':
                for (size_t i = 0; i < 2 && p + 1 + i < end && isxdigit(p[1 + i]) != 0;
                     i++, ++*used)
                        hex[i] = (char)p[1 + i];
                return (uint8_t)strtoul(hex, NULL, 16);
        default:
                return *p;
        }
}

/* Does the class, without its brackets, hold c? */
static bool class_holds(struct part in, uint8_t c)
{
        bool negated = in.at < in.end && *in.at == '^';
        const uint8_t *p = in.at + (negated ? 1 : 0);
        bool found = false;

        while (p < in.end) {
                uint8_t low = *p++;
                uint8_t high;
                size_t used;

                if (low == '\\' && p < in.end) {
                        found = found || escape_holds(*p, c);
                        low = escaped(p, in.end, &used);
                        p += used;
                        if (isalpha(p[-1]) != 0 && used == 1 && low == p[-1])
                                continue; /* \d and its kind */
                }
                high = low;
                if (p + 1 < in.end && *p == '-') {
                        high = p[1];
                        p += 2;
                }
                found = found || (c >= low && c <= high);
        }
        return found != negated;
}

static void one_of(struct sample *s, struct part class)
{
        for (unsigned i = 0; i < 512; i++) {
                uint8_t c = i < 32 ? any_letter(s) : (uint8_t)maker_below(s->rng, 256);

                if (class_holds(class, c)) {
                        put(s, c);
                        return;
                }
        }
}

/* ---- atoms and repeats ---- */

/* Where the atom at p ends. */
static const uint8_t *atom_end(const uint8_t *p, const uint8_t *end)
{
        unsigned depth = 0;
        bool class = false;

        do {
                if (*p == '\\' && p + 1 < end) {
                        size_t used;

                        (void)escaped(p + 1, end, &used);
                        p += used;
                } else if (class) {
                        class = *p != ']';
                } else if (*p == '[') {
                        class = true;
                        p += p + 1 < end && p[1] == '^' ? 1 : 0;
                } else if (*p == '(') {
                        depth++;
                } else if (*p == ')') {
                        depth--;
                }
                p++;
        } while (p < end && (depth > 0 || class));
        return p;
}

/* The repeats at p; returns what is behind them. */
static const uint8_t *repeats(struct sample *s, const uint8_t *p, const uint8_t *end,
                              unsigned *times)
{
        unsigned long low = 1;
        unsigned long high = 1;
        char *rest;

        if (p == end)
                return p;
        if (*p == '*' || *p == '+' || *p == '?') {
                low = *p == '+' ? 1 : 0;
                high = *p == '?' ? 1 : low + MORE_MAX;
                p++;
        } else if (*p == '{' && p + 1 < end && isdigit(p[1]) != 0) {
                low = strtoul((const char *)p + 1, &rest, 10);
                high = low;
                if (*rest == ',')
                        high = isdigit((unsigned char)rest[1]) != 0 ? strtoul(rest + 1, &rest, 10)
                                                                    : low + MORE_MAX;
                while (p < end && *p++ != '}')
                        ;
        } else {
                return p;
        }
        if (p < end && *p == '?')
                p++; /* which of the lengths comes first is no matter */
        *times = (unsigned)low + maker_below(s->rng, (uint32_t)(high - low) % 64u + 1u);
        return p;
}

static void choices(struct sample *s, struct part in);

static void atom(struct sample *s, struct part a)
{
        size_t used;

        switch (*a.at) {
        case '(':
                a.at++;
                a.end--;
                if (a.end - a.at > 1 && a.at[0] == '?') { /* (?: and flags */
                        while (a.at < a.end && *a.at != ':')
                                a.at++;
                        a.at += a.at < a.end ? 1 : 0;
                }
                choices(s, a);
                break;
        case '[':
                one_of(s, (struct part){a.at + 1, a.end - 1});
                break;
        case '.':
                put(s, any_letter(s));
                break;
        case '^':
        case '$':
                break;
        case '\\':
                if (a.end - a.at < 2)
                        break;
                if (a.at[1] == 'd' || a.at[1] == 'w' || a.at[1] == 's' || a.at[1] == 'D' ||
                    a.at[1] == 'W' || a.at[1] == 'S')
                        one_of(s, a);
                else if (a.at[1] != 'b' && a.at[1] != 'B' && a.at[1] != 'A' && a.at[1] != 'z' &&
                         a.at[1] != 'Z')
                        put(s, escaped(a.at + 1, a.end, &used));
                break;
        default:
                put(s, *a.at);
                break;
        }
}

static void sequence(struct sample *s, struct part in)
{
        const uint8_t *p = in.at;

        while (p < in.end) {
                struct part a = {p, atom_end(p, in.end)};
                unsigned times = 1;

                p = repeats(s, a.end, in.end, &times);
                while (times-- > 0)
                        atom(s, a);
        }
}

/* One of the alternatives. */
static void choices(struct sample *s, struct part in)
{
        struct part chosen = {in.at, in.at};
        const uint8_t *start = in.at;
        uint32_t seen = 0;

        for (const uint8_t *p = in.at; p <= in.end; p = p < in.end ? atom_end(p, in.end) : p + 1) {
                if (p < in.end && *p != '|')
                        continue;
                if (maker_below(s->rng, ++seen) == 0)
                        chosen = (struct part){start, p};
                start = p + 1;
        }
        sequence(s, chosen);
}

size_t regex_sample(struct maker_rng *rng, const uint8_t *regex, size_t len, uint8_t *out,
                    size_t cap)
{
        struct sample s = {rng, out, 0, cap};

        choices(&s, (struct part){regex, regex + len});
        return s.n;
}
