/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pending.h - the messages of one worker that wait for control's answer.
 *
 * Fixed slots. An id is slot and generation, so a late, repeated or invented answer finds nothing.
 * Every message waits for the same time, so arrival order is deadline order: one list, oldest
 * first. One thread.
 */
#ifndef SLUICE_DATAPLANE_STAGES_PENDING_H
#define SLUICE_DATAPLANE_STAGES_PENDING_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/burst.h"

struct dp_pending_slot {
        struct dp_pkt pkt;
        uint64_t held_ns;     /* the worker's clock when it was held */
        uint64_t incarnation; /* of the control that was asked */
        uint32_t generation;  /* odd while the slot is taken */
        uint32_t next;        /* younger message, or the next free slot */
        uint32_t prev;        /* older message */
};

struct dp_pending {
        struct dp_pending_slot *slots;
        uint32_t slot_cnt;
        uint32_t held_cnt;
        uint32_t free_head;
        uint32_t oldest;
        uint32_t youngest;
};

/* Start-up. 0 or -ENOMEM. */
int dp_pending_init(struct dp_pending *t, uint32_t slot_cnt, int socket_id);
void dp_pending_fini(struct dp_pending *t);

/* Slots that are free. */
static inline uint32_t dp_pending_free(const struct dp_pending *t)
{
        return t->slot_cnt - t->held_cnt;
}

/* The id that the next dp_pending_hold() will give; 0 when every slot is taken. */
uint64_t dp_pending_next_id(const struct dp_pending *t);
/* Take the packet over. Only after dp_pending_next_id() said there is a slot. */
void dp_pending_hold(struct dp_pending *t, const struct dp_pkt *p, uint64_t now_ns,
                     uint64_t incarnation);
/* Give a message back by its id. False when the id is not (or no longer) held. */
bool dp_pending_take(struct dp_pending *t, uint64_t id, uint64_t now_ns, struct dp_pkt *out);
/* The oldest message, or NULL; dp_pending_take_oldest() gives it back. */
const struct dp_pending_slot *dp_pending_oldest(const struct dp_pending *t);
void dp_pending_take_oldest(struct dp_pending *t, uint64_t now_ns, struct dp_pkt *out);

#endif
