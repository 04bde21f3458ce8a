/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/config_shedding.h"

#include <errno.h>
#include <stdio.h>

#include "dataplane/config_shedding_yaml.h"

void dp_shedding_config_default(struct dp_shedding_config *c)
{
        *c = (struct dp_shedding_config){
            .mode = DP_SHEDDING_ON,
            .load =
                {
                    .busy = {98, 90},
                    .depth = {75, 25},
                    .share = 20,
                    .raise_ms = 5,
                    .lower_ms = 200,
                },
            .retry_after_s = 5,
        };
}

/* ---- the schema ---- */

static const cyaml_strval_t mode_names[] = {
    {"off", DP_SHEDDING_OFF},
    {"on", DP_SHEDDING_ON},
};

#define NUMBER_FIELD(name, type, member) \
        CYAML_FIELD_UINT_PTR(name, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member)

static const cyaml_schema_field_t mark_fields[] = {
    NUMBER_FIELD("high", struct dp_yaml_mark, high),
    NUMBER_FIELD("low", struct dp_yaml_mark, low),
    CYAML_FIELD_END,
};

const cyaml_schema_field_t dp_yaml_shedding_fields[] = {
    CYAML_FIELD_ENUM("mode", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct dp_yaml_shedding, mode,
                     mode_names, CYAML_ARRAY_LEN(mode_names)),
    CYAML_FIELD_MAPPING("busy", CYAML_FLAG_OPTIONAL, struct dp_yaml_shedding, busy, mark_fields),
    CYAML_FIELD_MAPPING("rings", CYAML_FLAG_OPTIONAL, struct dp_yaml_shedding, rings, mark_fields),
    NUMBER_FIELD("share", struct dp_yaml_shedding, share),
    NUMBER_FIELD("raise-ms", struct dp_yaml_shedding, raise_ms),
    NUMBER_FIELD("lower-ms", struct dp_yaml_shedding, lower_ms),
    NUMBER_FIELD("retry-after-s", struct dp_yaml_shedding, retry_after_s),
    CYAML_FIELD_END,
};

/* ---- from there into the configuration ---- */

static int number_apply(const char *key, const uint32_t *given, uint32_t max, uint32_t *into,
                        struct dp_limits_fault *fault)
{
        if (given == NULL)
                return 0;
        *into = *given;
        if (*given >= 1 && *given <= max)
                return 0;
        snprintf(fault->keys, sizeof(fault->keys), "shedding.%s", key);
        snprintf(fault->text, sizeof(fault->text), "%s is %u, not within 1..%u", key, *given, max);
        return -EINVAL;
}

static int mark_apply(const char *key, const struct dp_yaml_mark *y, struct dp_mark *into,
                      struct dp_limits_fault *fault)
{
        uint32_t high = into->high, low = into->low;
        char path[32];

        snprintf(path, sizeof(path), "%s.high", key);
        if (number_apply(path, y->high, 100, &high, fault) != 0)
                return -EINVAL;
        snprintf(path, sizeof(path), "%s.low", key);
        if (number_apply(path, y->low, 99, &low, fault) != 0)
                return -EINVAL;
        *into = (struct dp_mark){(uint8_t)high, (uint8_t)low};
        if (low < high)
                return 0;
        snprintf(fault->keys, sizeof(fault->keys), "shedding.%s", key);
        snprintf(fault->text, sizeof(fault->text), "low is %u, not below high, which is %u", low,
                 high);
        return -EINVAL;
}

int dp_shedding_config_apply(struct dp_shedding_config *c, const struct dp_yaml_shedding *y,
                             struct dp_limits_fault *fault)
{
        uint32_t share = c->load.share;

        if (y == NULL)
                return 0;
        c->mode = y->mode != 0 ? y->mode : c->mode;
        if (mark_apply("busy", &y->busy, &c->load.busy, fault) != 0 ||
            mark_apply("rings", &y->rings, &c->load.depth, fault) != 0 ||
            number_apply("share", y->share, 100, &share, fault) != 0 ||
            number_apply("raise-ms", y->raise_ms, 10000, &c->load.raise_ms, fault) != 0 ||
            number_apply("lower-ms", y->lower_ms, 600000, &c->load.lower_ms, fault) != 0 ||
            number_apply("retry-after-s", y->retry_after_s, 3600, &c->retry_after_s, fault) != 0)
                return -EINVAL;
        c->load.share = (uint8_t)share;
        return 0;
}
