/* SPDX-License-Identifier: Apache-2.0 */
/*
 * detection.h - the detections by number and name, and what the operator may say of each.
 */
#ifndef SLUICE_CONTROL_DETECT_DETECTION_H
#define SLUICE_CONTROL_DETECT_DETECTION_H

#include <stdint.h>

#include "control/detect/sketch.h"

enum cp_detection {
        CP_DETECTION_NONE = 0,
#define CP_DETECTION(num, ID, ...) CP_DETECTION_##ID = (num),
#include "control/detect/detections.def"
#undef CP_DETECTION
        CP_DETECTION_CNT,
};

/* What an entry is about. */
enum cp_detect_key_kind {
        CP_KEY_SOURCE = 0,
        CP_KEY_AOR,
        CP_KEY_CALL,
        CP_KEY_INSIDE,
        CP_KEY_ALL,
};

/* 0 is "not given" while a file is read. */
enum cp_detect_mode {
        CP_DETECT_OFF = 1,
        CP_DETECT_MONITOR,
        CP_DETECT_ENFORCE,
};

enum cp_detect_action {
        CP_DETECT_ALERT = 1,
        CP_DETECT_LIMIT,
        CP_DETECT_BAN,
};

struct cp_detect_rule {
        uint32_t threshold; /* 1.. */
        uint32_t window_s;  /* 4..86400 */
        uint8_t mode;       /* enum cp_detect_mode */
        uint8_t action;     /* enum cp_detect_action */
};

struct cp_detect_bans {
        uint32_t ttl_s;          /* of a first ban; each further one of the prefix doubles it */
        uint32_t ttl_max_s;      /* up to this */
        uint32_t budget_percent; /* of the recently proven sources, a minute: 0..100 */
        uint32_t limit_rate;     /* action limit: new requests a minute, 1..SHM_LIMIT_RATE_MAX */
};

struct cp_detect_config {
        uint32_t entries; /* keys that are counted at once, all detections together */
        struct cp_detect_bans bans;
        struct cp_detect_rule rule[CP_DETECTION_CNT];
};

#define CP_DETECT_WINDOW_S_MIN  CP_SKETCH_SLOTS
#define CP_DETECT_WINDOW_S_MAX  86400u
#define CP_DETECT_ENTRIES_MIN   1024u
#define CP_DETECT_ENTRIES_MAX   (1u << 22)
#define CP_DETECT_THRESHOLD_MAX 1000000000u

/* What detections.def says; all else in place. */
void cp_detect_config_default(struct cp_detect_config *c);

/* Of a number 1..CP_DETECTION_CNT - 1. */
const char *cp_detection_name(enum cp_detection d);
const char *cp_detection_text(enum cp_detection d);
enum cp_detect_key_kind cp_detection_key(enum cp_detection d);
enum cp_measure cp_detection_measure(enum cp_detection d);
/* 1 (high) to 3. */
uint8_t cp_detection_severity(enum cp_detection d);
/* The highest threshold that its measure can reach. */
uint32_t cp_detection_threshold_max(enum cp_detection d);

const char *cp_detect_mode_name(unsigned mode);
const char *cp_detect_action_name(unsigned action);
const char *cp_detect_key_name(unsigned kind);

#endif
