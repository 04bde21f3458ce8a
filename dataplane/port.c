/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "dataplane/log.h"
#include "dataplane/packet_pool.h"

/* The device's name is the part before the arguments. */
static int find_by_name(const char *interface, uint16_t *id)
{
        char name[RTE_ETH_NAME_MAX_LEN];

        snprintf(name, sizeof(name), "%.*s", (int)strcspn(interface, ","), interface);
        if (rte_eth_dev_get_port_by_name(name, id) == 0)
                return 0;
        fprintf(stderr,
                "sluice-dataplane: no DPDK port \"%s\"; sluicectl doctor says what is bound\n",
                name);
        return -ENODEV;
}

static int find_in_order(struct dp_ports *out)
{
        for (uint16_t id = 0; id < RTE_MAX_ETHPORTS; id++) {
                if (rte_eth_dev_is_valid_port(id) == 0)
                        continue;
                if (out->cnt < 2)
                        out->ids[out->cnt] = id;
                out->cnt++;
        }
        if (out->cnt > 2) {
                fprintf(stderr, "sluice-dataplane: EAL found %u ports; name one or two\n",
                        out->cnt);
                return -ENODEV;
        }
        return 0;
}

static uint32_t af_xdp_ports(void)
{
        struct rte_eth_dev_info info;
        uint32_t cnt = 0;

        for (uint16_t id = 0; id < RTE_MAX_ETHPORTS; id++)
                cnt += rte_eth_dev_is_valid_port(id) != 0 && rte_eth_dev_info_get(id, &info) == 0 &&
                       info.driver_name != NULL && strcmp(info.driver_name, "net_af_xdp") == 0;
        return cnt;
}

struct rte_mempool *dp_ports_pool(uint32_t buffer_cnt, uint32_t cache, uint32_t workers)
{
        uint32_t af_xdp_cnt = af_xdp_ports();

        if (af_xdp_cnt != 0)
                return dp_pool_side_by_side(
                    "dp_packets", buffer_cnt + af_xdp_cnt * workers * DP_POOL_AF_XDP_FILL, cache);
        return rte_pktmbuf_pool_create("dp_packets", buffer_cnt, cache, 0,
                                       RTE_MBUF_DEFAULT_BUF_SIZE, (int)rte_socket_id());
}

int dp_ports_find(const struct dp_config *c, struct dp_ports *out)
{
        int rc = 0;

        *out = (struct dp_ports){0};
        if (c->port_cnt == 0)
                rc = find_in_order(out);
        for (uint32_t i = 0; rc == 0 && i < c->port_cnt; i++) {
                unsigned at = c->port_cnt == 2 ? (unsigned)c->ports[i].side : 0u;

                rc = find_by_name(c->ports[i].interface, &out->ids[at]);
                out->cnt++;
        }
        if (rc != 0)
                return rc;
        if (out->cnt < (c->mode == DP_MODE_INLINE ? 2 : 1)) {
                fprintf(stderr, "sluice-dataplane: mode %s needs %s; found %u\n",
                        c->mode == DP_MODE_INLINE ? "inline"
                        : c->mode == DP_MODE_TAP  ? "tap"
                                                  : "edge",
                        c->mode == DP_MODE_INLINE ? "two ports" : "a port", out->cnt);
                return -ENODEV;
        }
        if (out->cnt == 1)
                out->ids[1] = out->ids[0];
        return 0;
}

static int told(uint16_t id, const char *what, int rc)
{
        fprintf(stderr, "sluice-dataplane: port %u: %s: %s\n", id, what, rte_strerror(-rc));
        return rc;
}

static struct rte_eth_conf conf_for(const struct rte_eth_dev_info *info, uint32_t queues)
{
        const uint64_t rss = RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP;
        const uint64_t checksums = RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
        struct rte_eth_conf conf = {0};

        conf.rxmode.offloads = info->rx_offload_capa & checksums;
        if (queues > 1 && (info->flow_type_rss_offloads & rss) != 0) {
                conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
                conf.rx_adv_conf.rss_conf.rss_hf = info->flow_type_rss_offloads & rss;
        }
        return conf;
}

static int queues_set_up(uint16_t id, const struct dp_config *c, struct rte_mempool *pool)
{
        uint16_t rx_desc = (uint16_t)c->rx_descriptors;
        uint16_t tx_desc = (uint16_t)c->tx_descriptors;
        int socket_id = rte_eth_dev_socket_id(id);
        int rc = rte_eth_dev_adjust_nb_rx_tx_desc(id, &rx_desc, &tx_desc);

        for (uint16_t q = 0; rc == 0 && q < c->workers; q++) {
                rc = rte_eth_rx_queue_setup(id, q, rx_desc, (unsigned)socket_id, NULL, pool);
                if (rc == 0)
                        rc = rte_eth_tx_queue_setup(id, q, tx_desc, (unsigned)socket_id, NULL);
        }
        return rc;
}

int dp_port_start(uint16_t id, const struct dp_config *c, struct rte_mempool *pool)
{
        struct rte_eth_dev_info info;
        uint16_t queues = (uint16_t)c->workers;
        int rc = rte_eth_dev_info_get(id, &info);

        if (rc != 0)
                return told(id, "no device information", rc);
        if (queues > info.max_rx_queues || queues > info.max_tx_queues) {
                fprintf(stderr,
                        "sluice-dataplane: port %u has %u rx and %u tx queues, %u workers need as "
                        "many\n",
                        id, info.max_rx_queues, info.max_tx_queues, queues);
                return -EINVAL;
        }
        struct rte_eth_conf conf = conf_for(&info, queues);

        rc = rte_eth_dev_configure(id, queues, queues, &conf);
        if (rc != 0)
                return told(id, "cannot configure", rc);
        rc = queues_set_up(id, c, pool);
        if (rc != 0)
                return told(id, "cannot set up queues", rc);
        rc = rte_eth_dev_start(id);
        if (rc != 0)
                return told(id, "cannot start", rc);
        rc = rte_eth_promiscuous_enable(id);
        if (rc != 0 && rc != -ENOTSUP)
                return told(id, "cannot be promiscuous, which a bump in the wire must be", rc);
        return 0;
}

void dp_ports_stop(const struct dp_ports *ports)
{
        for (uint16_t i = 0; i < ports->cnt; i++) {
                (void)rte_eth_dev_stop(ports->ids[i]);
                (void)rte_eth_dev_close(ports->ids[i]);
        }
}
