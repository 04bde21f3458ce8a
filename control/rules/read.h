/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read.h - rule files to a rule set.
 *
 * The language is Suricata's (control/doc/rules.md says what of it). Each rule is read on its own:
 * a faulty one is told with file, line, column and option, and the others are still looked at.
 */
#ifndef SLUICE_CONTROL_RULES_READ_H
#define SLUICE_CONTROL_RULES_READ_H

#include "control/rules/rule.h"

/* Variables that are there when the configuration names none of that name. */
extern const struct cp_rule_vars cp_rule_default_vars;

/*
 * Add the rules of `text` (len octets, any content) to the set. `file` names it in errors and is
 * copied. 0, -EINVAL with errors added, or -ENOMEM.
 */
int cp_rules_read(struct cp_rule_set *set, const char *file, const char *text, size_t len,
                  const struct cp_rule_vars *vars, struct cp_rule_errors *errors);

/* The same for a file. */
int cp_rules_read_file(struct cp_rule_set *set, const char *path, const struct cp_rule_vars *vars,
                       struct cp_rule_errors *errors);

void cp_rule_set_fini(struct cp_rule_set *set);

#endif
