/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/calls_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_lcore.h>

#include "bench/harness/engine/ports.h"
#include "bench/harness/engine/worker.h"
#include "bench/harness/traffic/calls_traffic.h"

#define BUFFERS 65535u
#define CACHE   512u
#define SLOTS   65536u

struct side {
        struct sb_worker *worker;
        struct sb_calls *calls;
        struct sb_scenario *scenario;
        struct sb_ident ident;
        struct sb_env env;
};

struct calls_rig {
        struct side sides[2]; /* calling, answering */
        uint64_t base_tsc;
        double ns_per_tsc;
        uint64_t cycles[2];
};

static struct {
        struct rte_mempool *pool;
        uint16_t ports[2];
} env;

bool calls_rig_start(void)
{
        const struct sb_ports_setup setup = {.worker_cnt = 0};

        if (sb_eal_start(&setup) != 0)
                return false;
        env.pool = rte_pktmbuf_pool_create("rig", BUFFERS, CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
                                           SOCKET_ID_ANY);
        return env.pool != NULL && sb_port_open("loop", env.pool, env.ports) == 0;
}

static bool addresses(struct side *d, bool calling)
{
        bool v6;

        if (sb_ident_init(&d->ident, calling ? "198.51.100.10" : "198.51.100.20", calling ? 100 : 1,
                          calling ? 10000 : 5060, calling ? 1000 : 1) != 0)
                return false;
        d->env = (struct sb_env){
            .local = &d->ident, .pid = 99u + calling, .service = "service", .media_port = 6000};
        if (!calling)
                return true;
        d->env.remote.port = 5060;
        return sb_addr_parse("198.51.100.20", &d->env.remote.addr, &v6) == 0;
}

static bool side_up(struct side *d, uint32_t i, uint32_t live_max)
{
        struct sb_calls_setup set = {.slot_cnt = SLOTS,
                                     .link = {.vlan = SB_VLAN_NONE},
                                     .t2_ms = 4000,
                                     .wait_ns = UINT64_C(32000000000),
                                     .user = "service",
                                     .password = "password"};
        char error[SB_ERROR_BYTES];

        if (!addresses(d, i == 0) ||
            sb_scenario_load(&d->scenario, i == 0 ? "uac" : "uas", &d->env, NULL, 0, error) != 0)
                return false;
        d->worker = aligned_alloc(64, (sizeof(*d->worker) + 63) / 64 * 64);
        if (d->worker == NULL)
                return false;
        sb_worker_init(d->worker, env.ports[i], env.pool);
        d->worker->neigh.ours = &d->ident;
        d->worker->neigh.vlan = SB_VLAN_NONE;
        set.scenario = d->scenario;
        set.env = &d->env;
        if (sb_calls_create(&d->calls, &set, &d->worker->out, d->worker->times, 0) != 0)
                return false;
        d->worker->traffics[0] = sb_calls_traffic(d->calls, i != 0, live_max);
        d->worker->traffic_cnt = 1;
        return true;
}

static void side_down(struct side *d)
{
        sb_calls_destroy(d->calls);
        sb_scenario_free(d->scenario);
        if (d->worker != NULL)
                sb_out_fini(&d->worker->out);
        free(d->worker);
}

struct calls_rig *calls_rig_create(uint32_t live_max)
{
        struct calls_rig *r = calloc(1, sizeof(*r));

        if (r == NULL)
                return NULL;
        if (!side_up(&r->sides[0], 0, live_max) || !side_up(&r->sides[1], 1, UINT32_MAX)) {
                calls_rig_destroy(r);
                return NULL;
        }
        r->ns_per_tsc = 1e9 / (double)rte_get_tsc_hz();
        r->base_tsc = rte_rdtsc();
        sb_pace_init(&r->sides[0].worker->traffics[0].pace, 0, 0, UINT64_MAX / 2, UINT64_MAX);
        return r;
}

/* What is on its way is answered first, so that no frame of one rig meets the next. */
static void drain(struct calls_rig *r)
{
        if (r->sides[0].calls == NULL || r->sides[1].calls == NULL)
                return;
        sb_pace_end(&r->sides[0].worker->traffics[0].pace);
        for (uint32_t i = 0; i < 100000 && sb_worker_live(r->sides[0].worker) != 0; i++)
                calls_rig_round(r, 1);
        calls_rig_round(r, 4);
}

void calls_rig_destroy(struct calls_rig *r)
{
        if (r == NULL)
                return;
        drain(r);
        side_down(&r->sides[0]);
        side_down(&r->sides[1]);
        free(r);
}

__attribute__((noinline)) static void calls_rig_caller(struct sb_worker *w, uint64_t now_ns)
{
        (void)sb_worker_turn(w, now_ns);
        __asm__ volatile("# calling" ::: "memory"); /* two functions, each counted by its name */
}

__attribute__((noinline)) static void calls_rig_answer(struct sb_worker *w, uint64_t now_ns)
{
        (void)sb_worker_turn(w, now_ns);
        __asm__ volatile("# answering" ::: "memory");
}

void calls_rig_round(struct calls_rig *r, uint32_t turns)
{
        uint64_t tsc = rte_rdtsc();

        for (uint32_t i = 0; i < turns; i++) {
                uint64_t at;

                calls_rig_caller(r->sides[0].worker,
                                 (uint64_t)((double)(tsc - r->base_tsc) * r->ns_per_tsc));
                at = rte_rdtsc();
                r->cycles[0] += at - tsc;
                calls_rig_answer(r->sides[1].worker,
                                 (uint64_t)((double)(at - r->base_tsc) * r->ns_per_tsc));
                tsc = rte_rdtsc();
                r->cycles[1] += tsc - at;
        }
}

void calls_rig_cost(const struct calls_rig *r, struct calls_cost *out)
{
        const struct sb_counts *a = &r->sides[0].worker->counts;

        *out =
            (struct calls_cost){.calls = a->calls_succeeded,
                                .failed = a->calls_failed + r->sides[1].worker->counts.calls_failed,
                                .frames = a->tx_frames + a->rx_frames,
                                .caller_cycles = r->cycles[0],
                                .answer_cycles = r->cycles[1]};
}

double calls_rig_tsc_hz(void)
{
        return (double)rte_get_tsc_hz();
}
