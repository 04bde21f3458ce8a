/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/dataplane/chain_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>

#include "bench/dataplane/chain_frames.h"
#include "control/contract/cp_inproc.h"
#include "dataplane/burst.h"
#include "dataplane/config.h"
#include "dataplane/ctl_server.h"
#include "dataplane/runtime_dir.h"
#include "dataplane/state/tables.h"
#include "dataplane/worker.h"
#include "parser/scan/scan_select.h"
#include "parser/sip_parse.h"

#define NULL_BYTES 842u
#define NULL_ROUND 65536u
#define RING_SLOTS 8192u
_Static_assert(CHAIN_FRAMES_ROUND < RING_SLOTS, "a round fits a ring");

/* More decisions than the generator's messages make: what is measured is a hit. */
#define CACHE_ENTRIES (1u << 18)

static struct {
        uint16_t null_ids[2];
        uint16_t null_sip_ids[2];
        uint16_t ring_ids[2];
        struct rte_ring *rx[2];
        struct rte_ring *tx[2];
        struct rte_mempool *pool;
        struct rte_mempool *sip_pool; /* of net_null: every buffer has a frame in it */
} env;

struct chain_rig {
        enum rig_device device;
        struct dp_config config;
        struct dp_ctl_server *server;
        struct dp_worker *worker;
        struct dp_tables *tables;
        struct cp_inproc *control;
        enum rig_set set;
        unsigned next; /* frame of the set to feed */
};

static bool port_start(uint16_t id, struct rte_mempool *pool)
{
        const struct rte_eth_conf conf = {0};

        return rte_eth_dev_configure(id, 1, 1, &conf) == 0 &&
               rte_eth_rx_queue_setup(id, 0, 512, 0, NULL, pool) == 0 &&
               rte_eth_tx_queue_setup(id, 0, 512, 0, NULL) == 0 && rte_eth_dev_start(id) == 0;
}

static bool ring_port(unsigned side)
{
        char name[RTE_RING_NAMESIZE];
        int id;

        snprintf(name, sizeof(name), "rx%u", side);
        env.rx[side] = rte_ring_create(name, RING_SLOTS, 0, RING_F_SP_ENQ | RING_F_SC_DEQ);
        snprintf(name, sizeof(name), "tx%u", side);
        env.tx[side] = rte_ring_create(name, RING_SLOTS, 0, RING_F_SP_ENQ | RING_F_SC_DEQ);
        snprintf(name, sizeof(name), "rig%u", side);
        id = rte_eth_from_rings(name, &env.rx[side], 1, &env.tx[side], 1, 0);
        env.ring_ids[side] = (uint16_t)id;
        return id >= 0 && port_start(env.ring_ids[side], env.pool);
}

static struct dp_runtime_dir runtime_dir;

static void runtime_dir_remove(void)
{
        dp_runtime_dir_remove(&runtime_dir);
}

bool chain_rig_start(void)
{
        const char *huge = getenv("SLUICE_BENCH_HUGE");

        if (dp_runtime_dir_make(&runtime_dir) != 0)
                return false;
        atexit(runtime_dir_remove);
        const char *argv[] = {"bench_chain",
                              "--vdev=net_null0,size=842",
                              "--vdev=net_null1,size=842",
                              "--vdev=net_null2,size=842",
                              "--vdev=net_null3,size=842,no-rx=1", /* the inside is silent */
                              "--no-pci",
                              "--no-telemetry",
                              "--no-shconf",
                              "--log-level=lib.*:error",
                              DP_RUNTIME_DIR_EAL_ARG,
                              "-m",
                              "512",
                              huge == NULL ? "--no-huge" : "--legacy-mem"};

        if (rte_eal_init((int)(sizeof(argv) / sizeof(argv[0])), (char **)(uintptr_t)argv) < 0)
                return false;
        env.pool = rte_pktmbuf_pool_create("rig", CHAIN_FRAMES_ROUND + 8191, 256, 0,
                                           RTE_MBUF_DEFAULT_BUF_SIZE, 0);
        env.sip_pool = rte_pktmbuf_pool_create("rig_sip", CHAIN_FRAMES_SOURCES - 1, 256, 0,
                                               RTE_MBUF_DEFAULT_BUF_SIZE, 0);
        if (env.pool == NULL || env.sip_pool == NULL || !chain_frames_start(env.pool) ||
            rte_eth_dev_get_port_by_name("net_null0", &env.null_ids[0]) != 0 ||
            rte_eth_dev_get_port_by_name("net_null1", &env.null_ids[1]) != 0 ||
            rte_eth_dev_get_port_by_name("net_null2", &env.null_sip_ids[0]) != 0 ||
            rte_eth_dev_get_port_by_name("net_null3", &env.null_sip_ids[1]) != 0) {
                fprintf(stderr, "no buffers or no net_null driver\n");
                return false;
        }
        return port_start(env.null_ids[0], env.pool) && port_start(env.null_ids[1], env.pool) &&
               port_start(env.null_sip_ids[0], env.sip_pool) &&
               port_start(env.null_sip_ids[1], env.sip_pool) && ring_port(0) && ring_port(1);
}

