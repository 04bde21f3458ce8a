/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From octets that nobody vouches for to a set: every reference of the image is checked here, once,
 * on a private copy, so that evaluation needs no checks.
 */
#include "parser/match/match_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parser/match/match_seal.h"

#define ALIGN 64u

static const char *const fault_names[MATCH_FAULT_CNT] = {
    [MATCH_OK] = "none",
    [MATCH_FAULT_SIZE] = "truncated or of another size than it says",
    [MATCH_FAULT_VERSION] = "not a rule set of this version",
    [MATCH_FAULT_PART] = "a part lies outside of it",
    [MATCH_FAULT_RULE] = "a rule is out of range",
    [MATCH_FAULT_GROUP] = "a group of options is out of range",
    [MATCH_FAULT_STEP] = "an option is out of range",
    [MATCH_FAULT_BUFFER] = "a field is out of range",
    [MATCH_FAULT_SET] = "an address or port group is out of range",
    [MATCH_FAULT_DATABASE] = "a pattern database is damaged or of another Hyperscan",
    [MATCH_FAULT_PLATFORM] = "compiled for another CPU",
    [MATCH_FAULT_MEMORY] = "out of memory",
    [MATCH_FAULT_DIGEST] = "changed since it was made",
};

const char *match_fault_name(enum match_fault f)
{
        return f < MATCH_FAULT_CNT ? fault_names[f] : "unknown";
}

/* ---- parts ---- */

static const void *part_at(const struct match_set *s, struct match_part p, size_t size,
                           uint32_t most, bool *ok)
{
        uint64_t end = (uint64_t)p.off + (uint64_t)p.cnt * size;

        if (p.cnt > most || p.off % ALIGN != 0 || p.off < sizeof(*s->head) ||
            end > s->head->bytes) {
                *ok = false;
                return s->image;
        }
        return (const uint8_t *)s->image + p.off;
}

static bool parts_find(struct match_set *s)
{
        const struct match_head *h = s->head;
        uint32_t any = (uint32_t)MATCH_IMAGE_BYTES_MAX;
        bool ok = true;

        s->rules = part_at(s, h->rules, sizeof(*s->rules), MATCH_RULES_MAX, &ok);
        s->groups = part_at(s, h->groups, sizeof(*s->groups), MATCH_STEPS_MAX, &ok);
        s->steps = part_at(s, h->steps, sizeof(*s->steps), MATCH_STEPS_MAX, &ok);
        s->buffers = part_at(s, h->buffers, sizeof(*s->buffers), MATCH_BUFFERS_MAX, &ok);
        s->patterns = part_at(s, h->patterns, sizeof(*s->patterns), MATCH_STEPS_MAX, &ok);
        s->always = part_at(s, h->always, sizeof(*s->always), MATCH_RULES_MAX, &ok);
        s->address_sets =
            part_at(s, h->address_sets, sizeof(*s->address_sets), MATCH_SETS_MAX, &ok);
        s->addresses = part_at(s, h->addresses, sizeof(*s->addresses), MATCH_STEPS_MAX, &ok);
        s->port_sets = part_at(s, h->port_sets, sizeof(*s->port_sets), MATCH_SETS_MAX, &ok);
        s->ports = part_at(s, h->ports, sizeof(*s->ports), MATCH_STEPS_MAX, &ok);
        s->regexes = part_at(s, h->regexes, sizeof(*s->regexes), MATCH_STEPS_MAX, &ok);
        s->flags = part_at(s, h->flags, sizeof(*s->flags), MATCH_FLAGS_MAX, &ok);
        s->text = part_at(s, h->text, 1, any, &ok);
        s->code = part_at(s, h->code, 1, any, &ok);
        s->literals = part_at(s, h->literals, sizeof(*s->literals), MATCH_STEPS_MAX, &ok);
        return ok;
}

static bool range_in(uint32_t first, uint32_t cnt, uint32_t all)
{
        return cnt <= all && first <= all - cnt;
}

