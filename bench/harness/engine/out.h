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
#define SB_OUT_AHEAD  640u /* octets; most frames are shorter */

struct sb_out {
        uint16_t port;
        uint16_t queue;
        uint16_t cnt;
        struct rte_mempool *pool;
        struct sb_counts *counts;
        uint16_t fresh_cnt;
        struct rte_mbuf *frames[SB_OUT_FRAMES];
        struct rte_mbuf *fresh[SB_OUT_BURST]; /* empty, taken from the pool together */
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
        if (o->fresh_cnt == 0) {
                if (rte_pktmbuf_alloc_bulk(o->pool, o->fresh, SB_OUT_BURST) != 0) {
                        o->counts->no_mbuf++;
                        return NULL;
                }
                o->fresh_cnt = SB_OUT_BURST;
        }
        o->fresh_cnt--;
        if (o->fresh_cnt >= 2) { /* written soon, and perhaps in the cache of another core */
                const char *next = rte_pktmbuf_mtod(o->fresh[o->fresh_cnt - 2], const char *);

                for (uint32_t i = 0; i < SB_OUT_AHEAD; i += 64)
                        __builtin_prefetch(next + i, 1);
        }
        return o->fresh[o->fresh_cnt];
}

/* Give back all that is held; what was not taken by the device is lost. */
static inline void sb_out_fini(struct sb_out *o)
{
        rte_pktmbuf_free_bulk(o->frames, o->cnt);
        rte_pktmbuf_free_bulk(o->fresh, o->fresh_cnt);
        o->cnt = o->fresh_cnt = 0;
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