/* Write frames into all buffers of the pool that the SIP net_null devices hand out. */
static void null_sip_fill(void)
{
        static struct rte_mbuf *all[CHAIN_FRAMES_SOURCES];
        static bool done;
        unsigned cnt = 0, from = 0;

        while (!done && cnt < CHAIN_FRAMES_SOURCES &&
               (all[cnt] = rte_pktmbuf_alloc(env.sip_pool)) != NULL) {
                memset(rte_pktmbuf_mtod(all[cnt], uint8_t *), 0, NULL_BYTES);
                (void)chain_frames_write_one(RIG_SET_MIX, from++ % chain_frames_cnt(RIG_SET_MIX),
                                             all[cnt]);
                cnt += all[cnt]->data_len <= NULL_BYTES; /* else this buffer gets the next one */
        }
        done = true;
        while (cnt > 0)
                rte_pktmbuf_free(all[--cnt]);
}

bool chain_rig_load(enum rig_set set, const uint8_t *message, size_t len)
{
        return chain_frames_add(set, message, len);
}

unsigned chain_rig_loaded(enum rig_set set)
{
        return chain_frames_cnt(set);
}

static bool control_attach(struct chain_rig *r)
{
        const struct cp_inproc_args args = {0};
        int in_fd, out_fd;

        if (cp_inproc_create(&r->control, &args) != 0 ||
            dp_ctl_server_local_fds(r->server, &in_fd, &out_fd) != 0 ||
            cp_inproc_attach(r->control, in_fd, out_fd) != 0)
                return false;
        dp_ctl_server_local_ready(r->server);
        return true;
}

static const uint16_t *ids_of(enum rig_device device)
{
        if (device == RIG_NULL)
                return env.null_ids;
        return device == RIG_NULL_SIP ? env.null_sip_ids : env.ring_ids;
}

void chain_rig_use(struct chain_rig *r, enum rig_set set)
{
        r->set = set;
        r->next = 0;
}

struct chain_rig *chain_rig_create(enum rig_device device, enum rig_events events)
{
        struct chain_rig *r = calloc(1, sizeof(*r));
        struct shm_ring_sizes sizes = DP_CTL_RING_SIZES;

        if (r == NULL || dp_config_load(NULL, &r->config) != 0)
                abort();
        r->device = device;
        if (device == RIG_NULL_SIP)
                null_sip_fill();
        r->config.cache_entries = CACHE_ENTRIES;
        r->config.decision_deadline_ms = 10000;    /* a preempted rig is not a slow control */
        r->config.shedding.mode = DP_SHEDDING_OFF; /* it has as much to do as it can */
        r->config.events = events == RIG_EVENTS_ALL ? DP_EVENTS_ALL : DP_EVENTS_OFF;
        if (dp_ctl_server_create_local(&r->server, 1, &sizes) != 0)
                abort();
        chain_rig_limits(r, RIG_LIMITS_NONE);
        r->tables = dp_tables_create(&r->config);
        if (r->tables == NULL)
                abort();
        const uint16_t *ids = ids_of(device);
        struct dp_worker_args args = {
            .config = &r->config,
            .tables = r->tables,
            .ctl_server = r->server,
            .stats = dp_ctl_server_stats(r->server, 0),
            .reply_pool = env.pool,
            .port_ids = {ids[0], ids[1]},
            .port_cnt = 2,
        };

