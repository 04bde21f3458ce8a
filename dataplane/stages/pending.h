/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pending.h - the messages of one worker that wait for control's answer.
 *
 * Fixed slots. An id is slot and generation, so a late, repeated or invented answer finds nothing.
 * Every message waits for the same time, so arrival order is deadline order: one list, oldest
 * first. One thread.
 *
 * A message waits twice: in the queue of its class until control is asked, then for the answer.
 * Slots and turns are shared out by class (shares.h). How many questions may be open at once is
 * found by trying: one more after so many answers in time, a quarter less when one is late. So the
 * queue in front of control stays short, however slow it is, and what waits, waits here, where a
 * class can not stand in the way of another. A queue whose head has waited long gets no shorter by
 * patience: then the youngest is asked about, which can still be answered in time, and the old ones
 * meet their deadline.
 */
#ifndef SLUICE_DATAPLANE_STAGES_PENDING_H
#define SLUICE_DATAPLANE_STAGES_PENDING_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/burst.h"

struct dp_pending_slot {
        struct dp_pkt pkt;
        uint64_t held_ns;     /* the worker's clock when it was held */
        uint64_t asked_ns;    /* and when control was asked, 0 = not yet */
        uint64_t incarnation; /* of the control that is asked */
        uint32_t generation;  /* odd while the slot is taken */
        uint32_t next;        /* younger message, or the next free slot */
        uint32_t prev;        /* older message */
        uint32_t queue_next;  /* younger message of its class, while it is not asked about */
        uint32_t queue_prev;  /* older one */
};

/* Messages of one class that control has not been asked about. */
struct dp_pending_queue {
        uint32_t head;
        uint32_t tail;
        uint32_t held_cnt; /* slots of the class, those that wait for an answer included */
        uint64_t start;    /* its next question, in virtual time */
};

struct dp_pending {
        struct dp_pending_slot *slots;
        uint32_t slot_cnt;
        uint32_t held_cnt;
        uint32_t free_head;
        uint32_t oldest;
        uint32_t youngest;
        uint32_t open_cnt; /* asked, and not answered */
        uint32_t lost_cnt; /* asked and given up, but perhaps still in front of control */
        uint64_t lost_ns;  /* when the newest of these was asked about */
        uint32_t open_max; /* DP_PENDING_OPEN_MIN..DP_PENDING_OPEN_MAX */
        uint32_t in_time;  /* answers in time since it was changed */
        uint64_t late_ns;  /* an answer that takes longer is late: a quarter of the deadline */
        uint64_t cut_ns;   /* when open_max was last cut */
        uint32_t chosen;   /* what dp_pending_next() gave */
        uint64_t time;     /* virtual: the start of the newest question */
        struct dp_pending_queue queue[SHM_CLASS_CNT];
};

/* Enough for a control that answers within some ms; and so few that one which answers 100 a second
 * still does so within a quarter of the deadline's default. */
#define DP_PENDING_OPEN_MIN   4u
#define DP_PENDING_OPEN_START 32u
#define DP_PENDING_OPEN_MAX   1024u

/* Start-up. 0 or -ENOMEM. */
int dp_pending_init(struct dp_pending *t, uint32_t slot_cnt, uint64_t deadline_ns, int socket_id);
void dp_pending_fini(struct dp_pending *t);

/* Whether a message of this class gets a slot: one of its class, or of those for all. */
bool dp_pending_has_room(const struct dp_pending *t, uint8_t cls);
/* Take the packet over, and queue it. Only after dp_pending_has_room() said so. */
void dp_pending_hold(struct dp_pending *t, const struct dp_pkt *p, uint64_t now_ns,
                     uint64_t incarnation);

/* The message to ask about next, and its id; NULL when there is none, or enough are open. */
const struct dp_pending_slot *dp_pending_next(struct dp_pending *t, uint64_t now_ns, uint64_t *id);
/* Control has been asked about what dp_pending_next() gave. */
void dp_pending_asked(struct dp_pending *t, uint64_t now_ns);

/* Give a message back by its id, control having answered. False when the id is not (or no longer)
 * held, or nobody has asked about it. */
bool dp_pending_take(struct dp_pending *t, uint64_t id, uint64_t now_ns, struct dp_pkt *out);
/* The oldest message, or NULL; dp_pending_take_oldest() gives it back. */
const struct dp_pending_slot *dp_pending_oldest(const struct dp_pending *t);
void dp_pending_take_oldest(struct dp_pending *t, uint64_t now_ns, struct dp_pkt *out);

#endif
