/* SPDX-License-Identifier: Apache-2.0 */
/*
 * build.h - one rule while it is being read: what the readers of options share. Private to this
 * folder.
 */
#ifndef SLUICE_CONTROL_RULES_BUILD_H
#define SLUICE_CONTROL_RULES_BUILD_H

#include "control/rules/rule.h"

/* A piece of the text. */
struct cp_piece {
        const char *at;
        size_t len;
};

struct cp_build {
        struct cp_rule_set *set;
        struct cp_rule *rule;
        const struct cp_rule_vars *vars;
        struct cp_rule_errors *errors;
        const char *file; /* name, of the arena */
        const char *text; /* the whole file */
        size_t len;
        const char *known; /* an octet of it, and its line and column */
        uint32_t known_line;
        uint32_t known_column;
        struct cp_piece option; /* its name, for complaints */
        size_t rule_len;        /* octets of its text */
        uint32_t group;         /* of the buffer that contents are for, MATCH_NONE: none yet */
        uint32_t last;          /* the step in it that modifiers are for, MATCH_NONE: none */
        bool established;       /* flow:established was said */
        bool priority;          /* priority was said */
        bool failed;
};

/* Reads one option; `value` is what stands behind the colon, trimmed. 0, -EINVAL told, -ENOMEM. */
typedef int cp_option_fn(struct cp_build *b, struct cp_piece value);

/* Complain about the octet at `at`, which is in b->text. Returns -EINVAL. */
__attribute__((format(printf, 3, 4))) int cp_build_bad(struct cp_build *b, const char *at,
                                                       const char *fmt, ...);
struct cp_rule_place cp_build_place(const struct cp_build *b, const char *at);

struct cp_piece cp_piece_trim(struct cp_piece p);
/* A word of the language, in any letter case. */
bool cp_piece_is(struct cp_piece p, const char *word);
/* A name that somebody gave, to the letter. */
bool cp_piece_same(struct cp_piece p, const char *name);
/* Cut p at the first `sep`: what is before it; *rest is what is behind, at = NULL without sep. */
struct cp_piece cp_piece_cut(struct cp_piece p, char sep, struct cp_piece *rest);
/* Its value, -1: it is none. */
int cp_hex_digit(char c);
/* Octets of a backslash and the line end behind it, which only join two lines; 0: none at `at`. */
size_t cp_join_len(const char *at, const char *end);
/* A copy without the joins of lines in it, in the set's arena; at = NULL without memory. */
struct cp_piece cp_piece_join(struct cp_build *b, struct cp_piece p);
/* A decimal number low..high of all octets of p. */
bool cp_piece_number(struct cp_piece p, uint64_t low, uint64_t high, uint64_t *out);

/* The group that contents go to, the payload's when no field was named; NULL without memory. */
struct cp_rule_group *cp_build_group(struct cp_build *b);
/* A step at the end of a group; NULL without memory, or when it has too many: told. */
struct cp_rule_step *cp_build_step(struct cp_build *b, struct cp_rule_group *g, const char *at);
/* The content that a modifier is for; NULL: there is none, told. */
struct cp_rule_step *cp_build_last_content(struct cp_build *b, struct cp_piece value);

/* option_buffer.c: a field's name, with what stands behind the colon. */
int cp_option_buffer(struct cp_build *b, uint16_t field, struct cp_piece value);
int cp_option_fact(struct cp_build *b, uint16_t field, struct cp_piece value);
/* A step of the message as a whole. */
struct cp_rule_step *cp_build_fact(struct cp_build *b, const char *at);
/* option_number.c: ">5", "5<>9", "5-9", "!5", "=5", "5". */
int cp_number_read(struct cp_build *b, struct cp_piece value, struct match_step *s, uint64_t low,
                   uint64_t high);

/* option_dataset.c */
int cp_option_dataset(struct cp_build *b, struct cp_piece value);

/* The end of a rule: what can only be checked then. */
int cp_build_finish(struct cp_build *b);

/* header.c: everything before the parenthesis, from *at on. */
int cp_header_read(struct cp_build *b, const char **at, const char *end);

/* The table of options. */
struct cp_option {
        const char *name;
        cp_option_fn *fn;
        uint8_t value; /* enum cp_option_value */
};
enum cp_option_value { CP_VALUE_NONE = 0, CP_VALUE_NEEDED, CP_VALUE_OPTIONAL };
extern const struct cp_option cp_options_content[];
extern const struct cp_option cp_options_rule[];
extern const struct cp_option cp_options_state[];

#endif
