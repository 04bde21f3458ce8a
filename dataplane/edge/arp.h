/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arp.h - ARP for IPv4 over Ethernet (RFC 826, RFC 5227). Pure: bytes in, bytes out.
 */
#ifndef SLUICE_DATAPLANE_EDGE_ARP_H
#define SLUICE_DATAPLANE_EDGE_ARP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"

#define DP_ETHERTYPE_ARP 0x0806u

/* What is written here: padded to what Ethernet asks for, without its FCS. */
#define DP_ARP_FRAME_BYTES 60u

struct dp_arp {
        bool is_reply;
        uint8_t sender_mac[6];
        struct shm_ip sender; /* ::ffff:0.0.0.0 in a probe (RFC 5227 1.1) */
        struct shm_ip target;
};

/*
 * Read an untagged frame with ethertype ARP. False when it is anything but a request or reply
 * between Ethernet hosts about IPv4: wrong types or lengths; a sender that is a group, is not who
 * sent the frame, or has an address that no host has; nobody as the sender of a reply.
 */
bool dp_arp_read(const uint8_t *frame, size_t len, struct dp_arp *out);

/* "The target of this request is at mac": to who asked, alone. */
void dp_arp_reply(const struct dp_arp *request, const uint8_t mac[6],
                  uint8_t out[DP_ARP_FRAME_BYTES]);
/* "Who has `target`? Tell from, at mac": to everybody, or to to_mac alone if it is not NULL. With
 * from and target the same it is an announcement (RFC 5227 3). */
void dp_arp_request(const uint8_t mac[6], const struct shm_ip *from, const struct shm_ip *target,
                    const uint8_t *to_mac, uint8_t out[DP_ARP_FRAME_BYTES]);

#endif
