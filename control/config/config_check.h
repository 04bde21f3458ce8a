/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_check.h - what the schema can not say: prefixes that parse, codes that exist, lengths.
 */
#ifndef SLUICE_CONTROL_CONFIG_CONFIG_CHECK_H
#define SLUICE_CONTROL_CONFIG_CONFIG_CHECK_H

#include "control/config/config.h"

struct cp_check {
        struct cp_yaml *yaml;
        struct cp_config_error *err;
};

/* Complain about the value at a path: -EINVAL. */
__attribute__((format(printf, 3, 4))) int cp_check_bad(struct cp_check *ck, const char *path,
                                                       const char *fmt, ...);

/* Check every value and complete the routes' codes. 0, or -EINVAL with *err's place and text. */
int cp_config_check(struct cp_config *c, struct cp_yaml *yaml, struct cp_config_error *err);
/* FNV-1a over everything that decides: same policy, same number, whatever the layout of the file.
 */
uint64_t cp_config_digest(const struct cp_config_policy *p);

#endif
