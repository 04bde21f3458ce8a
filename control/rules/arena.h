/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.h - memory that is taken in pieces and given back as a whole. One thread.
 */
#ifndef SLUICE_CONTROL_RULES_ARENA_H
#define SLUICE_CONTROL_RULES_ARENA_H

#include <stddef.h>

struct cp_arena_block;

struct cp_arena { /* zero is empty */
        struct cp_arena_block *blocks;
};

/* `bytes` zeroed octets, aligned for any type; NULL without memory. */
void *cp_arena_take(struct cp_arena *a, size_t bytes);
/* A terminated copy of len octets. */
char *cp_arena_text(struct cp_arena *a, const char *text, size_t len);
/*
 * Room for one more element in an array of `cnt` that grows by doubling: the array, at the same
 * place or a copy of it. NULL without memory.
 */
void *cp_arena_grow(struct cp_arena *a, void *array, size_t cnt, size_t size);
void cp_arena_fini(struct cp_arena *a);

#endif
