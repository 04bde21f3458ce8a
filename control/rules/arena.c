/* SPDX-License-Identifier: Apache-2.0 */
#include "control/rules/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 65536u
#define ALIGN       alignof(max_align_t)

struct cp_arena_block {
        struct cp_arena_block *next;
        size_t used;
        size_t room;
        max_align_t memory[];
};

void *cp_arena_take(struct cp_arena *a, size_t bytes)
{
        struct cp_arena_block *b = a->blocks;
        size_t want = (bytes + ALIGN - 1) / ALIGN * ALIGN;
        void *p;

        if (b == NULL || b->room - b->used < want) {
                size_t room = want > BLOCK_BYTES ? want : BLOCK_BYTES;

                b = calloc(1, sizeof(*b) + room);
                if (b == NULL)
                        return NULL;
                b->room = room;
                b->next = a->blocks;
                a->blocks = b;
        }
        p = (char *)b->memory + b->used;
        b->used += want;
        return p;
}

char *cp_arena_text(struct cp_arena *a, const char *text, size_t len)
{
        char *t = cp_arena_take(a, len + 1);

        if (t != NULL && len != 0) /* no text at all is an empty one */
                memcpy(t, text, len);
        return t;
}

void *cp_arena_grow(struct cp_arena *a, void *array, size_t cnt, size_t size)
{
        void *more;

        /* it is full when the count is 0 or a power of two from 4 on */
        if (cnt != 0 && (cnt < 4 || (cnt & (cnt - 1)) != 0))
                return array;
        more = cp_arena_take(a, (cnt == 0 ? 4 : 2 * cnt) * size);
        if (more != NULL && cnt != 0)
                memcpy(more, array, cnt * size);
        return more;
}

void cp_arena_fini(struct cp_arena *a)
{
        while (a->blocks != NULL) {
                struct cp_arena_block *b = a->blocks;

                a->blocks = b->next;
                free(b);
        }
}
