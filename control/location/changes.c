/* SPDX-License-Identifier: Apache-2.0 */
#include "control/location/changes.h"

#include <stdlib.h>
#include <string.h>

struct cp_changes {
        uint64_t end; /* octets ever written */
        size_t cap;
        uint8_t at[];
};

struct cp_changes *cp_changes_create(size_t bytes)
{
        struct cp_changes *c = calloc(1, sizeof(*c) + bytes);

        if (c != NULL)
                c->cap = bytes;
        return c;
}

void cp_changes_destroy(struct cp_changes *c)
{
        free(c);
}

uint64_t cp_changes_end(const struct cp_changes *c)
{
        return c->end;
}

static void put(struct cp_changes *c, const void *from, size_t len)
{
        size_t place = c->end & (c->cap - 1);
        size_t first = len < c->cap - place ? len : c->cap - place;

        memcpy(c->at + place, from, first);
        memcpy(c->at, (const uint8_t *)from + first, len - first);
        c->end += len;
}

static void get(const struct cp_changes *c, uint64_t at, void *to, size_t len)
{
        size_t place = at & (c->cap - 1);
        size_t first = len < c->cap - place ? len : c->cap - place;

        memcpy(to, c->at + place, first);
        memcpy((uint8_t *)to + first, c->at, len - first);
}

void cp_changes_put(struct cp_changes *c, const char *name, size_t len)
{
        const uint16_t bytes = (uint16_t)len;

        put(c, &bytes, sizeof(bytes));
        put(c, name, len);
}

int cp_changes_next(const struct cp_changes *c, uint64_t *at, char name[512], size_t *len)
{
        uint16_t bytes;

        if (*at == c->end)
                return 0;
        if (c->end - *at > c->cap) {
                *at = c->end;
                return -1;
        }
        get(c, *at, &bytes, sizeof(bytes));
        get(c, *at + sizeof(bytes), name, bytes);
        *at += sizeof(bytes) + bytes;
        *len = bytes;
        return 1;
}
