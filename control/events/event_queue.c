/* SPDX-License-Identifier: Apache-2.0 */
#include "control/events/event_queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct entry { /* in front of each line */
        uint32_t len;
        uint32_t drop;
};

int cp_event_queue_init(struct cp_event_queue *q)
{
        memset(q, 0, sizeof(*q));
        pthread_mutex_init(&q->lock, NULL);
        q->in = malloc(CP_EVENT_QUEUE_BYTES);
        q->out = malloc(CP_EVENT_QUEUE_BYTES);
        return q->in == NULL || q->out == NULL ? -ENOMEM : 0;
}

void cp_event_queue_fini(struct cp_event_queue *q)
{
        pthread_mutex_destroy(&q->lock);
        free(q->in);
        free(q->out);
}

void cp_event_queue_put(struct cp_event_queue *q, const char *line, size_t len, bool drop)
{
        const struct entry e = {.len = (uint32_t)len, .drop = drop};
        bool first;

        if (!atomic_load_explicit(&q->wanted, memory_order_relaxed))
                return;
        pthread_mutex_lock(&q->lock);
        first = q->in_len == 0;
        if (sizeof(e) + len > CP_EVENT_QUEUE_BYTES - q->in_len) {
                q->lost++;
        } else {
                memcpy(q->in + q->in_len, &e, sizeof(e));
                memcpy(q->in + q->in_len + sizeof(e), line, len);
                q->in_len += sizeof(e) + len;
        }
        pthread_mutex_unlock(&q->lock);
        if (first && q->wake != NULL)
                q->wake(q->wake_arg);
}

uint64_t cp_event_queue_take(struct cp_event_queue *q,
                             void (*visit)(void *arg, const char *line, size_t len, bool drop),
                             void *arg)
{
        struct entry e;
        uint64_t lost;
        size_t len;
        char *swap;

        pthread_mutex_lock(&q->lock);
        swap = q->in;
        q->in = q->out;
        q->out = swap;
        len = q->in_len;
        q->in_len = 0;
        lost = q->lost;
        q->lost = 0;
        pthread_mutex_unlock(&q->lock);
        for (size_t at = 0; at < len; at += sizeof(e) + e.len) {
                memcpy(&e, q->out + at, sizeof(e));
                visit(arg, q->out + at + sizeof(e), e.len, e.drop != 0);
        }
        return lost;
}
