/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packet_pool.h - a pool of packet buffers that lie side by side.
 *
 * net_af_xdp gives the kernel the memory of a pool, as long as all its buffers would be without
 * anything between them. The pools that DPDK makes for packets have gaps at the ends of pages, and
 * so their last buffers lie beyond what was given: each that is sent from there is lost for good,
 * until none is left.
 */
#ifndef SLUICE_DATAPLANE_PACKET_POOL_H
#define SLUICE_DATAPLANE_PACKET_POOL_H

#include <stdint.h>

#include <rte_mempool.h>

/* net_af_xdp keeps so many buffers of each queue where the kernel can fill them. */
#define DP_POOL_AF_XDP_FILL 4096u

/*
 * Buffers of RTE_MBUF_DEFAULT_BUF_SIZE, each whole in virtual memory; not in physical memory, so
 * not for devices that read memory by themselves. `cache` of them for each lcore. NULL with
 * rte_errno: no memory.
 */
struct rte_mempool *dp_pool_side_by_side(const char *name, uint32_t buffer_cnt, uint32_t cache);

#endif
