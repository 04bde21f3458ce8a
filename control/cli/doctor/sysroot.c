/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/doctor/sysroot.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool join(char *full, size_t cap, const char *root, const char *path)
{
        int n = snprintf(full, cap, "%s%s", root, path);

        return n > 0 && (size_t)n < cap;
}

static FILE *open_text(const char *root, const char *path)
{
        char full[PATH_MAX];

        return join(full, sizeof(full), root, path) ? fopen(full, "re") : NULL;
}

int cp_sys_read(const char *root, const char *path, char *buf, size_t cap)
{
        FILE *f = open_text(root, path);
        size_t n;
        int err;

        buf[0] = '\0';
        if (!f)
                return -errno;
        errno = 0;
        n = fread(buf, 1, cap - 1, f);
        err = ferror(f) ? errno : 0;
        fclose(f);
        if (err)
                return -err;
        while (n && (buf[n - 1] == '\n' || buf[n - 1] == ' '))
                n--;
        buf[n] = '\0';
        return (int)n;
}

bool cp_sys_number(const char *root, const char *path, uint64_t *value)
{
        char text[64], *end;

        if (cp_sys_read(root, path, text, sizeof(text)) <= 0)
                return false;
        errno = 0;
        *value = strtoull(text, &end, 10);
        return errno == 0 && end != text && *end == '\0';
}

bool cp_sys_line(const char *root, const char *path, const char *key, char *buf, size_t cap)
{
        FILE *f = open_text(root, path);
        char *line = NULL;
        size_t line_cap = 0, key_len = strlen(key);
        bool found = false;

        buf[0] = '\0';
        while (f && !found && getline(&line, &line_cap, f) >= 0) {
                const char *value = line + key_len;

                if (strncmp(line, key, key_len) != 0)
                        continue;
                value += strspn(value, " \t:");
                snprintf(buf, cap, "%.*s", (int)strcspn(value, "\n"), value);
                found = true;
        }
        free(line);
        if (f)
                fclose(f);
        return found;
}

bool cp_sys_link_name(const char *root, const char *path, char *buf, size_t cap)
{
        char full[PATH_MAX], target[PATH_MAX];
        const char *name;
        ssize_t n;

        buf[0] = '\0';
        if (!join(full, sizeof(full), root, path))
                return false;
        n = readlink(full, target, sizeof(target) - 1);
        if (n <= 0)
                return false;
        target[n] = '\0';
        name = strrchr(target, '/');
        snprintf(buf, cap, "%s", name ? name + 1 : target);
        return true;
}

bool cp_sys_exists(const char *root, const char *path)
{
        char full[PATH_MAX];
        struct stat st;

        return join(full, sizeof(full), root, path) && lstat(full, &st) == 0;
}

bool cp_sys_any(const char *root, const char *pattern)
{
        char full[PATH_MAX];
        glob_t found = {0};
        bool any;

        if (!join(full, sizeof(full), root, pattern))
                return false;
        any = glob(full, GLOB_NOSORT, NULL, &found) == 0;
        globfree(&found);
        return any;
}

size_t cp_sys_each(const char *root, const char *path, void (*visit)(void *ctx, const char *name),
                   void *ctx)
{
        struct dirent **entry = NULL;
        char full[PATH_MAX];
        size_t cnt = 0;
        int n;

        if (!join(full, sizeof(full), root, path))
                return 0;
        n = scandir(full, &entry, NULL, alphasort);
        for (int i = 0; i < n; i++) {
                if (entry[i]->d_name[0] != '.') {
                        visit(ctx, entry[i]->d_name);
                        cnt++;
                }
                free(entry[i]);
        }
        free(entry);
        return cnt;
}

unsigned cp_sys_cpulist_cnt(const char *list)
{
        unsigned cnt = 0;

        while (*list) {
                char *end;
                unsigned long first = strtoul(list, &end, 10), last = first;

                if (end == list)
                        return 0;
                if (*end == '-') {
                        list = end + 1;
                        last = strtoul(list, &end, 10);
                        if (end == list)
                                return 0;
                }
                if (last < first || last > 65535 || (*end && *end != ','))
                        return 0;
                cnt += (unsigned)(last - first + 1);
                list = *end ? end + 1 : end;
        }
        return cnt;
}

bool cp_sys_has_word(const char *text, const char *word)
{
        size_t n = strlen(word);

        for (const char *at = text; (at = strstr(at, word)); at += n) {
                bool starts = at == text || at[-1] == ' ';

                if (starts && (at[n] == ' ' || at[n] == '\0'))
                        return true;
        }
        return false;
}
