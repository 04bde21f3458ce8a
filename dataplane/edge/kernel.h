/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel.h - the way to the kernel of this machine and back, for what comes to our addresses and is
 * not SIP over UDP: a TAP device for each side that has one in the configuration, with the MAC
 * address of the port and with our addresses, and a thread that carries frames between it and
 * rings.
 *
 * So an ssh to a virtual address works, and what the kernel itself wants to know of its neighbours
 * goes out and comes back the same way. No worker ever makes a system call for it.
 *
 * Needs CAP_NET_ADMIN. The devices go with the process.
 */
#ifndef SLUICE_DATAPLANE_EDGE_KERNEL_H
#define SLUICE_DATAPLANE_EDGE_KERNEL_H

#include <rte_mempool.h>

#include "dataplane/config.h"
#include "dataplane/edge/edge.h"
#include "dataplane/edge/net.h"

struct dp_kernel;

/* In both rings of a side. */
#define DP_KERNEL_RING_SLOTS 512u
/* Frames on the way to and from the kernel, at most. */
#define DP_KERNEL_FRAMES_MAX (2u * SHM_SIDE_CNT * DP_KERNEL_RING_SLOTS)

/*
 * Make the devices of the configuration (none is no error: *out has no rings) and start the thread.
 * net and pool are borrowed. Returns 0 or a negative errno, told on standard error; *out is then
 * NULL.
 */
int dp_kernel_start(struct dp_kernel **out, const struct dp_config *config,
                    const struct dp_edge_net *net, struct rte_mempool *pool);
/* Once the workers have stopped. NULL is fine. */
void dp_kernel_stop(struct dp_kernel *k);

const struct dp_kernel_rings *dp_kernel_rings(const struct dp_kernel *k);

#endif
