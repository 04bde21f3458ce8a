/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sids.h - which rule of a set has a sid. Private to this folder.
 */
#ifndef SLUICE_CONTROL_RULES_SIDS_H
#define SLUICE_CONTROL_RULES_SIDS_H

#include "control/rules/rule.h"

/* The rule of the set with gid and sid, which was kept with cp_sids_keep(); NULL: none. */
struct cp_rule *cp_sids_find(const struct cp_rule_set *set, uint32_t gid, uint32_t sid);
/* Remember the last rule of the set, whose sid no other one has. 0 or -ENOMEM. */
int cp_sids_keep(struct cp_rule_set *set);

#endif