static bool text_in(const struct match_set *s, struct match_text t)
{
        return range_in(t.off, t.len, s->head->text.cnt);
}

/* ---- what is in them ---- */

static bool limit_right(const struct match_limit *l)
{
        return l->type < MATCH_THRESHOLD_CNT && l->track < MATCH_TRACK_CNT &&
               (l->type == MATCH_THRESHOLD_NONE || (l->count != 0 && l->seconds != 0));
}

static bool rule_right(const struct match_set *s, const struct match_rule *r)
{
        const struct match_head *h = s->head;

        if (r->action >= MATCH_ACTION_CNT || r->proto >= MATCH_PROTO_CNT ||
            r->mode >= MATCH_MODE_CNT || r->percent < 1 || r->percent > 100 ||
            r->flow > MATCH_FLOW_ALL || r->flags > MATCH_RULE_ALL)
                return false;
        if (r->action == MATCH_ACTION_REJECT ? r->code < 400 || r->code > 699 : r->code != 0)
                return false;
        if ((r->src != MATCH_NONE && r->src >= h->address_sets.cnt) ||
            (r->dst != MATCH_NONE && r->dst >= h->address_sets.cnt) ||
            (r->sport != MATCH_NONE && r->sport >= h->port_sets.cnt) ||
            (r->dport != MATCH_NONE && r->dport >= h->port_sets.cnt))
                return false;
        return range_in(r->group_first, r->group_cnt, h->groups.cnt) &&
               r->group_cnt <= MATCH_RULE_STEPS_MAX && limit_right(&r->threshold) &&
               limit_right(&r->filter) && limit_right(&r->rate) &&
               (r->action != MATCH_ACTION_LIMIT || r->rate.type != MATCH_THRESHOLD_NONE) &&
               (r->action != MATCH_ACTION_BAN || r->seconds != 0) && text_in(s, r->msg) &&
               text_in(s, r->classtype);
}

static bool step_of_buffer(const struct match_set *s, const struct match_step *t)
{
        switch (t->kind) {
        case MATCH_STEP_CONTENT:
                return t->text.len != 0 && t->text.len <= MATCH_CONTENT_MAX;
        case MATCH_STEP_PCRE:
                return (t->regex < s->head->regexes.cnt || (t->flags & MATCH_STEP_PROVEN) != 0) &&
                       t->regex_flags <= MATCH_REGEX_ALL;
        case MATCH_STEP_SIZE:
                return t->op <= MATCH_WITHIN;
        case MATCH_STEP_DATA:
                return t->from >= 0;
        default:
                return false;
        }
}

static bool step_of_message(const struct match_set *s, const struct match_step *t)
{
        switch (t->kind) {
        case MATCH_STEP_NUMBER:
                return t->field < MATCH_FIELD_CNT &&
                       match_fields[t->field].type == MATCH_TYPE_NUMBER && t->op != MATCH_HAS &&
                       t->op < MATCH_COMPARE_CNT;
        case MATCH_STEP_WORD:
                return t->field < MATCH_FIELD_CNT &&
                       match_fields[t->field].type == MATCH_TYPE_WORD &&
                       (t->op == MATCH_HAS || t->op == MATCH_PRESENT);
        case MATCH_STEP_FLAG:
                return t->index < s->head->flags.cnt && t->op < MATCH_FLAG_OP_CNT;
        default:
                return false;
        }
}

static bool group_right(const struct match_set *s, const struct match_group *g)
{
        bool message = g->buffer == MATCH_NONE;

        if ((!message && g->buffer >= s->head->buffers.cnt) || g->flags > MATCH_GROUP_ALL ||
            g->step_cnt > MATCH_RULE_STEPS_MAX ||
            !range_in(g->step_first, g->step_cnt, s->head->steps.cnt))
                return false;
        for (uint32_t i = 0; i < g->step_cnt; i++) {
                const struct match_step *t = &s->steps[g->step_first + i];

                if (t->flags > MATCH_STEP_ALL || !text_in(s, t->text) ||
                    !(message ? step_of_message(s, t) : step_of_buffer(s, t)))
                        return false;
        }
        return true;
}

