/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_challenge_yaml.h - `challenge` as libcyaml reads it, for config.c.
 */
#ifndef SLUICE_DATAPLANE_CONFIG_CHALLENGE_YAML_H
#define SLUICE_DATAPLANE_CONFIG_CHALLENGE_YAML_H

#include <cyaml/cyaml.h>

#include "dataplane/config_challenge.h"
#include "dataplane/config_limits_yaml.h"

/* NULL or 0 = not given. */
struct dp_yaml_pressure {
        char *unproven;
        uint32_t *hold_ms;
};

struct dp_yaml_challenge {
        enum dp_challenge_mode mode;
        enum dp_challenge_role role;
        char *realm;
        unsigned *algorithms;
        uint32_t algorithms_count;
        char **methods;
        uint32_t methods_count;
        uint32_t *lifetime_s;
        uint32_t *rotate_s;
        char *secret;
        struct dp_yaml_pressure pressure;
};

extern const cyaml_schema_field_t dp_yaml_challenge_fields[];

/* Put what the file gives over the defaults; y may be NULL. Text stays the file's. 0, or -EINVAL
 * and *fault filled. */
int dp_challenge_config_apply(struct dp_challenge_config *c, const struct dp_yaml_challenge *y,
                              struct dp_limits_fault *fault);

#endif
