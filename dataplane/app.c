/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/app.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <time.h>

#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#include "dataplane/burst.h"
#include "dataplane/clock.h"
#include "dataplane/edge/key_file.h"
#include "dataplane/log.h"
#include "dataplane/state/tables.h"
#include "dataplane/telemetry.h"

RTE_LOG_REGISTER(dp_log_type, sluice, INFO)

/* One turn of the main lcore waits this long for control: also how fast a stop is noticed. */
#define POLL_MS 20

#define POOL_CACHE 256u /* packet buffers at hand for each lcore */

struct launch {
        struct dp_worker *worker;
        const _Atomic bool *stop;
};

static int worker_lcore(void *arg)
{
        struct launch *l = arg;

        return dp_worker_main(l->worker, l->stop);
}

static int told(const char *what, int rc)
{
        fprintf(stderr, "sluice-dataplane: %s: %s\n", what, strerror(-rc));
        return rc;
}

static int lcores_take(struct dp_app *app)
{
        uint32_t n = 0;

        for (unsigned lcore = rte_get_next_lcore(UINT_MAX, 1, 0);
             lcore < RTE_MAX_LCORE && n < app->config->workers;
             lcore = rte_get_next_lcore(lcore, 1, 0))
                app->lcores[n++] = lcore;
        if (n == app->config->workers)
                return 0;
        fprintf(stderr,
                "sluice-dataplane: %u workers need %u lcores besides the main one; EAL has %u\n",
                app->config->workers, app->config->workers, n);
        return -EINVAL;
}

/* The proxy's key is kept beside the socket; without it, what was before this start is forgotten.
 */
static void proxy_key_load(struct dp_app *app)
{
        const char *socket = app->config->socket;
        const char *slash = strrchr(socket, '/');
        char path[PATH_MAX];
        int rc;

        snprintf(path, sizeof(path), "%.*sproxy.key", slash != NULL ? (int)(slash - socket + 1) : 0,
                 socket);
        rc = dp_key_file_load(path, &app->tables->proxy_key);
        if (rc != 0)
                DP_LOG(WARNING, "calls and registrations will not outlive a restart: %s: %s\n",
                       path, strerror(-rc));
}

static int workers_create(struct dp_app *app)
{
        app->tables = dp_tables_create(app->config);
        if (app->tables == NULL)
                return told("no memory for the tables that workers share (limit-entries, "
                            "trust-entries, transaction-entries, dialog-entries, binding-entries)",
                            -ENOMEM);
        if (app->config->mode == DP_MODE_EDGE)
                proxy_key_load(app);
        for (uint16_t i = 0; i < app->config->workers; i++) {
                struct dp_worker_args args = {
                    .config = app->config,
                    .tables = app->tables,
                    .ctl_server = app->server,
                    .stats = dp_ctl_server_stats(app->server, i),
                    .reply_pool = app->pool,
                    .index = i,
                    .queue = i,
                    .port_ids = {app->ports.ids[0], app->ports.ids[1]},
                    .port_cnt = app->ports.cnt,
                    .net = app->config->mode == DP_MODE_EDGE ? &app->net : NULL,
                    .kernel = app->kernel != NULL ? dp_kernel_rings(app->kernel) : NULL,
                    .socket_id = (int)rte_lcore_to_socket_id(app->lcores[i]),
                };
                int rc = dp_worker_create(&app->workers[i], &args);

                if (rc != 0)
                        return told("no memory for a worker's tables", rc);
        }
        return 0;
}

static int workers_launch(struct dp_app *app)
{
        static struct launch launches[SHM_WORKERS_MAX];

        for (uint32_t i = 0; i < app->config->workers; i++) {
                launches[i] = (struct launch){app->workers[i], &app->stop};
                int rc = rte_eal_remote_launch(worker_lcore, &launches[i], app->lcores[i]);

                if (rc != 0)
                        return told("a worker does not start", rc);
        }
        return 0;
}

static int ports_start(struct dp_app *app)
{
        int rc = dp_ports_find(app->config, &app->ports);

        for (uint16_t i = 0; rc == 0 && i < app->ports.cnt; i++)
                rc = dp_port_start(app->ports.ids[i], app->config, app->pool);
        return rc;
}

/* Mode edge: our addresses get the MAC addresses of the ports. */
static int edge_start(struct dp_app *app)
{
        const struct dp_config *c = app->config;

        if (c->mode != DP_MODE_EDGE)
                return 0;
        app->net.side_cnt = (uint8_t)app->ports.cnt;
        for (uint8_t i = 0; i < app->ports.cnt; i++) {
                struct rte_ether_addr mac;
                uint16_t mtu;
                int rc = rte_eth_macaddr_get(app->ports.ids[i], &mac);

                if (rc == 0)
                        rc = rte_eth_dev_get_mtu(app->ports.ids[i], &mtu);
                if (rc != 0)
                        return told("a port has no MAC address or MTU", rc);
                app->net.side[i] = c->links.side[i];
                if (c->links.side[i].address_cnt == 0)
                        return told("mode edge with two ports needs links: inside: addresses",
                                    -EINVAL);
                dp_edge_net_mac(&app->net.side[i], mac.addr_bytes, mtu);
        }
        return dp_kernel_start(&app->kernel, c, &app->net, app->pool);
}

/* sd_notify(3) is one datagram: no library needed. */
static void notify_ready(void)
{
        const char *path = getenv("NOTIFY_SOCKET");
        struct sockaddr_un addr = {.sun_family = AF_UNIX};
        int sock;

        if (path == NULL || strlen(path) >= sizeof(addr.sun_path))
                return;
        strcpy(addr.sun_path, path);
        if (addr.sun_path[0] == '@')
                addr.sun_path[0] = '\0';
        sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (sock < 0)
                return;
        socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));

        (void)sendto(sock, "READY=1", 7, MSG_NOSIGNAL, (struct sockaddr *)&addr, len);
        close(sock);
}

