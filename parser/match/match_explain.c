/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The places of a rule's options in one instance of a field are found by trying them in order and
 * going back where the rest does not fit, as match_ref.h has it. What did not fit from a place is
 * remembered, so each option is tried from each place once.
 */
#include "parser/match/match_explain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parser/match/match_set.h"
#include "parser/sip_check.h"

struct match_explain {
        const struct match_set *s;
        struct match_scratch *scratch;
        struct match_hs *
            *own; /* of steps whose expression the set has in a field's database only */
        struct match_places ends[MATCH_RULE_STEPS_MAX];
        struct match_places failed[MATCH_RULE_STEPS_MAX]; /* the rest does not fit from there */
};

int match_explain_create(struct match_explain **out, const struct match_set *s)
{
        struct match_explain *e = calloc(1, sizeof(*e));

        if (e == NULL)
                return -ENOMEM;
        e->s = s;
        e->own = calloc(s->head->steps.cnt + 1u, sizeof(*e->own));
        if (e->own == NULL || match_scratch_create(&e->scratch, s) != 0) {
                match_explain_destroy(e);
                return -ENOMEM;
        }
        *out = e;
        return 0;
}

void match_explain_destroy(struct match_explain *e)
{
        if (e == NULL)
                return;
        for (uint32_t i = 0; e->own != NULL && i < e->s->head->steps.cnt; i++)
                match_hs_free(e->own[i]);
        free(e->own);
        match_scratch_destroy(e->scratch);
        free(e);
}

/* ---- expressions ---- */

/* A database of this one expression. NULL: no memory. */
static struct match_hs *expression_create(struct match_explain *e, const struct match_step *t)
{
        struct match_hs_pattern p = {.flags = t->regex_flags};
        char *text = calloc(t->text.len + 1u, 1);
        struct match_hs_code code = {0};
        struct match_hs *db = NULL;

        if (text == NULL)
                return NULL;
        memcpy(text, e->s->text + t->text.off, t->text.len);
        p.regex = text;
        if (match_hs_compile(&p, 1, MATCH_PLATFORM_HOST, &code) == 0 &&
            match_hs_load(&db, code.at, code.bytes) == MATCH_OK &&
            match_hs_fit(&e->scratch->hs, db) != 0) {
                match_hs_free(db);
                db = NULL;
        }
        free(code.at);
        free(text);
        return db;
}

static const struct match_hs *expression_of(struct match_explain *e, const struct match_step *t)
{
        struct match_hs **own = &e->own[t - e->s->steps];

        if (*own == NULL)
                *own = expression_create(e, t);
        return *own;
}

/* ---- the steps of a group, in one instance ---- */

struct walk {
        struct match_explain *e;
        const struct match_facts *f;
        const struct match_group *g;
        struct match_bytes in;
        struct match_found *out; /* room for each step */
};

static bool rest(const struct walk *w, uint32_t k, uint32_t cursor);

static bool is_in(const struct match_places *p, uint32_t place)
{
        return (p->w[place / 64] >> (place % 64) & 1) != 0;
}

static uint32_t datagram_offset(const struct walk *w, uint32_t place)
{
        const uint8_t *payload = w->f->payload;

        if (w->in.at < payload || w->in.at + w->in.len > payload + w->f->payload_len)
                return MATCH_NONE;
        return (uint32_t)(w->in.at - payload) + place;
}

static void found_set(const struct walk *w, uint32_t k, enum match_found_kind kind, uint32_t from,
                      uint32_t to)
{
        struct match_found *o = &w->out[k];
        uint32_t len = to - from < MATCH_FOUND_BYTES ? to - from : MATCH_FOUND_BYTES;

        o->kind = (uint8_t)kind;
        o->from = from;
        o->to = to;
        o->at = datagram_offset(w, kind == MATCH_FOUND_END ? to : from);
        o->bytes_len = 0;
        if (kind != MATCH_FOUND_HERE)
                return;
        o->bytes_len = (uint8_t)len;
        memcpy(o->bytes, w->in.at + from, len);
}

/* Where a content may begin: [*low, *end - its length]. False: nowhere. */
static bool window(const struct match_step *t, uint32_t len, uint32_t cursor, uint32_t *low,
                   uint32_t *end)
{
        int64_t base = (t->flags & MATCH_STEP_RELATIVE) != 0 ? cursor : 0;
        int64_t lo = base + t->from;
        int64_t hi = t->end == MATCH_NO_END ? (int64_t)len : base + t->end;

        if ((t->flags & MATCH_STEP_STARTS) != 0 && hi > (int64_t)t->text.len)
                hi = t->text.len;
        if ((t->flags & MATCH_STEP_ENDS) != 0 && lo < (int64_t)len - t->text.len)
                lo = (int64_t)len - t->text.len;
        lo = lo < 0 ? 0 : lo;
        hi = hi > (int64_t)len ? (int64_t)len : hi;
        *low = (uint32_t)lo;
        *end = (uint32_t)hi;
        return hi >= lo;
}

