/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/bad/bad_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn static void wrong(const char *what, const char *why)
{
        fprintf(stderr, "bad-input table: %s: %s\n", what, why);
        exit(1);
}

/* A file below tests/corpus, whole and terminated. */
static char *read_file(const char *name)
{
        const char *root = getenv("SLUICE_SOURCE_ROOT");
        char path[4096];
        size_t n;
        char *text;
        FILE *f;

        snprintf(path, sizeof(path), "%s/tests/corpus/%s", root ? root : SLUICE_SOURCE_ROOT, name);
        f = fopen(path, "rb");
        text = calloc(1, 1u << 20);
        if (!f || !text)
                wrong(path, "cannot be read");
        n = fread(text, 1, (1u << 20) - 1, f);
        fclose(f);
        if (n == (1u << 20) - 1)
                wrong(path, "too long");
        return text;
}

static unsigned class_of(const char *word)
{
        unsigned long n = word[0] == 'B' ? strtoul(word + 1, NULL, 10) : 0;

        if (n < 1 || n > BAD_CLASSES)
                wrong(word, "no class");
        return (unsigned)n;
}

/* The next column; the row's text is cut up. */
static const char *column(char **rest, const char *row)
{
        const char *c = strsep(rest, "\t");

        if (!c || c[0] == '\0')
                wrong(row, "a column is missing");
        return c;
}

static void take_row(struct bad_table *t, char *line)
{
        struct bad_row *r = &t->rows[t->cnt];
        char *rest = line;

        if (t->cnt == BAD_ROWS_MAX)
                wrong(line, "too many rows");
        r->cls = class_of(column(&rest, line));
        r->name = column(&rest, line);
        r->cited = column(&rest, r->name);
        r->reader = column(&rest, r->name);
        r->base = column(&rest, r->name);
        r->edits = column(&rest, r->name);
        r->want = column(&rest, r->name);
        if (rest)
                wrong(r->name, "too many columns");
        for (size_t i = 0; i < t->cnt; i++) {
                if (strcmp(t->rows[i].name, r->name) == 0)
                        wrong(r->name, "the name is not unique");
        }
        t->cnt++;
}

/* Is this id among those of the list? */
static bool lists(const char *list, const char *id)
{
        size_t n = strlen(id);

        for (const char *p = strstr(list, id); p; p = strstr(p + 1, id)) {
                if ((p == list || p[-1] == ',') && (p[n] == ',' || p[n] == '\0'))
                        return true;
        }
        return false;
}

static void check_cited(const struct bad_table *t)
{
        char *text = read_file("bad-input-cited.tsv");
        char *rest = text, *line;

        while ((line = strsep(&rest, "\n"))) {
                const char *cls, *id;
                bool found = false;

                if (line[0] == '\0' || line[0] == '#')
                        continue;
                cls = column(&line, "cited");
                id = column(&line, cls);
                for (size_t i = 0; i < t->cnt; i++)
                        found |= t->rows[i].cls == class_of(cls) && lists(t->rows[i].cited, id);
                if (!found)
                        wrong(id, "no row of its class imitates it");
        }
        free(text);
}

void bad_table_read(struct bad_table *t)
{
        unsigned rows[BAD_CLASSES + 1] = {0};
        char *rest, *line;

        t->cnt = 0;
        t->text = rest = read_file("bad-input.tsv");
        while ((line = strsep(&rest, "\n"))) {
                if (line[0] != '\0' && line[0] != '#')
                        take_row(t, line);
        }
        for (size_t i = 0; i < t->cnt; i++)
                rows[t->rows[i].cls]++;
        for (unsigned c = 1; c <= BAD_CLASSES; c++) {
                char name[16];

                snprintf(name, sizeof(name), "B%u", c);
                if (rows[c] < 5)
                        wrong(name, "fewer than five rows");
        }
        check_cited(t);
}

static bool among(const char *got, const char *word, size_t n)
{
        for (const char *p = strchr(got, '+'); p; p = strchr(p + 1, '+')) {
                if (strcspn(p + 1, "+") == n && memcmp(p + 1, word, n) == 0)
                        return true;
        }
        return false;
}

bool bad_outcome(const char *want, const char *got)
{
        for (const char *one = want; one; one = strchr(one, '|') ? strchr(one, '|') + 1 : NULL) {
                size_t all = strcspn(one, "|"), n = strcspn(one, "|+");
                bool ok = strcspn(got, "+") == n && memcmp(one, got, n) == 0;

                while (ok && n < all) {
                        size_t len = strcspn(one + n + 1, "|+");

                        ok = among(got, one + n + 1, len);
                        n += 1 + len;
                }
                if (ok)
                        return true;
        }
        return false;
}
