/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields: text that the options behind it look into, numbers, and words.
 */
#include "control/rules/build.h"

#include <errno.h>
#include <string.h>

#include "parser/match/match_field.h"
#include "parser/match/match_words.h"
#include "parser/sip_hname.h"

static struct cp_rule_group *group_add(struct cp_build *b)
{
        struct cp_rule *r = b->rule;
        struct cp_rule_group *more;

        if (r->group_cnt == MATCH_RULE_STEPS_MAX) {
                cp_build_bad(b, b->option.at, "more than %u fields in a rule",
                             MATCH_RULE_STEPS_MAX);
                return NULL;
        }
        more = cp_arena_grow(&b->set->arena, r->groups, r->group_cnt, sizeof(*more));
        if (more == NULL)
                return NULL;
        r->groups = more;
        memset(&more[r->group_cnt], 0, sizeof(*more));
        more[r->group_cnt].name = "";
        more[r->group_cnt].place = cp_build_place(b, b->option.at);
        return &more[r->group_cnt++];
}

/* Is it the field's name again? Of a field that occurs once, the same options go on. */
static bool goes_on(const struct cp_rule_group *g, uint16_t field)
{
        return !g->message && g->field == field && g->transform == 0 && g->flags == 0 &&
               !match_fields[field].many;
}

static bool is_name(struct cp_piece p)
{
        for (size_t i = 0; i < p.len; i++) {
                if (p.at[i] <= ' ' || p.at[i] > '~' || strchr("\"(),/:;<=>?@[\\]{}", p.at[i]))
                        return false;
        }
        return p.len != 0 && p.len <= MATCH_NAME_BYTES_MAX;
}

static int read_name(struct cp_build *b, struct cp_rule_group *g, struct cp_piece value)
{
        if (value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
                value = (struct cp_piece){value.at + 1, value.len - 2};
        if (!is_name(value))
                return cp_build_bad(b, value.len != 0 ? value.at : b->option.at,
                                    "the name behind the colon is a token of at most %u octets",
                                    MATCH_NAME_BYTES_MAX);
        g->name = cp_arena_text(&b->set->arena, value.at, value.len);
        if (match_fields[g->field].param == MATCH_PARAM_HEADER)
                g->hdr = (uint16_t)sip_hname_find((const uint8_t *)value.at, value.len);
        return g->name != NULL ? 0 : -ENOMEM;
}

int cp_option_buffer(struct cp_build *b, uint16_t field, struct cp_piece value)
{
        struct cp_rule *r = b->rule;
        struct cp_rule_group *g;

        b->last = MATCH_NONE;
        for (uint32_t i = 0; i < r->group_cnt; i++) {
                if (goes_on(&r->groups[i], field)) {
                        b->group = i;
                        return 0;
                }
        }
        g = group_add(b);
        if (g == NULL)
                return b->failed ? -EINVAL : -ENOMEM;
        b->group = r->group_cnt - 1;
        g->field = field;
        return match_fields[field].param != MATCH_PARAM_NONE ? read_name(b, g, value) : 0;
}

/* ---- of the message as a whole ---- */

struct cp_rule_step *cp_build_fact(struct cp_build *b, const char *at)
{
        struct cp_rule *r = b->rule;
        struct cp_rule_group *g = NULL;

        for (uint32_t i = 0; i < r->group_cnt && g == NULL; i++)
                g = r->groups[i].message ? &r->groups[i] : NULL;
        if (g == NULL)
                g = group_add(b);
        if (g == NULL)
                return NULL;
        g->message = true;
        return cp_build_step(b, g, at);
}

/* "word,word", with '!' in front: none of them. */
static int read_words(struct cp_build *b, struct cp_rule_step *s, uint16_t field,
                      struct cp_piece value)
{
        uint8_t *set = cp_arena_take(&b->set->arena, MATCH_WORD_SET_BYTES);

        if (set == NULL)
                return -ENOMEM;
        s->s.op = MATCH_HAS;
        s->bytes = set;
        s->len = MATCH_WORD_SET_BYTES;
        if (value.len > 0 && value.at[0] == '!') {
                s->s.flags |= MATCH_STEP_NEGATED;
                value = cp_piece_trim((struct cp_piece){value.at + 1, value.len - 1});
        }
        if (cp_piece_is(value, "any")) {
                s->s.op = MATCH_PRESENT;
                s->len = 0;
                return 0;
        }
        while (value.at != NULL) {
                struct cp_piece rest;
                struct cp_piece w = cp_piece_cut(value, ',', &rest);
                int n = match_word_find((enum match_field)field, w.at, w.len);

                if (n < 0 || n >= (int)MATCH_WORDS_MAX)
                        return cp_build_bad(b, w.len != 0 ? w.at : b->option.at,
                                            "'%.*s' is not one of its words",
                                            (int)(w.len < 64 ? w.len : 64), w.at);
                set[n / 8] |= (uint8_t)(1 << n % 8);
                value = rest;
        }
        return 0;
}

int cp_option_fact(struct cp_build *b, uint16_t field, struct cp_piece value)
{
        const struct match_field_info *info = &match_fields[field];
        struct cp_rule_step *s = cp_build_fact(b, b->option.at);

        if (s == NULL)
                return b->failed ? -EINVAL : -ENOMEM;
        s->s.field = field;
        if (info->type == MATCH_TYPE_WORD) {
                s->s.kind = MATCH_STEP_WORD;
                return read_words(b, s, field, value);
        }
        s->s.kind = MATCH_STEP_NUMBER;
        if (cp_piece_is(value, "any") || cp_piece_is(value, "!any")) {
                s->s.op = MATCH_PRESENT;
                s->s.flags = value.at[0] == '!' ? MATCH_STEP_NEGATED : 0;
                return 0;
        }
        return cp_number_read(b, value, &s->s, 0, info->high);
}
