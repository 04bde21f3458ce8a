/* SPDX-License-Identifier: Apache-2.0 */
#include "control/gate.h"

#include <sched.h>

void cp_gate_init(struct cp_gate *g)
{
        pthread_mutex_init(&g->mutex, NULL);
        atomic_init(&g->waiting, 0);
}

void cp_gate_fini(struct cp_gate *g)
{
        pthread_mutex_destroy(&g->mutex);
}

void cp_gate_enter(struct cp_gate *g)
{
        while (atomic_load_explicit(&g->waiting, memory_order_relaxed) != 0)
                sched_yield();
        pthread_mutex_lock(&g->mutex);
}

void cp_gate_leave(struct cp_gate *g)
{
        pthread_mutex_unlock(&g->mutex);
}

void cp_gate_close(struct cp_gate *g)
{
        atomic_fetch_add(&g->waiting, 1);
        pthread_mutex_lock(&g->mutex);
        atomic_fetch_sub(&g->waiting, 1);
}

void cp_gate_open(struct cp_gate *g)
{
        pthread_mutex_unlock(&g->mutex);
}
