/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First the fields that rules name are looked at: those that hold one of their literals (the gate
 * tells, for all at once) are scanned for all their patterns, which gives the few rules that may
 * hold. Then each of these is looked at in full.
 */
#include "parser/match/match_set.h"

#include <string.h>

/* ---- facts and headers ---- */

bool match_compare(enum match_compare op, uint64_t v, uint64_t a, uint64_t b)
{
        switch (op) {
        case MATCH_EQ:
                return v == a;
        case MATCH_NE:
                return v != a;
        case MATCH_LT:
                return v < a;
        case MATCH_LE:
                return v <= a;
        case MATCH_GT:
                return v > a;
        case MATCH_GE:
                return v >= a;
        case MATCH_BETWEEN:
                return a < v && v < b;
        case MATCH_WITHIN:
                return a <= v && v <= b;
        default:
                return false;
        }
}

static bool word_in(const struct match_set *s, const struct match_step *step, uint64_t v)
{
        return v / 8 < step->text.len && (s->text[step->text.off + v / 8] >> (v % 8) & 1) != 0;
}

static bool anomaly_in(const struct match_set *s, const struct match_step *step,
                       const struct sip_msg *m)
{
        for (uint32_t i = 0; m != NULL && i < step->text.len && i < sizeof(m->anomalies.w); i++) {
                /* anomaly n is bit n - 1 of the message, and bit n of the step */
                uint32_t bits = s->text[step->text.off + i];

                for (; bits != 0; bits &= bits - 1) {
                        unsigned a = i * 8 + (unsigned)__builtin_ctz(bits);

                        if (a < SIP_ANOM_CNT && sip_anom_has(&m->anomalies, (enum sip_anomaly)a))
                                return true;
                }
        }
        return false;
}

bool match_fact_holds(const struct match_set *s, struct match_work *work,
                      const struct match_step *step, const struct match_facts *f, uint32_t flags)
{
        bool negated = (step->flags & MATCH_STEP_NEGATED) != 0;
        enum match_field field = (enum match_field)step->field;
        uint64_t v = 0;

        if (step->kind == MATCH_STEP_FLAG) {
                bool set = (flags >> step->index & 1) != 0;

                return step->op == MATCH_FLAG_IS_SET       ? set
                       : step->op == MATCH_FLAG_IS_NOT_SET ? !set
                                                           : true;
        }
        if (field == MATCH_FIELD_ANOMALY && step->op == MATCH_HAS)
                return f->msg != NULL && anomaly_in(s, step, f->msg) != negated;
        if (!match_number(field, f, work, &v))
                return step->op == MATCH_PRESENT && negated;
        if (step->op == MATCH_PRESENT)
                return !negated;
        if (step->op == MATCH_HAS)
                return word_in(s, step, v) != negated;
        return match_compare((enum match_compare)step->op, v, step->a, step->b) != negated;
}

static bool prefix_holds(const struct match_address *a, const uint8_t ip[16])
{
        unsigned whole = a->prefix_len / 8u;
        unsigned rest = a->prefix_len % 8u;

        return memcmp(a->ip, ip, whole) == 0 &&
               (rest == 0 || ((a->ip[whole] ^ ip[whole]) >> (8u - rest)) == 0);
}

static bool any_prefix(const struct match_address *a, uint32_t cnt, const uint8_t ip[16])
{
        for (uint32_t i = 0; i < cnt; i++) {
                if (prefix_holds(&a[i], ip))
                        return true;
        }
        return false;
}

static bool address_in(const struct match_set *s, uint32_t set, const uint8_t ip[16])
{
        const struct match_address_set *a;

        if (set == MATCH_NONE)
                return true;
        a = &s->address_sets[set];
        return (a->cnt == 0 || any_prefix(s->addresses + a->first, a->cnt, ip)) &&
               !any_prefix(s->addresses + a->except_first, a->except_cnt, ip);
}

static bool any_port(const struct match_ports *p, uint32_t cnt, uint16_t port)
{
        for (uint32_t i = 0; i < cnt; i++) {
                if (p[i].low <= port && port <= p[i].high)
                        return true;
        }
        return false;
}

static bool port_in(const struct match_set *s, uint32_t set, uint16_t port)
{
        const struct match_port_set *p;

        if (set == MATCH_NONE)
                return true;
        p = &s->port_sets[set];
        return (p->cnt == 0 || any_port(s->ports + p->first, p->cnt, port)) &&
               !any_port(s->ports + p->except_first, p->except_cnt, port);
}

static bool flow_fits(const struct match_rule *r, const struct match_facts *f)
{
        if (r->flow == 0)
                return true;
        if (f->msg == NULL)
                return false;
        return (f->msg->kind == SIP_KIND_REQUEST && (r->flow & MATCH_FLOW_REQUEST) != 0) ||
               (f->msg->kind == SIP_KIND_RESPONSE && (r->flow & MATCH_FLOW_RESPONSE) != 0);
}

