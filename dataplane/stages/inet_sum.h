/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inet_sum.h - the Internet checksum (RFC 1071), over pieces of even length but the last.
 *
 * A sum is kept in 64 bits and in the byte order of the wire as it lies in memory; ones' complement
 * addition does not care. 2^32 words of 32 bits fit, so no packet can overflow it.
 */
#ifndef SLUICE_DATAPLANE_STAGES_INET_SUM_H
#define SLUICE_DATAPLANE_STAGES_INET_SUM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <netinet/in.h>

static inline uint64_t dp_inet_sum(uint64_t sum, const uint8_t *p, size_t bytes)
{
        uint32_t word;

        for (; bytes >= sizeof(word); bytes -= sizeof(word), p += sizeof(word)) {
                memcpy(&word, p, sizeof(word));
                sum += word;
        }
        uint16_t pair = 0;

        if ((bytes & 2u) != 0) {
                memcpy(&pair, p, sizeof(pair));
                sum += pair;
                p += sizeof(pair);
        }
        pair = 0;
        if ((bytes & 1u) != 0)
                memcpy(&pair, p, 1); /* the octet that comes first, whatever the byte order */
        return sum + pair;
}

/* The pseudo-header's part (RFC 9293 3.1, RFC 8200 8.1); addr_bytes is 4 or 16. */
static inline uint64_t dp_inet_sum_pseudo(const uint8_t *src, const uint8_t *dst, size_t addr_bytes,
                                          uint8_t proto, uint16_t l4_bytes)
{
        uint64_t sum = dp_inet_sum(dp_inet_sum(0, src, addr_bytes), dst, addr_bytes);

        return sum + htons(proto) + htons(l4_bytes);
}

/* Fold to 16 bits: 0xffff when the summed octets hold a right checksum; else ~fold is what to store
 * in a field that was zero. */
static inline uint16_t dp_inet_fold(uint64_t sum)
{
        sum = (sum >> 32) + (sum & UINT32_MAX);
        sum = (sum >> 32) + (sum & UINT32_MAX);
        sum = (sum >> 16) + (sum & UINT16_MAX);
        sum = (sum >> 16) + (sum & UINT16_MAX);
        return (uint16_t)((sum >> 16) + (sum & UINT16_MAX));
}

#endif
