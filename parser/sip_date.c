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
