/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app.h - the live dataplane put together: ports, link server, workers on their lcores.
 */
#ifndef SLUICE_DATAPLANE_APP_H
#define SLUICE_DATAPLANE_APP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/config.h"
#include "dataplane/ctl_server.h"
#include "dataplane/edge/kernel.h"
#include "dataplane/port.h"
#include "dataplane/worker.h"

struct dp_app {
        const struct dp_config *config;
        struct dp_ports ports;
        struct dp_edge_net net;   /* mode edge */
        struct dp_kernel *kernel; /* mode edge */
        struct dp_ctl_server *server;
        struct rte_mempool *pool;
        struct dp_tables *tables; /* shared by the workers */
        struct dp_worker *workers[SHM_WORKERS_MAX];
        unsigned lcores[SHM_WORKERS_MAX];
        uint64_t conservation_errors; /* already told */
        uint64_t rotated_ns;          /* CLOCK_MONOTONIC of the last new key for challenges */
        bool started;                 /* dp_app_start() came to its end */
        _Atomic bool stop;
};

/* After rte_eal_init(), on zeroed memory. Everything that can fail fails here and tells why; 0 or a
 * negative errno. dp_app_stop() must follow in either case. */
int dp_app_start(struct dp_app *app, const struct dp_config *config);
/* Serve control until app->stop is set (from a signal handler). Main lcore. */
void dp_app_run(struct dp_app *app);
/* Stop the workers, tell the final equation, give everything back, however far the start came.
 * Returns 0, or 1 when packets were not accounted for. */
int dp_app_stop(struct dp_app *app);

#endif
