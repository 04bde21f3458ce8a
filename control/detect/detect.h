/* SPDX-License-Identifier: Apache-2.0 */
/*
 * detect.h - finds attacks in the stream of events, and says when each begins and ends.
 *
 *   event + message --observe.h--> observation --marks.h--> marks --> table of sketches --> alerts
 *
 * An alert starts when the measure of a key reaches its threshold, and stops when it has fallen
 * below half of it. Memory is fixed when it is made. Events are lossy: a measure is then too low,
 * never too high, and those that could err the other way (OPEN: an end may be missed) start no
 * alert within a window of a loss. Time is that of the events, CLOCK_REALTIME.
 *
 * One thread at a time: the event thread, or the owner behind the event gate.
 */
#ifndef SLUICE_CONTROL_DETECT_DETECT_H
#define SLUICE_CONTROL_DETECT_DETECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_msg.h"
#include "control/contract/shm_stats.h"
#include "control/detect/avalanche.h"
#include "control/detect/sources.h"
#include "control/detect/table.h"
#include "parser/sip_msg.h"

#define CP_ALERTS_MAX     1024u /* active ones and the last of those that ended */
#define CP_ALERT_CALL_IDS 3u
#define CP_DETECT_HITS    4096u /* banned addresses whose packets are counted; one for each hash */

/* What became of a ban, or a limit, that an alert asked for. */
enum cp_alert_ban {
        CP_ALERT_BAN_NONE = 0, /* its action is none, or it has not been looked at */
        CP_ALERT_BAN_MONITOR,  /* its mode is monitor: it would have been asked for */
        CP_ALERT_BAN_UNPROVEN, /* the evidence could be forged by others: left to the limits */
        CP_ALERT_BAN_ASKED,    /* to be judged by the owner */
        CP_ALERT_BAN_WAITING,  /* over the ban budget */
        CP_ALERT_BAN_ALLOWED,  /* the allow list wins */
        CP_ALERT_BAN_SHARED,   /* others at the same address are logged in */
        CP_ALERT_BAN_DONE,
        CP_ALERT_BAN_CNT,
};
const char *cp_alert_ban_name(unsigned ban);

struct cp_alert {
        uint64_t number; /* 1.. of this run; 0 = free */
        uint64_t start_ns;
        uint64_t stop_ns;  /* 0 = active */
        uint64_t first_ns; /* first and last mark */
        uint64_t last_ns;
        uint32_t entry; /* its place in the table, while active */
        uint32_t value; /* of the measure */
        uint32_t peak;
        uint32_t marks;
        uint32_t proven; /* of the window's marks: those that prove their source */
        uint64_t ports;
        uint16_t port; /* of the first mark */
        bool many_ports;
        struct shm_ip ip; /* SOURCE, INSIDE: the key; else of the last mark */
        struct shm_ip exact;
        struct cp_detect_rule rule; /* when it started */
        uint8_t detection;          /* enum cp_detection */
        bool several;
        uint8_t ban;      /* enum cp_alert_ban */
        uint8_t ban_told; /* the one that was told */
        struct cp_detect_text text;
        struct cp_detect_text call_id[CP_ALERT_CALL_IDS];
};

enum cp_alert_news {
        CP_ALERT_START = 0,
        CP_ALERT_UPDATE, /* another cp_alert_ban */
        CP_ALERT_STOP,
};

typedef void cp_detect_tell(void *arg, const struct cp_alert *alert, enum cp_alert_news news);

struct cp_detect_stats {
        uint64_t events;      /* looked at */
        uint64_t marks;       /* taken from them */
        uint64_t late;        /* marks older than their window */
        uint64_t started;     /* alerts */
        uint64_t alerts_lost; /* not started: CP_ALERTS_MAX are active */
};

/* An address that is banned, and still sends. */
struct cp_detect_hit {
        struct shm_ip ip;
        uint64_t packets;
        uint64_t last_ns;
};

