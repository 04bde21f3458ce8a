/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decap_core.h - from a frame to its addresses and its UDP payload. Pure: bytes in, offsets out.
 *
 *   Ethernet → 802.1Q / 802.1ad tags (at most 2) → IPv4 | IPv6 + extension headers → UDP
 *
 * What ends a packet here is damage and ambiguity: lengths that disagree, wrong checksums, header
 * chains made to be misread (requirements: EVASION 7-10). What is merely not UDP over IP - ARP,
 * PPPoE, MPLS, 802.3 lengths, ICMP, TCP, tunnels - is no error: it comes back without the flags,
 * and policy decides; tunnel_core.h looks into tunnels.
 */
#ifndef SLUICE_DATAPLANE_STAGES_DECAP_CORE_H
#define SLUICE_DATAPLANE_STAGES_DECAP_CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "control/contract/shm_base.h"

#define DP_VLAN_TAGS_MAX     2u
#define DP_IP6_EXT_MAX       4u   /* extension headers walked */
#define DP_IP6_EXT_BYTES_MAX 256u /* and their octets together */

enum dp_udp_sum {
        DP_UDP_SUM_VERIFY = 0, /* this call */
        DP_UDP_SUM_KNOWN = 1,  /* the NIC has: it is right */
        DP_UDP_SUM_LATER = 2,  /* the caller, once it knows that it wants the packet */
};

/*
 * Offsets are octets from the start of the frame; every [off, off + len) lies inside it and inside
 * the IP packet. Fields that do not apply are 0.
 */
struct dp_decap_result {
        uint16_t l3_off;      /* after the tags; valid unless ETH_SHORT or VLAN_DEPTH */
        uint16_t l4_off;      /* IP: after the IP header (and its extension headers) */
        uint16_t l4_len;      /* IP: to the end of the IP packet; link-layer padding is left out */
        uint16_t payload_off; /* UDP */
        uint16_t payload_len; /* UDP */
        uint16_t sum_dst;     /* UDP with a checksum, DP_UDP_SUM_LATER: for dp_decap_sum_ok() */
        uint8_t flags;        /* IP4 | IP6 | FRAGMENT | UDP of enum dp_pkt_flag */
        /* IP: addresses, protocol, outer VLAN id; ports for UDP, TCP and SCTP, when the packet is
         * no fragment and has the octets. side is always 0: the caller knows where it came in. */
        struct shm_flow flow;
};

/*
 * frame, len     as received, without FCS; every length from 0 is legal. Reads only [frame, len).
 * udp_sum        who verifies the UDP checksum
 * out            written whole. After an error the fields read before the fault are valid.
 *
 * Returns SHM_REASON_NONE or the decap reason that ends the packet.
 */
enum shm_reason dp_decap_core(const uint8_t *frame, uint32_t len, enum dp_udp_sum udp_sum,
                              struct dp_decap_result *out);

/* The same of a packet that begins with its IP header: l3_off is 0. Reads only [packet, len). */
enum shm_reason dp_decap_ip(const uint8_t *packet, uint32_t len, enum dp_udp_sum udp_sum,
                            struct dp_decap_result *out);

/* Whether the UDP checksum of a packet with these offsets is right. */
bool dp_decap_sum_ok(const uint8_t *frame, uint16_t l3_off, uint16_t l4_off, uint16_t l4_len,
                     uint16_t sum_dst);

#endif
