/* SPDX-License-Identifier: Apache-2.0 */
/*
 * detect_world.h - sources, servers and a clock for tests of detections: SIP as text goes in as
 * events, and alerts are looked up by detection. One world a test.
 */
#ifndef SLUICE_TESTS_CONTROL_DETECT_WORLD_H
#define SLUICE_TESTS_CONTROL_DETECT_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "control/detect/detect.h"

#define MS UINT64_C(1000000)
#define S  UINT64_C(1000000000)

struct world {
        struct cp_detect *d;
        uint64_t now_ns;
        unsigned started[CP_DETECTION_CNT];
        unsigned stopped[CP_DETECTION_CNT];
        struct cp_alert last[CP_DETECTION_CNT]; /* as it was told last */
};

/* A message; what is not given is ordinary. */
struct said {
        const char *src;    /* address outside; NULL = 198.51.100.7 */
        uint16_t port;      /* 0 = 5060 */
        bool inside;        /* the inside says it, to src */
        const char *method; /* NULL = INVITE; of a response: CSeq's */
        unsigned status;    /* 0 = a request */
        const char *user;   /* of Request-URI and To; NULL = bob */
        const char *from;   /* NULL = alice */
        const char *call;   /* Call-ID; NULL = a new one */
        const char *branch; /* NULL = a new one */
        const char *agent;
        bool to_tag;
        bool credentials;
        uint8_t known; /* enum shm_known */
        uint8_t lane;
        uint16_t reason; /* 0 = passed */
        uint16_t code;   /* control answers it so itself, for that reason; 0 = it does not */
};

/* Every detection in this mode; thresholds as in detections.def. */
void world_make(struct world *w, enum cp_detect_mode mode);
void world_free(struct world *w);
void world_say(struct world *w, const struct said *s);
/* At another time than now_ns. */
void world_say_at(struct world *w, const struct said *s, uint64_t time_ns);
/* Let time pass, with a tick each second. */
void world_pass(struct world *w, unsigned seconds);
/* Alerts started so far; of all but `besides` (0 = of all). */
unsigned world_started(const struct world *w, enum cp_detection besides);

struct shm_ip world_ip(const char *text);
/* printf of one number; the last eight stay valid. */
const char *world_number(const char *fmt, unsigned n);
/* REGISTER, 401, REGISTER with credentials, 200: as phones log in. */
void world_log_in(struct world *w, const char *src, uint16_t port, const char *user);

/* What the last alert of a detection was about. */
void world_assert_source(const struct world *w, enum cp_detection d, const char *address);
void world_assert_text(const struct world *w, enum cp_detection d, const char *text);
/* Started once and nothing else with it; stops when it has been quiet for its window. */
void world_assert_one_alert(struct world *w, enum cp_detection d);

#endif
