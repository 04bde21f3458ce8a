/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard.h - memory between two pages that cannot be touched: a read one octet outside a buffer
 * that lies flush against one of them ends the test with a signal.
 */
#ifndef SLUICE_TESTS_PARSER_GUARD_H
#define SLUICE_TESTS_PARSER_GUARD_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct guard {
        uint8_t *map;   /* the first inaccessible page */
        uint8_t *start; /* first usable octet, right behind that page */
        size_t bytes;   /* usable octets; an inaccessible page follows */
        size_t page;
};

/* At least `bytes` usable octets. Ends the program when there is no memory. */
static inline struct guard guard_create(size_t bytes)
{
        struct guard g = {.page = (size_t)sysconf(_SC_PAGESIZE)};

        g.bytes = (bytes + g.page - 1) / g.page * g.page + g.page;
        g.map = mmap(NULL, g.bytes + 2 * g.page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (g.map == MAP_FAILED)
                abort();
        g.start = g.map + g.page;
        if (mprotect(g.start, g.bytes, PROT_READ | PROT_WRITE) != 0)
                abort();
        return g;
}

static inline void guard_destroy(struct guard *g)
{
        munmap(g->map, g->bytes + 2 * g->page);
}

/* A copy of [p, p + n) that ends where the second inaccessible page begins. n <= g->bytes. */
static inline uint8_t *guard_tail(struct guard *g, const void *p, size_t n)
{
        uint8_t *at = g->start + g->bytes - n;

        if (n > 0)
                memcpy(at, p, n);
        return at;
}

/* A copy of [p, p + n) that begins where the first inaccessible page ends. n <= g->bytes. */
static inline uint8_t *guard_head(struct guard *g, const void *p, size_t n)
{
        if (n > 0)
                memcpy(g->start, p, n);
        return g->start;
}

#endif
