/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/traffic/inject.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *slurp(const char *path)
{
        FILE *f = fopen(path, "re");
        char *text = NULL;
        size_t room = 0;
        ssize_t got;

        if (f == NULL)
                return NULL;
        errno = 0;
        got = getdelim(&text, &room, '\0', f);
        fclose(f);
        if (got < 0 && errno == 0) { /* an empty file */
                free(text);
                text = strdup("");
        }
        return text;
}

static int lines_split(struct sb_inject *f)
{
        uint32_t room = 1;
        char *save = NULL;

        for (const char *p = f->text; *p != '\0'; p++)
                room += *p == '\n';
        f->lines = calloc(room, sizeof(*f->lines));
        if (f->lines == NULL)
                return -ENOMEM;
        for (char *l = strtok_r(f->text, "\r\n", &save); l != NULL;
             l = strtok_r(NULL, "\r\n", &save))
                if (*l != '#')
                        f->lines[f->line_cnt++] = l;
        return 0;
}

int sb_inject_load(struct sb_inject **out, const char *path, char *error, size_t error_bytes)
{
        struct sb_inject *f = calloc(1, sizeof(*f));
        int rc = -ENOMEM;

        if (f == NULL || (f->name = strdup(path)) == NULL)
                goto fail;
        f->text = slurp(path);
        if (f->text == NULL) {
                rc = -errno;
                snprintf(error, error_bytes, "%s: %s", path, strerror(errno));
                goto fail;
        }
        rc = lines_split(f);
        if (rc != 0)
                goto fail;
        if (f->line_cnt < 2 ||
            (strncmp(f->lines[0], "SEQUENTIAL", 10) != 0 &&
             strncmp(f->lines[0], "RANDOM", 6) != 0 && strncmp(f->lines[0], "USER", 4) != 0)) {
                snprintf(error, error_bytes,
                         "%s: wants a first line SEQUENTIAL, RANDOM or USER, and values below it",
                         path);
                rc = -EINVAL;
                goto fail;
        }
        f->random = f->lines[0][0] == 'R';
        f->line_cnt--;
        memmove(f->lines, f->lines + 1, f->line_cnt * sizeof(*f->lines));
        *out = f;
        return 0;
fail:
        if (rc == -ENOMEM)
                snprintf(error, error_bytes, "%s: no memory", path);
        sb_inject_free(f);
        return rc;
}

void sb_inject_free(struct sb_inject *f)
{
        if (f == NULL)
                return;
        free(f->name);
        free(f->text);
        free(f->lines);
        free(f);
}

uint32_t sb_inject_line(const struct sb_inject *f, uint64_t n)
{
        if (f->random) { /* the same choice in every run: splitmix64 */
                n += UINT64_C(0x9e3779b97f4a7c15);
                n = (n ^ (n >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
                n = (n ^ (n >> 27)) * UINT64_C(0x94d049bb133111eb);
                n ^= n >> 31;
        }
        return (uint32_t)(n % f->line_cnt);
}

const char *sb_inject_field(const struct sb_inject *f, uint32_t line, uint32_t column,
                            uint32_t *len)
{
        const char *p = f->lines[line];

        for (; column > 0; column--) {
                p = strchr(p, ';');
                if (p == NULL) {
                        *len = 0;
                        return "";
                }
                p++;
        }
        *len = (uint32_t)strcspn(p, ";");
        return p;
}
