/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_detect.h - the `detections` section of sluice.yaml: one key for each line of
 * detections.def, and the size of the table and the terms of automatic bans.
 */
#ifndef SLUICE_CONTROL_CONFIG_CONFIG_DETECT_H
#define SLUICE_CONTROL_CONFIG_CONFIG_DETECT_H

#include <cyaml/cyaml.h>

#include "control/config/config_yaml.h"
#include "control/detect/detection.h"

struct cp_raw_detection {
        uint8_t mode;   /* 0 when absent */
        uint8_t action; /* 0 when absent */
        uint32_t *threshold;
        uint32_t *window_s;
};

struct cp_raw_detect_bans {
        uint32_t *ttl_s;
        uint32_t *ttl_max_s;
        uint32_t *budget_percent;
        uint32_t *limit_per_minute;
};

struct cp_raw_detections {
        uint32_t *entries;
        struct cp_raw_detect_bans *bans;
#define CP_DETECTION(num, ID, ...) struct cp_raw_detection *ID;
#include "control/detect/detections.def"
#undef CP_DETECTION
};

extern const cyaml_schema_field_t cp_config_detect_fields[];

/* raw NULL: the defaults. */
void cp_config_detect_fill(struct cp_detect_config *c, const struct cp_raw_detections *raw);
/* 0, or -EINVAL with the place and the text of *err. */
int cp_config_detect_check(const struct cp_detect_config *c, struct cp_yaml *yaml,
                           struct cp_config_error *err);

#endif
