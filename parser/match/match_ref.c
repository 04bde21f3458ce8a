/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/match/match_ref.h"

#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "parser/match/match_set.h"
#include "parser/sip_ctype.h"

#define ENDS_MAX  4096 /* of a match at one place: tests use no longer fields */
#define WORKSPACE 65536

struct match_ref {
        const struct match_set *s;
        pcre2_code **code; /* one for each step, NULL but for expressions */
        pcre2_match_data *data;
        struct match_work *work;
        bool incomplete;
        int space[WORKSPACE];
};

static pcre2_code *compile(const struct match_set *s, const struct match_step *t)
{
        uint32_t f = t->regex_flags;
        uint32_t options = PCRE2_NO_AUTO_POSSESS; /* it would hide the shorter matches */
        PCRE2_SIZE at;
        int err;

        options |= (f & MATCH_REGEX_CASELESS) != 0 ? PCRE2_CASELESS : 0;
        options |= (f & MATCH_REGEX_MULTILINE) != 0 ? PCRE2_MULTILINE : 0;
        options |= (f & MATCH_REGEX_DOTALL) != 0 ? PCRE2_DOTALL : 0;
        options |= (f & MATCH_REGEX_EXTENDED) != 0 ? PCRE2_EXTENDED : 0;
        return pcre2_compile(s->text + t->text.off, t->text.len, options, &err, &at, NULL);
}

struct match_ref *match_ref_create(const struct match_set *s, uint32_t *bad)
{
        struct match_ref *ref = calloc(1, sizeof(*ref));
        uint32_t cnt = s->head->steps.cnt;

        *bad = MATCH_NONE;
        if (ref == NULL)
                return NULL;
        ref->s = s;
        ref->code = calloc(cnt + 1u, sizeof(pcre2_code *));
        ref->work = calloc(1, sizeof(*ref->work));
        ref->data = pcre2_match_data_create(ENDS_MAX, NULL);
        if (ref->code == NULL || ref->work == NULL || ref->data == NULL) {
                match_ref_destroy(ref);
                return NULL;
        }
        for (uint32_t i = 0; i < cnt; i++) {
                if (s->steps[i].kind != MATCH_STEP_PCRE)
                        continue;
                ref->code[i] = compile(s, &s->steps[i]);
                if (ref->code[i] == NULL) {
                        *bad = i;
                        match_ref_destroy(ref);
                        return NULL;
                }
        }
        return ref;
}

void match_ref_destroy(struct match_ref *ref)
{
        if (ref == NULL)
                return;
        for (uint32_t i = 0; ref->code != NULL && i < ref->s->head->steps.cnt; i++)
                pcre2_code_free(ref->code[i]);
        pcre2_match_data_free(ref->data);
        free(ref->code);
        free(ref->work);
        free(ref);
}

/* ---- steps, by trying ---- */

struct trial {
        struct match_ref *ref;
        const struct match_group *g;
        struct match_bytes in;
};

static bool rest_holds(const struct trial *t, uint32_t step, uint32_t cursor);

static bool same(const struct match_step *s, const uint8_t *p, const uint8_t *text)
{
        for (uint32_t i = 0; i < s->text.len; i++) {
                uint8_t c = (s->flags & MATCH_STEP_NOCASE) != 0 ? sip_lower(p[i]) : p[i];

                if (c != text[i])
                        return false;
        }
        return true;
}

/* May a content lie at place p, counting from the cursor? */
static bool place_fits(const struct match_step *s, struct match_bytes in, uint32_t cursor,
                       int64_t p)
{
        bool relative = (s->flags & MATCH_STEP_RELATIVE) != 0;
        int64_t base = relative ? cursor : 0;

        if (p < base + s->from)
                return false;
        if (s->end != MATCH_NO_END && p + s->text.len > base + s->end)
                return false;
        if ((s->flags & MATCH_STEP_STARTS) != 0 && p != 0)
                return false;
        return (s->flags & MATCH_STEP_ENDS) == 0 || p + s->text.len == in.len;
}

static bool content(const struct trial *t, uint32_t step, uint32_t cursor)
{
        const struct match_step *s = &t->ref->s->steps[t->g->step_first + step];
        const uint8_t *text = t->ref->s->text + s->text.off;
        bool negated = (s->flags & MATCH_STEP_NEGATED) != 0;

        for (int64_t p = 0; p + s->text.len <= t->in.len; p++) {
                if (!place_fits(s, t->in, cursor, p) || !same(s, t->in.at + p, text))
                        continue;
                if (negated)
                        return false;
                if (rest_holds(t, step + 1, (uint32_t)p + s->text.len))
                        return true;
        }
        return negated && rest_holds(t, step + 1, cursor);
}

