/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decap_plain.h - what nearly all frames are, on one way without turns: no tag, an IPv4 header of
 * 20 octets whose sum is right, a whole UDP datagram of the right length. Pure; in line, so that
 * what it finds is written where it stays.
 */
#ifndef SLUICE_DATAPLANE_STAGES_DECAP_PLAIN_H
#define SLUICE_DATAPLANE_STAGES_DECAP_PLAIN_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <netinet/in.h>

#include "control/contract/shm_base.h"

/* Where things stand in such a frame, in octets from its start. */
#define DP_PLAIN_L3_OFF      14u
#define DP_PLAIN_L4_OFF      34u
#define DP_PLAIN_PAYLOAD_OFF 42u
#define DP_PLAIN_DST_OFF     30u

static inline uint32_t dp_decap_word(const uint8_t *p)
{
        uint32_t word;

        memcpy(&word, p, sizeof(word));
        return word;
}

static inline uint16_t dp_decap_be16(const uint8_t *p)
{
        return (uint16_t)(p[0] << 8 | p[1]);
}

/* An IPv4 address as all are kept, mapped into IPv6. */
static inline void dp_decap_ip4(struct shm_ip *ip, const uint8_t *addr)
{
        const uint64_t half[2] = {
            0,
            htobe64(UINT64_C(0xffff) << 32 | be32toh(dp_decap_word(addr))),
        };

        memcpy(ip->b, half, sizeof(ip->b));
}

/*
 * Reads only [frame, frame + len). True: *flow is what decap_core.h promises of it, but for side,
 * which is left alone; *l4_len is the length of UDP with its header; *has_sum says that UDP has a
 * checksum, which is not looked at. False: anything else, any fault too, and nothing was written.
 */
static inline bool dp_plain_udp4(const uint8_t *frame, uint32_t len, struct shm_flow *flow,
                                 uint16_t *l4_len, bool *has_sum)
{
        const uint8_t *h = frame + DP_PLAIN_L3_OFF;
        const uint8_t *u = frame + DP_PLAIN_L4_OFF;
        uint32_t total;
        uint64_t sum;

        if (len < DP_PLAIN_PAYLOAD_OFF)
                return false;
        total = dp_decap_be16(h + 2);
        sum = (uint64_t)dp_decap_word(h) + dp_decap_word(h + 4) + dp_decap_word(h + 8) +
              dp_decap_word(h + 12) + dp_decap_word(h + 16);
        /* ether type, version and length; more fragments, offset; a sum of ones' complement is
         * right when 0xffff divides it (RFC 1071), and not 0, which the version rules out */
        if (dp_decap_be16(frame + 12) != 0x0800u || h[0] != 0x45 || h[9] != IPPROTO_UDP ||
            (dp_decap_be16(h + 6) & 0x3fffu) != 0 ||
            total < DP_PLAIN_PAYLOAD_OFF - DP_PLAIN_L3_OFF || total > len - DP_PLAIN_L3_OFF ||
            dp_decap_be16(u + 4) != total - (DP_PLAIN_L4_OFF - DP_PLAIN_L3_OFF) ||
            sum % UINT16_MAX != 0)
                return false;
        dp_decap_ip4(&flow->src, h + 12);
        dp_decap_ip4(&flow->dst, h + 16);
        flow->sport = dp_decap_be16(u);
        flow->dport = dp_decap_be16(u + 2);
        flow->vlan = 0;
        flow->ip_proto = IPPROTO_UDP;
        *l4_len = (uint16_t)(total - (DP_PLAIN_L4_OFF - DP_PLAIN_L3_OFF));
        *has_sum = dp_decap_be16(u + 6) != 0;
        return true;
}

#endif
