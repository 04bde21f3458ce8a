/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_date.h"

#include "parser/sip_ctype.h"

/* "Sat, 13 Nov 2010 23:29:00 GMT" */
#define DATE_BYTES 29u

static bool one_of(const uint8_t *p, const char *names)
{
        for (; *names; names += 3) {
                if (sip_lower(p[0]) == (uint8_t)names[0] && sip_lower(p[1]) == (uint8_t)names[1] &&
                    sip_lower(p[2]) == (uint8_t)names[2])
                        return true;
        }
        return false;
}

static bool two_digits(const uint8_t *p, unsigned min, unsigned max)
{
        unsigned v;

        if (!sip_is(p[0], SIP_CT_DIGIT) || !sip_is(p[1], SIP_CT_DIGIT))
                return false;
        v = (unsigned)(p[0] - '0') * 10 + (unsigned)(p[1] - '0');
        return v >= min && v <= max;
}

bool sip_date_ok(const uint8_t *buf, struct sip_span s)
{
        const uint8_t *p = buf + s.off;

        if (s.len != DATE_BYTES)
                return false;
        return one_of(p, "montuewedthufrisatsun") && p[3] == ',' && p[4] == ' ' &&
               two_digits(p + 5, 1, 31) && p[7] == ' ' &&
               one_of(p + 8, "janfebmaraprmayjunjulaugsepoctnovdec") && p[11] == ' ' &&
               two_digits(p + 12, 0, 99) && two_digits(p + 14, 0, 99) && p[16] == ' ' &&
               two_digits(p + 17, 0, 23) && p[19] == ':' && two_digits(p + 20, 0, 59) &&
               p[22] == ':' && two_digits(p + 23, 0, 60) && p[25] == ' ' && one_of(p + 26, "gmt");
}

static unsigned two(const uint8_t *p)
{
        return (unsigned)(p[0] - '0') * 10 + (unsigned)(p[1] - '0');
}

/* 1 to 12, of a name that sip_date_ok() took. */
static unsigned month_of(const uint8_t *p)
{
        static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
        unsigned m = 1;

        for (const char *n = names; *n; n += 3, m++) {
                if (sip_lower(p[0]) == (uint8_t)n[0] && sip_lower(p[1]) == (uint8_t)n[1] &&
                    sip_lower(p[2]) == (uint8_t)n[2])
                        break;
        }
        return m;
}

static bool leap(unsigned year)
{
        return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool sip_date_seconds(const uint8_t *buf, struct sip_span s, uint64_t *unix_s)
{
        static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        const uint8_t *p = buf + s.off;
        unsigned day, month, year, before;
        uint64_t n;

        if (!sip_date_ok(buf, s))
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
