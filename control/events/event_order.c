/* SPDX-License-Identifier: Apache-2.0 */
#include "control/events/event_order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool earlier(const struct cp_event_item *a, const struct cp_event_item *b)
{
        return a->serial != b->serial ? a->serial < b->serial : a->arrival < b->arrival;
}

static void swap(struct cp_event_order *o, size_t a, size_t b)
{
        struct cp_event_item *t = o->heap[a];

        o->heap[a] = o->heap[b];
        o->heap[b] = t;
}

int cp_event_order_put(struct cp_event_order *o, uint64_t serial, const void *rec, size_t len)
{
        struct cp_event_item *item;
        size_t i = o->count;

        if (o->count == o->cap) {
                size_t cap = o->cap == 0 ? 256 : o->cap * 2;
                struct cp_event_item **bigger = realloc(o->heap, cap * sizeof(*bigger));

                if (bigger == NULL)
                        return -ENOMEM;
                o->heap = bigger;
                o->cap = cap;
        }
        item = malloc(sizeof(*item) + len);
        if (item == NULL)
                return -ENOMEM;
        item->serial = serial;
        item->arrival = o->next++;
        item->len = len;
        memcpy(item->rec, rec, len);
        o->heap[o->count++] = item;
        o->bytes += len;
        for (; i != 0 && earlier(o->heap[i], o->heap[(i - 1) / 2]); i = (i - 1) / 2)
                swap(o, i, (i - 1) / 2);
        return 0;
}

struct cp_event_item *cp_event_order_take(struct cp_event_order *o, uint64_t before)
{
        struct cp_event_item *first;
        size_t i = 0;

        if (o->count == 0)
                return NULL;
        first = o->heap[0];
        if (first->serial >= before && before != UINT64_MAX && o->bytes <= CP_EVENT_ORDER_BYTES_MAX)
                return NULL;
        o->heap[0] = o->heap[--o->count];
        o->bytes -= first->len;
        for (;;) {
                size_t child = 2 * i + 1;

                if (child + 1 < o->count && earlier(o->heap[child + 1], o->heap[child]))
                        child++;
                if (child >= o->count || !earlier(o->heap[child], o->heap[i]))
                        return first;
                swap(o, i, child);
                i = child;
        }
}

void cp_event_order_fini(struct cp_event_order *o)
{
        for (size_t i = 0; i < o->count; i++)
                free(o->heap[i]);
        free(o->heap);
        memset(o, 0, sizeof(*o));
}
