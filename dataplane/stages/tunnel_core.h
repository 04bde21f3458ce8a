/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tunnel_core.h - what a tunnel carries, one level deep. Pure: bytes in, a finding out.
 *
 * Known are, by what the outer packet says of itself:
 *   Ethertype   PPPoE sessions (RFC 2516), MPLS (RFC 3032)
 *   IP protocol IPv4 and IPv6 in IP (RFC 2003, RFC 4213), GRE with and without key (RFC 2784,
 * 2890), PPTP's GRE (RFC 2637), MPLS in IP (RFC 4023), Ethernet in IP (RFC 3378) UDP port    GTP-U
 * (TS 29.281), VXLAN (RFC 7348), Geneve (RFC 8926), Teredo (RFC 4380), MPLS in UDP (RFC 7510) A
 * packet on such a port that does not look like its protocol is no tunnel, nor is what a tunnel
 * says to its other end (PPP's LCP, GTP's echo): they carry nothing of others.
 */
#ifndef SLUICE_DATAPLANE_STAGES_TUNNEL_CORE_H
#define SLUICE_DATAPLANE_STAGES_TUNNEL_CORE_H

#include "dataplane/stages/decap_core.h"

enum dp_tunnel {
        DP_TUNNEL_NONE = 0, /* no tunnel, or nothing in it */
        DP_TUNNEL_INNER,    /* *inner is the packet in it */
        DP_TUNNEL_DEPTH,    /* a tunnel in a tunnel */
        DP_TUNNEL_OPAQUE,   /* something that can not be told, or a piece or a damaged one */
};

#define DP_TUNNEL_PORT_GTPU    2152u
#define DP_TUNNEL_PORT_TEREDO  3544u
#define DP_TUNNEL_PORT_VXLAN   4789u
#define DP_TUNNEL_PORT_VXLAN_0 8472u /* Linux's own, from before the number was given */
#define DP_TUNNEL_PORT_GENEVE  6081u
#define DP_TUNNEL_PORT_MPLS    6635u

/* False: it is none for sure. Cheap, for every packet. The first of UDP alone. */
static inline bool dp_tunnel_ports_may_be(uint16_t dport, uint16_t sport)
{
        switch (dport) {
        case DP_TUNNEL_PORT_GTPU:
        case DP_TUNNEL_PORT_TEREDO:
        case DP_TUNNEL_PORT_VXLAN:
        case DP_TUNNEL_PORT_VXLAN_0:
        case DP_TUNNEL_PORT_GENEVE:
        case DP_TUNNEL_PORT_MPLS:
                return true;
        default:
                return sport == DP_TUNNEL_PORT_TEREDO;
        }
}

static inline bool dp_tunnel_may_be(const struct dp_decap_result *outer)
{
        return outer->payload_off == 0 ||
               dp_tunnel_ports_may_be(outer->flow.dport, outer->flow.sport);
}

/*
 * frame, len, outer  a frame that dp_decap_core() has found nothing wrong with, and what it said
 * inner              INNER: offsets count from the start of `frame` + *base; checksums of UDP
 * inside are not verified, for nothing is let in that they protect
 */
enum dp_tunnel dp_tunnel_look(const uint8_t *frame, uint32_t len,
                              const struct dp_decap_result *outer, uint32_t *base,
                              struct dp_decap_result *inner);

#endif
