/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ruleset.h - the rule sets of a running control: the one in force, the one before it, and the blob
 * that dataplanes are offered. Owner's thread; events are counted by the event thread, so what it
 * reads is changed behind its gate, by the caller.
 */
#ifndef SLUICE_CONTROL_RULESET_H
#define SLUICE_CONTROL_RULESET_H

#include "control/link.h"
#include "control/rulebook.h"

struct cp_ruleset {                 /* zero: no rules, and there were none */
        struct cp_rulebook *now;    /* NULL: none */
        struct cp_rulebook *before; /* NULL: nothing to go back to */
        struct cp_blob blob;        /* generation 0: there is nothing to offer */
        uint32_t generation;        /* of `now` */
};

/* Compile the policy's rule files. *out may be a book that equals the one in force. 0, or a
 * negative errno with errors. */
int cp_ruleset_compile(const struct cp_ruleset *s, const struct cp_config_policy *policy,
                       const char *state_dir, struct cp_rulebook **out,
                       struct cp_rule_errors *errors);
/* Put a book in force, which is taken over in any case; the one in force becomes the one before. An
 * equal one changes nothing. 0 or a negative errno: nothing changed. */
int cp_ruleset_put(struct cp_ruleset *s, struct cp_rulebook *book);
/* Go back to the one before. 0, -ENOENT, or a negative errno: nothing changed. */
int cp_ruleset_rollback(struct cp_ruleset *s);
void cp_ruleset_fini(struct cp_ruleset *s);

/* The first error as one of the configuration, with how many there are. */
void cp_ruleset_error(const struct cp_rule_errors *errors, int rc, struct cp_config_error *err);

#endif
