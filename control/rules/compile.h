/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compile.h - rule files to an image, in a process of its own: an expression that takes Hyperscan
 * more memory or time than it may have ends that process and nothing else.
 */
#ifndef SLUICE_CONTROL_RULES_COMPILE_H
#define SLUICE_CONTROL_RULES_COMPILE_H

#include "control/rules/image.h"
#include "control/rules/rule.h"

#define CP_COMPILE_MEMORY_MB 2048u
#define CP_COMPILE_SECONDS   60u

struct cp_compile {
        const char *const *files; /* in the order of their rules */
        uint32_t file_cnt;
        const struct cp_rule_vars *vars;
        enum match_platform platform;
        uint64_t made_s;
        const char *cache_dir; /* of serialised databases, NULL: none */
        uint32_t memory_mb;    /* of that process; 0: as much as there is */
        uint32_t seconds;      /* for all, of its CPU and of the clock */
};

/*
 * Read, check, compile, load what came out, and try the canaries. 0 and the image, whose `at` is
 * the caller's (free()); -EINVAL with errors; -ENOMEM. Errors of the process, over its limits for
 * one, are told without a place.
 */
int cp_compile_files(const struct cp_compile *c, struct cp_image *out,
                     struct cp_rule_errors *errors);
/* The same in this process: for a replay, and for who has made a process of his own. */
int cp_compile_here(const struct cp_compile *c, struct cp_image *out,
                    struct cp_rule_errors *errors);

#endif
