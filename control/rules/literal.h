/* SPDX-License-Identifier: Apache-2.0 */
/*
 * literal.h - texts of which one is in a field whenever a content or an expression holds there.
 * Private to this folder and its tests.
 */
#ifndef SLUICE_CONTROL_RULES_LITERAL_H
#define SLUICE_CONTROL_RULES_LITERAL_H

#include <stdbool.h>
#include <stdint.h>

#include "control/rules/rule.h"

#define CP_LITERALS_MAX 16u

struct cp_literal { /* as struct match_literal has them: folded, with edges */
        uint8_t at[MATCH_LITERAL_MAX];
        uint32_t len;
};

struct cp_literals {
        struct cp_literal l[CP_LITERALS_MAX];
        uint32_t cnt; /* 0: there are none that one could rely on */
};

/* The literals of a step that is a content, or an expression that is not relative, not negated. */
void cp_literals_find(const struct cp_rule_step *s, struct cp_literals *out);

#endif
