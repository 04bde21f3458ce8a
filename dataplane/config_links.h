/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_links.h - `links` of sluice.yaml: the addresses of edge mode and what lies around them.
 */
#ifndef SLUICE_DATAPLANE_CONFIG_LINKS_H
#define SLUICE_DATAPLANE_CONFIG_LINKS_H

#include "control/contract/shm_base.h"
#include "dataplane/edge/net.h"
#include "dataplane/edge/proxy.h"

struct dp_links_config {
        struct dp_edge_side side[SHM_SIDE_CNT]; /* without MAC and MTU, which ports have */
        const char *tap[SHM_SIDE_CNT];          /* NULL: no way to the kernel */
        char *const *names;                     /* host names that a Route may call us by */
        uint32_t name_cnt;                      /* at most DP_PROXY_NAMES_MAX */
        uint32_t mtu_margin;                    /* 0..DP_PROXY_MTU_MARGIN_MAX */
};

#endif
