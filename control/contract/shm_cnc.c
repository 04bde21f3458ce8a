/* SPDX-License-Identifier: Apache-2.0 */
#include "control/contract/shm_cnc.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "control/contract/shm_step.h"

void shm_cnc_init(struct shm_cnc *c, uint64_t incarnation, uint64_t pid, uint64_t now_ns)
{
        atomic_store_explicit(&c->incarnation, incarnation, memory_order_relaxed);
        atomic_store_explicit(&c->pid, pid, memory_order_relaxed);
        atomic_store_explicit(&c->generation, 0, memory_order_relaxed);
        atomic_store_explicit(&c->heartbeat_ns, now_ns, memory_order_relaxed);
        SHM_STEP("cnc init: filled, no state");
        /* Released last: who sees BOOT sees who is booting. */
        atomic_store_explicit(&c->state, SHM_CNC_BOOT, memory_order_release);
}

static bool legal(uint64_t from, enum shm_cnc_state to)
{
        switch (to) {
        case SHM_CNC_RUN:
                return from == SHM_CNC_BOOT;
        case SHM_CNC_HALT:
        case SHM_CNC_FAIL:
                return from == SHM_CNC_BOOT || from == SHM_CNC_RUN;
        case SHM_CNC_BOOT:
        default:
                return false;
        }
}

int shm_cnc_set_state(struct shm_cnc *c, enum shm_cnc_state to)
{
        if (!legal(atomic_load_explicit(&c->state, memory_order_relaxed), to))
                return -EINVAL;
        atomic_store_explicit(&c->state, to, memory_order_release);
        return 0;
}

void shm_cnc_beat(struct shm_cnc *c, uint64_t now_ns)
{
        atomic_store_explicit(&c->heartbeat_ns, now_ns, memory_order_release);
}

void shm_cnc_set_generation(struct shm_cnc *c, uint64_t generation)
{
        atomic_store_explicit(&c->generation, generation, memory_order_release);
}

void shm_cnc_read(const struct shm_cnc *c, struct shm_cnc_view *out)
{
        uint64_t state = atomic_load_explicit(&c->state, memory_order_acquire);

        out->heartbeat_ns = atomic_load_explicit(&c->heartbeat_ns, memory_order_acquire);
        out->incarnation = atomic_load_explicit(&c->incarnation, memory_order_relaxed);
        out->pid = atomic_load_explicit(&c->pid, memory_order_relaxed);
        out->generation = atomic_load_explicit(&c->generation, memory_order_acquire);
        if (state < SHM_CNC_BOOT || state > SHM_CNC_FAIL)
                state = SHM_CNC_FAIL;
        out->state = (enum shm_cnc_state)state;
}
