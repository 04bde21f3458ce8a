/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_shedding_yaml.h - `shedding` as libcyaml reads it, for config.c.
 */
#ifndef SLUICE_DATAPLANE_CONFIG_SHEDDING_YAML_H
#define SLUICE_DATAPLANE_CONFIG_SHEDDING_YAML_H

#include <cyaml/cyaml.h>

#include "dataplane/config_limits_yaml.h"
#include "dataplane/config_shedding.h"

/* NULL or 0 = not given. */
struct dp_yaml_mark {
        uint32_t *high;
        uint32_t *low;
};

struct dp_yaml_shedding {
        enum dp_shedding_mode mode;
        struct dp_yaml_mark busy;
        struct dp_yaml_mark rings;
        uint32_t *share;
        uint32_t *raise_ms;
        uint32_t *lower_ms;
        uint32_t *retry_after_s;
};

extern const cyaml_schema_field_t dp_yaml_shedding_fields[];

/* Put what the file gives over the defaults; y may be NULL. 0, or -EINVAL and *fault filled. */
int dp_shedding_config_apply(struct dp_shedding_config *c, const struct dp_yaml_shedding *y,
                             struct dp_limits_fault *fault);

#endif
