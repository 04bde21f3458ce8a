/* SPDX-License-Identifier: Apache-2.0 */
#include "control/policy/times.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/policy/timezone.h"

#define DAY_S   86400
#define EPOCH_D 4 /* the first of January 1970 was a Thursday, and Sunday is 0 */

struct span {
        uint32_t from_s; /* of the day */
        uint32_t to_s;   /* less than from_s: of the next day */
};

struct cp_times {
        struct cp_timezone *tz;
        unsigned days; /* bits 1 << day, Sunday is 0 */
        uint32_t cnt;  /* 0 = the whole day */
        struct span span[];
};

/* "08:00-18:30"; 24:00 is the end of the day. */
static bool read_span(const char *text, struct span *out)
{
        unsigned h1, m1, h2, m2;
        int end = 0;

        if (sscanf(text, "%2u:%2u-%2u:%2u%n", &h1, &m1, &h2, &m2, &end) != 4 || text[end] != '\0' ||
            m1 > 59 || m2 > 59 || h1 > 23 || h2 > 24 || (h2 == 24 && m2 != 0))
                return false;
        out->from_s = h1 * 3600u + m1 * 60u;
        out->to_s = h2 * 3600u + m2 * 60u;
        return out->from_s != out->to_s;
}

int cp_times_create(struct cp_times **out, const struct cp_config_times *c, char *why,
                    size_t why_len)
{
        struct cp_times *t;
        int rc;

        *out = NULL;
        if (c->days_count == 0 && c->hours_count == 0) {
                if (c->timezone == NULL)
                        return 0;
                snprintf(why, why_len, "a timezone without days or hours");
                return -EINVAL;
        }
        t = calloc(1, sizeof(*t) + c->hours_count * sizeof(t->span[0]));
        if (t == NULL)
                return -ENOMEM;
        t->days = c->days_count == 0 ? 0x7fu : 0;
        for (uint32_t i = 0; i < c->days_count; i++)
                t->days |= c->days[i];
        for (; t->cnt < c->hours_count; t->cnt++) {
                if (read_span(c->hours[t->cnt], &t->span[t->cnt]))
                        continue;
                snprintf(why, why_len, "'%.32s' are no hours such as 08:00-18:30",
                         c->hours[t->cnt]);
                cp_times_destroy(t);
                return -EINVAL;
        }
        rc = cp_timezone_open(&t->tz, c->timezone != NULL ? c->timezone : "UTC");
        if (rc != 0) {
                snprintf(why, why_len, "'%.60s' is no time zone of /usr/share/zoneinfo",
                         c->timezone != NULL ? c->timezone : "UTC");
                cp_times_destroy(t);
                return rc;
        }
        *out = t;
        return 0;
}

void cp_times_destroy(struct cp_times *t)
{
        if (t == NULL)
                return;
        cp_timezone_close(t->tz);
        free(t);
}

static bool is_day(const struct cp_times *t, int64_t day)
{
        return (t->days >> (unsigned)((day + EPOCH_D) % 7) & 1u) != 0;
}

bool cp_times_hold(const struct cp_times *t, uint64_t now_s)
{
        int64_t local, day;
        uint32_t of_day;

        if (t == NULL)
                return true;
        local = (int64_t)now_s + cp_timezone_offset(t->tz, now_s);
        day = local / DAY_S;
        of_day = (uint32_t)(local % DAY_S);
        for (uint32_t i = 0; i < t->cnt; i++) {
                const struct span *s = &t->span[i];
                bool over = s->to_s < s->from_s;

                if (is_day(t, day) && of_day >= s->from_s && (over || of_day < s->to_s))
                        return true;
                if (over && is_day(t, day - 1) && of_day < s->to_s)
                        return true;
        }
        return t->cnt == 0 && is_day(t, day);
}
