/* SPDX-License-Identifier: Apache-2.0 */
/*
 * udp_frame.h - a whole frame round a UDP payload: Ethernet, IPv4 or IPv6, UDP. Pure.
 */
#ifndef SLUICE_DATAPLANE_EDGE_UDP_FRAME_H
#define SLUICE_DATAPLANE_EDGE_UDP_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"

struct dp_udp_frame {
        const uint8_t *from_mac;
        struct shm_ip from; /* of one family with `to` */
        struct shm_ip to;
        uint16_t from_port; /* host order */
        uint16_t to_port;
        const uint8_t *payload;
        size_t payload_len;
};

/* Octets of the IP packet. */
size_t dp_udp_frame_ip_bytes(const struct dp_udp_frame *in);

/*
 * Write the frame: untagged, for the MAC address 0 (the caller fills in the first six octets), TTL
 * or hop limit 64, IPv4 with don't fragment and id 0, both checksums right. Returns its length; 0
 * when it needs more than cap octets or the IP packet more than 65,535.
 */
size_t dp_udp_frame_build(const struct dp_udp_frame *in, uint8_t *out, size_t cap);

#endif
