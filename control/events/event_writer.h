/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_writer.h - takes event records out of the rings and gives them to file, log and followers.
 *
 * Owned by the event thread. Counters may be read by any thread.
 */
#ifndef SLUICE_CONTROL_EVENTS_EVENT_WRITER_H
#define SLUICE_CONTROL_EVENTS_EVENT_WRITER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "control/api/eve.h"
#include "control/api/eve_file.h"
#include "control/api/eve_counts.h"
#include "control/detect/detect.h"
#include "control/events/event_queue.h"
#include "control/bans/rule_bans.h"
#include "control/rule_meter.h"
#include "control/top.h"
#include "control/events/verdict_log.h"

struct cp_link;

struct cp_event_writer {
        struct cp_eve_file file;
        struct cp_verdict_log *log;   /* owned */
        struct cp_event_queue *queue; /* borrowed */
        struct cp_detect *detect;     /* borrowed; NULL: nothing is looked for */
        _Atomic uint64_t events;      /* records written */
        _Atomic uint64_t malformed;   /* records that failed their check */
        _Atomic uint64_t lost;        /* lines that the file did not take */
        struct cp_eve eve;
        struct cp_eve_counts counts;
        bool counts_begun;
        struct cp_rulebook *rules[2];  /* in force, and before: an event may be older than a swap */
        struct cp_rule_bans rule_bans; /* owner: behind the event gate */
        struct cp_rule_meter rule_meter;
        struct cp_top top; /* other threads: behind the event gate */
        uint8_t rec[sizeof(struct shm_event) + SHM_MSG_BYTES_MAX];
};

/* eve_path "" = no file. NULL when memory is short. A file that can not be opened is told in the
 * log, and tried again at a reopen. */
struct cp_event_writer *cp_event_writer_create(const char *eve_path, uint32_t why_entries,
                                               struct cp_event_queue *queue);
void cp_event_writer_destroy(struct cp_event_writer *w);

/* Up to `budget` records of each worker of a link. Returns how many. */
unsigned cp_event_writer_run(struct cp_event_writer *w, struct cp_link *link, unsigned budget);
/* cp_detect_tell of a writer: an alert to file and followers. */
void cp_event_writer_alert(void *writer, const struct cp_alert *alert, enum cp_alert_news news);
/* The counters of all dataplanes, for the line of classes: once a second, and before that as soon
 * as there is a dataplane, since the first call only says from where on is counted. */
void cp_event_writer_counts(struct cp_event_writer *w, const struct shm_counters *total,
                            uint64_t now_ns);
bool cp_event_writer_counts_begun(const struct cp_event_writer *w);
/* Owner, behind the event gate: the rules that events name, those in force and those before;
 * borrowed, NULL: none. */
void cp_event_writer_set_rules(struct cp_event_writer *w, struct cp_rulebook *now,
                               struct cp_rulebook *before);
/* After the links of a turn: hand lines to the kernel, tell failures once. */
void cp_event_writer_flush(struct cp_event_writer *w);

#endif
