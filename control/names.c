/* SPDX-License-Identifier: Apache-2.0 */
#include "control/names.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

enum state {
        IDLE = 0,
        ASKED,
        ANSWERED,
};

struct cp_names {
        cp_name_lookup *lookup;
        pthread_mutex_t mutex;
        pthread_cond_t wake;
        enum state state;
        bool closed;
        unsigned users; /* owner and thread: who goes last frees */
        struct cp_name *list;
        uint32_t cnt;
};

/* Unlocks. */
static void leave(struct cp_names *n)
{
        bool last = --n->users == 0;

        pthread_mutex_unlock(&n->mutex);
        if (!last)
                return;
        pthread_cond_destroy(&n->wake);
        pthread_mutex_destroy(&n->mutex);
        free(n->list);
        free(n);
}

static void *run(void *arg)
{
        struct cp_names *n = arg;

        pthread_mutex_lock(&n->mutex);
        while (!n->closed) {
                if (n->state != ASKED) {
                        pthread_cond_wait(&n->wake, &n->mutex);
                        continue;
                }
                for (uint32_t i = 0; i < n->cnt && !n->closed; i++) {
                        struct cp_name *name = &n->list[i];

                        pthread_mutex_unlock(&n->mutex);
                        name->error = n->lookup(name->host, &name->found);
                        pthread_mutex_lock(&n->mutex);
                }
                n->state = ANSWERED;
        }
        leave(n);
        return NULL;
}

static int start(struct cp_names *n)
{
        pthread_attr_t attr;
        sigset_t all, before;
        pthread_t thread;
        int rc;

        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        pthread_attr_init(&attr);
        pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
        rc = pthread_create(&thread, &attr, run, n);
        pthread_attr_destroy(&attr);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        return rc;
}

struct cp_names *cp_names_create(cp_name_lookup *lookup)
{
        struct cp_names *n = calloc(1, sizeof(*n));

        if (n == NULL)
                return NULL;
        n->lookup = lookup;
        n->users = 2;
        pthread_mutex_init(&n->mutex, NULL);
        pthread_cond_init(&n->wake, NULL);
        if (start(n) == 0)
                return n;
        n->users = 1;
        pthread_mutex_lock(&n->mutex);
        leave(n);
        return NULL;
}

void cp_names_destroy(struct cp_names *n)
{
        if (n == NULL)
                return;
        pthread_mutex_lock(&n->mutex);
        n->closed = true;
        pthread_cond_broadcast(&n->wake);
        leave(n);
}

bool cp_names_ask(struct cp_names *n, struct cp_name *list, uint32_t cnt)
{
        bool idle;

        pthread_mutex_lock(&n->mutex);
        idle = n->state == IDLE;
        if (idle) {
                n->list = list;
                n->cnt = cnt;
                n->state = ASKED;
                pthread_cond_broadcast(&n->wake);
        }
        pthread_mutex_unlock(&n->mutex);
        return idle;
}

struct cp_name *cp_names_take(struct cp_names *n, uint32_t *cnt)
{
        struct cp_name *list = NULL;

        pthread_mutex_lock(&n->mutex);
        if (n->state == ANSWERED) {
                list = n->list;
                *cnt = n->cnt;
                n->list = NULL;
                n->state = IDLE;
        }
        pthread_mutex_unlock(&n->mutex);
        return list;
}
