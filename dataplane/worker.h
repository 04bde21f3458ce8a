/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker.h - one poll-mode worker: its stages in order, their state, and its loop.
 *
 * A worker belongs to one lcore (or to replay's only thread). All its memory is taken at start.
 */
#ifndef SLUICE_DATAPLANE_WORKER_H
#define SLUICE_DATAPLANE_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "control/contract/shm_stats.h"

struct dp_worker;
struct dp_config;
struct dp_ctl_server;
struct dp_tables;
struct dp_edge_net;
struct dp_kernel_rings;
struct dp_explain;

/* What a worker is made from; everything is borrowed and outlives the worker. */
struct dp_worker_args {
        const struct dp_config *config;
        struct dp_tables *tables;             /* shared by all workers */
        struct dp_ctl_server *ctl_server;     /* who decides; NULL: no control can attach */
        struct dp_ctl_server *report_server;  /* who is told, NULL: the same; replay */
        struct shm_stats_page *stats;         /* its counter page */
        struct rte_mempool *reply_pool;       /* for the replies that act makes */
        const struct dp_edge_net *net;        /* mode edge; NULL: there are no addresses of ours */
        const struct dp_kernel_rings *kernel; /* mode edge; NULL: no way to the kernel */
        uint16_t index;                       /* 0.. */
        uint16_t queue;                       /* of each port */
        uint16_t port_ids[2];                 /* by enum shm_side; equal when there is one port */
        uint16_t port_cnt;                    /* 1 or 2 */
        int socket_id;
        uint32_t ip_bytes_max; /* longest IP packet that may be sent; 0 = the ports' smallest MTU */
        bool virtual_clock;    /* time is what dp_worker_set_time() says: replay */
        struct dp_explain *explain; /* replay: who is told why; else NULL */
        bool one_way;               /* nobody gets a reply, so none is challenged or shed: replay */
};

/* Start-up only. 0 or a negative errno. */
int dp_worker_create(struct dp_worker **out, const struct dp_worker_args *args);
void dp_worker_destroy(struct dp_worker *w);

/* One turn of the chain, resume to housekeep. Returns the packets that moved (0 = idle). */
unsigned dp_worker_turn(struct dp_worker *w);
/* Turn until *stop is set; then every held message is ended with the reason SHUTDOWN. */
int dp_worker_main(struct dp_worker *w, const _Atomic bool *stop);

/* Replay: the clock of the next turns, ns since the epoch; never goes back. */
void dp_worker_set_time(struct dp_worker *w, uint64_t now_ns);
/* End every held message now by the exception table with the reason DEADLINE or SHUTDOWN. */
void dp_worker_flush_pending(struct dp_worker *w, uint8_t reason);
/* Apply one table update as if control had sent it; from the thread that turns the worker. */
struct shm_table_update;
void dp_worker_apply_table(struct dp_worker *w, const struct shm_table_update *u);
/* Policy generation that its tables and decisions are of, 0 before any. Any thread. */
uint32_t dp_worker_generation(const struct dp_worker *w);
/* The scan kernel that it reads with: the configured one, or the fastest at its start. Static. */
const char *dp_worker_kernel(const struct dp_worker *w);
/* Its private counters: only from the thread that turns it. */
const struct shm_counters *dp_worker_counters(const struct dp_worker *w);

#endif
