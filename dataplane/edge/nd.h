/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nd.h - neighbour discovery for IPv6 over Ethernet: solicitations and advertisements (RFC
 * 4861 4.3, 4.4, 7). Pure: bytes in, bytes out.
 */
#ifndef SLUICE_DATAPLANE_EDGE_ND_H
#define SLUICE_DATAPLANE_EDGE_ND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"

#define DP_ND_SOLICIT 135u
#define DP_ND_ADVERT  136u

/* What is written here: Ethernet, IPv6, the message and one link-layer address option. */
#define DP_ND_FRAME_BYTES 86u

struct dp_nd_packet {
        const uint8_t *frame; /* untagged; offsets as decap found them */
        uint16_t l3_off;
        uint16_t l4_off;
        uint16_t l4_len;
};

struct dp_nd {
        uint8_t type;   /* DP_ND_SOLICIT or DP_ND_ADVERT */
        bool solicited; /* advertisement: it answers */
        bool has_mac;   /* there is an option with the sender's (target's) address */
        uint8_t mac[6]; /* of the option */
        uint8_t from_mac[6];
        struct shm_ip src; /* :: of a solicitation that looks for a duplicate */
        struct shm_ip dst;
        struct shm_ip target;
};

/* A packet whose upper layer is ICMPv6 and whose type is one of the two. */
bool dp_nd_is(const struct dp_nd_packet *in);

/*
 * Read what dp_nd_is() says. False unless it is valid as RFC 4861 7.1 has it: hop limit 255, right
 * checksum, code 0, whole options, no target that is a group; from nobody only to the target's
 * solicited-node group and without address; nothing solicited to a group. Besides that: no
 * extension headers (RFC 6980 for one), and an address in it must be the one that the frame came
 * from.
 */
bool dp_nd_read(const struct dp_nd_packet *in, struct dp_nd *out);

/* "The target of this solicitation is at mac": to who asked, or to all nodes when that is nobody.
 */
void dp_nd_advert(const struct dp_nd *solicit, const uint8_t mac[6],
                  uint8_t out[DP_ND_FRAME_BYTES]);
/* Unsolicited, to all nodes: `ours` is at mac (RFC 4861 7.2.6). */
void dp_nd_announce(const uint8_t mac[6], const struct shm_ip *ours,
                    uint8_t out[DP_ND_FRAME_BYTES]);
/* "Who has target? Tell from, at mac": to its solicited-node group, or to to_mac alone if that is
 * not NULL. */
void dp_nd_solicit(const uint8_t mac[6], const struct shm_ip *from, const struct shm_ip *target,
                   const uint8_t *to_mac, uint8_t out[DP_ND_FRAME_BYTES]);

#endif
