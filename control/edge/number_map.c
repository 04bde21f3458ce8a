/* SPDX-License-Identifier: Apache-2.0 */
#include "control/edge/number_map.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/sip_uri.h"

#define LINE_BYTES 512u
#define NO_TARGET  UINT32_MAX
#define SYMBOLS    13u

/* The nodes that follow are node[child] on, one for each bit of `next`, lowest first. */
struct node {
        uint16_t next;
        uint16_t reserved;
        uint32_t child;
        uint32_t target; /* offset in texts, NO_TARGET = no prefix ends here */
};

struct cp_number_map {
        struct node *node; /* node[0] is the root */
        uint32_t nodes;
        uint32_t node_cap;
        uint32_t prefixes;
        char *texts;
        size_t texts_len;
        size_t texts_cap;
};

struct entry {
        char prefix[CP_NUMBER_PREFIX_MAX + 1];
        uint32_t target;
        uint32_t line;
};

struct list {
        struct entry *at;
        uint32_t count;
        uint32_t cap;
};

/* 0..SYMBOLS-1, or -1. */
static int symbol(char c)
{
        switch (c) {
        case '+':
                return 10;
        case '*':
                return 11;
        case '#':
                return 12;
        default:
                return c >= '0' && c <= '9' ? c - '0' : -1;
        }
}

/* ---- reading ---- */

static bool is_target(const char *text)
{
        char uri[CP_NUMBER_TARGET_BYTES + 8];
        struct sip_anom_set notes = {{0}};
        struct sip_uri parsed;
        int n = snprintf(uri, sizeof(uri), "sip:0@%s", text);
        struct sip_cur c = {(const uint8_t *)uri, 0, (uint32_t)n, &notes};

        return n > 6 && (size_t)n < sizeof(uri) && sip_uri_parse(&c, &parsed) == SIP_ANOM_NONE &&
               parsed.headers.len == 0 && parsed.user.len == 1;
}

/* A target's place; neighbours in the file often have the same one. NO_TARGET without memory. */
static uint32_t keep(struct cp_number_map *m, const char *target, uint32_t last)
{
        size_t bytes = strlen(target) + 1;
        uint32_t at = (uint32_t)m->texts_len;

        if (last != NO_TARGET && strcmp(m->texts + last, target) == 0)
                return last;
        if (m->texts_len + bytes > m->texts_cap) {
                size_t cap = m->texts_cap != 0 ? m->texts_cap * 2 : 65536;
                char *more = cap < NO_TARGET ? realloc(m->texts, cap) : NULL;

                if (more == NULL)
                        return NO_TARGET;
                m->texts = more;
                m->texts_cap = cap;
        }
        memcpy(m->texts + at, target, bytes);
        m->texts_len += bytes;
        return at;
}

static struct entry *more(struct list *l)
{
        if (l->count == l->cap) {
                uint32_t cap = l->cap != 0 ? l->cap * 2 : 1024;
                struct entry *at = realloc(l->at, cap * sizeof(*at));

                if (at == NULL)
                        return NULL;
                l->at = at;
                l->cap = cap;
        }
        return &l->at[l->count++];
}

/* "PREFIX,TARGET": 0; 1 when the line holds nothing; -EINVAL, -ENOMEM. */
static int read_line(struct cp_number_map *m, struct list *l, char *line, uint32_t number)
{
        char *comma, *end;
        size_t len;
        struct entry *e;

        line[strcspn(line, "\r\n")] = '\0';
        line += strspn(line, " \t");
        if (line[0] == '\0' || (line[0] == '#' && symbol(line[1]) < 0))
                return 1;
        comma = strchr(line, ',');
        len = comma != NULL ? (size_t)(comma - line) : 0;
        while (len != 0 && (line[len - 1] == ' ' || line[len - 1] == '\t'))
                len--;
        if (len == 0 || len > CP_NUMBER_PREFIX_MAX)
                return -EINVAL;
        for (size_t i = 0; i < len; i++) {
                if (symbol(line[i]) < 0)
                        return -EINVAL;
        }
        comma += 1 + strspn(comma + 1, " \t");
        for (end = comma + strlen(comma); end > comma && (end[-1] == ' ' || end[-1] == '\t');)
                *--end = '\0';
        if (!is_target(comma))
                return -EINVAL;
        e = more(l);
        if (e == NULL)
                return -ENOMEM;
        memcpy(e->prefix, line, len);
        e->prefix[len] = '\0';
        e->line = number;
        e->target = keep(m, comma, l->count > 1 ? l->at[l->count - 2].target : NO_TARGET);
        return e->target == NO_TARGET ? -ENOMEM : 0;
}

static int read_all(struct cp_number_map *m, struct list *l, FILE *f, struct cp_config_error *err)
{
        char line[LINE_BYTES];
        uint32_t number = 0;
        int rc = 0;

        while (rc >= 0 && fgets(line, sizeof(line), f) != NULL) {
                number++;
                rc = strchr(line, '\n') == NULL && !feof(f) ? -EINVAL
                                                            : read_line(m, l, line, number);
        }
        if (rc >= 0)
                return ferror(f) ? -EIO : 0;
        err->line = number;
        err->column = 1;
        if (rc == -EINVAL)
                snprintf(err->text, sizeof(err->text),
                         "not PREFIX,TARGET with a prefix of at most %u of 0-9 + * # and a target "
                         "such as gw.example.net:5060",
                         CP_NUMBER_PREFIX_MAX);
        return rc;
}

