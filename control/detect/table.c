/* SPDX-License-Identifier: Apache-2.0 */
#include "control/detect/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES 4096u

void *cp_detect_memory(size_t bytes)
{
        uint8_t *memory = calloc(1, bytes);
        volatile uint8_t *p = memory; /* else the compiler leaves the writing out */

        for (size_t i = 0; memory != NULL && i < bytes; i += PAGE_BYTES)
                p[i] = 0;
        return memory;
}

int cp_detect_table_init(struct cp_detect_table *t, uint32_t entries,
                         const struct cp_siphash_key *key)
{
        size_t bytes;

        memset(t, 0, sizeof(*t));
        t->sets = 1;
        while (t->sets * CP_DETECT_WAYS < entries)
                t->sets *= 2;
        bytes = (size_t)cp_detect_table_size(t) * sizeof(*t->entries);
        t->entries = cp_detect_memory(bytes);
        if (t->entries == NULL)
                return -ENOMEM;
        t->key = *key;
        return 0;
}

void cp_detect_table_fini(struct cp_detect_table *t)
{
        free(t->entries);
        t->entries = NULL;
}

static struct cp_detect_entry *set_of(struct cp_detect_table *t, const uint64_t id[2])
{
        return &t->entries[(id[0] & (t->sets - 1)) * CP_DETECT_WAYS];
}

struct cp_detect_entry *cp_detect_table_find(struct cp_detect_table *t, const uint64_t id[2])
{
        struct cp_detect_entry *e = set_of(t, id);

        for (unsigned i = 0; i < CP_DETECT_WAYS; i++)
                if (e[i].id[0] == id[0] && e[i].id[1] == id[1])
                        return &e[i];
        return NULL;
}

static bool is_free(const struct cp_detect_entry *e)
{
        return (e->id[0] | e->id[1]) == 0;
}

/* What would be lost with it: nothing, or its marks. */
static uint64_t worth(const struct cp_detect_entry *e, uint64_t now_ns)
{
        if (is_free(e))
                return 0;
        if (e->until_ns <= now_ns)
                return 1;
        return 2 + (uint64_t)e->marks;
}

struct cp_detect_entry *cp_detect_table_get(struct cp_detect_table *t, const uint64_t id[2],
                                            uint64_t now_ns)
{
        struct cp_detect_entry *set = set_of(t, id);
        struct cp_detect_entry *least = cp_detect_table_find(t, id);

        if (least != NULL)
                return least;
        for (unsigned i = 0; i < CP_DETECT_WAYS; i++) {
                if (set[i].alert != 0)
                        continue;
                if (least == NULL || worth(&set[i], now_ns) < worth(least, now_ns))
                        least = &set[i];
        }
        if (least == NULL) {
                t->refused++;
                return NULL;
        }
        t->evicted += worth(least, now_ns) > 1;
        memset(least, 0, sizeof(*least));
        least->id[0] = id[0];
        least->id[1] = id[1];
        return least;
}

uint32_t cp_detect_table_live(const struct cp_detect_table *t, uint64_t now_ns)
{
        uint32_t n = 0;

        for (uint32_t i = 0; i < cp_detect_table_size(t); i++)
                n += !is_free(&t->entries[i]) && t->entries[i].until_ns > now_ns;
        return n;
}