static bool buffer_right(const struct match_set *s, const struct match_buffer *b)
{
        const struct match_field_info *info;

        if (b->field >= MATCH_FIELD_CNT || b->transform > MATCH_TRANSFORM_ALL ||
            b->hdr >= SIP_HDR_CNT)
                return false;
        info = &match_fields[b->field];
        return info->type == MATCH_TYPE_BYTES && b->name.len <= MATCH_NAME_BYTES_MAX &&
               (b->name.len != 0) == (info->param != MATCH_PARAM_NONE) && text_in(s, b->name) &&
               (b->hdr == 0 || info->param == MATCH_PARAM_HEADER) &&
               range_in(b->pattern_first, b->pattern_cnt, s->head->patterns.cnt) &&
               range_in(b->db.off, b->db.bytes, s->head->code.cnt) &&
               (b->db.bytes != 0) == (b->pattern_cnt != 0) &&
               range_in(b->open.off, b->open.bytes, s->head->code.cnt) && b->gated <= 1 &&
               (b->gated != 0 ? b->db.bytes != 0 : b->open.bytes == 0);
}

static bool literal_right(const struct match_set *s, const struct match_literal *l)
{
        if (!text_in(s, l->text) || l->text.len < MATCH_LITERAL_MIN ||
            l->text.len > MATCH_LITERAL_MAX || l->buffer >= s->head->buffers.cnt ||
            s->buffers[l->buffer].gated == 0)
                return false;
        for (uint32_t i = 0; i < l->text.len; i++) {
                if ((s->text[l->text.off + i] & MATCH_FOLD) == 0)
                        return false;
        }
        return true;
}

static bool sets_right(const struct match_set *s)
{
        const struct match_head *h = s->head;

        for (uint32_t i = 0; i < h->addresses.cnt; i++) {
                if (s->addresses[i].prefix_len > 128)
                        return false;
        }
        for (uint32_t i = 0; i < h->address_sets.cnt; i++) {
                const struct match_address_set *a = &s->address_sets[i];

                if (!range_in(a->first, a->cnt, h->addresses.cnt) ||
                    !range_in(a->except_first, a->except_cnt, h->addresses.cnt))
                        return false;
        }
        for (uint32_t i = 0; i < h->port_sets.cnt; i++) {
                const struct match_port_set *p = &s->port_sets[i];

                if (!range_in(p->first, p->cnt, h->ports.cnt) ||
                    !range_in(p->except_first, p->except_cnt, h->ports.cnt))
                        return false;
        }
        return true;
}

static bool indices_right(const uint32_t *v, uint32_t cnt, uint32_t below)
{
        for (uint32_t i = 0; i < cnt; i++) {
                if (v[i] >= below)
                        return false;
        }
        return true;
}

static enum match_fault content_check(const struct match_set *s)
{
        const struct match_head *h = s->head;

        for (uint32_t i = 0; i < h->rules.cnt; i++) {
                if (!rule_right(s, &s->rules[i]))
                        return MATCH_FAULT_RULE;
        }
        if (!indices_right(s->patterns, h->patterns.cnt, h->rules.cnt) ||
            !indices_right(s->always, h->always.cnt, h->rules.cnt))
                return MATCH_FAULT_RULE;
        for (uint32_t i = 0; i < h->groups.cnt; i++) {
                if (!group_right(s, &s->groups[i]))
                        return MATCH_FAULT_GROUP;
        }
        for (uint32_t i = 0; i < h->buffers.cnt; i++) {
                if (!buffer_right(s, &s->buffers[i]))
                        return MATCH_FAULT_BUFFER;
        }
        for (uint32_t i = 0; i < h->literals.cnt; i++) {
                if (!literal_right(s, &s->literals[i]))
                        return MATCH_FAULT_BUFFER;
        }
        for (uint32_t i = 0; i < h->regexes.cnt; i++) {
                if (!range_in(s->regexes[i].off, s->regexes[i].bytes, h->code.cnt))
                        return MATCH_FAULT_STEP;
        }
        for (uint32_t i = 0; i < h->flags.cnt; i++) {
                if (!text_in(s, s->flags[i]))
                        return MATCH_FAULT_STEP;
        }
        return sets_right(s) ? MATCH_OK : MATCH_FAULT_SET;
}

