/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rewrite_packet.h - carries out edits of the SIP message in a frame where it lies: the shorter
 * side moves, and lengths and checksums of IP and UDP follow. Pure.
 */
#ifndef SLUICE_DATAPLANE_STAGES_REWRITE_PACKET_H
#define SLUICE_DATAPLANE_STAGES_REWRITE_PACKET_H

#include <stdint.h>

#include "parser/sip_edit.h"

struct dp_rewrite_packet {
        uint16_t l3_off; /* of a whole, checked datagram, as decap leaves them */
        uint16_t l4_off;
        uint16_t payload_off;
        uint16_t payload_len;
        uint16_t flags;        /* enum dp_pkt_flag: UDP and one of IP4, IP6 */
        uint32_t headroom;     /* octets before the frame that may be written */
        uint32_t tailroom;     /* octets behind the payload that may be written */
        uint32_t ip_bytes_max; /* longest IP packet that the way on takes; one that came longer
                                * may keep its length */
};

/* The frame afterwards. */
struct dp_rewritten {
        int32_t start; /* octets from where it began to where it begins; offsets into it stay */
        uint32_t len;
};

/*
 * The edits' message lies in the payload and ends with it; what of the payload is in front of it,
 * empty lines, goes. A zero UDP checksum on IPv4 stays zero. Octets behind the payload are no
 * longer part of the frame.
 *
 * Returns 0, -EMSGSIZE when the packet would be too long, -ENOSPC when there is no room on either
 * side, or -EINVAL when the list has an error. The frame is changed only with 0.
 */
int dp_rewrite_packet(uint8_t *frame, const struct dp_rewrite_packet *in,
                      const struct sip_edit *edits, struct dp_rewritten *out);

#endif
