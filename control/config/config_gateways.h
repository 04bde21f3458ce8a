/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_gateways.h - where the names of gateways lead: looked up when a configuration is read, and
 * again while it is in force.
 */
#ifndef SLUICE_CONTROL_CONFIG_CONFIG_GATEWAYS_H
#define SLUICE_CONTROL_CONFIG_CONFIG_GATEWAYS_H

#include <stdbool.h>

#include "control/config/config_check.h"

#define CP_HOST_BYTES 256u /* of a name, with its end */

struct cp_host_addresses {
        struct shm_ip ip[SHM_HOPS_MAX];
        uint32_t cnt;
};

/* All addresses of a host that requests can be sent to, as far as there is room: each once, in
 * their order as numbers, so that a server that turns its answers round changes nothing. Takes the
 * resolver's time. 0, or what getaddrinfo() says, or CP_HOST_UNFIT. */
int cp_host_look_up(const char *host, struct cp_host_addresses *out);
#define CP_HOST_UNFIT 1 /* its addresses are no host's: multicast, unspecified */
/* In words. */
const char *cp_host_error(int rc);

/* The host of a hop: true when it is a name, and no address. */
bool cp_hop_host(const struct cp_config_hop *h, char host[CP_HOST_BYTES]);

/* Make g->hop of what its hops' names stand for: each has room for one address, and the first ones
 * for more while there is. */
void cp_gateways_fill(struct cp_config_gateways *g);

/* Check and complete; names are looked up. */
int cp_config_check_gateways(struct cp_check *ck, struct cp_config_policy *p);

#endif