/* ---- building ---- */

/* By symbols, a prefix before what it begins. */
static int by_prefix(const void *a, const void *b)
{
        const struct entry *x = a;
        const struct entry *y = b;
        size_t i = 0;

        while (x->prefix[i] != '\0' && x->prefix[i] == y->prefix[i])
                i++;
        return (x->prefix[i] == '\0' ? -1 : symbol(x->prefix[i])) -
               (y->prefix[i] == '\0' ? -1 : symbol(y->prefix[i]));
}

static bool grow(struct cp_number_map *m, unsigned by)
{
        if (m->node_cap - m->nodes < by) {
                uint32_t cap = m->node_cap != 0 ? m->node_cap * 2 : 1024;
                struct node *at = realloc(m->node, cap * sizeof(*at));

                if (at == NULL)
                        return false;
                m->node = at;
                m->node_cap = cap;
        }
        return true;
}

/* The node of all entries in [lo, hi), which agree in their first `depth` symbols. Recursion ends
 * with the longest prefix, CP_NUMBER_PREFIX_MAX deep. */
static bool build(struct cp_number_map *m, uint32_t at, const struct entry *lo,
                  const struct entry *hi, unsigned depth)
{
        uint16_t next = 0;
        uint32_t child;

        m->node[at] = (struct node){.target = NO_TARGET};
        if (lo < hi && lo->prefix[depth] == '\0')
                m->node[at].target = (lo++)->target;
        for (const struct entry *e = lo; e < hi; e++)
                next |= (uint16_t)(1u << symbol(e->prefix[depth]));
        child = m->nodes;
        if (!grow(m, SYMBOLS))
                return false;
        m->node[at].next = next;
        m->node[at].child = child;
        m->nodes += (unsigned)__builtin_popcount(next);
        while (lo < hi) {
                const struct entry *end = lo;

                while (end < hi && end->prefix[depth] == lo->prefix[depth])
                        end++;
                if (!build(m, child++, lo, end, depth + 1))
                        return false;
                lo = end;
        }
        return true;
}

static int make(struct cp_number_map *m, struct list *l, struct cp_config_error *err)
{
        if (l->count != 0)
                qsort(l->at, l->count, sizeof(*l->at), by_prefix);
        for (uint32_t i = 1; i < l->count; i++) {
                const struct entry *e = &l->at[i];

                if (strcmp(e->prefix, e[-1].prefix) != 0)
                        continue;
                err->line = e->line > e[-1].line ? e->line : e[-1].line;
                err->column = 1;
                snprintf(err->text, sizeof(err->text), "prefix %s stands in line %u already",
                         e->prefix, e->line > e[-1].line ? e[-1].line : e->line);
                return -EINVAL;
        }
        m->prefixes = l->count;
        if (!grow(m, 1))
                return -ENOMEM;
        m->nodes = 1;
        return build(m, 0, l->at, l->at + l->count, 0) ? 0 : -ENOMEM;
}

int cp_number_map_load(struct cp_number_map **out, const char *path, struct cp_config_error *err)
{
        struct cp_number_map *m = calloc(1, sizeof(*m));
        struct list l = {NULL, 0, 0};
        FILE *f = fopen(path, "re");
        int rc = m == NULL ? -ENOMEM : f == NULL ? -errno : 0;

        memset(err, 0, sizeof(*err));
        snprintf(err->file, sizeof(err->file), "%s", path);
        if (rc == 0)
                rc = read_all(m, &l, f, err);
        if (rc == 0)
                rc = make(m, &l, err);
        if (f != NULL)
                fclose(f);
        free(l.at);
        if (rc == 0) {
                *out = m;
                return 0;
        }
        if (err->text[0] == '\0')
                snprintf(err->text, sizeof(err->text), "%s", strerror(-rc));
        cp_number_map_destroy(m);
        return rc;
}

void cp_number_map_destroy(struct cp_number_map *m)
{
        if (m == NULL)
                return;
        free(m->node);
        free(m->texts);
        free(m);
}

uint32_t cp_number_map_count(const struct cp_number_map *m)
{
        return m->prefixes;
}

size_t cp_number_map_bytes(const struct cp_number_map *m)
{
        return sizeof(*m) + m->node_cap * sizeof(*m->node) + m->texts_cap;
}

const char *cp_number_map_find(const struct cp_number_map *m, const char *user, size_t len,
                               unsigned *matched)
{
        const struct node *n = &m->node[0];
        uint32_t best = n->target;
        unsigned depth = 0;

        *matched = 0;
        for (size_t i = 0; i < len; i++) {
                int s = symbol(user[i]);

                if (s < 0 && user[i] != '\0' && strchr("-.()", user[i]) != NULL)
                        continue;
                if (s < 0 || (n->next >> s & 1u) == 0)
                        break;
                n = &m->node[n->child + (unsigned)__builtin_popcount(n->next & ((1u << s) - 1u))];
                depth++;
                if (n->target != NO_TARGET) {
                        best = n->target;
                        *matched = depth;
                }
        }
        return best == NO_TARGET ? NULL : m->texts + best;
}
