/* SPDX-License-Identifier: Apache-2.0 */
#include "control/policy/timezone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DIRECTORY  "/usr/share/zoneinfo/"
#define NAME_MAX_  64u
#define FILE_BYTES 65536u
#define HEAD_BYTES 44u
#define CYCLE_S    (INT64_C(10227) * 86400) /* 28 years of which 7 are leap years */

struct cp_timezone {
        int32_t first; /* offset before the first change */
        uint32_t cnt;
        struct {
                int64_t at;
                int32_t offset;
        } change[];
};

/* The six counts of a header (RFC 8536 3.1). */
struct counts {
        uint32_t isut, isstd, leap, time, type, chars;
};

static uint64_t big_endian(const uint8_t *at, unsigned bytes)
{
        uint64_t v = 0;

        while (bytes-- != 0)
                v = v << 8 | *at++;
        return v;
}

static bool read_head(const uint8_t *at, size_t len, struct counts *out)
{
        if (len < HEAD_BYTES || memcmp(at, "TZif", 4) != 0)
                return false;
        out->isut = (uint32_t)big_endian(at + 20, 4);
        out->isstd = (uint32_t)big_endian(at + 24, 4);
        out->leap = (uint32_t)big_endian(at + 28, 4);
        out->time = (uint32_t)big_endian(at + 32, 4);
        out->type = (uint32_t)big_endian(at + 36, 4);
        out->chars = (uint32_t)big_endian(at + 40, 4);
        return out->isut <= FILE_BYTES && out->isstd <= FILE_BYTES && out->leap <= FILE_BYTES &&
               out->time <= FILE_BYTES && out->type <= 256 && out->type != 0 &&
               out->chars <= FILE_BYTES;
}

/* Octets of the data behind a header whose times have so many. */
static size_t data_bytes(const struct counts *c, size_t time_bytes)
{
        return (size_t)c->time * (time_bytes + 1) + (size_t)c->type * 6 + c->chars +
               (size_t)c->leap * (time_bytes + 4) + c->isstd + c->isut;
}

static int32_t type_offset(const uint8_t *types, unsigned i)
{
        return (int32_t)(uint32_t)big_endian(types + (size_t)6 * i, 4);
}

/* The second part of the file, with times of 64 bits. */
static struct cp_timezone *read_changes(const uint8_t *at, const struct counts *c)
{
        const uint8_t *index = at + (size_t)c->time * 8;
        const uint8_t *types = index + c->time;
        struct cp_timezone *tz = calloc(1, sizeof(*tz) + c->time * sizeof(tz->change[0]));

        if (tz == NULL)
                return NULL;
        tz->first = type_offset(types, 0);
        for (; tz->cnt < c->time; tz->cnt++) {
                tz->change[tz->cnt].at = (int64_t)big_endian(at + (size_t)8 * tz->cnt, 8);
                tz->change[tz->cnt].offset =
                    type_offset(types, index[tz->cnt] < c->type ? index[tz->cnt] : 0);
        }
        return tz;
}

static int parse(struct cp_timezone **out, const uint8_t *at, size_t len)
{
        const uint8_t *end = at + len;
        struct counts c;
        size_t data;

        if (!read_head(at, len, &c) || at[4] < '2' || len - HEAD_BYTES < data_bytes(&c, 4))
                return -EINVAL;
        at += HEAD_BYTES + data_bytes(&c, 4);
        if (!read_head(at, (size_t)(end - at), &c))
                return -EINVAL;
        at += HEAD_BYTES;
        data = data_bytes(&c, 8);
        if ((size_t)(end - at) < data)
                return -EINVAL;
        *out = read_changes(at, &c);
        if (*out == NULL)
                return -ENOMEM;
        /* A rule with a comma changes the clock each year: the list must do that, not the rule. */
        if (memchr(at + data, ',', (size_t)(end - at) - data) != NULL &&
            (c.time == 0 || (*out)->change[c.time - 1].at < (int64_t)time(NULL))) {
                cp_timezone_close(*out);
                return -EINVAL;
        }
        return 0;
}

int cp_timezone_open(struct cp_timezone **out, const char *name)
{
        char path[sizeof(DIRECTORY) + NAME_MAX_];
        uint8_t *text;
        ssize_t n;
        int fd, rc;

        if (strlen(name) >= NAME_MAX_ || name[0] == '/' || name[0] == '\0' ||
            strstr(name, "..") != NULL)
                return -EINVAL;
        snprintf(path, sizeof(path), DIRECTORY "%s", name);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return -ENOENT;
        text = malloc(FILE_BYTES);
        n = text != NULL ? read(fd, text, FILE_BYTES) : -1;
        close(fd);
        rc = text == NULL ? -ENOMEM : n < 0 ? -EINVAL : parse(out, text, (size_t)n);
        free(text);
        return rc;
}

void cp_timezone_close(struct cp_timezone *tz)
{
        free(tz);
}

int32_t cp_timezone_offset(const struct cp_timezone *tz, uint64_t now_s)
{
        int64_t t = (int64_t)now_s;
        uint32_t lo = 0;
        uint32_t hi = tz->cnt;

        /* Where the clock changed each year up to the end of the list, it goes on so. */
        while (tz->cnt > 2 && t >= tz->change[tz->cnt - 1].at &&
               tz->change[tz->cnt - 1].at - tz->change[tz->cnt - 3].at < INT64_C(400) * 86400)
                t -= CYCLE_S;
        while (lo < hi) {
                uint32_t mid = lo + (hi - lo) / 2;

                if (tz->change[mid].at <= t)
                        lo = mid + 1;
                else
                        hi = mid;
        }
        return lo != 0 ? tz->change[lo - 1].offset : tz->first;
}