bool match_header_fits(const struct match_set *s, const struct match_rule *r,
                       const struct match_facts *f)
{
        static const uint8_t numbers[MATCH_PROTO_CNT] = {
            [MATCH_PROTO_UDP] = 17, [MATCH_PROTO_TCP] = 6, [MATCH_PROTO_SCTP] = 132};

        if (numbers[r->proto] != 0 && numbers[r->proto] != f->ip_proto)
                return false;
        if (r->proto == MATCH_PROTO_SIP && f->msg == NULL)
                return false;
        if (!flow_fits(r, f))
                return false;
        if (port_in(s, r->sport, f->sport) && port_in(s, r->dport, f->dport) &&
            address_in(s, r->src, f->src) && address_in(s, r->dst, f->dst))
                return true;
        return (r->flags & MATCH_RULE_BOTH_WAYS) != 0 && port_in(s, r->sport, f->dport) &&
               port_in(s, r->dport, f->sport) && address_in(s, r->src, f->dst) &&
               address_in(s, r->dst, f->src);
}

/* ---- one rule ---- */

static bool buffer_holds(const struct match_set *s, struct match_scratch *scratch,
                         const struct match_group *g, const struct match_facts *f)
{
        const struct match_buffer *b = &s->buffers[g->buffer];
        struct match_iter it = {0};
        struct match_bytes in;
        bool there = false;

        if (match_field_possible(b, f)) {
                while (match_field_next(b, s->text + b->name.off, f, &scratch->work, &it, &in)) {
                        there = true;
                        if ((g->flags & MATCH_GROUP_ABSENT) != 0 &&
                            (g->flags & MATCH_GROUP_OR_ELSE) == 0)
                                return false;
                        if (match_steps_hold(s, scratch, g, in))
                                return true;
                }
        }
        return !there && (g->flags & MATCH_GROUP_ABSENT) != 0;
}

static bool rule_holds(const struct match_set *s, struct match_scratch *scratch,
                       const struct match_rule *r, const struct match_facts *f, uint32_t flags)
{
        if (!match_header_fits(s, r, f))
                return false;
        for (uint32_t i = 0; i < r->group_cnt; i++) {
                const struct match_group *g = &s->groups[r->group_first + i];

                if (g->buffer != MATCH_NONE) {
                        if (!buffer_holds(s, scratch, g, f))
                                return false;
                        continue;
                }
                for (uint32_t k = 0; k < g->step_cnt; k++) {
                        if (!match_fact_holds(s, &scratch->work, &s->steps[g->step_first + k], f,
                                              flags))
                                return false;
                }
        }
        return true;
}

/* ---- all of them ---- */

static void candidate_add(struct match_candidates *c, uint32_t rule)
{
        c->w[rule / 64] |= UINT64_C(1) << (rule % 64);
        c->top[rule / 4096] |= UINT64_C(1) << (rule / 64 % 64);
}

static void scan(const struct match_set *s, struct match_scratch *scratch,
                 const struct match_facts *f, const struct match_look *l, const struct match_hs *db)
{
        struct match_iter it = {0};
        struct match_bytes in;

        while (
            match_field_next(l->buffer, s->text + l->buffer->name.off, f, &scratch->work, &it, &in))
                match_hs_candidates(db, scratch->hs, &in, &l->rules, &scratch->candidates);
}

/* The field's one instance as the parser left it: true when it is known without a walk that this is
 * all of it, with len 0 and at NULL when there is none. */
static bool instance_at_hand(const struct match_look *l, const struct sip_msg *m,
                             struct match_bytes *out)
{
        struct sip_span s;

        if (l->place.span != 0) {
                memcpy(&s, (const uint8_t *)m + l->place.span, sizeof(s));
        } else if (l->place.hdr != 0) {
                const struct sip_hdr *h = sip_msg_first(m, (enum sip_hdr_id)l->place.hdr);

                if (h != NULL &&
                    ((h->flags & SIP_HDR_F_FOLDED) != 0 || h->next_same != SIP_HDR_NONE))
                        return false;
                s = h != NULL ? h->value : (struct sip_span){0, 0};
        } else {
                return false;
        }
        *out = (struct match_bytes){s.len != 0 ? m->buf + s.off : NULL, s.len};
        return true;
}

/* Put all instances of a field into the block; false: not all fit. */
static bool join(const struct match_set *s, struct match_scratch *scratch,
                 const struct match_facts *f, const struct match_look *l)
{
        struct match_iter it = {0};
        struct match_bytes in;

        if (f->msg != NULL && instance_at_hand(l, f->msg, &in))
                return in.len == 0 ||
                       match_joined_add(&scratch->joined, l->index, in, f->msg->buf + f->msg->len);
        if (!match_field_possible(l->buffer, f))
                return true;
        while (match_field_next(l->buffer, s->text + l->buffer->name.off, f, &scratch->work, &it,
                                &in)) {
                if (in.len != 0 &&
                    !match_joined_add(&scratch->joined, l->index, in, in.at + in.len))
                        return false;
        }
        return true;
}

