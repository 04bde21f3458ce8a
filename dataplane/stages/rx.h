/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rx.h - one burst from one queue; the ports of a worker take turns.
 */
#ifndef SLUICE_DATAPLANE_STAGES_RX_H
#define SLUICE_DATAPLANE_STAGES_RX_H

#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"

struct dp_rx {
        uint16_t port_ids[2];
        uint8_t sides[2]; /* enum shm_side of each */
        uint16_t port_cnt;
        uint16_t queue;
        uint16_t turn;           /* which port is next */
        uint64_t serial;         /* of the next packet */
        size_t timestamp_offset; /* of the mbuf field that holds capture time */
        uint64_t timestamp_flag; /* 0: packets carry no time of their own */
        struct shm_counters *counters;
};

/* Appends to the burst; returns the packets taken. */
unsigned dp_rx_run(struct dp_rx *self, struct dp_burst *b);

#endif