struct cp_detect {
        struct cp_detect_config config;
        struct cp_detect_table table;
        struct cp_sources sources;
        struct cp_siphash_key key;
        struct cp_detect_stats stats;
        cp_detect_tell *tell; /* may be NULL */
        void *arg;
        struct cp_alert alerts[CP_ALERTS_MAX];
        struct cp_detect_hit hits[CP_DETECT_HITS];
        uint32_t active;
        uint64_t numbers;
        uint64_t loss_ns;  /* when events were last seen to be lost, 0 = never */
        uint64_t tick_ns;  /* last tick */
        uint64_t now_ns;   /* of the event or tick that is looked at */
        uint32_t sweep;    /* next entry to look at */
        bool avalanche_on; /* an alert of REGISTER_AVALANCHE is active */
        bool have_last;
        struct shm_counters last; /* of the tick before */
        struct cp_avalanche avalanche;
};

/* What a mark is about; the rest of its key is in the observation. */
struct cp_mark {
        enum cp_detection detection;
        const struct shm_ip *ip; /* SOURCE, INSIDE: the key. Others: where it came from */
        uint16_t port;
        const void *text; /* AOR, CALL, ALL: the key. SOURCE: more of the key, or none */
        size_t text_len;
        uint64_t item;   /* DISTINCT, OPEN: its hash; RUN: 0..99 */
        uint32_t weight; /* 1.. */
        bool proven;     /* by itself it proves its source */
        bool patient;    /* may be taken back soon: judged at the next sweep only */
        uint64_t time_ns;
        const void *call_id; /* example */
        size_t call_id_len;
};

/* NULL when memory is short. */
struct cp_detect *cp_detect_create(const struct cp_detect_config *config, cp_detect_tell *tell,
                                   void *arg);
void cp_detect_destroy(struct cp_detect *d);
/* Other thresholds; the size stays. */
void cp_detect_configure(struct cp_detect *d, const struct cp_detect_config *config);

/* An event that passed its check, and its message as sip_parse() left it. */
void cp_detect_event(struct cp_detect *d, const struct shm_event *ev, const struct sip_msg *msg);
/* About every second: the counters of all workers (NULL: none to be had); ends alerts, looks at
 * what has ripened. Calls sooner than 250 ms after the last do nothing. */
void cp_detect_tick(struct cp_detect *d, const struct shm_counters *total, uint64_t now_ns);
/* Packets that bans dropped of these addresses, as far as events tell. */
uint64_t cp_detect_hits(const struct cp_detect *d, const struct cp_prefix *prefix);
/* Forget every mark of these addresses, and end their alerts. */
void cp_detect_forgive(struct cp_detect *d, const struct cp_prefix *prefix, uint64_t now_ns);

/* What observers of the stream do (marks.c, tick.c). */
void cp_detect_mark(struct cp_detect *d, const struct cp_mark *m);
/* The same key: the item has ended (OPEN), or one mark is taken back (COUNT). */
void cp_detect_unmark(struct cp_detect *d, const struct cp_mark *m);
/* LEVEL of a detection about ALL. */
void cp_detect_level(struct cp_detect *d, enum cp_detection detection, uint32_t level,
                     uint64_t now_ns);

/* Parts of a tick: judge the next so many entries; look at the active alerts, and end them. */
void cp_detect_sweep(struct cp_detect *d, uint32_t entries, uint64_t now_ns);
void cp_detect_end(struct cp_detect *d, uint64_t now_ns);

/* Active alerts and the last ended ones in no order: start with *i = 0, until NULL. */
struct cp_alert *cp_detect_alert_next(struct cp_detect *d, uint32_t *i);

uint64_t cp_detect_hash(const struct cp_detect *d, const void *data, size_t len);
static inline uint32_t cp_detect_slot(const struct cp_detect *d, enum cp_detection detection,
                                      uint64_t time_ns)
{
        uint64_t slot_ns =
            (uint64_t)d->config.rule[detection].window_s * UINT64_C(1000000000) / CP_SKETCH_SLOTS;

        return (uint32_t)(time_ns / slot_ns);
}

#endif
