/* SPDX-License-Identifier: Apache-2.0 */
#include "control/config/config_detect.h"

#include <errno.h>
#include <stdio.h>

#include "control/bans/bans.h"
#include "control/contract/shm_msg.h"

#define OPT      (CYAML_FLAG_OPTIONAL)
#define OPT_PTR  (CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER)
#define OPT_WORD (CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT)

static const cyaml_strval_t mode_words[] = {
    {"off", CP_DETECT_OFF},
    {"monitor", CP_DETECT_MONITOR},
    {"enforce", CP_DETECT_ENFORCE},
};

static const cyaml_strval_t detect_action_words[] = {
    {"alert", CP_DETECT_ALERT},
    {"limit", CP_DETECT_LIMIT},
    {"ban", CP_DETECT_BAN},
};

static const cyaml_schema_field_t rule_fields[] = {
    CYAML_FIELD_ENUM("mode", OPT_WORD, struct cp_raw_detection, mode, mode_words,
                     CYAML_ARRAY_LEN(mode_words)),
    CYAML_FIELD_UINT_PTR("threshold", OPT_PTR, struct cp_raw_detection, threshold),
    CYAML_FIELD_UINT_PTR("window-s", OPT_PTR, struct cp_raw_detection, window_s),
    CYAML_FIELD_ENUM("action", OPT_WORD, struct cp_raw_detection, action, detect_action_words,
                     CYAML_ARRAY_LEN(detect_action_words)),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t bans_fields[] = {
    CYAML_FIELD_UINT_PTR("ttl-s", OPT_PTR, struct cp_raw_detect_bans, ttl_s),
    CYAML_FIELD_UINT_PTR("ttl-max-s", OPT_PTR, struct cp_raw_detect_bans, ttl_max_s),
    CYAML_FIELD_UINT_PTR("budget-percent", OPT_PTR, struct cp_raw_detect_bans, budget_percent),
    CYAML_FIELD_UINT_PTR("limit-per-minute", OPT_PTR, struct cp_raw_detect_bans, limit_per_minute),
    CYAML_FIELD_END,
};

const cyaml_schema_field_t cp_config_detect_fields[] = {
    CYAML_FIELD_UINT_PTR("entries", OPT_PTR, struct cp_raw_detections, entries),
    CYAML_FIELD_MAPPING_PTR("bans", OPT_PTR, struct cp_raw_detections, bans, bans_fields),
#define CP_DETECTION(num, ID, name, ...) \
        CYAML_FIELD_MAPPING_PTR(name, OPT_PTR, struct cp_raw_detections, ID, rule_fields),
#include "control/detect/detections.def"
#undef CP_DETECTION
    CYAML_FIELD_END,
};

static void fill_number(uint32_t *to, const uint32_t *from)
{
        if (from != NULL)
                *to = *from;
}

static void fill_rule(struct cp_detect_rule *r, const struct cp_raw_detection *raw)
{
        if (raw == NULL)
                return;
        fill_number(&r->threshold, raw->threshold);
        fill_number(&r->window_s, raw->window_s);
        if (raw->mode != 0)
                r->mode = raw->mode;
        if (raw->action != 0)
                r->action = raw->action;
}

void cp_config_detect_fill(struct cp_detect_config *c, const struct cp_raw_detections *raw)
{
        cp_detect_config_default(c);
        if (raw == NULL)
                return;
        fill_number(&c->entries, raw->entries);
        if (raw->bans != NULL) {
                fill_number(&c->bans.ttl_s, raw->bans->ttl_s);
                fill_number(&c->bans.ttl_max_s, raw->bans->ttl_max_s);
                fill_number(&c->bans.budget_percent, raw->bans->budget_percent);
                fill_number(&c->bans.limit_rate, raw->bans->limit_per_minute);
        }
#define CP_DETECTION(num, ID, ...) fill_rule(&c->rule[num], raw->ID);
#include "control/detect/detections.def"
#undef CP_DETECTION
}

struct check {
        struct cp_yaml *yaml;
        struct cp_config_error *err;
};

static int within(struct check *ck, const char *path, uint32_t value, uint32_t min, uint32_t max)
{
        if (value >= min && value <= max)
                return 0;
        (void)cp_yaml_find(ck->yaml, path, &ck->err->line, &ck->err->column);
        snprintf(ck->err->text, sizeof(ck->err->text), "must be %u to %u, not %u", min, max, value);
        return -EINVAL;
}

static int check_action(struct check *ck, const char *path, enum cp_detection d, uint8_t action)
{
        if (action == CP_DETECT_ALERT || cp_detection_key(d) == CP_KEY_SOURCE)
                return 0;
        (void)cp_yaml_find(ck->yaml, path, &ck->err->line, &ck->err->column);
        snprintf(ck->err->text, sizeof(ck->err->text),
                 "%s is not about one source: its action can only be alert", cp_detection_name(d));
        return -EINVAL;
}

static int check_rule(struct check *ck, enum cp_detection d, const struct cp_detect_rule *r)
{
        char path[96];
        int rc;

        snprintf(path, sizeof(path), "detections/%s/threshold", cp_detection_name(d));
        rc = within(ck, path, r->threshold, 1, cp_detection_threshold_max(d));
        if (rc != 0)
                return rc;
        snprintf(path, sizeof(path), "detections/%s/window-s", cp_detection_name(d));
        rc = within(ck, path, r->window_s, CP_DETECT_WINDOW_S_MIN, CP_DETECT_WINDOW_S_MAX);
        if (rc != 0)
                return rc;
        snprintf(path, sizeof(path), "detections/%s/action", cp_detection_name(d));
        return check_action(ck, path, d, r->action);
}

int cp_config_detect_check(const struct cp_detect_config *c, struct cp_yaml *yaml,
                           struct cp_config_error *err)
{
        struct check ck = {.yaml = yaml, .err = err};
        int rc = within(&ck, "detections/entries", c->entries, CP_DETECT_ENTRIES_MIN,
                        CP_DETECT_ENTRIES_MAX);

        if (rc == 0)
                rc = within(&ck, "detections/bans/ttl-s", c->bans.ttl_s, 1, CP_BAN_TTL_S_MAX);
        if (rc == 0)
                rc = within(&ck, "detections/bans/ttl-max-s", c->bans.ttl_max_s, c->bans.ttl_s,
                            CP_BAN_TTL_S_MAX);
        if (rc == 0)
                rc = within(&ck, "detections/bans/budget-percent", c->bans.budget_percent, 0, 100);
        if (rc == 0)
                rc = within(&ck, "detections/bans/limit-per-minute", c->bans.limit_rate, 1,
                            SHM_LIMIT_RATE_MAX);
        for (unsigned d = 1; d < CP_DETECTION_CNT && rc == 0; d++)
                rc = check_rule(&ck, (enum cp_detection)d, &c->rule[d]);
        return rc;
}
