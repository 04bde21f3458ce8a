/* SPDX-License-Identifier: Apache-2.0 */
#include "control/detect/detection.h"

#include <string.h>

#define DEFAULT_ENTRIES        65536u
#define DEFAULT_TTL_S          600u
#define DEFAULT_TTL_MAX_S      86400u
#define DEFAULT_BUDGET_PERCENT 5u
#define DEFAULT_LIMIT_RATE     6u

static const struct row {
        const char *name;
        const char *text;
        struct cp_detect_rule rule;
        uint8_t key;
        uint8_t measure;
        uint8_t severity;
} rows[CP_DETECTION_CNT] = {
#define CP_DETECTION(num, ID, name_, key_, measure_, threshold_, window_, mode_, action_,   \
                     severity_, text_)                                                      \
        [num] = {.name = (name_),                                                           \
                 .text = (text_),                                                           \
                 .rule = {(threshold_), (window_), CP_DETECT_##mode_, CP_DETECT_##action_}, \
                 .key = CP_KEY_##key_,                                                      \
                 .measure = CP_MEASURE_##measure_,                                          \
                 .severity = (severity_)},
#include "control/detect/detections.def"
#undef CP_DETECTION
};

void cp_detect_config_default(struct cp_detect_config *c)
{
        memset(c, 0, sizeof(*c));
        c->entries = DEFAULT_ENTRIES;
        c->bans = (struct cp_detect_bans){DEFAULT_TTL_S, DEFAULT_TTL_MAX_S, DEFAULT_BUDGET_PERCENT,
                                          DEFAULT_LIMIT_RATE};
        for (unsigned d = 1; d < CP_DETECTION_CNT; d++)
                c->rule[d] = rows[d].rule;
}

const char *cp_detection_name(enum cp_detection d)
{
        return rows[d].name;
}

const char *cp_detection_text(enum cp_detection d)
{
        return rows[d].text;
}

enum cp_detect_key_kind cp_detection_key(enum cp_detection d)
{
        return (enum cp_detect_key_kind)rows[d].key;
}

enum cp_measure cp_detection_measure(enum cp_detection d)
{
        return (enum cp_measure)rows[d].measure;
}

uint8_t cp_detection_severity(enum cp_detection d)
{
        return rows[d].severity;
}

uint32_t cp_detection_threshold_max(enum cp_detection d)
{
        switch (rows[d].measure) {
        case CP_MEASURE_DISTINCT:
        case CP_MEASURE_OPEN:
        case CP_MEASURE_OPEN_AGED:
                return CP_SKETCH_DISTINCT_MAX;
        case CP_MEASURE_RUN:
                return CP_SKETCH_RUN_MAX;
        default:
                return CP_DETECT_THRESHOLD_MAX;
        }
}

const char *cp_detect_mode_name(unsigned mode)
{
        static const char *const names[] = {"", "off", "monitor", "enforce"};

        return mode < sizeof(names) / sizeof(names[0]) ? names[mode] : "";
}

const char *cp_detect_action_name(unsigned action)
{
        static const char *const names[] = {"", "alert", "limit", "ban"};

        return action < sizeof(names) / sizeof(names[0]) ? names[action] : "";
}

const char *cp_detect_key_name(unsigned kind)
{
        static const char *const names[] = {"source", "aor", "call", "inside", "all"};

        return kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "";
}
