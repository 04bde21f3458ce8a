/* SPDX-License-Identifier: Apache-2.0 */
/*
 * threads.h - the decider and the event thread: poll, and rest as the idle policy says.
 */
#ifndef SLUICE_CONTROL_THREADS_H
#define SLUICE_CONTROL_THREADS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "control/engine.h"

struct cp_threads {
        struct cp_engine *engine;
        enum cp_idle idle; /* of the decider; the event thread always sleeps */
        _Atomic bool stop;
        pthread_t decider;
        pthread_t events;
};

/* Signals stay with the caller's thread. 0 or a negative errno. */
int cp_threads_start(struct cp_threads *t, struct cp_engine *e, enum cp_idle idle);
void cp_threads_stop(struct cp_threads *t);

#endif