        if (dp_worker_create(&r->worker, &args) != 0 || !control_attach(r))
                abort();
        return r;
}

static void feed(struct chain_rig *r, unsigned cnt)
{
        struct rte_mbuf *m[CHAIN_FRAMES_ROUND];

        chain_frames_write(r->set, &r->next, cnt, m);
        for (unsigned i = 0; i < cnt; i++)
                rte_ring_enqueue(env.rx[0], m[i]);
}

static void drain(void)
{
        void *m;

        for (unsigned side = 0; side < 2; side++)
                while (rte_ring_dequeue(env.tx[side], &m) == 0)
                        ;
}

static unsigned round_size(const struct chain_rig *r)
{
        return r->device == RIG_RING ? CHAIN_FRAMES_ROUND : NULL_ROUND;
}

struct rig_round chain_rig_round(struct chain_rig *r)
{
        const struct shm_counters *c = dp_worker_counters(r->worker);
        uint64_t before = c->received;
        uint64_t goal = before + round_size(r);
        uint64_t start;

        if (r->device == RIG_RING)
                feed(r, round_size(r));
        start = rte_rdtsc_precise();
        while (c->received < goal)
                dp_worker_turn(r->worker);
        uint64_t cycles = rte_rdtsc_precise() - start;

        drain();
        (void)cp_inproc_events(r->control, UINT64_MAX);
        return (struct rig_round){.packets = c->received - before, .cycles = cycles};
}

struct rig_round chain_rig_round_bare(struct chain_rig *r)
{
        const uint16_t *ids = ids_of(r->device);
        unsigned goal = round_size(r), moved = 0, turn = 0;
        struct rte_mbuf *m[32];

        if (r->device == RIG_RING)
                feed(r, goal);
        uint64_t start = rte_rdtsc_precise();

        while (moved < goal) {
                uint16_t got = rte_eth_rx_burst(ids[turn & 1u], 0, m, 32);

                moved += rte_eth_tx_burst(ids[(turn & 1u) ^ 1u], 0, m, got);
                turn++;
        }
        uint64_t cycles = rte_rdtsc_precise() - start;

        drain();
        return (struct rig_round){.packets = moved, .cycles = cycles};
}

struct rig_round chain_rig_round_rxonly(struct chain_rig *r)
{
        const uint16_t *ids = ids_of(r->device);
        unsigned goal = round_size(r), moved = 0, turn = 0;
        struct rte_mbuf *m[32];

        if (r->device == RIG_RING)
                feed(r, goal);
        uint64_t start = rte_rdtsc_precise();

        while (moved < goal) {
                uint16_t got = rte_eth_rx_burst(ids[turn++ & 1u], 0, m, 32);

                for (uint16_t i = 0; i < got; i++)
                        rte_pktmbuf_free(m[i]);
                moved += got;
        }
        return (struct rig_round){.packets = moved, .cycles = rte_rdtsc_precise() - start};
}

struct rig_round chain_rig_round_parse(struct chain_rig *r)
{
        static struct sip_msg msgs[DP_RX_BURST]; /* as many as a worker fills in turn */
        const struct scan_variant kernel = scan_find(dp_worker_kernel(r->worker));
        struct rte_mbuf *m[CHAIN_FRAMES_ROUND];
        uint64_t start;

        chain_frames_write(r->set, &r->next, CHAIN_FRAMES_ROUND, m);
        start = rte_rdtsc_precise();
        for (unsigned i = 0; i < CHAIN_FRAMES_ROUND; i++)
                (void)sip_parse_with(
                    kernel.fast,
                    rte_pktmbuf_mtod_offset(m[i], const uint8_t *, CHAIN_FRAMES_HEADERS),
                    m[i]->data_len - CHAIN_FRAMES_HEADERS, &msgs[i % DP_RX_BURST]);
        return (struct rig_round){.packets = CHAIN_FRAMES_ROUND,
                                  .cycles = rte_rdtsc_precise() - start};
}

