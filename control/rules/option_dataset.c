/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dataset: is the whole field one of a list? The list is a file as Suricata has it, a value in
 * base64 on each line; it is read when rules are, and becomes one expression.
 */
#include "control/rules/build.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#define FILE_BYTES_MAX    65536u
#define PATTERN_BYTES_MAX 15000u /* Hyperscan takes 16,000 */
#define LINE_BYTES_MAX    1024u

struct list {
        char *file; /* terminated */
        size_t len;
        char pattern[PATTERN_BYTES_MAX + 1];
        size_t n;
};

/* A file that is not named from the root stands beside the rule file. */
static int open_list(const struct cp_build *b, struct cp_piece name)
{
        const char *slash = strrchr(b->file, '/');
        size_t dir = name.at[0] != '/' && slash != NULL ? (size_t)(slash - b->file) + 1 : 0;
        char path[4096];

        if (dir + name.len >= sizeof(path))
                return -1;
        memcpy(path, b->file, dir);
        memcpy(path + dir, name.at, name.len);
        path[dir + name.len] = '\0';
        return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

static int read_list(struct cp_build *b, struct cp_piece name, struct list *l)
{
        int fd = open_list(b, name);
        struct stat st;
        ssize_t n = 0;

        if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
            st.st_size > (off_t)FILE_BYTES_MAX) {
                if (fd >= 0)
                        (void)close(fd);
                return cp_build_bad(b, name.at, "'%.*s' is no list that can be read",
                                    (int)(name.len < 200 ? name.len : 200), name.at);
        }
        l->file = malloc(FILE_BYTES_MAX + 1);
        while (l->file != NULL && l->len < FILE_BYTES_MAX &&
               (n = read(fd, l->file + l->len, FILE_BYTES_MAX - l->len)) > 0)
                l->len += (size_t)n;
        (void)close(fd);
        if (l->file == NULL)
                return -ENOMEM;
        l->file[l->len] = '\0';
        return 0;
}

/* One value, of which each octet that an expression could read otherwise is written as a number. */
static bool add_value(struct list *l, const uint8_t *p, size_t len)
{
        if (l->n + 8 > PATTERN_BYTES_MAX)
                return false;
        l->pattern[l->n] = l->n == 0 ? '(' : '|';
        l->n++;
        for (size_t i = 0; i < len; i++) {
                if (l->n + 8 > PATTERN_BYTES_MAX)
                        return false;
                if (isalnum(p[i]) != 0)
                        l->pattern[l->n++] = (char)p[i];
                else
                        l->n += (size_t)sprintf(l->pattern + l->n, "\\x%02x", p[i]);
        }
        return l->n + 8 <= PATTERN_BYTES_MAX;
}

static int add_line(struct cp_build *b, struct cp_piece name, struct list *l, struct cp_piece line,
                    unsigned number)
{
        uint8_t value[LINE_BYTES_MAX];
        char text[LINE_BYTES_MAX];
        int n = -1;

        if (line.len < sizeof(text)) {
                memcpy(text, line.at, line.len);
                n = EVP_DecodeBlock(value, (const uint8_t *)text, (int)line.len);
        }
        if (n <= 0 || line.len % 4 != 0)
                return cp_build_bad(b, name.at, "'%.*s': line %u is no base64",
                                    (int)(name.len < 200 ? name.len : 200), name.at, number);
        n -= (text[line.len - 1] == '=') + (text[line.len - 2] == '=');
        if (!add_value(l, value, (size_t)n))
                return cp_build_bad(
                    b, name.at, "'%.*s' has more than an expression of %u octets can say",
                    (int)(name.len < 200 ? name.len : 200), name.at, PATTERN_BYTES_MAX);
        return 0;
}

static int add_lines(struct cp_build *b, struct cp_piece name, struct list *l)
{
        struct cp_piece rest = {l->file, l->len};
        unsigned number = 0;
        int rc = 0;

        while (rc == 0 && rest.at != NULL) {
                struct cp_piece line = cp_piece_trim(cp_piece_cut(rest, '\n', &rest));

                number++;
                if (line.len != 0)
                        rc = add_line(b, name, l, line, number);
        }
        if (rc == 0 && l->n == 0)
                return cp_build_bad(b, name.at, "'%.*s' is empty",
                                    (int)(name.len < 200 ? name.len : 200), name.at);
        return rc;
}

static int add_step(struct cp_build *b, const struct list *l, bool negated)
{
        struct cp_rule_group *g = cp_build_group(b);
        struct cp_rule_step *s = g != NULL ? cp_build_step(b, g, b->option.at) : NULL;
        char pattern[PATTERN_BYTES_MAX + 16];

        if (s == NULL)
                return b->failed ? -EINVAL : -ENOMEM;
        s->s.kind = MATCH_STEP_PCRE;
        s->s.flags = negated ? MATCH_STEP_NEGATED : 0;
        s->s.regex_flags = MATCH_REGEX_DOTALL;
        s->len = (uint32_t)snprintf(pattern, sizeof(pattern), "\\A%.*s)\\z", (int)l->n, l->pattern);
        s->bytes = (const uint8_t *)cp_arena_text(&b->set->arena, pattern, s->len);
        b->last = g->step_cnt - 1;
        return s->bytes != NULL ? 0 : -ENOMEM;
}

/* "isset,NAME,type string,load FILE": its words into *load and *negated. */
static int read_words(struct cp_build *b, struct cp_piece value, struct cp_piece *load,
                      bool *negated)
{
        struct cp_piece rest;
        struct cp_piece w = cp_piece_trim(cp_piece_cut(value, ',', &rest));
        bool type = false;

        *negated = cp_piece_is(w, "isnotset");
        if (!*negated && !cp_piece_is(w, "isset"))
                return cp_build_bad(b, w.at, "'%.*s': isset and isnotset are known",
                                    (int)(w.len < 64 ? w.len : 64), w.at);
        w = cp_piece_trim(cp_piece_cut(rest, ',', &rest));
        if (rest.at == NULL || w.len == 0)
                return cp_build_bad(b, value.at, "a name, a type and a file are due");
        while (rest.at != NULL) {
                struct cp_piece what;

                w = cp_piece_trim(cp_piece_cut(rest, ',', &rest));
                what = cp_piece_trim(cp_piece_cut(w, ' ', &w));
                w = w.at != NULL ? cp_piece_trim(w) : (struct cp_piece){what.at, 0};
                if (cp_piece_is(what, "type") && cp_piece_is(w, "string"))
                        type = true;
                else if (cp_piece_is(what, "load") && w.len != 0)
                        *load = w;
                else
                        return cp_build_bad(b, what.at, "'%.*s': type string and load are known",
                                            (int)(what.len < 64 ? what.len : 64), what.at);
        }
        if (!type || load->at == NULL)
                return cp_build_bad(b, value.at, "a type and a file to load are due");
        return 0;
}

int cp_option_dataset(struct cp_build *b, struct cp_piece value)
{
        struct cp_piece load = {NULL, 0};
        struct list *l;
        bool negated = false;
        int rc = read_words(b, value, &load, &negated);

        if (rc != 0)
                return rc;
        l = calloc(1, sizeof(*l));
        if (l == NULL)
                return -ENOMEM;
        rc = read_list(b, load, l);
        if (rc == 0)
                rc = add_lines(b, load, l);
        if (rc == 0)
                rc = add_step(b, l, negated);
        free(l->file);
        free(l);
        return rc;
}