static enum match_fault database_create(const struct match_set *s, struct match_db db,
                                        struct match_hs **out)
{
        return db.bytes != 0 ? match_hs_load(out, s->code + db.off, db.bytes) : MATCH_OK;
}

static enum match_fault databases_create(struct match_set *s)
{
        const struct match_head *h = s->head;
        enum match_fault f = MATCH_OK;

        s->buffer_dbs = calloc(h->buffers.cnt + 1u, sizeof(*s->buffer_dbs));
        s->open_dbs = calloc(h->buffers.cnt + 1u, sizeof(*s->open_dbs));
        s->regex_dbs = calloc(h->regexes.cnt + 1u, sizeof(*s->regex_dbs));
        if (s->buffer_dbs == NULL || s->open_dbs == NULL || s->regex_dbs == NULL)
                return MATCH_FAULT_MEMORY;
        for (uint32_t i = 0; i < h->buffers.cnt && f == MATCH_OK; i++) {
                f = database_create(s, s->buffers[i].db, &s->buffer_dbs[i]);
                if (f == MATCH_OK)
                        f = database_create(s, s->buffers[i].open, &s->open_dbs[i]);
        }
        for (uint32_t i = 0; i < h->regexes.cnt && f == MATCH_OK; i++)
                f = match_hs_load(&s->regex_dbs[i], s->code + s->regexes[i].off,
                                  s->regexes[i].bytes);
        return f;
}

/* What is worked out of the parts, once, for evaluation. */

static enum match_fault shapes_create(struct match_set *s)
{
        struct match_scratch *scratch = calloc(1, sizeof(*scratch));

        s->shapes = calloc(s->head->rules.cnt + 1u, sizeof(*s->shapes));
        for (uint32_t i = 0; scratch != NULL && s->shapes != NULL && i < s->head->rules.cnt; i++)
                s->shapes[i] = match_rule_shapes(s, scratch, &s->rules[i]);
        free(scratch);
        return scratch != NULL && s->shapes != NULL ? MATCH_OK : MATCH_FAULT_MEMORY;
}

static enum match_fault looks_create(struct match_set *s)
{
        uint32_t cnt = s->head->buffers.cnt;

        s->looks = calloc(cnt + 1u, sizeof(*s->looks));
        s->look_of = calloc(cnt + 1u, sizeof(*s->look_of));
        if (s->looks == NULL || s->look_of == NULL)
                return MATCH_FAULT_MEMORY;
        for (uint32_t i = 0; i < cnt; i++) {
                const struct match_buffer *b = &s->buffers[i];
                struct match_look *l = &s->looks[s->look_cnt];

                if (s->buffer_dbs[i] == NULL)
                        continue;
                *l = (struct match_look){.buffer = b,
                                         .db = s->buffer_dbs[i],
                                         .open = s->open_dbs[i],
                                         .rules = {s->patterns + b->pattern_first, b->pattern_cnt},
                                         .index = (uint16_t)i,
                                         .gated = b->gated != 0,
                                         .place = match_field_place(b)};
                for (uint32_t k = 0; k < b->pattern_cnt; k++)
                        l->shapes |= s->shapes[s->patterns[b->pattern_first + k]];
                s->look_of[i] = l;
                s->look_cnt++;
        }
        return MATCH_OK;
}

static enum match_fault plan_create(struct match_set *s)
{
        enum match_fault f = databases_create(s);

        if (f == MATCH_OK)
                f = shapes_create(s);
        if (f == MATCH_OK)
                f = looks_create(s);
        if (f == MATCH_OK) {
                s->gate = match_gate_create(s);
                f = s->gate != NULL ? MATCH_OK : MATCH_FAULT_MEMORY;
        }
        return f;
}

