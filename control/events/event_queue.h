/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_queue.h - event lines on their way from the event thread to those who follow them.
 *
 * Bounded: what does not fit is counted, never waited for. One thread puts, one takes; nothing is
 * kept while nobody follows.
 */
#ifndef SLUICE_CONTROL_EVENTS_EVENT_QUEUE_H
#define SLUICE_CONTROL_EVENTS_EVENT_QUEUE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CP_EVENT_QUEUE_BYTES (2u << 20)

struct cp_event_queue {
        pthread_mutex_t lock;
        _Atomic bool wanted; /* someone follows */
        char *in;            /* filled by the event thread */
        char *out;           /* being read by the taker */
        size_t in_len;
        uint64_t lost;           /* lines, since last taken */
        void (*wake)(void *arg); /* called by the event thread when the queue stops being empty */
        void *wake_arg;
};

/* 0 or -ENOMEM. */
int cp_event_queue_init(struct cp_event_queue *q);
void cp_event_queue_fini(struct cp_event_queue *q);
/* line without its newline. `drop`: the verdict was to drop or reject. */
void cp_event_queue_put(struct cp_event_queue *q, const char *line, size_t len, bool drop);

/* Take everything: calls `visit` for each line in order; returns how many lines were lost before.
 */
uint64_t cp_event_queue_take(struct cp_event_queue *q,
                             void (*visit)(void *arg, const char *line, size_t len, bool drop),
                             void *arg);

#endif
