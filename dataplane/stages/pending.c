/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/pending.h"

#include <errno.h>

#include <rte_malloc.h>

#include "dataplane/shares.h"

#define NO_SLOT UINT32_MAX

/* Twice the deadline, in times of a late answer. */
#define LOST_LATES 8u

int dp_pending_init(struct dp_pending *t, uint32_t slot_cnt, uint64_t deadline_ns, int socket_id)
{
        *t = (struct dp_pending){
            .slot_cnt = slot_cnt,
            .oldest = NO_SLOT,
            .youngest = NO_SLOT,
            .open_max = DP_PENDING_OPEN_START,
            .late_ns = deadline_ns / 4,
        };
        for (unsigned cls = 0; cls < SHM_CLASS_CNT; cls++)
                t->queue[cls] = (struct dp_pending_queue){.head = NO_SLOT, .tail = NO_SLOT};
        t->slots = rte_zmalloc_socket("dp_pending", slot_cnt * sizeof(t->slots[0]),
                                      RTE_CACHE_LINE_SIZE, socket_id);
        if (t->slots == NULL)
                return -ENOMEM;
        for (uint32_t i = 0; i < slot_cnt; i++)
                t->slots[i].next = i + 1 < slot_cnt ? i + 1 : NO_SLOT;
        return 0;
}

void dp_pending_fini(struct dp_pending *t)
{
        rte_free(t->slots);
        t->slots = NULL;
}

/* Slot + 1 in the low half, so that 0 is never an id. */
static uint64_t id_make(uint32_t slot, uint32_t generation)
{
        return (uint64_t)generation << 32 | (slot + 1u);
}

bool dp_pending_has_room(const struct dp_pending *t, uint8_t cls)
{
        uint32_t free_cnt = t->slot_cnt - t->held_cnt;
        uint32_t kept = 0; /* for the other classes */

        if (free_cnt == 0 || t->queue[cls].held_cnt < dp_share_slots(cls, t->slot_cnt))
                return free_cnt != 0;
        for (uint8_t other = 0; other < SHM_CLASS_CNT; other++) {
                uint32_t own = dp_share_slots(other, t->slot_cnt);

                if (t->queue[other].held_cnt < own)
                        kept += own - t->queue[other].held_cnt;
        }
        return free_cnt > kept;
}

static void enqueue(struct dp_pending *t, uint32_t i)
{
        struct dp_pending_queue *q = &t->queue[t->slots[i].pkt.cls];

        t->slots[i].queue_next = NO_SLOT;
        t->slots[i].queue_prev = q->tail;
        if (q->tail != NO_SLOT) {
                t->slots[q->tail].queue_next = i;
        } else {
                q->head = i;
                if (q->start < t->time)
                        q->start = t->time; /* what it did not use before is gone */
        }
        q->tail = i;
}

static void dequeue(struct dp_pending *t, uint32_t i)
{
        const struct dp_pending_slot *s = &t->slots[i];
        struct dp_pending_queue *q = &t->queue[s->pkt.cls];

        if (s->queue_prev != NO_SLOT)
                t->slots[s->queue_prev].queue_next = s->queue_next;
        else
                q->head = s->queue_next;
        if (s->queue_next != NO_SLOT)
                t->slots[s->queue_next].queue_prev = s->queue_prev;
        else
                q->tail = s->queue_prev;
}

void dp_pending_hold(struct dp_pending *t, const struct dp_pkt *p, uint64_t now_ns,
                     uint64_t incarnation)
{
        uint32_t i = t->free_head;
        struct dp_pending_slot *s = &t->slots[i];

        t->free_head = s->next;
        s->pkt = *p;
        s->held_ns = now_ns;
        s->asked_ns = 0;
        s->incarnation = incarnation;
        s->generation++;
        s->next = NO_SLOT;
        s->prev = t->youngest;
        if (t->youngest != NO_SLOT)
                t->slots[t->youngest].next = i;
        else
                t->oldest = i;
        t->youngest = i;
        t->held_cnt++;
        t->queue[p->cls].held_cnt++;
        enqueue(t, i);
}

/* ---- whose turn it is ---- */

/*
 * Start-time fair queueing: a question takes virtual time in inverse proportion to its class's
 * weight, and the class that is least far goes first. A question costs control the same whatever
 * its length. Whose youngest has used half its time is not asked about: its answer would be late.
 * SHM_CLASS_CNT: nothing waits.
 */
static uint8_t turn_find(const struct dp_pending *t, uint64_t now_ns)
{
        uint8_t turn = SHM_CLASS_CNT;

        for (uint8_t cls = 0; cls < SHM_CLASS_CNT; cls++) {
                if (t->queue[cls].head == NO_SLOT ||
                    now_ns - t->slots[t->queue[cls].tail].held_ns > 2 * t->late_ns)
                        continue;
                if (dp_share_weight(cls) == 0)
                        return cls;
                if (turn == SHM_CLASS_CNT || t->queue[cls].start < t->queue[turn].start)
                        turn = cls;
        }
        return turn;
}

