/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker.h - one port, one thread, one turn at a time: receive, deadlines, starts that are due,
 * send.
 *
 * What is sent is the business of traffics: calls of a scenario, messages of a mix, an attack, a
 * capture. A worker has up to SB_TRAFFICS_MAX of them, each with a schedule of its own, so an
 * attack and calls may share a port. Time is given to it; a test gives what it likes.
 */
#ifndef SLUICE_BENCH_HARNESS_ENGINE_WORKER_H
#define SLUICE_BENCH_HARNESS_ENGINE_WORKER_H

#include "bench/harness/engine/neigh.h"
#include "bench/harness/engine/out.h"
#include "bench/harness/engine/pace.h"
#include "bench/harness/engine/reader.h"
#include "bench/harness/traffic/calls.h"

#define SB_TRAFFICS_MAX  4u
#define SB_STARTS_A_TURN 32u /* of each traffic: answers must not wait behind starts */
/* Of calls while as many frames come as a turn takes: a worker that was away begins what is due no
 * faster than it ends what goes on, and has no more calls to look after than it must. */
#define SB_STARTS_BEHIND 8u

struct sb_traffic {
        void *self;
        /* Begin one, meant for intended_ns. NULL: it only answers. */
        void (*start)(void *self, uint64_t intended_ns, uint64_t now_ns);
        /* A SIP message came. 0: not mine; 1: taken; 2: taken, and the buffer kept. */
        int (*receive)(void *self, const struct sb_datagram *d, uint64_t now_ns);
        /* A message is read, and will be received next but one: bring its state near. May be NULL.
         */
        void (*prefetch)(void *self, const struct sb_rx *rx);
        void (*timers)(void *self, uint64_t now_ns); /* may be NULL */
        uint32_t (*live)(void *self);                /* calls going on; may be NULL */
        uint32_t live_max;                           /* none is begun beyond; only with live */
        struct sb_pace pace;
};

struct sb_worker {
        struct sb_out out;
        struct sb_neigh neigh;
        struct sb_traffic traffics[SB_TRAFFICS_MAX];
        uint32_t traffic_cnt;
        uint32_t check_every; /* run the product's parser on every n-th message; 0: never */
        uint32_t check_in;
        struct sb_counts counts;
        struct sb_hist times[SB_TIME_CNT];
        struct sip_anom_set anomaly_set; /* all that was seen */
        struct sb_rx rx[2];              /* of the message at hand, and of the one behind it */
        struct sip_msg msg;
};

void sb_worker_init(struct sb_worker *w, uint16_t port, struct rte_mempool *pool);
/* One turn at time now_ns. True when anything was received or begun. */
bool sb_worker_turn(struct sb_worker *w, uint64_t now_ns);
/* Calls going on. */
uint32_t sb_worker_live(const struct sb_worker *w);
/* Has every schedule run out? */
bool sb_worker_started_all(const struct sb_worker *w);

#endif