static bool content(const struct walk *w, uint32_t k, uint32_t cursor)
{
        const struct match_step *t = &w->e->s->steps[w->g->step_first + k];
        const struct match_bytes text = {w->e->s->text + t->text.off, t->text.len};
        bool caseless = (t->flags & MATCH_STEP_NOCASE) != 0;
        bool negated = (t->flags & MATCH_STEP_NEGATED) != 0;
        uint32_t from = 0, end = 0;
        int64_t p = -1;

        if (window(t, w->in.len, cursor, &from, &end))
                p = match_find(w->in, from, end, text, caseless);
        for (; p >= 0; p = match_find(w->in, (uint32_t)p + 1, end, text, caseless)) {
                uint32_t to = (uint32_t)p + text.len;

                if ((t->flags & MATCH_STEP_ENDS) != 0 && to != w->in.len)
                        continue;
                if (negated)
                        return false;
                found_set(w, k, MATCH_FOUND_HERE, (uint32_t)p, to);
                if (rest(w, k + 1, to))
                        return true;
        }
        found_set(w, k, MATCH_FOUND_NOWHERE, 0, 0);
        return negated && rest(w, k + 1, cursor);
}

static bool expression(const struct walk *w, uint32_t k, uint32_t cursor)
{
        const struct match_step *t = &w->e->s->steps[w->g->step_first + k];
        const struct match_hs *db = expression_of(w->e, t);
        uint32_t base = (t->flags & MATCH_STEP_RELATIVE) != 0 ? cursor : 0;
        const struct match_bytes in = {w->in.at + base, w->in.len - base};
        struct match_places *ends = &w->e->ends[k];
        bool hit;

        memset(ends->w, 0, (w->in.len / 64 + 1) * sizeof(ends->w[0]));
        hit = db != NULL && match_hs_ends(db, w->e->scratch->hs, &in, base, ends);
        if ((t->flags & MATCH_STEP_NEGATED) != 0) {
                found_set(w, k, MATCH_FOUND_NOWHERE, 0, 0);
                return !hit && rest(w, k + 1, cursor);
        }
        /* the longest first, as an expression is read by people */
        for (uint32_t to = w->in.len + 1; hit && to-- > base;) {
                if (!is_in(ends, to))
                        continue;
                found_set(w, k, MATCH_FOUND_END, 0, to);
                if (rest(w, k + 1, to))
                        return true;
        }
        return false;
}

static bool size(const struct walk *w, uint32_t k, uint32_t cursor)
{
        const struct match_step *t = &w->e->s->steps[w->g->step_first + k];
        bool relative = (t->flags & MATCH_STEP_RELATIVE) != 0;
        bool negated = (t->flags & MATCH_STEP_NEGATED) != 0;
        bool holds;

        if (t->kind == MATCH_STEP_SIZE)
                holds = match_compare((enum match_compare)t->op, w->in.len, t->a, t->b);
        else if (relative)
                holds = (int64_t)cursor + t->from <= (int64_t)w->in.len;
        else
                holds = t->from < (int64_t)w->in.len;
        found_set(w, k, MATCH_FOUND_FIELD, 0, 0);
        return holds != negated && rest(w, k + 1, cursor);
}

/* Do the steps from the k-th on fit, when the one before ended at `cursor`? */
static bool rest(const struct walk *w, uint32_t k, uint32_t cursor)
{
        struct match_places *failed;
        bool fits;

        if (k == w->g->step_cnt)
                return true;
        failed = &w->e->failed[k];
        if (is_in(failed, cursor))
                return false;
        switch (w->e->s->steps[w->g->step_first + k].kind) {
        case MATCH_STEP_CONTENT:
                fits = content(w, k, cursor);
                break;
        case MATCH_STEP_PCRE:
                fits = expression(w, k, cursor);
                break;
        default: /* bsize, isdataat */
                fits = size(w, k, cursor);
                break;
        }
        if (!fits)
                failed->w[cursor / 64] |= UINT64_C(1) << (cursor % 64);
        return fits;
}

/* ---- groups ---- */

