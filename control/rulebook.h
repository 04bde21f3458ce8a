/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rulebook.h - the rule files of a configuration as the one blob that dataplanes take, and as a
 * list to look rules up in by their sids.
 *
 * Immutable once made but for the counts of hits, which the event thread keeps.
 */
#ifndef SLUICE_CONTROL_RULEBOOK_H
#define SLUICE_CONTROL_RULEBOOK_H

#include <stddef.h>
#include <stdint.h>

#include "control/config/config.h"
#include "control/rules/compile.h"
#include "parser/match/match.h"

struct cp_rulebook_entry {
        const struct match_rule *rule;
        const char *msg; /* not terminated: rule->msg.len octets */
        const char *classtype;
        uint64_t hits;    /* that events told of */
        uint64_t drops;   /* messages that it ended: dropped, rejected, banned for */
        uint64_t would;   /* that passed although its action, were it in force, would end them */
        uint64_t proven;  /* sources that it stopped, or would have, and that then logged in or
                           * completed a call (rule_meter.h) */
        uint64_t last_ns; /* of the last hit, 0: none */
        uint64_t cost_samples; /* messages in which looking at it in full was measured... */
        uint64_t cost_cycles;  /* ...and what it took in all of them */
};

struct cp_rulebook {
        struct cp_image image;             /* what is published */
        uint8_t digest[32];                /* of the image */
        struct match_set *set;             /* the same, to look into */
        struct cp_rulebook_entry *entries; /* by sid */
        uint32_t cnt;
        uint32_t generation; /* that the image was last offered under */
};

/* Where compiling is done, and what it may take. */
struct cp_rulebook_args {
        const struct cp_config_policy *policy;
        const char *extra_file; /* one more, behind those of the policy; NULL: none */
        const char *cache_dir;  /* NULL: none */
        uint32_t generation;
        uint64_t made_s;
        bool here; /* in this process: replay */
};

/* 0; -EINVAL and errors; -ENOMEM. Without rule files the book is empty, and its image too. */
int cp_rulebook_create(struct cp_rulebook **out, const struct cp_rulebook_args *args,
                       struct cp_rule_errors *errors);
void cp_rulebook_destroy(struct cp_rulebook *b);

/* NULL: no rule has this sid. */
struct cp_rulebook_entry *cp_rulebook_find(const struct cp_rulebook *b, uint32_t sid);

#endif