/* All matches at each start, by PCRE2's other matcher, which gives every length. */
static bool regex(const struct trial *t, uint32_t step, uint32_t cursor)
{
        uint32_t index = t->g->step_first + step;
        const struct match_step *s = &t->ref->s->steps[index];
        bool negated = (s->flags & MATCH_STEP_NEGATED) != 0;
        uint32_t base = (s->flags & MATCH_STEP_RELATIVE) != 0 ? cursor : 0;
        PCRE2_SIZE len = t->in.len - base;
        PCRE2_SIZE last = (s->regex_flags & MATCH_REGEX_ANCHORED) != 0 ? 0 : len;

        for (PCRE2_SIZE start = 0; start <= last; start++) {
                uint16_t ends[ENDS_MAX];
                PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(t->ref->data);
                int n =
                    pcre2_dfa_match(t->ref->code[index], t->in.at + base, len, start,
                                    PCRE2_ANCHORED, t->ref->data, NULL, t->ref->space, WORKSPACE);

                if (n == 0 || (n < 0 && n != PCRE2_ERROR_NOMATCH))
                        t->ref->incomplete = true;
                if (n <= 0)
                        continue;
                if (negated)
                        return false;
                for (int i = 0; i < n; i++)
                        ends[i] = (uint16_t)ovector[2 * i + 1];
                for (int i = 0; i < n; i++) {
                        if (rest_holds(t, step + 1, base + ends[i]))
                                return true;
                }
        }
        return negated && rest_holds(t, step + 1, cursor);
}

static bool data(const struct match_step *s, struct match_bytes in, uint32_t cursor)
{
        bool negated = (s->flags & MATCH_STEP_NEGATED) != 0;
        bool there = (s->flags & MATCH_STEP_RELATIVE) != 0
                         ? (int64_t)cursor + s->from <= (int64_t)in.len
                         : s->from < (int64_t)in.len;

        return there != negated;
}

static bool rest_holds(const struct trial *t, uint32_t step, uint32_t cursor)
{
        const struct match_step *s = &t->ref->s->steps[t->g->step_first + step];

        if (step == t->g->step_cnt)
                return true;
        switch (s->kind) {
        case MATCH_STEP_CONTENT:
                return content(t, step, cursor);
        case MATCH_STEP_PCRE:
                return regex(t, step, cursor);
        case MATCH_STEP_SIZE:
                return match_compare((enum match_compare)s->op, t->in.len, s->a, s->b) &&
                       rest_holds(t, step + 1, cursor);
        default:
                return data(s, t->in, cursor) && rest_holds(t, step + 1, cursor);
        }
}

/* ---- rules ---- */

static bool group_holds(struct match_ref *ref, const struct match_group *g,
                        const struct match_facts *f, uint32_t flags)
{
        const struct match_set *s = ref->s;
        struct match_iter it = {0};
        struct match_bytes in;
        bool there = false;

        if (g->buffer == MATCH_NONE) {
                for (uint32_t i = 0; i < g->step_cnt; i++) {
                        if (!match_fact_holds(s, ref->work, &s->steps[g->step_first + i], f, flags))
                                return false;
                }
                return true;
        }
        const struct match_buffer *b = &s->buffers[g->buffer];

        while (match_field_next(b, s->text + b->name.off, f, ref->work, &it, &in)) {
                const struct trial t = {ref, g, in};

                there = true;
                if (g->flags == MATCH_GROUP_ABSENT)
                        return false;
                if (rest_holds(&t, 0, 0))
                        return true;
        }
        return !there && (g->flags & MATCH_GROUP_ABSENT) != 0;
}

uint32_t match_ref_eval(struct match_ref *ref, const struct match_facts *f, uint32_t flags,
                        uint32_t *hits, uint32_t cap)
{
        const struct match_set *s = ref->s;
        uint32_t n = 0;

        ref->work->sdp_known = false;
        for (uint32_t i = 0; i < s->head->rules.cnt; i++) {
                const struct match_rule *r = &s->rules[i];
                bool holds = match_header_fits(s, r, f);

                for (uint32_t g = 0; holds && g < r->group_cnt; g++)
                        holds = group_holds(ref, &s->groups[r->group_first + g], f, flags);
                if (holds && n++ < cap)
                        hits[n - 1] = i;
        }
        return n;
}

bool match_ref_incomplete(const struct match_ref *ref)
{
        return ref->incomplete;
}
