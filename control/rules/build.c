/* SPDX-License-Identifier: Apache-2.0 */
#include "control/rules/build.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct cp_rule_place cp_build_place(const struct cp_build *b, const char *at)
{
        struct cp_rule_place p = {.file = b->file, .line = 1, .column = 1};
        const char *from = b->text;

        if (at < b->text || at > b->text + b->len)
                return b->rule != NULL ? b->rule->place : p;
        if (b->known != NULL && at >= b->known) {
                from = b->known;
                p.line = b->known_line;
                p.column = b->known_column;
        }
        for (; from < at; from++) {
                p.column++;
                if (*from == '\n') {
                        p.line++;
                        p.column = 1;
                }
        }
        return p;
}

int cp_build_bad(struct cp_build *b, const char *at, const char *fmt, ...)
{
        struct cp_rule_place p = cp_build_place(b, at);
        struct cp_config_error *e;
        size_t n = 0;
        va_list args;

        b->failed = true;
        if (b->errors->all++, b->errors->cnt == CP_RULE_ERRORS_MAX)
                return -EINVAL;
        e = &b->errors->e[b->errors->cnt++];
        snprintf(e->file, sizeof(e->file), "%s", b->file);
        e->line = p.line;
        e->column = p.column;
        if (b->option.len != 0)
                n = (size_t)snprintf(e->text, sizeof(e->text),
                                     "%.*s: ", (int)(b->option.len < 64 ? b->option.len : 64),
                                     b->option.at);
        va_start(args, fmt);
        vsnprintf(e->text + n, sizeof(e->text) - n, fmt, args);
        va_end(args);
        return -EINVAL;
}

struct cp_piece cp_piece_trim(struct cp_piece p)
{
        static const char blank[] = " \t\r\n\\";

        /* a backslash at the end of a line only joins lines, and is a blank there */
        while (p.len > 0 && strchr(blank, p.at[0]) != NULL && p.at[0] != '\0' &&
               (p.at[0] != '\\' || (p.len > 1 && (p.at[1] == '\n' || p.at[1] == '\r')))) {
                p.at++;
                p.len--;
        }
        while (p.len > 0 && p.at[p.len - 1] != '\0' && strchr(" \t\r\n", p.at[p.len - 1]) != NULL) {
                p.len--;
                if (p.at[p.len] == '\n' || p.at[p.len] == '\r') {
                        while (p.len > 0 && p.at[p.len - 1] == '\r')
                                p.len--;
                        if (p.len > 0 && p.at[p.len - 1] == '\\')
                                p.len--;
                }
        }
        return p;
}

bool cp_piece_is(struct cp_piece p, const char *word)
{
        return p.len == strlen(word) && strncasecmp(p.at, word, p.len) == 0;
}

bool cp_piece_same(struct cp_piece p, const char *name)
{
        return p.len == strlen(name) && memcmp(p.at, name, p.len) == 0;
}

int cp_hex_digit(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        c |= 0x20;
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t cp_join_len(const char *at, const char *end)
{
        size_t n = 1;

        if (at == end || *at != '\\')
                return 0;
        while (at + n < end && at[n] == '\r')
                n++;
        return at + n < end && at[n] == '\n' ? n + 1 : 0;
}

struct cp_piece cp_piece_join(struct cp_build *b, struct cp_piece p)
{
        char *text = cp_arena_take(&b->set->arena, p.len + 1);
        size_t n = 0;

        for (size_t i = 0; text != NULL && i < p.len;) {
                size_t join = cp_join_len(p.at + i, p.at + p.len);

                if (join == 0)
                        text[n++] = p.at[i];
                i += join != 0 ? join : 1;
        }
        return (struct cp_piece){text, n};
}

struct cp_piece cp_piece_cut(struct cp_piece p, char sep, struct cp_piece *rest)
{
        const char *at = p.len != 0 ? memchr(p.at, sep, p.len) : NULL;
        struct cp_piece first = p;

        *rest = (struct cp_piece){NULL, 0};
        if (at != NULL) {
                first.len = (size_t)(at - p.at);
                *rest = cp_piece_trim((struct cp_piece){at + 1, p.len - first.len - 1});
        }
        return cp_piece_trim(first);
}

bool cp_piece_number(struct cp_piece p, uint64_t low, uint64_t high, uint64_t *out)
{
        uint64_t v = 0;

        if (p.len == 0 || p.len > 19)
                return false;
        for (size_t i = 0; i < p.len; i++) {
                if (p.at[i] < '0' || p.at[i] > '9')
                        return false;
                v = v * 10 + (uint64_t)(p.at[i] - '0');
        }
        *out = v;
        return v >= low && v <= high;
}

struct cp_rule_group *cp_build_group(struct cp_build *b)
{
        if (b->group == MATCH_NONE &&
            cp_option_buffer(b, MATCH_FIELD_PAYLOAD, (struct cp_piece){NULL, 0}) != 0)
                return NULL;
        return &b->rule->groups[b->group];
}

struct cp_rule_step *cp_build_step(struct cp_build *b, struct cp_rule_group *g, const char *at)
{
        struct cp_rule_step *steps;

        if (g->step_cnt == MATCH_RULE_STEPS_MAX) {
                cp_build_bad(b, at, "more than %u options that look into one field",
                             MATCH_RULE_STEPS_MAX);
                return NULL;
        }
        steps = cp_arena_grow(&b->set->arena, g->steps, g->step_cnt, sizeof(*steps));
        if (steps == NULL)
                return NULL;
        g->steps = steps;
        memset(&steps[g->step_cnt], 0, sizeof(*steps));
        steps[g->step_cnt].place = cp_build_place(b, at);
        steps[g->step_cnt].s.end = MATCH_NO_END;
        return &steps[g->step_cnt++];
}

struct cp_rule_step *cp_build_last_content(struct cp_build *b, struct cp_piece value)
{
        struct cp_rule_step *s;

        (void)value;
        if (b->group == MATCH_NONE || b->last == MATCH_NONE) {
                cp_build_bad(b, b->option.at, "no content before it");
                return NULL;
        }
        s = &b->rule->groups[b->group].steps[b->last];
        if (s->s.kind != MATCH_STEP_CONTENT) {
                cp_build_bad(b, b->option.at, "is for a content, and what is before it is none");
                return NULL;
        }
        return s;
}
