/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net.h - edge mode's place in the network: the addresses that are ours, the networks that each
 * side reaches, and the gateways behind which the rest lies. Pure.
 *
 * Written at start and then shared by all workers. A side owns its addresses alone: what comes in
 * on one side for an address of the other is for nobody here.
 */
#ifndef SLUICE_DATAPLANE_EDGE_NET_H
#define SLUICE_DATAPLANE_EDGE_NET_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "control/contract/shm_base.h"

#define DP_EDGE_ADDRESSES_MAX 8u  /* of one side, both families together */
#define DP_EDGE_NETWORKS_MAX  32u /* of one side, behind its gateways */

/* A prefix over the 16 octets (IPv4 /24 is 120). */
struct dp_edge_prefix {
        struct shm_ip ip;
        uint8_t len; /* 0..128 */
};

struct dp_edge_side {
        struct dp_edge_prefix address[DP_EDGE_ADDRESSES_MAX]; /* ours; its prefix is on the link */
        struct dp_edge_prefix network[DP_EDGE_NETWORKS_MAX];  /* behind the gateway of its family */
        uint8_t address_cnt;
        uint8_t network_cnt;
        bool has_gateway4;
        bool has_gateway6;
        bool has_ip6; /* an address of IPv6, and so a link-local one besides */
        uint8_t mac[6];
        struct shm_ip gateway4;
        struct shm_ip gateway6;
        struct shm_ip link_local; /* made from the MAC address (RFC 4291 2.5.1), with has_ip6 */
        uint32_t ip_bytes_max;    /* MTU */
};

struct dp_edge_net {
        struct dp_edge_side side[SHM_SIDE_CNT];
        uint8_t side_cnt; /* 1: one-armed, all is side 0 */
};

/* Where a packet for some address leaves. */
struct dp_edge_path {
        struct shm_ip from;      /* the address of ours that it leaves with */
        struct shm_ip neighbour; /* who takes it on the link: its receiver or a gateway */
        uint32_t ip_bytes_max;   /* longest IP packet that the side sends */
        uint8_t side;            /* enum shm_side */
};

static inline bool dp_ip_is_v4(const struct shm_ip *ip)
{
        static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

        return memcmp(ip->b, mapped, sizeof(mapped)) == 0;
}

/* The MAC address of a side whose addresses are in place, and what follows from it. */
void dp_edge_net_mac(struct dp_edge_side *side, const uint8_t mac[6], uint32_t mtu);

bool dp_edge_prefix_has(const struct dp_edge_prefix *p, const struct shm_ip *ip);
/* An address that one host on this link may have: not nobody's, loopback, of many, or broadcast. */
bool dp_edge_net_is_host(const struct dp_edge_prefix *link, const struct shm_ip *ip);

/* Whether the address, in the 16 octets, is one of the side's, its link-local one included. */
bool dp_edge_net_owns(const struct dp_edge_side *side, const struct shm_ip *ip);

/*
 * The way to an address: the longest prefix that is on a link or listed as a network; else the
 * first side with a gateway of the family, the outside first.
 *
 * Returns SHM_REASON_NONE and *out; HOP_FORBIDDEN for an address of ours, of nobody or of many (a
 * network's own broadcast address too); HOP_UNREACHABLE when no network and no gateway leads there,
 * or no address of ours has its family.
 */
enum shm_reason dp_edge_net_path(const struct dp_edge_net *net, const struct shm_ip *to,
                                 struct dp_edge_path *out);

#endif
