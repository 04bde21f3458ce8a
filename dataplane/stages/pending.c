/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/pending.h"

#include <errno.h>

#include <rte_malloc.h>

#define NO_SLOT UINT32_MAX

int dp_pending_init(struct dp_pending *t, uint32_t slot_cnt, int socket_id)
{
        *t = (struct dp_pending){.slot_cnt = slot_cnt, .oldest = NO_SLOT, .youngest = NO_SLOT};
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

uint64_t dp_pending_next_id(const struct dp_pending *t)
{
        if (t->free_head == NO_SLOT)
                return 0;
        return id_make(t->free_head, t->slots[t->free_head].generation + 1u);
}

void dp_pending_hold(struct dp_pending *t, const struct dp_pkt *p, uint64_t now_ns,
                     uint64_t incarnation)
{
        uint32_t i = t->free_head;
        struct dp_pending_slot *s = &t->slots[i];

        t->free_head = s->next;
        s->pkt = *p;
        s->held_ns = now_ns;
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
}

bool dp_pending_take(struct dp_pending *t, uint64_t id, uint64_t now_ns, struct dp_pkt *out)
{
        uint32_t i = (uint32_t)id - 1u;

        if (i >= t->slot_cnt || t->slots[i].generation != (uint32_t)(id >> 32) ||
            (t->slots[i].generation & 1u) == 0)
                return false;
        slot_take(t, i, now_ns, out);
        return true;
}

const struct dp_pending_slot *dp_pending_oldest(const struct dp_pending *t)
{
        return t->oldest != NO_SLOT ? &t->slots[t->oldest] : NULL;
}

void dp_pending_take_oldest(struct dp_pending *t, uint64_t now_ns, struct dp_pkt *out)
{
        slot_take(t, t->oldest, now_ns, out);
}
