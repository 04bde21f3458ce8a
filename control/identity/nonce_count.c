/* SPDX-License-Identifier: Apache-2.0 */
#include "control/identity/nonce_count.h"

#include <stdlib.h>

#define WAYS 8u

struct entry {
        uint64_t key;  /* 0 = free */
        uint64_t seen; /* bit i: highest - i was used */
        uint32_t highest;
        uint32_t made_s;
};

struct set {
        struct entry way[WAYS];
        uint32_t
            floor_s; /* of the entries that had to go, when the newest of their nonces was made */
};

struct cp_nonce_counts {
        uint64_t mask;
        struct set set[];
};

struct cp_nonce_counts *cp_nonce_counts_create(uint32_t entries)
{
        uint64_t sets = 1;
        struct cp_nonce_counts *c;

        while (sets * WAYS < entries)
                sets <<= 1;
        c = calloc(1, sizeof(*c) + sets * sizeof(c->set[0]));
        if (c != NULL)
                c->mask = sets - 1;
        return c;
}

void cp_nonce_counts_destroy(struct cp_nonce_counts *c)
{
        free(c);
}

static bool use_known(struct entry *e, uint32_t nc)
{
        if (nc > e->highest) {
                uint32_t up = nc - e->highest;

                e->seen = up < CP_NONCE_COUNT_WINDOW ? e->seen << up : 0;
                e->seen |= 1;
                e->highest = nc;
                return true;
        }
        uint32_t down = e->highest - nc;

        if (down >= CP_NONCE_COUNT_WINDOW || (e->seen >> down & 1u) != 0)
                return false;
        e->seen |= UINT64_C(1) << down;
        return true;
}

/* A free or dead entry, else the one with the oldest nonce, which the set's floor then covers. */
static struct entry *make_room(struct set *s, uint32_t oldest_s)
{
        struct entry *victim = &s->way[0];

        for (unsigned i = 0; i < WAYS; i++) {
                struct entry *e = &s->way[i];

                if (e->key == 0 || e->made_s < oldest_s)
                        return e;
                if (e->made_s < victim->made_s)
                        victim = e;
        }
        if (victim->made_s > s->floor_s)
                s->floor_s = victim->made_s;
        return victim;
}

bool cp_nonce_counts_use(struct cp_nonce_counts *c, uint64_t key, uint32_t nc, uint32_t made_s,
                         uint32_t oldest_s)
{
        struct set *s = &c->set[key & c->mask];
        struct entry *e;

        if (nc == 0 || made_s < oldest_s)
                return false;
        for (unsigned i = 0; i < WAYS; i++) {
                if (s->way[i].key == key)
                        return use_known(&s->way[i], nc);
        }
        if (made_s <= s->floor_s)
                return false;
        e = make_room(s, oldest_s);
        if (made_s <= s->floor_s && e->key != 0 && e->made_s >= oldest_s)
                return false; /* as old as the one that would go: that one stays instead */
        *e = (struct entry){.key = key, .seen = 1, .highest = nc, .made_s = made_s};
        return true;
}