static void group_begin(const struct walk *w, uint32_t instance)
{
        const struct match_set *s = w->e->s;
        uint32_t cnt = w->g->step_cnt;

        for (uint32_t k = 0; k < (cnt != 0 ? cnt : 1); k++) {
                w->out[k] = (struct match_found){
                    .kind = MATCH_FOUND_FIELD,
                    .buffer = &s->buffers[w->g->buffer],
                    .step = cnt != 0 ? &s->steps[w->g->step_first + k] : NULL,
                    .instance = instance,
                    .len = w->in.len,
                    .at = instance != 0 ? datagram_offset(w, 0) : MATCH_NONE,
                };
                memset(w->e->failed[k].w, 0, (w->in.len / 64 + 1) * sizeof(uint64_t));
        }
}

/* No instance: all entries say so. Returns how many there are. */
static uint32_t all_of_group(struct walk *w, enum match_found_kind kind)
{
        uint32_t cnt = kind == MATCH_FOUND_ABSENT || w->g->step_cnt == 0 ? 1 : w->g->step_cnt;

        w->in = (struct match_bytes){w->f->payload, 0};
        group_begin(w, 0);
        for (uint32_t k = 0; k < cnt; k++)
                w->out[k].kind = (uint8_t)kind;
        if (kind == MATCH_FOUND_ABSENT)
                w->out[0].step = NULL;
        return cnt;
}

static uint32_t field_explain(struct walk *w)
{
        const struct match_set *s = w->e->s;
        const struct match_buffer *b = &s->buffers[w->g->buffer];
        struct match_iter it = {0};
        uint32_t instance = 0;

        if (match_field_possible(b, w->f)) {
                while (match_field_next(b, s->text + b->name.off, w->f, &w->e->scratch->work, &it,
                                        &w->in)) {
                        group_begin(w, ++instance);
                        if (rest(w, 0, 0))
                                return w->g->step_cnt != 0 ? w->g->step_cnt : 1;
                }
        }
        return all_of_group(w, instance == 0 && (w->g->flags & MATCH_GROUP_ABSENT) != 0
                                   ? MATCH_FOUND_ABSENT
                                   : MATCH_FOUND_LOST);
}

/* Which of the anomalies that a step names the message has. */
static bool anomaly_of(const struct match_explain *e, const struct match_step *t,
                       const struct sip_msg *m, uint64_t *value)
{
        for (unsigned a = 1; m != NULL && a < SIP_ANOM_CNT && a / 8 < t->text.len; a++) {
                if ((e->s->text[t->text.off + a / 8] >> (a % 8) & 1) != 0 &&
                    sip_anom_has(&m->anomalies, (enum sip_anomaly)a)) {
                        *value = a;
                        return true;
                }
        }
        return false;
}

static uint32_t facts_explain(struct walk *w)
{
        struct match_explain *e = w->e;

        for (uint32_t k = 0; k < w->g->step_cnt; k++) {
                const struct match_step *t = &e->s->steps[w->g->step_first + k];
                uint64_t v = 0;
                bool there;

                w->out[k] = (struct match_found){.step = t, .at = MATCH_NONE};
                if (t->kind == MATCH_STEP_FLAG) {
                        w->out[k].kind = MATCH_FOUND_FLAG;
                        continue;
                }
                there = t->field == MATCH_FIELD_ANOMALY && t->op == MATCH_HAS
                            ? anomaly_of(e, t, w->f->msg, &v)
                            : match_number((enum match_field)t->field, w->f, &e->scratch->work, &v);
                w->out[k].kind = there ? MATCH_FOUND_VALUE : MATCH_FOUND_NO_VALUE;
                w->out[k].value = v;
        }
        return w->g->step_cnt;
}

uint32_t match_explain_rule(struct match_explain *e, const struct match_facts *facts, uint32_t i,
                            struct match_found *out, uint32_t cap)
{
        const struct match_rule *r = &e->s->rules[i];
        struct match_found room[MATCH_RULE_STEPS_MAX];
        uint32_t n = 0;

        e->scratch->work.sdp_known = false;
        for (uint32_t g = 0; g < r->group_cnt; g++) {
                struct walk w = {
                    .e = e, .f = facts, .g = &e->s->groups[r->group_first + g], .out = room};
                uint32_t cnt = w.g->buffer != MATCH_NONE ? field_explain(&w) : facts_explain(&w);

                for (uint32_t k = 0; k < cnt; k++, n++) {
                        if (n < cap)
                                out[n] = room[k];
                }
        }
        return n;
}
