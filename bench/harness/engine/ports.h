/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ports.h - EAL and the ports of a run: any DPDK device by its EAL name and arguments, or "loop", a
 * pair of rings between a caller and an answering side in this process.
 */
#ifndef SLUICE_BENCH_HARNESS_ENGINE_PORTS_H
#define SLUICE_BENCH_HARNESS_ENGINE_PORTS_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mempool.h>

#define SB_PORTS_MAX   16u
/* Of each ring of a loop: 50 ms of 600,000 new calls a second, while a core is away. */
#define SB_LOOP_FRAMES 32768u

struct sb_ports_setup {
        const char
            *devices[SB_PORTS_MAX]; /* "net_af_packet0,iface=veth0", "0000:03:00.0", "loop" */
        uint32_t device_cnt;
        uint32_t worker_cnt; /* lcores besides the first */
        char **eal;          /* further arguments of EAL */
        uint32_t eal_cnt;
};

/* Start EAL. 0 or -EINVAL, told on standard error. */
int sb_eal_start(const struct sb_ports_setup *s);
/* The buffers of all ports, or NULL: no memory. */
struct rte_mempool *sb_ports_pool(const struct sb_ports_setup *s, uint32_t buffer_cnt,
                                  uint32_t cache);
/* Is there no cable behind it, and so no neighbour to be found? */
bool sb_port_is_alone(uint16_t port);
/* The port of a device; "loop" gives two. 0 or a negative errno, told. */
int sb_port_open(const char *device, struct rte_mempool *pool, uint16_t ids[2]);
void sb_port_close(uint16_t id);

#endif
