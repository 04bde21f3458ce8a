/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/load.h"

#include <string.h>

/* What a sample that is not well takes back of those that were. A machine that stands still now and
 * then, for its host or another process, still ends what it sheds; one that is overloaded in one
 * millisecond of eight does not. */
#define UNWELL 8u

static void over_forget(struct dp_load *self)
{
        self->over = 0;
        self->packets = 0;
        memset(self->kind, 0, sizeof(self->kind));
}

/* The lowest level above the present one that sheds enough; the present one when there is none. */
static uint8_t level_above(const struct dp_load *self, const struct dp_load_config *config)
{
        uint64_t shed = 0;

        for (unsigned level = self->level + 1u; level < DP_SHED_LEVELS; level++) {
                shed += self->kind[level];
                if (shed != 0 && shed * 100u >= self->packets * config->share)
                        return (uint8_t)level;
        }
        return self->level;
}

static void unwell(struct dp_load *self)
{
        self->under -= self->under < UNWELL ? self->under : UNWELL;
}

static void over_take(struct dp_load *self, const struct dp_load_config *config,
                      const struct dp_load_sample *s)
{
        uint8_t level;

        self->packets += s->packets;
        for (unsigned i = 1; i < DP_SHED_LEVELS; i++)
                self->kind[i] += s->kind[i];
        if (++self->over < config->raise_ms)
                return;
        level = level_above(self, config);
        if (level != self->level)
                self->under = 0;
        self->level = level;
        over_forget(self);
}

enum dp_shed_level dp_load_step(struct dp_load *self, const struct dp_load_config *config,
                                const struct dp_load_sample *sample)
{
        if (sample->busy >= config->busy.high || sample->depth >= config->depth.high) {
                unwell(self);
                over_take(self, config, sample);
                return (enum dp_shed_level)self->level;
        }
        over_forget(self);
        if (sample->busy >= config->busy.low || sample->depth >= config->depth.low) {
                unwell(self);
        } else if (++self->under >= config->lower_ms) {
                self->under = 0;
                self->level = (uint8_t)(self->level != 0 ? self->level - 1 : 0);
        }
        return (enum dp_shed_level)self->level;
}

bool dp_load_meter_turn(struct dp_load_meter *m, uint64_t now_ns)
{
        if (m->begun_ns == 0) {
                m->begun_ns = now_ns;
                m->turn_ns = now_ns;
        }
        if (m->moved)
                m->busy_ns += now_ns - m->turn_ns;
        m->turn_ns = now_ns;
        m->moved = false;
        return now_ns - m->begun_ns >= DP_LOAD_WINDOW_NS;
}

void dp_load_meter_poll(struct dp_load_meter *m, unsigned port, uint32_t got, uint32_t most)
{
        m->polls[port]++;
        m->full[port] += got == most;
        m->sample.packets += got;
}

static uint8_t percent(uint64_t part, uint64_t whole)
{
        uint64_t p = whole == 0 ? 0 : part * 100u / whole;

        return (uint8_t)(p < 100 ? p : 100);
}

struct dp_load_sample dp_load_meter_take(struct dp_load_meter *m, uint64_t now_ns, uint32_t rings)
{
        struct dp_load_sample s = m->sample;

        s.busy = percent(m->busy_ns, now_ns - m->begun_ns);
        s.depth = percent(rings, 100);
        for (unsigned i = 0; i < DP_LOAD_PORTS; i++) {
                uint8_t full = percent(m->full[i], m->polls[i]);

                s.depth = full > s.depth ? full : s.depth;
        }
        *m = (struct dp_load_meter){.begun_ns = now_ns, .turn_ns = now_ns};
        return s;
}
