/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict.h - the one way to end a packet: set once, with exactly one named reason.
 */
#ifndef SLUICE_DATAPLANE_VERDICT_H
#define SLUICE_DATAPLANE_VERDICT_H

#include <rte_debug.h>

#include "dataplane/burst.h"

/* A second verdict for one packet is a bug of ours, not of the input: stop at once. */
static inline void dp_verdict_set(struct dp_pkt *p, enum shm_action action, enum shm_reason reason)
{
        if (p->action != SHM_ACTION_NONE)
                rte_panic("second verdict %u for a packet that has %u\n", (unsigned)reason,
                          p->reason);
        p->action = (uint8_t)action;
        p->reason = (uint16_t)reason;
}

static inline void dp_verdict_drop(struct dp_pkt *p, enum shm_reason reason)
{
        dp_verdict_set(p, SHM_ACTION_DROP, reason);
}

static inline void dp_verdict_pass(struct dp_pkt *p, enum shm_reason reason)
{
        dp_verdict_set(p, SHM_ACTION_PASS, reason);
}

/* What was decided can not be done: the packet is dropped for this reason instead. For the stages
 * that carry a verdict out (act, tx) and for nobody else. */
static inline void dp_verdict_fail(struct dp_pkt *p, enum shm_reason reason)
{
        p->action = SHM_ACTION_DROP;
        p->reason = (uint16_t)reason;
}

/* The same, and the sender is told: the request is rejected with a SIP status. For act alone. */
static inline void dp_verdict_answer(struct dp_pkt *p, enum shm_reason reason, uint16_t code)
{
        p->action = SHM_ACTION_REJECT;
        p->reason = (uint16_t)reason;
        p->code = code;
}

#endif
