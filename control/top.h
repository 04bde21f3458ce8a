/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top.h - who sends the most: sources, callers, callees and devices, of all messages or of one
 * purpose, over the last one to two windows. Fed with the messages that events tell of.
 */
#ifndef SLUICE_CONTROL_TOP_H
#define SLUICE_CONTROL_TOP_H

#include <stdint.h>

#include "control/contract/shm_msg.h"
#include "control/heavy.h"
#include "parser/sip_class.h"

enum cp_top_by {
        CP_TOP_SOURCE = 0, /* address, IPv6 as its /64 */
        CP_TOP_CALLER,     /* From, as user@host */
        CP_TOP_CALLEE,     /* Request-URI, as user@host */
        CP_TOP_DEVICE,     /* User-Agent or Server, the first 60 octets */
        CP_TOP_BY_CNT,
};

/* Pairs of key and purpose for each of these; a window of them takes some 0.5 MB. */
#define CP_TOP_KEYS     2048u
#define CP_TOP_WINDOW_S 60u

struct cp_top {
        struct cp_heavy *now[CP_TOP_BY_CNT];
        struct cp_heavy *before[CP_TOP_BY_CNT];
        uint64_t window_ns; /* when `now` began */
};

/* 0 or -ENOMEM; needs cp_top_fini() either way. */
int cp_top_init(struct cp_top *t);
void cp_top_fini(struct cp_top *t);
/* A message, as its event tells it. Responses count for source and device only. */
void cp_top_take(struct cp_top *t, const struct shm_event *ev, const struct sip_msg *m,
                 enum sip_purpose purpose);

struct cp_top_row {
        uint64_t count; /* messages; too high by at most `over` */
        uint64_t over;
        uint64_t dropped; /* of these, not passed on; may be too low */
        uint16_t key_len;
        char key[CP_HEAVY_KEY_BYTES];
};

/*
 * The first `max` rows, the highest count first. purpose SIP_PURPOSE_NONE: of all. Returns how many
 * there are.
 */
unsigned cp_top_list(const struct cp_top *t, enum cp_top_by by, enum sip_purpose purpose,
                     struct cp_top_row *rows, unsigned max);

/* "source", "caller", ...; NULL outside. */
const char *cp_top_by_name(unsigned by);

#endif
