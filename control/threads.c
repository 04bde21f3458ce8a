/* SPDX-License-Identifier: Apache-2.0 */
#include "control/threads.h"

#include <signal.h>
#include <sys/prctl.h>

#include "control/idle.h"

#define TIMER_SLACK_NS 1ul /* else the kernel adds 50 us to every short sleep */

static void *decider(void *arg)
{
        struct cp_threads *t = arg;
        struct cp_idler idler = {.mode = t->idle};

        (void)prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0ul, 0ul, 0ul);
        (void)prctl(PR_SET_NAME, "decider");
        while (!atomic_load_explicit(&t->stop, memory_order_relaxed))
                cp_idler_turn(&idler, cp_engine_decide(t->engine) != 0);
        return NULL;
}

static void *events(void *arg)
{
        struct cp_threads *t = arg;
        struct cp_idler idler = {.mode = CP_IDLE_SLEEP};

        (void)prctl(PR_SET_NAME, "events");
        while (!atomic_load_explicit(&t->stop, memory_order_relaxed))
                cp_idler_turn(&idler, cp_engine_events(t->engine) != 0);
        return NULL;
}

int cp_threads_start(struct cp_threads *t, struct cp_engine *e, enum cp_idle idle)
{
        sigset_t all;
        sigset_t before;
        int rc;

        t->engine = e;
        t->idle = idle;
        atomic_init(&t->stop, false);
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        rc = pthread_create(&t->decider, NULL, decider, t);
        if (rc == 0) {
                rc = pthread_create(&t->events, NULL, events, t);
                if (rc != 0) {
                        atomic_store(&t->stop, true);
                        pthread_join(t->decider, NULL);
                }
        }
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        return -rc;
}

void cp_threads_stop(struct cp_threads *t)
{
        atomic_store(&t->stop, true);
        pthread_join(t->decider, NULL);
        pthread_join(t->events, NULL);
}
