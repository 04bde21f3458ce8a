/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame.h - Ethernet, an optional 802.1Q tag, IPv4 or IPv6, and UDP in front of a payload.
 *
 * Pure: octets in the caller's memory. Reading a frame is the dataplane's job (decap_core.h).
 */
#ifndef SLUICE_BENCH_HARNESS_ENGINE_FRAME_H
#define SLUICE_BENCH_HARNESS_ENGINE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/harness/engine/ident.h"

#define SB_FRAME_HEAD_MAX 66u /* 14 + 4 + 40 + 8 */
#define SB_VLAN_NONE      0xffffu

struct sb_link {
        uint8_t dst_mac[6];
        uint8_t src_mac[6];
        uint16_t vlan; /* 0..4094, or SB_VLAN_NONE */
        bool v6;
};

static inline uint32_t sb_frame_l3_off(const struct sb_link *l)
{
        return l->vlan == SB_VLAN_NONE ? 14u : 18u;
}

static inline uint32_t sb_frame_head_len(const struct sb_link *l)
{
        return sb_frame_l3_off(l) + (l->v6 ? 40u : 20u) + 8u;
}

/*
 * Write the whole head at `frame`, both checksums included. payload_sum is dp_inet_sum() over the
 * payload of payload_len octets, which the caller puts at frame + sb_frame_head_len().
 */
void sb_frame_head(uint8_t *frame, const struct sb_link *l, const struct sb_end ends[2],
                   uint16_t payload_len, uint64_t payload_sum);

#endif
