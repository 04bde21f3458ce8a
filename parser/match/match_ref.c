/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/match/match_ref.h"

#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "parser/match/match_set.h"
#include "parser/sip_ctype.h"

#define ENDS_MAX     4096 /* of a match at one place: tests use no longer fields */
#define WORKSPACE    16384
#define FAILED_BYTES ((size_t)MATCH_RULE_STEPS_MAX * (SIP_MSG_BYTES_MAX + 2u) / 8u + 1u)
/* What one evaluation may take: octets that PCRE2's second matcher is given in all (a second or
 * so), and how often its first one may go back in a search. */
#define OCTETS_MAX   (UINT64_C(1) << 24)
#define RETREAT_MAX  200000u

struct match_ref {
        const struct match_set *s;
        pcre2_code **code; /* one for each step, NULL but for expressions */
        bool *retreats;    /* those that the first matcher is not asked for any more */
        pcre2_match_data *data;
        pcre2_match_context *bound;
        struct match_work *work;
        uint8_t *failed; /* a bit for each step and cursor of a group that were tried in vain */
        uint64_t octets;
        bool incomplete;
        int space[WORKSPACE];
};

static pcre2_code *compile(const struct match_set *s, const struct match_step *t)
{
        uint32_t f = t->regex_flags;
        uint32_t options = PCRE2_NO_AUTO_POSSESS; /* it would hide the shorter matches */
        pcre2_code *code;
        PCRE2_SIZE at;
        int err;

        options |= (f & MATCH_REGEX_CASELESS) != 0 ? PCRE2_CASELESS : 0;
        options |= (f & MATCH_REGEX_MULTILINE) != 0 ? PCRE2_MULTILINE : 0;
        options |= (f & MATCH_REGEX_DOTALL) != 0 ? PCRE2_DOTALL : 0;
        options |= (f & MATCH_REGEX_EXTENDED) != 0 ? PCRE2_EXTENDED : 0;
        code = pcre2_compile(s->text + t->text.off, t->text.len, options, &err, &at, NULL);
        if (code != NULL) /* without it the search is slower, no more */
                (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
        return code;
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
        ref->retreats = calloc(cnt + 1u, sizeof(*ref->retreats));
        ref->work = calloc(1, sizeof(*ref->work));
        ref->data = pcre2_match_data_create(ENDS_MAX, NULL);
        ref->bound = pcre2_match_context_create(NULL);
        ref->failed = malloc(FAILED_BYTES);
        if (ref->code == NULL || ref->retreats == NULL || ref->work == NULL || ref->data == NULL ||
            ref->bound == NULL || ref->failed == NULL) {
                match_ref_destroy(ref);
                return NULL;
        }
        pcre2_set_match_limit(ref->bound, RETREAT_MAX);
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
        pcre2_match_context_free(ref->bound);
        free(ref->failed);
        free(ref->code);
        free(ref->retreats);
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

/* Does a step behind this one count from where it ends? */
static bool ends_matter(const struct trial *t, uint32_t step)
{
        while (++step < t->g->step_cnt) {
                if ((t->ref->s->steps[t->g->step_first + step].flags & MATCH_STEP_RELATIVE) != 0)
                        return true;
        }
        return false;
}

enum found { FOUND_NOT, FOUND, FOUND_MAYBE };

/* Where the first match at or behind *start begins, by PCRE2's first matcher; MAYBE when that would
 * take too long. */
static enum found search(const struct trial *t, uint32_t index, struct match_bytes in,
                         PCRE2_SIZE *start)
{
        bool anchored = (t->ref->s->steps[index].regex_flags & MATCH_REGEX_ANCHORED) != 0;
        int n;

        if (t->ref->retreats[index])
                return FOUND_MAYBE;
        n = pcre2_match(t->ref->code[index], in.at, in.len, *start, anchored ? PCRE2_ANCHORED : 0,
                        t->ref->data, t->ref->bound);
        if (n == PCRE2_ERROR_NOMATCH)
                return FOUND_NOT;
        if (n < 0) {
                t->ref->retreats[index] = true;
                return FOUND_MAYBE;
        }
        *start = pcre2_get_ovector_pointer(t->ref->data)[0];
        return FOUND;
}

/* The lengths of all matches at `start`, by PCRE2's second matcher; how many there are. */
static int all_ends(const struct trial *t, uint32_t index, struct match_bytes in, PCRE2_SIZE start,
                    uint16_t *ends)
{
        struct match_ref *ref = t->ref;
        const PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(ref->data);
        int n;

        ref->octets += in.len - start + 1;
        if (ref->octets > OCTETS_MAX) {
                ref->incomplete = true;
                return 0;
        }
        n = pcre2_dfa_match(ref->code[index], in.at, in.len, start, PCRE2_ANCHORED, ref->data,
                            ref->bound, ref->space, WORKSPACE);
        if (n == 0 || (n < 0 && n != PCRE2_ERROR_NOMATCH))
                ref->incomplete = true;
        for (int i = 0; i < n; i++)
                ends[i] = (uint16_t)ovector[2 * i + 1];
        return n > 0 ? n : 0;
}

static bool regex(const struct trial *t, uint32_t step, uint32_t cursor)
{
        uint32_t index = t->g->step_first + step;
        const struct match_step *s = &t->ref->s->steps[index];
        bool negated = (s->flags & MATCH_STEP_NEGATED) != 0;
        bool one = negated || !ends_matter(t, step);
        uint32_t base = (s->flags & MATCH_STEP_RELATIVE) != 0 ? cursor : 0;
        struct match_bytes in = {t->in.at + base, t->in.len - base};
        PCRE2_SIZE last = (s->regex_flags & MATCH_REGEX_ANCHORED) != 0 ? 0 : in.len;

        for (PCRE2_SIZE start = 0; start <= last && !t->ref->incomplete; start++) {
                enum found found = search(t, index, in, &start);
                uint16_t ends[ENDS_MAX];
                int n = 0;

                if (found == FOUND_NOT)
                        break;
                if (found == FOUND && one)
                        return !negated && rest_holds(t, step + 1, cursor);
                n = all_ends(t, index, in, start, ends);
                if (n > 0 && negated)
                        return false;
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

static bool step_holds(const struct trial *t, uint32_t step, uint32_t cursor)
{
        const struct match_step *s = &t->ref->s->steps[t->g->step_first + step];

        switch (s->kind) {
        case MATCH_STEP_CONTENT:
                return content(t, step, cursor);
        case MATCH_STEP_PCRE:
                return regex(t, step, cursor);
        case MATCH_STEP_SIZE:
                return match_compare((enum match_compare)s->op, t->in.len, s->a, s->b) !=
                           ((s->flags & MATCH_STEP_NEGATED) != 0) &&
                       rest_holds(t, step + 1, cursor);
        default:
                return data(s, t->in, cursor) && rest_holds(t, step + 1, cursor);
        }
}

/* Each step is tried once from each cursor: that it did not hold is kept. */
static bool rest_holds(const struct trial *t, uint32_t step, uint32_t cursor)
{
        uint32_t bit = step * (t->in.len + 1u) + cursor;
        uint8_t *failed = &t->ref->failed[bit / 8u];
        uint8_t mask = (uint8_t)(1u << bit % 8u);

        if (step == t->g->step_cnt)
                return true;
        if ((*failed & mask) != 0)
                return false;
        if (step_holds(t, step, cursor))
                return true;
        *failed |= mask;
        return false;
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
                memset(ref->failed, 0, (g->step_cnt * (in.len + 1u)) / 8u + 1u);
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
        ref->octets = 0;
        ref->incomplete = false;
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
