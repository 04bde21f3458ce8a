/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/traffic/calls_traffic.h"

static void start(void *self, uint64_t intended_ns, uint64_t now_ns)
{
        struct sb_calls *c = self;

        if (!c->stop_soon)
                sb_calls_start(c, intended_ns, now_ns);
}

static int receive(void *self, const struct sb_datagram *d, uint64_t now_ns)
{
        return sb_calls_receive(self, d, now_ns);
}

static void prefetch(void *self, const struct sb_rx *rx)
{
        sb_calls_prefetch(self, rx);
}

static void timers(void *self, uint64_t now_ns)
{
        sb_calls_timers(self, now_ns);
}

static uint32_t live(void *self)
{
        return ((const struct sb_calls *)self)->live;
}

struct sb_traffic sb_calls_traffic(struct sb_calls *calls, bool answers, uint32_t live_max)
{
        return (struct sb_traffic){.self = calls,
                                   .start = answers ? NULL : start,
                                   .receive = receive,
                                   .prefetch = prefetch,
                                   .timers = timers,
                                   .live = live,
                                   .live_max = live_max};
}
