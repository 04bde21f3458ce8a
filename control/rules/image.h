/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image.h - a rule set to the image that data planes take (parser/match/match_image.h).
 */
#ifndef SLUICE_CONTROL_RULES_IMAGE_H
#define SLUICE_CONTROL_RULES_IMAGE_H

#include "control/rules/rule.h"
#include "parser/match/match_hs.h"

/* Serialised databases that were made before; control/rules/cache.h has one on disk. */
struct cp_db_cache {
        /* True and *code (free()) when there is one under this key. */
        bool (*get)(void *arg, const uint8_t key[32], struct match_hs_code *code);
        void (*put)(void *arg, const uint8_t key[32], const struct match_hs_code *code);
        void *arg;
        uint32_t hits;
        uint32_t misses;
};

struct cp_image {
        uint8_t *at; /* free() */
        size_t bytes;
};

/*
 * Compile. `made_s` goes into the image (seconds since 1970). 0; -EINVAL with an error for the rule
 * whose expression can not be compiled; -E2BIG with an error, more of something than a set may
 * have; -ENOMEM.
 */
int cp_image_make(const struct cp_rule_set *set, enum match_platform platform, uint64_t made_s,
                  struct cp_db_cache *cache, struct cp_image *out, struct cp_rule_errors *errors);

#endif
