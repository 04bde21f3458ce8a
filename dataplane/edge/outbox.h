/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox.h - frames that leave in this turn besides the packets of the burst; tx sends them.
 *
 * One worker's. What is put in belongs to the box.
 */
#ifndef SLUICE_DATAPLANE_EDGE_OUTBOX_H
#define SLUICE_DATAPLANE_EDGE_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#define DP_OUTBOX_MAX 256u

enum dp_out_kind {
        DP_OUT_OWN = 0,     /* ARP or neighbour discovery of ours */
        DP_OUT_KERNEL,      /* of the kernel */
        DP_OUT_HELD,        /* waited for its neighbour, and goes now for `reason` */
        DP_OUT_UNREACHABLE, /* waited for its neighbour in vain: is dropped */
        DP_OUT_CONTROL,     /* a request of control's own */
};

struct dp_out {
        struct rte_mbuf *m;
        uint16_t reason; /* HELD: enum shm_reason that it passes for */
        uint8_t side;    /* enum shm_side */
        uint8_t kind;    /* enum dp_out_kind */
};

struct dp_outbox {
        uint16_t cnt;
        struct dp_out out[DP_OUTBOX_MAX];
};

static inline bool dp_outbox_has_room(const struct dp_outbox *box)
{
        return box->cnt < DP_OUTBOX_MAX;
}

/* Only with room. */
static inline void dp_outbox_put(struct dp_outbox *box, const struct dp_out *out)
{
        box->out[box->cnt++] = *out;
}

#endif
