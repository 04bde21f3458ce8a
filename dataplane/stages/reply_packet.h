/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reply_packet.h - wraps a payload in headers that take it back to where a packet came from. Pure.
 *
 * The reply goes to the packet's source address and port and nowhere else, whatever the message
 * says (EVASION 29, 30): a reply can not be bounced to a third party.
 */
#ifndef SLUICE_DATAPLANE_STAGES_REPLY_PACKET_H
#define SLUICE_DATAPLANE_STAGES_REPLY_PACKET_H

#include <stddef.h>
#include <stdint.h>

struct dp_reply_packet {
        const uint8_t *frame; /* the request's, with offsets as decap found them */
        uint16_t l3_off;
        uint16_t l4_off;
        uint16_t flags; /* enum dp_pkt_flag: UDP and one of IP4, IP6; no FRAGMENT */
        const uint8_t *payload;
        size_t payload_len;
};

/* Octets of the frame that dp_reply_packet_build() makes, less the payload. */
size_t dp_reply_packet_overhead(const struct dp_reply_packet *in);

/*
 * Write the frame: MAC addresses swapped, VLAN tags kept, a new IP header (TTL or hop limit 64;
 * IPv4: don't fragment, id 0), UDP with both checksums right.
 *
 * Returns 0 and *len; -EINVAL when `in` is not a whole UDP datagram; -EPERM when an answer would
 * leave for nobody, for many, or for ourselves: multicast, broadcast, unspecified or loopback
 * address on either side and either layer, source port 0, source address equal to destination;
 * -EMSGSIZE when the frame needs more than cap octets or the IP packet more than 65,535. Nothing is
 * written on failure.
 */
int dp_reply_packet_build(const struct dp_reply_packet *in, uint8_t *out, size_t cap, size_t *len);

#endif
