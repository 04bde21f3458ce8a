/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_date.h"

#include <stddef.h>

#include "parser/sip_ctype.h"

/* "Sat, 13 Nov 2010 23:29:00 GMT" */
#define DATE_BYTES 29u

/* Three letters in one word, the first of them lowest, in lower case. Two octets that differ in
 * that bit alone are one letter, where one of them is a letter. */
#define WORD(a, b, c) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16)

static uint32_t word(const uint8_t *p)
{
        return WORD(p[0], p[1], p[2]) | WORD(0x20, 0x20, 0x20);
}

/* Twelve each, so that all are compared at once; the days begin again. */
static const uint32_t days_of_week[12] = {
    WORD('m', 'o', 'n'), WORD('t', 'u', 'e'), WORD('w', 'e', 'd'), WORD('t', 'h', 'u'),
    WORD('f', 'r', 'i'), WORD('s', 'a', 't'), WORD('s', 'u', 'n'), WORD('m', 'o', 'n'),
    WORD('m', 'o', 'n'), WORD('m', 'o', 'n'), WORD('m', 'o', 'n'), WORD('m', 'o', 'n'),
};
static const uint32_t months[12] = {
    WORD('j', 'a', 'n'), WORD('f', 'e', 'b'), WORD('m', 'a', 'r'), WORD('a', 'p', 'r'),
    WORD('m', 'a', 'y'), WORD('j', 'u', 'n'), WORD('j', 'u', 'l'), WORD('a', 'u', 'g'),
    WORD('s', 'e', 'p'), WORD('o', 'c', 't'), WORD('n', 'o', 'v'), WORD('d', 'e', 'c'),
};

static bool one_of(uint32_t w, const uint32_t names[12])
{
        uint32_t hits = 0;

        for (unsigned i = 0; i < 12; i++)
                hits |= names[i] == w;
        return hits != 0;
}

/* Not two digits that make a number from min to max? Without a branch: whoever sends dates, sends
 * right ones. */
static unsigned off_two(const uint8_t *p, unsigned min, unsigned max)
{
        unsigned tens = p[0] - (unsigned)'0', ones = p[1] - (unsigned)'0';

        return (tens > 9) | (ones > 9) | (tens * 10 + ones - min > max - min);
}

/*
 * The value in one line, where it has DATE_BYTES octets there; NULL otherwise. White space with a
 * line end in it means one SP (7.3.1); only a value that is longer can have some, and is written to
 * `line`.
 */
static const uint8_t *in_one_line(const uint8_t *buf, struct sip_span s, uint8_t line[DATE_BYTES])
{
        const uint8_t *p = buf + s.off, *end = p + s.len;
        unsigned n = 0;

        if (s.len <= DATE_BYTES)
                return s.len == DATE_BYTES ? p : NULL;
        while (p < end && n < DATE_BYTES) {
                const uint8_t *behind = p;
                bool fold = false;

                for (; behind < end && sip_is(*behind, SIP_CT_LWS); behind++)
                        fold |= *behind == '\n';
                if (!fold && behind > p + 1)
                        return NULL; /* two blanks side by side: no date */
                line[n++] = fold ? ' ' : *p;
                p = behind > p ? behind : p + 1;
        }
        return p == end && n == DATE_BYTES ? line : NULL;
}

/* Of DATE_BYTES octets at p. */
static bool is_date(const uint8_t *p)
{
        unsigned off;

        off = (unsigned)((p[3] ^ ',') | (p[4] ^ ' ') | (p[7] ^ ' ') | (p[11] ^ ' ') |
                         (p[16] ^ ' ') | (p[19] ^ ':') | (p[22] ^ ':') | (p[25] ^ ' '));
        off |= off_two(p + 5, 1, 31) | off_two(p + 12, 0, 99) | off_two(p + 14, 0, 99) |
               off_two(p + 17, 0, 23) | off_two(p + 20, 0, 59) | off_two(p + 23, 0, 60);
        return off == 0 && one_of(word(p), days_of_week) && one_of(word(p + 8), months) &&
               word(p + 26) == WORD('g', 'm', 't');
}

bool sip_date_ok(const uint8_t *buf, struct sip_span s)
{
        uint8_t line[DATE_BYTES];
        const uint8_t *p = in_one_line(buf, s, line);

        return p && is_date(p);
}

static unsigned two(const uint8_t *p)
{
        return (unsigned)(p[0] - '0') * 10 + (unsigned)(p[1] - '0');
}

/* 1 to 12, of a name that is_date() took. */
static unsigned month_of(const uint8_t *p)
{
        unsigned m = 1;

        while (m < 12 && months[m - 1] != word(p))
                m++;
        return m;
}

static bool leap(unsigned year)
{
        return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool sip_date_seconds(const uint8_t *buf, struct sip_span s, uint64_t *unix_s)
{
        static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        uint8_t line[DATE_BYTES];
        const uint8_t *p = in_one_line(buf, s, line);
        unsigned day, month, year, before;
        uint64_t n;

        if (!p || !is_date(p))
                return false;
        day = two(p + 5);
        month = month_of(p + 8);
        year = two(p + 12) * 100 + two(p + 14);
        if (year < 1970 || day > days[month - 1] + (month == 2 && leap(year) ? 1u : 0u))
                return false;
        before = year - 1; /* leap days up to the end of it, less those up to 1969 */
        n = (year - 1970) * UINT64_C(365) + before / 4 - before / 100 + before / 400 - 477;
        for (unsigned i = 0; i + 1 < month; i++)
                n += days[i] + (i == 1 && leap(year) ? 1u : 0u);
        n += day - 1;
        *unix_s = ((n * 24 + two(p + 17)) * 60 + two(p + 20)) * 60 + two(p + 23);
        return true;
}
