/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_order.h - events wait here until every event before them is there: a heap by serial.
 *
 * Bounded: when the octets held exceed the limit, the caller takes the smallest out early. Not
 * thread-safe.
 */
#ifndef SLUICE_CONTROL_EVENTS_EVENT_ORDER_H
#define SLUICE_CONTROL_EVENTS_EVENT_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CP_EVENT_ORDER_BYTES_MAX (256u << 20)

struct cp_event_order {
        struct cp_event_item **heap;
        size_t count;
        size_t cap;
        size_t bytes;  /* held */
        uint64_t next; /* arrival number: equal serials keep their order */
};

struct cp_event_item {
        uint64_t serial;
        uint64_t arrival;
        size_t len;
        _Alignas(16) uint8_t rec[]; /* the record as it came */
};

/* A zeroed struct is empty and valid. Copies the record. 0 or -ENOMEM. */
int cp_event_order_put(struct cp_event_order *o, uint64_t serial, const void *rec, size_t len);
/* Take the smallest if its serial is < before (UINT64_MAX: any), or the store is over its limit.
 * The caller frees it with free(). NULL when there is none such. */
struct cp_event_item *cp_event_order_take(struct cp_event_order *o, uint64_t before);
void cp_event_order_fini(struct cp_event_order *o);

#endif