enum match_fault match_set_create(struct match_set **out, const void *image, size_t bytes)
{
        struct match_set *s;
        enum match_fault f;

        if (bytes < sizeof(*s->head) || bytes > MATCH_IMAGE_BYTES_MAX)
                return MATCH_FAULT_SIZE;
        s = calloc(1, sizeof(*s));
        if (s == NULL)
                return MATCH_FAULT_MEMORY;
        s->image = aligned_alloc(ALIGN, (bytes + ALIGN - 1) / ALIGN * ALIGN);
        if (s->image == NULL) {
                free(s);
                return MATCH_FAULT_MEMORY;
        }
        memcpy(s->image, image, bytes);
        s->head = s->image;
        if (s->head->magic != MATCH_IMAGE_MAGIC || s->head->version != MATCH_IMAGE_VERSION ||
            s->head->fields != MATCH_FIELD_CNT)
                f = MATCH_FAULT_VERSION;
        else if (s->head->bytes != bytes)
                f = MATCH_FAULT_SIZE;
        else if (s->head->digest != match_seal(s->image, bytes))
                f = MATCH_FAULT_DIGEST;
        else if (!parts_find(s))
                f = MATCH_FAULT_PART;
        else
                f = content_check(s);
        if (f == MATCH_OK)
                f = plan_create(s);
        if (f != MATCH_OK) {
                match_set_destroy(s);
                return f;
        }
        *out = s;
        return MATCH_OK;
}

void match_set_destroy(struct match_set *s)
{
        if (s == NULL)
                return;
        for (uint32_t i = 0; s->buffer_dbs != NULL && i < s->head->buffers.cnt; i++)
                match_hs_free(s->buffer_dbs[i]);
        for (uint32_t i = 0; s->open_dbs != NULL && i < s->head->buffers.cnt; i++)
                match_hs_free(s->open_dbs[i]);
        for (uint32_t i = 0; s->regex_dbs != NULL && i < s->head->regexes.cnt; i++)
                match_hs_free(s->regex_dbs[i]);
        match_gate_destroy(s->gate);
        free(s->shapes);
        free(s->looks);
        free(s->look_of);
        free(s->open_dbs);
        free(s->buffer_dbs);
        free(s->regex_dbs);
        free(s->image);
        free(s);
}

uint32_t match_set_rules(const struct match_set *s)
{
        return s->head->rules.cnt;
}

const struct match_rule *match_set_rule(const struct match_set *s, uint32_t i)
{
        return &s->rules[i];
}

const uint8_t *match_set_text(const struct match_set *s, struct match_text t)
{
        return s->text + t.off;
}

const struct match_head *match_set_head(const struct match_set *s)
{
        return s->head;
}

/* ---- scratch ---- */

int match_scratch_grow(struct match_scratch *scratch, const struct match_set *s)
{
        for (uint32_t i = 0; i < s->head->buffers.cnt; i++) {
                if (s->buffer_dbs[i] != NULL && match_hs_fit(&scratch->hs, s->buffer_dbs[i]) != 0)
                        return -ENOMEM;
                if (s->open_dbs[i] != NULL && match_hs_fit(&scratch->hs, s->open_dbs[i]) != 0)
                        return -ENOMEM;
        }
        for (uint32_t i = 0; i < s->head->regexes.cnt; i++) {
                if (match_hs_fit(&scratch->hs, s->regex_dbs[i]) != 0)
                        return -ENOMEM;
        }
        return 0;
}

int match_scratch_create(struct match_scratch **out, const struct match_set *s)
{
        struct match_scratch *scratch = calloc(1, sizeof(*scratch));

        if (scratch == NULL)
                return -ENOMEM;
        if (match_scratch_grow(scratch, s) != 0) {
                match_scratch_destroy(scratch);
                return -ENOMEM;
        }
        *out = scratch;
        return 0;
}

void match_scratch_destroy(struct match_scratch *scratch)
{
        if (scratch == NULL)
                return;
        match_hs_scratch_free(scratch->hs);
        free(scratch);
}
