/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/edge/kernel.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_errno.h>
#include <rte_lcore.h>

#include "dataplane/clock.h"
#include "dataplane/edge/tap.h"

#define BURST 32u

/* Rings are looked into this often: a worker can not wake anybody. While there is traffic, and
 * after a second without. */
#define BUSY_MS  1
#define QUIET_MS 5
#define QUIET_NS UINT64_C(1000000000)

struct dp_kernel {
        struct dp_kernel_rings rings;
        struct rte_mempool *pool;
        int fds[SHM_SIDE_CNT]; /* -1: none */
        pthread_t thread;
        bool runs;
        _Atomic bool stop;
};

/* Frames for the kernel; what its device does not take is lost, as on any full queue. */
static unsigned give(struct dp_kernel *k, unsigned side)
{
        void *frames[BURST];
        unsigned n = rte_ring_dequeue_burst(k->rings.to[side], frames, BURST, NULL);

        for (unsigned i = 0; i < n; i++) {
                struct rte_mbuf *m = frames[i];

                if (write(k->fds[side], rte_pktmbuf_mtod(m, void *), m->data_len) < 0 &&
                    errno == EBADFD)
                        atomic_store(&k->stop, true); /* somebody took the device away */
                rte_pktmbuf_free(m);
        }
        return n;
}

/* One frame of the kernel. False when there is none, or no buffer for it. */
static bool take(struct dp_kernel *k, unsigned side)
{
        struct rte_mbuf *m = rte_pktmbuf_alloc(k->pool);
        ssize_t len;

        if (m == NULL)
                return false;
        len = read(k->fds[side], rte_pktmbuf_mtod(m, void *), rte_pktmbuf_tailroom(m));
        if (len <= 0) {
                rte_pktmbuf_free(m);
                return false;
        }
        m->data_len = (uint16_t)len;
        m->pkt_len = (uint32_t)len;
        if (rte_ring_enqueue(k->rings.from[side], m) != 0)
                rte_pktmbuf_free(m);
        return true;
}

static unsigned carry(struct dp_kernel *k, unsigned side)
{
        unsigned moved = give(k, side);

        for (unsigned i = 0; i < BURST && take(k, side); i++)
                moved++;
        return moved;
}

static void *run(void *arg)
{
        struct dp_kernel *k = arg;
        struct pollfd fds[SHM_SIDE_CNT];
        uint64_t busy_ns = 0;

        while (!atomic_load_explicit(&k->stop, memory_order_relaxed)) {
                nfds_t cnt = 0;
                unsigned moved = 0;

                for (unsigned side = 0; side < SHM_SIDE_CNT; side++) {
                        if (k->fds[side] < 0)
                                continue;
                        moved += carry(k, side);
                        fds[cnt++] = (struct pollfd){.fd = k->fds[side], .events = POLLIN};
                }
                uint64_t now_ns = dp_clock_monotonic_ns();

                if (moved != 0)
                        busy_ns = now_ns;
                else
                        (void)poll(fds, cnt, now_ns - busy_ns < QUIET_NS ? BUSY_MS : QUIET_MS);
        }
        return NULL;
}

static struct rte_ring *ring(const char *what, unsigned side, unsigned flags)
{
        char name[RTE_RING_NAMESIZE];

        snprintf(name, sizeof(name), "dp_kernel_%s%u", what, side);
        return rte_ring_create(name, DP_KERNEL_RING_SLOTS, (int)rte_socket_id(), flags);
}

static int side_open(struct dp_kernel *k, const char *tap, const struct dp_edge_net *net,
                     unsigned side)
{
        k->rings.to[side] = ring("to", side, RING_F_SC_DEQ);
        k->rings.from[side] = ring("from", side, RING_F_SP_ENQ | RING_F_SC_DEQ);
        if (k->rings.to[side] == NULL || k->rings.from[side] == NULL)
                return -ENOMEM;
        k->fds[side] = dp_tap_open(tap, &net->side[side]);
        return k->fds[side] < 0 ? k->fds[side] : 0;
}

int dp_kernel_start(struct dp_kernel **out, const struct dp_config *config,
                    const struct dp_edge_net *net, struct rte_mempool *pool)
{
        struct dp_kernel *k = calloc(1, sizeof(*k));
        bool any = false;
        int rc = 0;

        *out = NULL;
        if (k == NULL)
                return -ENOMEM;
        k->pool = pool;
        k->fds[0] = k->fds[1] = -1;
        for (unsigned side = 0; rc == 0 && side < net->side_cnt; side++) {
                if (config->links.tap[side] == NULL)
                        continue;
                rc = side_open(k, config->links.tap[side], net, side);
                any = true;
        }
        if (rc == 0 && any) {
                rc = -rte_ctrl_thread_create(&k->thread, "dp_kernel", NULL, run, k);
                k->runs = rc == 0;
        }
        if (rc != 0) {
                dp_kernel_stop(k);
                return rc < 0 ? rc : -rc;
        }
        *out = k;
        return 0;
}

static void drain(struct rte_ring *r)
{
        void *m;

        while (r != NULL && rte_ring_dequeue(r, &m) == 0)
                rte_pktmbuf_free(m);
        rte_ring_free(r);
}

void dp_kernel_stop(struct dp_kernel *k)
{
        if (k == NULL)
                return;
        atomic_store(&k->stop, true);
        if (k->runs)
                pthread_join(k->thread, NULL);
        for (unsigned side = 0; side < SHM_SIDE_CNT; side++) {
                drain(k->rings.to[side]);
                drain(k->rings.from[side]);
                if (k->fds[side] >= 0)
                        close(k->fds[side]);
        }
        free(k);
}

const struct dp_kernel_rings *dp_kernel_rings(const struct dp_kernel *k)
{
        return &k->rings;
}
