/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trim_packet.h - shortens the UDP payload of a frame to the message that was judged. Pure.
 *
 * What follows the body that Content-Length declares was judged by nobody: the next hop must not
 * see it (EVASION 23, 24; RFC 3261 18.3).
 */
#ifndef SLUICE_DATAPLANE_STAGES_TRIM_PACKET_H
#define SLUICE_DATAPLANE_STAGES_TRIM_PACKET_H

#include <stdint.h>

struct dp_trim_packet {
        uint16_t l3_off;
        uint16_t l4_off;
        uint16_t payload_off;
        uint16_t payload_len; /* as it is */
        uint16_t keep_len;    /* as it shall be, 1..payload_len */
        uint8_t flags;        /* enum dp_pkt_flag: UDP and one of IP4, IP6 */
};

/* Rewrite lengths and checksums in place and return the frame's new length in octets. A zero UDP
 * checksum on IPv4 stays zero. The frame is a whole, checked datagram as decap leaves it. */
uint32_t dp_trim_packet(uint8_t *frame, const struct dp_trim_packet *t);

#endif
