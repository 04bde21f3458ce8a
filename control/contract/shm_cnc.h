/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shm_cnc.h - "am I alive, and who am I": one per segment, written by that segment's writer.
 *
 *      BOOT --ready--> RUN          (a killed writer stays in RUN: its heartbeat ages and the
 *        \             /             socket hangs up)
 *         stop: HALT, error: FAIL   (from either; both are final)
 *
 * Single writer; any number of readers in any process. Readers treat every field as a claim.
 */
#ifndef SLUICE_CONTRACT_SHM_CNC_H
#define SLUICE_CONTRACT_SHM_CNC_H

#include <stdint.h>

#include "control/contract/shm_base.h"

enum shm_cnc_state {
        SHM_CNC_BOOT = 1,
        SHM_CNC_RUN = 2,
        SHM_CNC_HALT = 3,
        SHM_CNC_FAIL = 4,
};

struct shm_cnc {
        _Atomic uint64_t state;        /* enum shm_cnc_state */
        _Atomic uint64_t heartbeat_ns; /* CLOCK_MONOTONIC of the writer's last sign of life */
        _Atomic uint64_t incarnation;  /* counts attachments of control since the dataplane began */
        _Atomic uint64_t pid;
        _Atomic uint64_t generation; /* of the policy in force at the writer */
        uint64_t reserved[3];
};

/* A checked private copy. */
struct shm_cnc_view {
        enum shm_cnc_state state; /* SHM_CNC_FAIL when the word was none of the above */
        uint64_t heartbeat_ns;
        uint64_t incarnation;
        uint64_t pid;
        uint64_t generation;
};

/* Owner only. state = BOOT, heartbeat = now_ns. */
void shm_cnc_init(struct shm_cnc *c, uint64_t incarnation, uint64_t pid, uint64_t now_ns);
/* Owner only. Illegal transitions return -EINVAL and change nothing. */
int shm_cnc_set_state(struct shm_cnc *c, enum shm_cnc_state to);
void shm_cnc_beat(struct shm_cnc *c, uint64_t now_ns);
void shm_cnc_set_generation(struct shm_cnc *c, uint64_t generation);
/* Any side: each field read exactly once. */
void shm_cnc_read(const struct shm_cnc *c, struct shm_cnc_view *out);

#endif