/* The worker borrows the configuration, so that this holds from the next packet on. */
void chain_rig_limits(struct chain_rig *r, enum rig_limits limits)
{
        struct dp_limits_config *c = &r->config.limits;
        struct dp_rate wide = dp_rate_make(1000000000, 1000000000, 1000000000);

        memset(c->guard, 0, sizeof(c->guard));
        memset(c->rates, 0, sizeof(c->rates));
        if (limits == RIG_LIMITS_SPENT)
                c->guard[SHM_LANE_UNPROVEN][DP_GUARD_ENDPOINT] =
                    dp_rate_make(1, UINT64_C(86400000000000), 1);
        if (limits != RIG_LIMITS_WIDE)
                return;
        for (unsigned key = 0; key < DP_GUARD_KEY_CNT; key++)
                c->guard[SHM_LANE_UNPROVEN][key] = wide;
        for (unsigned cls = 0; cls < DP_LIMIT_CLASS_CNT; cls++)
                for (unsigned key = 0; key < DP_LIMIT_KEY_CNT; key++)
                        c->rates[SHM_LANE_UNPROVEN][cls][key] = wide;
}

void chain_rig_warm(struct chain_rig *r)
{
        for (unsigned fed = 0; fed < chain_frames_cnt(r->set); fed += 32) {
                feed(r, 32);
                for (unsigned i = 0; i < 4; i++) {
                        dp_worker_turn(r->worker);
                        (void)cp_inproc_decide(r->control);
                }
                (void)cp_inproc_events(r->control, UINT64_MAX);
                drain();
        }
        r->next = 0;
}

void chain_rig_ban_all(struct chain_rig *r)
{
        struct shm_table_update u = {
            .op = SHM_TABLE_ADD,
            .table = SHM_TABLE_BAN,
            .reason = SHM_REASON_BANNED,
            .prefix_len = 120,
            .ip = {{[10] = 0xff, 0xff, 192, 0, 2, 0}},
        };

        /* control's own copy of its tables comes first, and would sweep this away */
        for (unsigned i = 0; i < 4; i++) {
                (void)cp_inproc_decide(r->control);
                dp_worker_turn(r->worker);
        }
        dp_worker_apply_table(r->worker, &u);
        u.prefix_len = 128;
        for (unsigned i = 0; i < CHAIN_FRAMES_SOURCES; i++) {
                u.ip = (struct shm_ip){
                    {[10] = 0xff, 0xff, 198, 18, (uint8_t)(i >> 8), (uint8_t)(i & 0xffu)}};
                dp_worker_apply_table(r->worker, &u);
        }
}

bool chain_rig_counts(const struct chain_rig *r, uint64_t *passed, uint64_t *dropped,
                      uint64_t *cached)
{
        const struct shm_counters *c = dp_worker_counters(r->worker);

        *passed = c->sent;
        *dropped = shm_counters_dropped(c);
        *cached = c->decisions_cached;
        return c->received == shm_counters_accounted(c);
}

const char *chain_rig_main_drop(const struct chain_rig *r)
{
        const struct shm_counters *c = dp_worker_counters(r->worker);
        unsigned most = 0;

        for (unsigned i = 0; i < SHM_REASONS_MAX; i++)
                if (c->dropped[i] > c->dropped[most])
                        most = i;
        return shm_reason_name(most);
}

double chain_rig_tsc_hz(void)
{
        return (double)rte_get_tsc_hz();
}

void chain_rig_destroy(struct chain_rig *r)
{
        dp_worker_flush_pending(r->worker, SHM_REASON_SHUTDOWN);
        drain();
        cp_inproc_destroy(r->control);
        dp_worker_destroy(r->worker);
        dp_tables_destroy(r->tables);
        dp_ctl_server_destroy(r->server);
        dp_config_free(&r->config);
        free(r);
}
