/* SPDX-License-Identifier: Apache-2.0 */
#include "control/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "control/engine.h"
#include "control/log.h"

#define GREETING_MS  5u /* an answer to HELLO is expected at once */
#define DRAIN_ROUNDS 256u
#define DRAIN_BURST  256u

int cp_supervisor_add(struct cp_engine *e, const char *path, bool once)
{
        struct cp_link *l;

        for (unsigned i = 0; i < e->link_cnt; i++) {
                if (strcmp(e->links[i]->path, path) == 0)
                        return -EEXIST;
        }
        if (e->link_cnt == CP_DATAPLANES_MAX)
                return -ENOSPC;
        l = malloc(sizeof(*l));
        if (l == NULL)
                return -ENOMEM;
        cp_link_init(l, path);
        cp_gate_close(&e->decide_gate);
        cp_gate_close(&e->event_gate);
        e->links[e->link_cnt] = l;
        e->links_live[e->link_cnt] = false;
        e->links_once[e->link_cnt] = once;
        e->link_cnt++;
        cp_gate_open(&e->event_gate);
        cp_gate_open(&e->decide_gate);
        return (int)e->link_cnt - 1;
}

static void set_live(struct cp_engine *e, unsigned i, bool live)
{
        cp_gate_close(&e->decide_gate);
        cp_gate_close(&e->event_gate);
        e->links_live[i] = live;
        cp_gate_open(&e->event_gate);
        cp_gate_open(&e->decide_gate);
}

/* What a dead dataplane left in its event rings is still news: the threads are out, so the owner
 * may read. Bounded, as one that only pretends to be dead could write on for ever. */
static void drain(struct cp_engine *e, unsigned i)
{
        cp_gate_close(&e->event_gate);
        for (unsigned round = 0; round < DRAIN_ROUNDS && !atomic_load(&e->links[i]->broken);
             round++) {
                if (cp_event_writer_run(e->writer, e->links[i], DRAIN_BURST) == 0)
                        break;
        }
        cp_gate_open(&e->event_gate);
}

static void lose(struct cp_engine *e, unsigned i)
{
        if (e->links_live[i]) {
                set_live(e, i, false);
                drain(e, i);
        }
        cp_link_detach(e->links[i]);
}

void cp_supervisor_remove(struct cp_engine *e, unsigned index)
{
        struct cp_link *l = e->links[index];

        lose(e, index);
        cp_gate_close(&e->decide_gate);
        cp_gate_close(&e->event_gate);
        e->link_cnt--;
        e->links[index] = e->links[e->link_cnt];
        e->links_live[index] = e->links_live[e->link_cnt];
        e->links_once[index] = e->links_once[e->link_cnt];
        cp_gate_open(&e->event_gate);
        cp_gate_open(&e->decide_gate);
        free(l);
}

/* Send what the dataplane has not been sent yet, and tell once what it said to it. */
static void offer_rules(const struct cp_engine *e, struct cp_link *l)
{
        const struct cp_link_blob *blob = &l->blobs[SHM_BLOB_RULES];
        int rc = e->rules.blob.generation != 0 ? cp_link_offer(l, &e->rules.blob) : 0;

        if (rc != 0 && rc != -EAGAIN)
                cp_log(CP_LOG_WARNING, "rules not sent to %s: %s", l->path, strerror(-rc));
        if (blob->answered == l->rules_told)
                return;
        l->rules_told = blob->answered;
        if (blob->status != 0)
                cp_log(CP_LOG_ERROR, "%s does not take rule set %llu: %s", l->path,
                       (unsigned long long)blob->answered, strerror(-blob->status));
        else
                cp_log(CP_LOG_INFO, "%s has rule set %llu: %u rules", l->path,
                       (unsigned long long)blob->answered,
                       e->rules.now != NULL ? e->rules.now->cnt : 0);
}

static void offer(const struct cp_engine *e, struct cp_link *l)
{
        const struct cp_link_blob *blob = &l->blobs[SHM_BLOB_BLOCKLIST];
        uint64_t answered = blob->answered;
        int rc = cp_link_offer(l, &e->blocklist_blob);

        if (rc != 0 && rc != -EAGAIN)
                cp_log(CP_LOG_WARNING, "block list not sent to %s: %s", l->path, strerror(-rc));
        if (answered == l->blobs_told)
                return;
        l->blobs_told = answered;
        if (blob->status != 0)
                cp_log(CP_LOG_ERROR, "%s does not take the block list: %s", l->path,
                       strerror(-blob->status));
        else
                cp_log(CP_LOG_INFO, "%s has the block list: %u prefixes", l->path,
                       cp_blocklist_count(e->blocklist));
}

/* Returns false when the link is gone from the list. */
static bool step(struct cp_engine *e, unsigned i)
{
        struct cp_link *l = e->links[i];

        switch (cp_link_step(l)) {
        case CP_LINK_SAME:
                if (l->state == CP_LINK_STATE_ATTACHED) {
                        offer_rules(e, l);
                        offer(e, l);
                }
                break;
        case CP_LINK_BOUND:
                set_live(e, i, true);
                if (cp_link_ready(l) != 0) {
                        lose(e, i);
                        break;
                }
                cp_log(CP_LOG_INFO, "attached to %s: %u workers, incarnation %llu", l->path,
                       l->worker_cnt, (unsigned long long)l->incarnation);
                /* a replay waits for the block list, and then begins */
                offer_rules(e, l);
                offer(e, l);
                break;
        case CP_LINK_LOST:
                cp_log(CP_LOG_WARNING, "lost %s: %s", l->path, l->error);
                l->told = true;
                lose(e, i);
                if (e->links_once[i]) {
                        cp_supervisor_remove(e, i);
                        return false;
                }
                break;
        case CP_LINK_REFUSED:
                if (!l->told)
                        cp_log(CP_LOG_WARNING, "not attached to %s: %s; trying on", l->path,
                               l->error);
                l->told = true;
                break;
        }
        return true;
}

unsigned cp_supervisor_run(struct cp_engine *e)
{
        unsigned next_ms = CP_LINK_RETRY_MS;

        for (unsigned i = 0; i < e->link_cnt;) {
                if (!step(e, i))
                        continue;
                if (e->links[i]->state == CP_LINK_STATE_GREETING)
                        next_ms = GREETING_MS;
                i++;
        }
        return next_ms;
}

int cp_supervisor_attach(struct cp_engine *e, unsigned index, int timeout_ms)
{
        struct cp_link *l = e->links[index];

        for (int round = 0; round < 2; round++) {
                struct pollfd p = {.events = POLLIN};

                if (!step(e, index))
                        return -ECONNRESET;
                if (l->state == CP_LINK_STATE_ATTACHED)
                        return 0;
                if (l->state != CP_LINK_STATE_GREETING)
                        return -ECONNREFUSED;
                p.fd = l->sock;
                if (round == 0 && poll(&p, 1, timeout_ms) <= 0)
                        return -ETIMEDOUT;
        }
        return -ETIMEDOUT;
}
