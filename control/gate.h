/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate.h - keeps a busy thread out while the owner changes what it works on.
 *
 * A mutex that is not fair would let a spinning thread, which takes it again at once, starve the
 * owner; here the busy thread steps back as long as the owner waits.
 */
#ifndef SLUICE_CONTROL_GATE_H
#define SLUICE_CONTROL_GATE_H

#include <pthread.h>
#include <stdatomic.h>

struct cp_gate {
        pthread_mutex_t mutex;
        _Atomic unsigned waiting; /* owners */
};

void cp_gate_init(struct cp_gate *g);
void cp_gate_fini(struct cp_gate *g);
/* The busy thread, round its work. */
void cp_gate_enter(struct cp_gate *g);
void cp_gate_leave(struct cp_gate *g);
/* The owner, round its change. */
void cp_gate_close(struct cp_gate *g);
void cp_gate_open(struct cp_gate *g);

#endif
