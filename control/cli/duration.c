/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/duration.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
        char letter;
        uint32_t seconds;
} units[] = {{'w', 604800}, {'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};

#define UNIT_CNT (sizeof(units) / sizeof(units[0]))

int cp_duration_parse(const char *text, uint32_t *seconds)
{
        uint64_t total = 0;
        size_t next = 0; /* units come largest first, each once */

        if (!*text)
                return -EINVAL;
        while (*text) {
                uint64_t n = 0;
                size_t u = next;

                if (!isdigit((unsigned char)*text))
                        return -EINVAL;
                for (; isdigit((unsigned char)*text); text++) {
                        n = n * 10 + (uint64_t)(*text - '0');
                        if (n > UINT32_MAX)
                                return -EINVAL;
                }
                while (u < UNIT_CNT && units[u].letter != *text)
                        u++;
                if (!*text)
                        u = next == 0 ? UNIT_CNT - 1 : UNIT_CNT;
                else
                        text++;
                if (u >= UNIT_CNT)
                        return -EINVAL;
                total += n * units[u].seconds;
                if (total > UINT32_MAX)
                        return -EINVAL;
                next = u + 1;
        }
        *seconds = (uint32_t)total;
        return 0;
}

char *cp_duration_format(char *buf, size_t cap, uint64_t seconds)
{
        size_t u = 0;
        uint64_t n;

        while (u + 1 < UNIT_CNT && seconds < units[u].seconds)
                u++;
        n = seconds / units[u].seconds;
        seconds %= units[u].seconds;
        if (u + 1 < UNIT_CNT && seconds >= units[u + 1].seconds)
                snprintf(buf, cap, "%llu%c %llu%c", (unsigned long long)n, units[u].letter,
                         (unsigned long long)(seconds / units[u + 1].seconds), units[u + 1].letter);
        else
                snprintf(buf, cap, "%llu%c", (unsigned long long)n, units[u].letter);
        return buf;
}
