/* SPDX-License-Identifier: Apache-2.0 */
#include "control/publisher.h"

#include <string.h>

#include "control/policy/policy.h"

#define BURST 256u /* updates per turn: bounds how long replies wait behind them */

void cp_cursor_init(struct cp_cursor *c, uint32_t generation)
{
        memset(c, 0, sizeof(*c));
        c->generation = generation;
}

void cp_cursor_fini(struct cp_cursor *c)
{
        cp_table_image_put(c->image);
        memset(c, 0, sizeof(*c));
}

/* Half of the ring stays free for replies, which can not wait. */
static bool push(struct shm_ring_producer *rep, const struct shm_table_update *u)
{
        void *to;

        if (shm_ring_free(rep) <= rep->capacity / 2)
                return false;
        to = shm_ring_reserve(rep, SHM_REC_TABLE, sizeof(*u));
        if (to == NULL)
                return false;
        memcpy(to, u, sizeof(*u));
        return true;
}

static bool push_flush(const struct cp_publish *p, struct cp_cursor *c,
                       struct shm_ring_producer *rep)
{
        struct shm_table_update u = {
            .op = SHM_TABLE_FLUSH_CACHE,
            .table = SHM_TABLE_NONE,
            .generation = p->policy->generation,
        };

        if (!push(rep, &u))
                return false;
        c->generation = p->policy->generation;
        c->flushes = p->flushes;
        c->flushed_ns = p->now_ns;
        return true;
}

/* The next update for this worker, NULL when it has them all (or memory is short: next turn). */
static const struct shm_table_update *next_update(const struct cp_publish *p, struct cp_cursor *c)
{
        const struct shm_table_update *u;

        if (c->image != NULL && c->pos == c->image->count) {
                cp_table_image_put(c->image);
                c->image = NULL;
        }
        if (c->image == NULL && c->synced) {
                if (c->seq == p->tables->seq)
                        return NULL;
                u = cp_tables_journal(p->tables, c->seq);
                if (u != NULL)
                        return u;
                c->synced = false; /* too far behind: start over */
        }
        if (c->image == NULL) {
                c->image = cp_tables_image(p->tables, p->policy, p->bans, p->now_ns);
                if (c->image == NULL)
                        return NULL;
                c->pos = 0;
                c->seq = c->image->seq;
                c->synced = true;
        }
        return &c->image->update[c->pos];
}

static bool is_stale(const struct cp_publish *p, const struct cp_cursor *c)
{
        return c->generation != p->policy->generation ||
               (c->flushes != p->flushes && p->now_ns - c->flushed_ns >= CP_FLUSH_EVERY_NS);
}

unsigned cp_publish_run(const struct cp_publish *p, struct cp_cursor *c,
                        struct shm_ring_producer *rep)
{
        const struct shm_table_update *u;
        unsigned n = 0;

        if (c->epoch != p->tables->epoch) { /* a new policy: what is half pushed is void */
                cp_table_image_put(c->image);
                c->image = NULL;
                c->synced = false;
                c->epoch = p->tables->epoch;
        }
        if (is_stale(p, c)) {
                if (!push_flush(p, c, rep))
                        return 0;
                n++;
        }
        while (n < BURST && (u = next_update(p, c)) != NULL && push(rep, u)) {
                if (c->image != NULL)
                        c->pos++;
                else
                        c->seq++;
                n++;
        }
        if (n != 0)
                shm_ring_commit(rep);
        return n;
}
