/* SPDX-License-Identifier: Apache-2.0 */
/*
 * port.h - finds the configured ethdev ports and sets them up: one rx and one tx queue per worker.
 */
#ifndef SLUICE_DATAPLANE_PORT_H
#define SLUICE_DATAPLANE_PORT_H

#include <rte_mempool.h>

#include "dataplane/config.h"

/* Ports in use, by enum shm_side; with one port both entries are it. */
struct dp_ports {
        uint16_t ids[2];
        uint16_t cnt;
};

/*
 * By the names of the configuration or, when it names none, in EAL's order: outside, inside.
 * inline needs two ports, tap and edge one or two. Tells what is missing; 0 or -ENODEV.
 */
int dp_ports_find(const struct dp_config *c, struct dp_ports *out);

/* The pool of all ports' buffers, as their drivers need it; of EAL's, found or not. NULL with
 * rte_errno: no memory. */
struct rte_mempool *dp_ports_pool(uint32_t buffer_cnt, uint32_t cache, uint32_t workers);

/* Configure and start. RSS over addresses and UDP ports where the device has it and there is more
 * than one queue; receive checksum offload where the device has it. 0 or a negative errno, told. */
int dp_port_start(uint16_t port_id, const struct dp_config *c, struct rte_mempool *pool);
void dp_ports_stop(const struct dp_ports *ports);

#endif