static void candidates_find(const struct match_set *s, struct match_scratch *scratch,
                            const struct match_facts *f, uint32_t shape)
{
        struct match_candidates *c = &scratch->candidates;
        struct match_gate_hits hits = {0};

        match_joined_clear(&scratch->joined);
        for (uint32_t i = 0; i < s->look_cnt; i++) {
                const struct match_look *l = &s->looks[i];

                if ((l->shapes & shape) == 0)
                        continue;
                if (!l->gated || s->ungated) {
                        if (match_field_possible(l->buffer, f))
                                scan(s, scratch, f, l, l->db);
                        continue;
                }
                if (!join(s, scratch, f, l))
                        hits.w[l->index / 64u] |= UINT64_C(1) << (l->index % 64u);
                else if (l->open != NULL && match_field_possible(l->buffer, f))
                        scan(s, scratch, f, l, l->open);
        }
        match_gate_run(s->gate, &scratch->joined, &hits);
        for (uint32_t w = 0; w * 64u < s->head->buffers.cnt; w++) {
                for (uint64_t bits = hits.w[w]; bits != 0; bits &= bits - 1) {
                        uint32_t index = w * 64u + (uint32_t)__builtin_ctzll(bits);

                        scan(s, scratch, f, s->look_of[index], s->look_of[index]->db);
                }
        }
        for (uint32_t i = 0; i < s->head->always.cnt; i++) {
                if ((s->shapes[s->always[i]] & shape) != 0)
                        candidate_add(c, s->always[i]);
        }
}

static bool measured(const struct match_set *s, struct match_scratch *scratch, uint32_t rule,
                     const struct match_facts *f, uint32_t flags, struct match_costs *costs)
{
        uint64_t before = costs->clock();
        bool holds = rule_holds(s, scratch, &s->rules[rule], f, flags);
        uint64_t cycles = costs->clock() - before;

        if (costs->seen++ < costs->skip || costs->cnt == MATCH_COSTS_MAX)
                return holds;
        costs->of[costs->cnt].rule = rule;
        costs->of[costs->cnt++].cycles = cycles < UINT32_MAX ? (uint32_t)cycles : UINT32_MAX;
        return holds;
}

/* One body for both: without costs the compiler leaves the measuring out. */
static inline __attribute__((always_inline)) uint32_t eval(const struct match_set *s,
                                                           struct match_scratch *scratch,
                                                           const struct match_facts *f,
                                                           uint32_t flags, uint32_t *hits,
                                                           uint32_t cap, struct match_costs *costs)
{
        struct match_candidates *c = &scratch->candidates;
        uint32_t shape = match_shape(f->msg);
        uint32_t n = 0;

        scratch->work.sdp_known = false;
        candidates_find(s, scratch, f, shape);
        for (uint32_t t = 0; t * 4096u < s->head->rules.cnt; t++) {
                for (uint64_t top = c->top[t]; top != 0; top &= top - 1) {
                        uint32_t word = t * 64 + (uint32_t)__builtin_ctzll(top);

                        for (uint64_t w = c->w[word]; w != 0; w &= w - 1) {
                                uint32_t rule = word * 64 + (uint32_t)__builtin_ctzll(w);

                                if ((s->shapes[rule] & shape) == 0)
                                        continue;
                                if (!(costs != NULL
                                          ? measured(s, scratch, rule, f, flags, costs)
                                          : rule_holds(s, scratch, &s->rules[rule], f, flags)))
                                        continue;
                                if (n < cap)
                                        hits[n] = rule;
                                n++;
                        }
                        c->w[word] = 0;
                }
                c->top[t] = 0;
        }
        return n;
}

uint32_t match_eval(const struct match_set *s, struct match_scratch *scratch,
                    const struct match_facts *f, uint32_t flags, uint32_t *hits, uint32_t cap)
{
        return eval(s, scratch, f, flags, hits, cap, NULL);
}

uint32_t match_eval_costs(const struct match_set *s, struct match_scratch *scratch,
                          const struct match_facts *f, uint32_t flags, uint32_t *hits, uint32_t cap,
                          struct match_costs *costs)
{
        costs->seen = 0;
        costs->cnt = 0;
        return eval(s, scratch, f, flags, hits, cap, costs);
}

uint32_t match_flags_after(const struct match_set *s, uint32_t i, uint32_t flags)
{
        const struct match_rule *r = &s->rules[i];

        for (uint32_t g = 0; g < r->group_cnt; g++) {
                const struct match_group *group = &s->groups[r->group_first + g];

                for (uint32_t k = 0; group->buffer == MATCH_NONE && k < group->step_cnt; k++) {
                        const struct match_step *step = &s->steps[group->step_first + k];
                        uint32_t bit;

                        if (step->kind != MATCH_STEP_FLAG)
                                continue;
                        bit = UINT32_C(1) << step->index;
                        if (step->op == MATCH_FLAG_SET)
                                flags |= bit;
                        else if (step->op == MATCH_FLAG_UNSET)
                                flags &= ~bit;
                        else if (step->op == MATCH_FLAG_TOGGLE)
                                flags ^= bit;
                }
        }
        return flags;
}

int match_set_has_flags(const struct match_set *s)
{
        return s->head->flags.cnt != 0;
}