const struct dp_pending_slot *dp_pending_next(struct dp_pending *t, uint64_t now_ns, uint64_t *id)
{
        const struct dp_pending_queue *q;
        uint8_t cls;

        if (t->open_cnt >= t->held_cnt)
                return NULL;
        /* control skips what is too old without a word: after a while there are none any more */
        if (now_ns - t->lost_ns > LOST_LATES * t->late_ns)
                t->lost_cnt = 0;
        if (t->open_cnt + t->lost_cnt >= t->open_max)
                return NULL;
        cls = turn_find(t, now_ns);
        if (cls == SHM_CLASS_CNT)
                return NULL;
        q = &t->queue[cls];
        t->chosen = now_ns - t->slots[q->head].held_ns > t->late_ns ? q->tail : q->head;
        *id = id_make(t->chosen, t->slots[t->chosen].generation);
        return &t->slots[t->chosen];
}

void dp_pending_asked(struct dp_pending *t, uint64_t now_ns)
{
        uint8_t cls = t->slots[t->chosen].pkt.cls;
        uint8_t weight = dp_share_weight(cls);
        struct dp_pending_queue *q = &t->queue[cls];

        t->slots[t->chosen].asked_ns = now_ns;
        dequeue(t, t->chosen);
        t->open_cnt++;
        if (weight == 0)
                return;
        t->time = q->start;
        q->start += DP_SHARE_WEIGHT_MAX / weight;
}

/* ---- and how many may be open ---- */

static void answer_late(struct dp_pending *t, uint64_t now_ns)
{
        if (now_ns - t->cut_ns < t->late_ns)
                return; /* what is late now was asked before the last cut */
        t->cut_ns = now_ns;
        t->open_max -= t->open_max / 4;
        t->in_time = 0;
        if (t->open_max < DP_PENDING_OPEN_MIN)
                t->open_max = DP_PENDING_OPEN_MIN;
}

static void answer_met(struct dp_pending *t, const struct dp_pending_slot *s, uint64_t now_ns)
{
        if (s->asked_ns > t->lost_ns)
                t->lost_cnt = 0; /* control answers in order, so it is past those */
        if (now_ns - s->asked_ns > t->late_ns)
                answer_late(t, now_ns);
        else if (++t->in_time >= t->open_max && t->open_max < DP_PENDING_OPEN_MAX) {
                t->in_time = 0;
                t->open_max++;
        }
}

static void slot_take(struct dp_pending *t, uint32_t i, uint64_t now_ns, struct dp_pkt *out)
{
        struct dp_pending_slot *s = &t->slots[i];
        uint64_t held_us = now_ns > s->held_ns ? (now_ns - s->held_ns) / 1000u : 0;

        *out = s->pkt;
        out->held_us = held_us > UINT32_MAX ? UINT32_MAX : (uint32_t)held_us;
        out->flags |= DP_PKT_RESUMED;
        out->msg = NULL; /* the parse result belonged to a burst that is gone */
        if (s->prev != NO_SLOT)
                t->slots[s->prev].next = s->next;
        else
                t->oldest = s->next;
        if (s->next != NO_SLOT)
                t->slots[s->next].prev = s->prev;
        else
                t->youngest = s->prev;
        s->generation++;
        s->next = t->free_head;
        t->free_head = i;
        t->held_cnt--;
        t->queue[out->cls].held_cnt--;
}

bool dp_pending_take(struct dp_pending *t, uint64_t id, uint64_t now_ns, struct dp_pkt *out)
{
        uint32_t i = (uint32_t)id - 1u;

        if (i >= t->slot_cnt || t->slots[i].generation != (uint32_t)(id >> 32) ||
            (t->slots[i].generation & 1u) == 0 || t->slots[i].asked_ns == 0)
                return false;
        t->open_cnt--;
        answer_met(t, &t->slots[i], now_ns);
        slot_take(t, i, now_ns, out);
        return true;
}

const struct dp_pending_slot *dp_pending_oldest(const struct dp_pending *t)
{
        return t->oldest != NO_SLOT ? &t->slots[t->oldest] : NULL;
}

void dp_pending_take_oldest(struct dp_pending *t, uint64_t now_ns, struct dp_pkt *out)
{
        uint32_t i = t->oldest;

        if (t->slots[i].asked_ns == 0) {
                dequeue(t, i);
        } else {
                t->open_cnt--;
                t->lost_cnt++;
                if (t->slots[i].asked_ns > t->lost_ns)
                        t->lost_ns = t->slots[i].asked_ns;
                answer_late(t, now_ns);
        }
        slot_take(t, i, now_ns, out);
}
