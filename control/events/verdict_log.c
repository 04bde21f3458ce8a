/* SPDX-License-Identifier: Apache-2.0 */
#include "control/events/verdict_log.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "control/prefix.h"

struct slot {
        struct shm_ip src;
        struct shm_ip dst;
        size_t off; /* in the arena: Call-ID, then the line */
        uint32_t line_len;
        uint32_t call_id_len;
};

/*
 * The records lie in the arena in the order of their slots, first in, first out: those at and
 * behind `head` are of the lap before and are the oldest, so making room is popping the oldest.
 */
struct cp_verdict_log {
        pthread_mutex_t lock;
        struct slot *slots;
        uint64_t cap;    /* slots */
        uint64_t oldest; /* number of the oldest record */
        uint64_t next;   /* number of the next record; slot = number % cap */
        char *arena;
        size_t arena_cap;
        size_t head;
};

struct cp_verdict_log *cp_verdict_log_create(uint32_t entries)
{
        struct cp_verdict_log *log = calloc(1, sizeof(*log));

        if (log == NULL)
                return NULL;
        pthread_mutex_init(&log->lock, NULL);
        log->cap = entries;
        if (entries == 0)
                return log;
        log->arena_cap = (size_t)entries * CP_VERDICT_BYTES_MEAN;
        if (log->arena_cap < 16u * CP_VERDICT_LINE_MAX)
                log->arena_cap = 16u * CP_VERDICT_LINE_MAX;
        log->slots = calloc(entries, sizeof(*log->slots));
        log->arena = malloc(log->arena_cap);
        if (log->slots == NULL || log->arena == NULL) {
                cp_verdict_log_destroy(log);
                return NULL;
        }
        return log;
}

void cp_verdict_log_destroy(struct cp_verdict_log *log)
{
        if (log == NULL)
                return;
        pthread_mutex_destroy(&log->lock);
        free(log->slots);
        free(log->arena);
        free(log);
}

static size_t oldest_off(const struct cp_verdict_log *log)
{
        return log->slots[log->oldest % log->cap].off;
}

/* An offset with `need` free octets, at the price of the oldest records. */
static size_t make_room(struct cp_verdict_log *log, size_t need)
{
        if (log->next - log->oldest == log->cap)
                log->oldest++;
        if (need > log->arena_cap - log->head) { /* leave the rest of this lap empty */
                while (log->oldest != log->next && oldest_off(log) >= log->head)
                        log->oldest++;
                log->head = 0;
        }
        while (log->oldest != log->next && oldest_off(log) >= log->head &&
               oldest_off(log) < log->head + need)
                log->oldest++;
        return log->head;
}

void cp_verdict_log_put(struct cp_verdict_log *log, const struct cp_verdict *v)
{
        size_t id_len = v->call_id_len;
        struct slot *s;
        size_t off;

        if (id_len > CP_VERDICT_CALL_ID_MAX)
                id_len = CP_VERDICT_CALL_ID_MAX;
        if (log->cap == 0 || v->line_len + id_len > log->arena_cap / 8)
                return;
        pthread_mutex_lock(&log->lock);
        off = make_room(log, id_len + v->line_len);
        s = &log->slots[log->next % log->cap];
        s->src = v->flow->src;
        s->dst = v->flow->dst;
        s->off = off;
        s->line_len = (uint32_t)v->line_len;
        s->call_id_len = (uint32_t)id_len;
        if (id_len != 0)
                memcpy(log->arena + off, v->call_id, id_len);
        memcpy(log->arena + off + id_len, v->line, v->line_len);
        log->head = off + id_len + v->line_len;
        log->next++;
        pthread_mutex_unlock(&log->lock);
}

struct key {
        struct cp_prefix prefix;
        bool is_prefix;
        const char *text;
        size_t len; /* as much as is kept */
};

static bool matches(const struct cp_verdict_log *log, const struct slot *s, const struct key *k)
{
        if (k->is_prefix &&
            (cp_prefix_match(&k->prefix, &s->src) || cp_prefix_match(&k->prefix, &s->dst)))
                return true;
        return s->call_id_len == k->len && k->len != 0 &&
               memcmp(log->arena + s->off, k->text, k->len) == 0;
}

size_t cp_verdict_log_find(struct cp_verdict_log *log, const char *key, size_t limit,
                           void (*visit)(void *arg, const char *line, size_t len), void *arg)
{
        struct key k = {.text = key, .len = strlen(key)};
        size_t found = 0;

        if (k.len > CP_VERDICT_CALL_ID_MAX)
                k.len = CP_VERDICT_CALL_ID_MAX;
        k.is_prefix = cp_prefix_parse(key, &k.prefix) == 0;
        pthread_mutex_lock(&log->lock);
        for (uint64_t n = log->next; n != log->oldest && found < limit; n--) {
                const struct slot *s = &log->slots[(n - 1) % log->cap];

                if (!matches(log, s, &k))
                        continue;
                visit(arg, log->arena + s->off + s->call_id_len, s->line_len);
                found++;
        }
        pthread_mutex_unlock(&log->lock);
        return found;
}
