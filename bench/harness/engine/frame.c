/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/engine/frame.h"

#include <string.h>

#include <netinet/in.h>

#include "dataplane/stages/inet_sum.h"

static void put16(uint8_t *p, uint32_t v)
{
        p[0] = (uint8_t)(v >> 8);
        p[1] = (uint8_t)v;
}

static uint8_t *ethernet(uint8_t *p, const struct sb_link *l)
{
        memcpy(p, l->dst_mac, 6);
        memcpy(p + 6, l->src_mac, 6);
        p += 12;
        if (l->vlan != SB_VLAN_NONE) {
                put16(p, 0x8100);
                put16(p + 2, l->vlan);
                p += 4;
        }
        put16(p, l->v6 ? 0x86ddu : 0x0800u);
        return p + 2;
}

static uint8_t *ip4(uint8_t *p, const struct sb_end ends[2], uint32_t l4_len)
{
        uint16_t sum;

        p[0] = 0x45;
        p[1] = 0;
        put16(p + 2, 20u + l4_len);
        put16(p + 4, 0);
        put16(p + 6, 0x4000); /* never fragmented on the way: what is lost is seen to be lost */
        p[8] = 64;
        p[9] = IPPROTO_UDP;
        put16(p + 10, 0);
        memcpy(p + 12, ends[0].addr.b, 4);
        memcpy(p + 16, ends[1].addr.b, 4);
        sum = (uint16_t)~dp_inet_fold(dp_inet_sum(0, p, 20));
        memcpy(p + 10, &sum, 2);
        return p + 20;
}

static uint8_t *ip6(uint8_t *p, const struct sb_end ends[2], uint32_t l4_len)
{
        put16(p, 0x6000);
        put16(p + 2, 0);
        put16(p + 4, l4_len);
        p[6] = IPPROTO_UDP;
        p[7] = 64;
        memcpy(p + 8, ends[0].addr.b, 16);
        memcpy(p + 24, ends[1].addr.b, 16);
        return p + 40;
}

void sb_frame_head(uint8_t *frame, const struct sb_link *l, const struct sb_end ends[2],
                   uint16_t payload_len, uint64_t payload_sum)
{
        uint32_t l4_len = 8u + payload_len;
        uint8_t *p = ethernet(frame, l);
        uint64_t sum;
        uint16_t stored;

        p = l->v6 ? ip6(p, ends, l4_len) : ip4(p, ends, l4_len);
        put16(p, ends[0].port);
        put16(p + 2, ends[1].port);
        put16(p + 4, l4_len);
        put16(p + 6, 0);
        sum = dp_inet_sum_pseudo(ends[0].addr.b, ends[1].addr.b, l->v6 ? 16 : 4, IPPROTO_UDP,
                                 (uint16_t)l4_len);
        stored = (uint16_t)~dp_inet_fold(dp_inet_sum(sum + payload_sum, p, 8));
        if (stored == 0)
                stored = 0xffff; /* RFC 768: zero would mean "not computed" */
        memcpy(p + 6, &stored, 2);
}
