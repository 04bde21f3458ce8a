/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "bench/harness/traffic/scenario_build.h"

static size_t blank(const char *from, const char *end, char *to)
{
        size_t at = 0;

        for (; from < end; from++)
                to[at++] = *from == '\n' ? '\n' : ' ';
        return at;
}

/* "find" from p on; what it ends with, or the end of all. */
static const char *behind(const char *p, const char *end, const char *find)
{
        const char *at = memmem(p, (size_t)(end - p), find, strlen(find));

        return at == NULL ? end : at + strlen(find);
}

static bool entity(const char *p, const char *end)
{
        const char *semicolon = memchr(p, ';', (size_t)(end - p));

        return semicolon != NULL && semicolon > p + 1 &&
               strspn(p + 1, "abcdefghijklmnopqrstuvwxyz#0123456789x") ==
                   (size_t)(semicolon - p - 1);
}

/* A tag with its quotes, [p, return). */
static const char *tag(const char *p, const char *end, char *to, size_t *at)
{
        char quote = 0;

        for (; p < end; p++) {
                /* "&" alone, and not as the first of an entity. */
                if (quote != 0 && *p == '&' && !entity(p, end)) {
                        memcpy(to + *at, "&amp;", 5);
                        *at += 5;
                        continue;
                }
                if (quote == '"' && *p == '\\' && p + 1 < end && p[1] == '"') {
                        memcpy(to + *at, "&quot;", 6);
                        *at += 6;
                        p++;
                        continue;
                }
                if (quote != 0 && *p == '<') {
                        memcpy(to + *at, "&lt;", 4);
                        *at += 4;
                        continue;
                }
                to[(*at)++] = *p;
                if (quote != 0)
                        quote = *p == quote ? 0 : quote;
                else if (*p == '"' || *p == '\'')
                        quote = *p;
                else if (*p == '>')
                        return p + 1;
        }
        return p;
}

char *sb_xml_lenient(const char *text, size_t len, size_t *out_len)
{
        const char *p = text, *end = text + len;
        char *to = malloc(len * 5 + 1); /* an "&" may grow to five */
        size_t at = 0;

        if (to == NULL)
                return NULL;
        while (p < end) {
                if (end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
                        const char *stop = behind(p, end, "-->");

                        at += blank(p, stop, to + at);
                        p = stop;
                } else if (end - p >= 9 && memcmp(p, "<![CDATA[", 9) == 0) {
                        const char *stop = behind(p, end, "]]>");

                        memcpy(to + at, p, (size_t)(stop - p));
                        at += (size_t)(stop - p);
                        p = stop;
                } else if (*p == '<') {
                        p = tag(p, end, to, &at);
                } else {
                        to[at++] = *p++;
                }
        }
        /* White space may not precede the declaration. */
        size_t lead = strspn(to, " \t\r\n") < at ? strspn(to, " \t\r\n") : at;

        if (at - lead > 5 && memcmp(to + lead, "<?xml", 5) == 0) {
                const char *stop = behind(to + lead, to + at, "?>");

                (void)blank(to + lead, stop, to + lead);
        }
        to[at] = '\0';
        *out_len = at;
        return to;
}
