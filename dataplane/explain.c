/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/explain.h"

#include <stdlib.h>

struct account {
        uint64_t serial;
        struct match_explained said;
};

struct dp_explain {
        const struct match_set *set; /* that places are found for */
        struct match_explain *places;
        uint32_t cnt;
        uint32_t cap;
        bool open; /* the last account is being filled in */
        struct account account[];
};

struct dp_explain *dp_explain_create(uint32_t messages)
{
        struct dp_explain *e = calloc(1, sizeof(*e) + messages * sizeof(e->account[0]));

        if (e != NULL)
                e->cap = messages;
        return e;
}

void dp_explain_destroy(struct dp_explain *e)
{
        if (e == NULL)
                return;
        match_explain_destroy(e->places);
        free(e);
}

/* Without memory for it the rules are named and their places are not. */
static void places_for(struct dp_explain *e, const struct match_set *set)
{
        if (e->set == set)
                return;
        match_explain_destroy(e->places);
        e->places = NULL;
        e->set = set;
        if (match_explain_create(&e->places, set) != 0)
                e->places = NULL;
}

void dp_explain_begin(struct dp_explain *e, uint64_t serial, const struct match_set *set)
{
        struct account *a = &e->account[e->cnt];

        e->open = e->cnt < e->cap;
        if (!e->open)
                return;
        e->cnt++;
        places_for(e, set);
        a->serial = serial;
        a->said.set = set;
        a->said.rule_cnt = 0;
        a->said.found_cnt = 0;
}

void dp_explain_rule(struct dp_explain *e, const struct match_facts *facts, uint32_t rule,
                     enum match_kept kept, bool told)
{
        struct match_explained *s;
        struct match_explained_rule *r;
        uint32_t room, n;

        if (!e->open)
                return;
        s = &e->account[e->cnt - 1].said;
        if (s->rule_cnt == MATCH_EXPLAINED_RULES)
                return;
        room = MATCH_EXPLAINED_FOUND - s->found_cnt;
        n = e->places == NULL
                ? 0
                : match_explain_rule(e->places, facts, rule, s->found + s->found_cnt, room);
        r = &s->rule[s->rule_cnt++];
        *r = (struct match_explained_rule){
            .rule = match_set_rule(s->set, rule),
            .kept = (uint8_t)kept,
            .told = told,
            .first = s->found_cnt,
            .cnt = n < room ? n : room,
            .missed = n < room ? 0 : n - room,
        };
        s->found_cnt += r->cnt;
}

void dp_explain_decisive(struct dp_explain *e, const struct match_rule *rule)
{
        struct match_explained *s;

        if (!e->open)
                return;
        s = &e->account[e->cnt - 1].said;
        for (uint32_t i = 0; i < s->rule_cnt; i++)
                s->rule[i].decisive = s->rule[i].rule == rule;
}

const struct match_explained *dp_explain_find(void *arg, uint64_t serial)
{
        const struct dp_explain *e = arg;

        for (uint32_t i = 0; i < e->cnt; i++) {
                if (e->account[i].serial == serial)
                        return &e->account[i].said;
        }
        return NULL;
}

void dp_explain_clear(struct dp_explain *e)
{
        e->cnt = 0;
        e->open = false;
}
