/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_limits_yaml.h - `guard`, `limits` and `trust` as libcyaml reads them, for config.c.
 */
#ifndef SLUICE_DATAPLANE_CONFIG_LIMITS_YAML_H
#define SLUICE_DATAPLANE_CONFIG_LIMITS_YAML_H

#include <cyaml/cyaml.h>

#include "dataplane/config_limits.h"

/* Rates as text, NULL = not given. */
struct dp_yaml_guard_keys {
        char *key[DP_GUARD_KEY_CNT];
};

struct dp_yaml_guard {
        struct dp_yaml_guard_keys lane[DP_GUARD_LANES];
};

struct dp_yaml_keys {
        char *key[DP_LIMIT_KEY_CNT];
};

struct dp_yaml_classes {
        struct dp_yaml_keys cls[DP_LIMIT_CLASS_CNT];
};

struct dp_yaml_limits {
        struct dp_yaml_classes lane[DP_LIMIT_LANES];
        struct dp_yaml_keys refusals;
};

struct dp_yaml_tolerance {
        char *fault[DP_TRUST_FAULT_CNT];
};

struct dp_yaml_trust {
        uint32_t *proven_s;
        uint32_t *authenticated_s;
        uint32_t *lift_s;
        uint32_t *hold_down_s;
        struct dp_yaml_tolerance tolerance;
        char *per_address;
};

extern const cyaml_schema_field_t dp_yaml_guard_fields[];
extern const cyaml_schema_field_t dp_yaml_limits_fields[];
extern const cyaml_schema_field_t dp_yaml_trust_fields[];

struct dp_limits_fault {
        char keys[64];  /* "limits.proven.invite" */
        char text[128]; /* what is wrong there */
};

/* Put what the file gives over the defaults; each may be NULL. 0, or -EINVAL and *fault filled. */
int dp_limits_config_apply(struct dp_limits_config *c, const struct dp_yaml_guard *guard,
                           const struct dp_yaml_limits *limits, const struct dp_yaml_trust *trust,
                           struct dp_limits_fault *fault);

#endif
