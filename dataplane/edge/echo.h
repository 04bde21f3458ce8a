/* SPDX-License-Identifier: Apache-2.0 */
/*
 * echo.h - answers to ICMP and ICMPv6 echo requests (RFC 792, RFC 4443 4). Pure.
 */
#ifndef SLUICE_DATAPLANE_EDGE_ECHO_H
#define SLUICE_DATAPLANE_EDGE_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dp_echo {
        const uint8_t *frame; /* untagged, whole; offsets as decap found them */
        uint16_t l3_off;
        uint16_t l4_off;
        uint16_t l4_len;
        bool v4;          /* or IPv6 */
        uint8_t ip_proto; /* of the upper layer */
};

/* An echo request, whether or not it gets an answer. */
bool dp_echo_is(const struct dp_echo *in);

/*
 * Write the answer to what dp_echo_is() says: MAC addresses and IP addresses swapped, TTL or hop
 * limit 64, no IP options, the same data. The caller knows that the destination is an address of
 * ours.
 *
 * Returns the octets written; 0 when there is none: wrong code or checksum, from or to a group on
 * either layer, from nobody, from loopback or from the destination itself, or no room.
 */
size_t dp_echo_reply(const struct dp_echo *in, uint8_t *out, size_t cap);

#endif
