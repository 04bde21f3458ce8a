/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/engine/wheel.h"

#include <errno.h>
#include <stdlib.h>

#define TICK_NS UINT64_C(1000000)

int sb_wheel_create(struct sb_wheel **out, uint32_t slot_cnt, uint64_t now_ns)
{
        struct sb_wheel *w = calloc(1, sizeof(*w));

        if (w == NULL)
                return -ENOMEM;
        w->links = calloc(slot_cnt, sizeof(*w->links));
        if (w->links == NULL) {
                free(w);
                return -ENOMEM;
        }
        w->tick = now_ns / TICK_NS;
        for (uint32_t i = 0; i < SB_WHEEL_SPOKES; i++)
                w->heads[i] = SB_WHEEL_NONE;
        *out = w;
        return 0;
}

void sb_wheel_destroy(struct sb_wheel *w)
{
        if (w == NULL)
                return;
        free(w->links);
        free(w);
}

/* A deadline belongs to the first tick that is not before it. */
static uint64_t tick_of(const struct sb_wheel *w, uint64_t due_ns)
{
        uint64_t tick = (due_ns + TICK_NS - 1) / TICK_NS;

        return tick < w->tick ? w->tick : tick;
}

static uint32_t spoke_of(const struct sb_wheel *w, uint64_t due_ns)
{
        return (uint32_t)(tick_of(w, due_ns) % SB_WHEEL_SPOKES);
}

void sb_wheel_clear(struct sb_wheel *w, uint32_t slot)
{
        struct sb_wheel_link *l = &w->links[slot];

        if (l->due_ns == 0)
                return;
        if (l->prev != SB_WHEEL_NONE)
                w->links[l->prev].next = l->next;
        else
                w->heads[spoke_of(w, l->due_ns)] = l->next;
        if (l->next != SB_WHEEL_NONE)
                w->links[l->next].prev = l->prev;
        l->due_ns = 0;
        w->live--;
}

void sb_wheel_set(struct sb_wheel *w, uint32_t slot, uint64_t due_ns)
{
        struct sb_wheel_link *l = &w->links[slot];
        uint64_t tick;
        uint32_t *head;

        sb_wheel_clear(w, slot);
        /* Remembered as the tick it is filed under, so that clearing finds the same spoke later. */
        if (due_ns < w->tick * TICK_NS)
                due_ns = w->tick * TICK_NS;
        if (due_ns == 0)
                due_ns = 1;
        tick = tick_of(w, due_ns);
        head = &w->heads[tick % SB_WHEEL_SPOKES];
        l->due_ns = due_ns;
        if (tick * TICK_NS < w->wake_ns)
                w->wake_ns = tick * TICK_NS;
        l->prev = SB_WHEEL_NONE;
        l->next = *head;
        if (*head != SB_WHEEL_NONE)
                w->links[*head].prev = slot;
        *head = slot;
        w->live++;
}

uint32_t sb_wheel_next(struct sb_wheel *w, uint64_t now_ns)
{
        uint64_t now = now_ns / TICK_NS;

        if (w->live == 0) {
                if (w->tick < now)
                        w->tick = now;
                w->wake_ns = UINT64_MAX;
                return SB_WHEEL_NONE;
        }
        if (now_ns < w->wake_ns)
                return SB_WHEEL_NONE;
        for (;;) {
                uint32_t slot = w->heads[w->tick % SB_WHEEL_SPOKES];

                while (slot != SB_WHEEL_NONE) {
                        /* Others of this spoke come in later rounds. */
                        if (w->links[slot].due_ns <= now_ns) {
                                sb_wheel_clear(w, slot);
                                return slot;
                        }
                        slot = w->links[slot].next;
                }
                if (w->tick >= now)
                        break;
                w->tick++;
        }
        w->wake_ns = (w->tick + 1) * TICK_NS;
        return SB_WHEEL_NONE;
}
