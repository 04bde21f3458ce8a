/* SPDX-License-Identifier: Apache-2.0 */
/*
 * out.h - frames on their way to one transmit queue. One thread.
 *
 * What the device does not take stays until the next flush; what does not fit any more is freed and
 * counted as tx_full. A generator that waited for the device instead would no longer be open-loop.
 */
#ifndef SLUICE_BENCH_HARNESS_ENGINE_OUT_H
#define SLUICE_BENCH_HARNESS_ENGINE_OUT_H

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "bench/harness/engine/counts.h"

#define SB_OUT_FRAMES 64u
#define SB_OUT_BURST  32u

struct sb_out {
        uint16_t port;
        uint16_t queue;
        uint16_t cnt;
        struct rte_mempool *pool;
        struct sb_counts *counts;
        struct rte_mbuf *frames[SB_OUT_FRAMES];
};

static inline void sb_out_flush(struct sb_out *o)
{
        uint16_t taken;

        if (o->cnt == 0)
                return;
        taken = rte_eth_tx_burst(o->port, o->queue, o->frames, o->cnt);
        o->cnt = (uint16_t)(o->cnt - taken);
        if (o->cnt != 0)
                memmove(o->frames, o->frames + taken, o->cnt * sizeof(o->frames[0]));
}

/* An empty buffer, or NULL (counted). */
static inline struct rte_mbuf *sb_out_buffer(struct sb_out *o)
{
        struct rte_mbuf *m = rte_pktmbuf_alloc(o->pool);

        if (m == NULL)
                o->counts->no_mbuf++;
        return m;
}

/* Takes the buffer over. */
static inline void sb_out_send(struct sb_out *o, struct rte_mbuf *m)
{
        if (o->cnt >= SB_OUT_BURST) {
                sb_out_flush(o);
                if (o->cnt == SB_OUT_FRAMES) {
                        o->counts->tx_full++;
                        rte_pktmbuf_free(m);
                        return;
                }
        }
        o->counts->tx_frames++;
        o->counts->tx_bytes += m->pkt_len;
        o->frames[o->cnt++] = m;
}

#endif
