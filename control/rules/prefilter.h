/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prefilter.h - the one pattern of each rule that is looked for first, and the fields they are
 * looked for in. Private to this folder.
 */
#ifndef SLUICE_CONTROL_RULES_PREFILTER_H
#define SLUICE_CONTROL_RULES_PREFILTER_H

#include "control/rules/literal.h"
#include "control/rules/rule.h"
#include "parser/match/match_hs.h"

struct cp_prefilter_pick {
        const struct cp_rule_group *group;
        const struct cp_rule_step *step;   /* NULL: none will do */
        const struct cp_rule_step *proven; /* the same, when the pattern says all that it asks */
};

struct cp_prefilter_buffer {
        const struct cp_rule_group *group; /* the first that names it */
        struct match_hs_pattern *patterns; /* regex is owned */
        uint32_t *rules;                   /* of each pattern */
        const struct cp_rule_place **places;
        bool *open; /* it has no literals */
        unsigned open_cnt;
        unsigned cnt;
        unsigned room;
};

struct cp_prefilter {
        struct cp_prefilter_buffer buffers[MATCH_BUFFERS_MAX];
        uint32_t buffer_cnt;
};

struct cp_prefilter_pick cp_prefilter_choose(const struct cp_rule *r);
/* The index of a group's buffer. 0, or -E2BIG: too many. */
int cp_prefilter_buffer(struct cp_prefilter *p, const struct cp_rule_group *g, uint32_t *index);
/* Look for a pick of rule number `rule` in the buffer that goes to *index; the literals that go
 * with it, none when it is to be looked for in any case, go to *l. 0 or -ENOMEM. */
int cp_prefilter_add(struct cp_prefilter *p, const struct cp_prefilter_pick *pick, uint32_t rule,
                     uint32_t *index, struct cp_literals *l);
void cp_prefilter_fini(struct cp_prefilter *p);

#endif