/* Buffers that a worker can have in its hands at once, and then still receive: what it holds for
 * control, what lies in its queues, its burst with replies, its cache. A pool below this would let
 * a flood of questions starve the ports. */
static uint32_t pool_size(const struct dp_config *c)
{
        uint32_t queues = DP_PORTS_MAX * (c->rx_descriptors + c->tx_descriptors);
        uint32_t needed = c->workers * (c->pending_messages + queues + 2u * DP_BURST_MAX +
                                        POOL_CACHE + POOL_CACHE / 2u);

        if (c->mode == DP_MODE_EDGE)
                needed += c->workers * (DP_SEND_HELD + DP_OUTBOX_MAX) + DP_KERNEL_FRAMES_MAX;
        return RTE_MAX(c->mempool_size, needed);
}

int dp_app_start(struct dp_app *app, const struct dp_config *config)
{
        int rc;

        app->config = config;
        rc = lcores_take(app);
        if (rc != 0)
                return rc;
        app->pool = dp_ports_pool(pool_size(config), POOL_CACHE, config->workers);
        if (app->pool == NULL)
                return told("no memory for packets (mempool-size, pending-messages; huge pages: "
                            "sluicectl doctor)",
                            -rte_errno);
        rc = ports_start(app);
        if (rc == 0)
                rc = edge_start(app);
        if (rc != 0)
                return rc;
        rc = dp_ctl_server_create(&app->server, config->socket, (uint16_t)config->workers);
        if (rc != 0) {
                fprintf(stderr, "sluice-dataplane: cannot listen at %s: %s\n", config->socket,
                        strerror(-rc));
                return rc;
        }
        rc = workers_create(app);
        if (rc == 0)
                rc = dp_telemetry_register(app->server, (uint16_t)config->workers);
        if (rc == 0)
                rc = workers_launch(app);
        if (rc != 0)
                return rc;
        app->started = true;
        dp_ctl_server_set_running(app->server);
        notify_ready();
        DP_LOG(NOTICE, "running: %u workers, %u ports, scan kernel %s, control attaches at %s\n",
               config->workers, app->ports.cnt, dp_worker_kernel(app->workers[0]), config->socket);
        return 0;
}

/* The alarm of DESIGN 2: workers check the equation every second, we say so once for each time. */
static void conservation_watch(struct dp_app *app)
{
        struct shm_counters sum;

        if (dp_telemetry_sum(app->server, (uint16_t)app->config->workers, &sum) != 0 ||
            sum.conservation_errors == app->conservation_errors)
                return;
        app->conservation_errors = sum.conservation_errors;
        DP_LOG(ALERT, "accounting mismatch: received %" PRIu64 ", accounted for %" PRIu64 "\n",
               sum.received, shm_counters_accounted(&sum));
}

static void generation_tell(struct dp_app *app)
{
        uint32_t lowest = UINT32_MAX;

        for (uint32_t i = 0; i < app->config->workers; i++)
                lowest = RTE_MIN(lowest, dp_worker_generation(app->workers[i]));
        dp_ctl_server_set_generation(app->server, lowest);
}

/* A new key for challenges, in time; the one before it stays good for what it signed. */
static void keys_rotate(struct dp_app *app)
{
        uint64_t now_ns = dp_clock_monotonic_ns();

        if (app->tables->cookie_keys == NULL ||
            dp_cookie_keys_follow(app->tables->cookie_keys, (uint32_t)time(NULL)) ||
            now_ns - app->rotated_ns < app->config->challenge.rotate_s * UINT64_C(1000000000))
                return;
        if (!dp_cookie_keys_rotate(app->tables->cookie_keys))
                DP_LOG(ERR, "no randomness for a new key: challenges keep the old one\n");
        app->rotated_ns = now_ns;
}

void dp_app_run(struct dp_app *app)
{
        app->rotated_ns = dp_clock_monotonic_ns();
        while (!atomic_load_explicit(&app->stop, memory_order_relaxed)) {
                dp_ctl_server_poll(app->server, POLL_MS);
                generation_tell(app);
                conservation_watch(app);
                keys_rotate(app);
        }
}

static bool final_account(struct dp_app *app)
{
        struct shm_counters sum;
        bool exact = dp_telemetry_sum(app->server, (uint16_t)app->config->workers, &sum) == 0 &&
                     sum.received == shm_counters_accounted(&sum);

        DP_LOG(NOTICE,
               "stopped: received %" PRIu64 " = sent %" PRIu64 " + observed %" PRIu64
               " + dropped %" PRIu64 " + consumed %" PRIu64 " + held %" PRIu64 "%s\n",
               sum.received, sum.sent, sum.observed, shm_counters_dropped(&sum), sum.consumed,
               sum.held_pending + sum.held_reassembly + sum.held_neighbour,
               exact ? "" : ": NOT EXACT");
        return exact;
}

int dp_app_stop(struct dp_app *app)
{
        bool exact;

        atomic_store_explicit(&app->stop, true, memory_order_relaxed);
        rte_eal_mp_wait_lcore();
        exact = !app->started || final_account(app);
        dp_telemetry_unregister();
        dp_kernel_stop(app->kernel);
        dp_ports_stop(&app->ports);
        for (uint32_t i = 0; i < SHM_WORKERS_MAX; i++)
                dp_worker_destroy(app->workers[i]);
        dp_tables_destroy(app->tables);
        dp_ctl_server_destroy(app->server);
        return exact ? 0 : 1;
}
