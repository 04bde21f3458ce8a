/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/engine/neigh.h"

#include <string.h>

#include <netinet/in.h>

#include "dataplane/stages/inet_sum.h"

#define ARP_BYTES 28u
#define NS_BYTES  32u /* ICMPv6 head, target, link-layer option */
#define NS_TYPE   135u
#define NA_TYPE   136u
#define HOP_LIMIT 255u

static uint8_t *ethernet(uint8_t *p, const uint8_t dst[6], const struct sb_neigh *n, uint16_t type)
{
        memcpy(p, dst, 6);
        memcpy(p + 6, n->mac, 6);
        p += 12;
        if (n->vlan != SB_VLAN_NONE) {
                memcpy(p, "\x81\x00", 2);
                p[2] = (uint8_t)(n->vlan >> 8);
                p[3] = (uint8_t)n->vlan;
                p += 4;
        }
        p[0] = (uint8_t)(type >> 8);
        p[1] = (uint8_t)type;
        return p + 2;
}

/* Offset behind the Ethernet head when its type is `type`, else 0. */
static uint32_t l3_of(const uint8_t *p, uint32_t len, uint16_t type)
{
        uint32_t at = 12;

        if (len < 18)
                return 0;
        if (p[at] == 0x81 && p[at + 1] == 0)
                at += 4;
        return (p[at] << 8 | p[at + 1]) == type ? at + 2 : 0;
}

static enum sb_neigh_result arp(struct sb_neigh *n, uint8_t *p, uint32_t at, uint32_t len)
{
        uint8_t *a = p + at;
        struct sb_addr target = {0};
        uint8_t asker[10];

        if (len < at + ARP_BYTES || memcmp(a, "\x00\x01\x08\x00\x06\x04\x00", 7) != 0)
                return SB_NEIGH_TAKEN;
        memcpy(target.b, a + 24, 4);
        if (memcmp(a + 14, n->wanted.b, 4) == 0 && !n->ours->v6) {
                memcpy(n->found_mac, a + 8, 6);
                n->found = true;
        }
        if (a[7] != 1 || n->ours->v6 || !sb_ident_owns(n->ours, &target))
                return SB_NEIGH_TAKEN;
        memcpy(asker, a + 8, 10);
        a[7] = 2;
        memcpy(a + 8, n->mac, 6);
        memcpy(a + 14, target.b, 4);
        memcpy(a + 18, asker, 10);
        memcpy(p, asker, 6);
        memcpy(p + 6, n->mac, 6);
        return SB_NEIGH_ANSWER;
}

static void icmp6_sum(uint8_t *ip, uint32_t bytes)
{
        uint8_t *icmp = ip + 40;
        uint16_t sum;

        memset(icmp + 2, 0, 2);
        sum = (uint16_t)~dp_inet_fold(dp_inet_sum(
            dp_inet_sum_pseudo(ip + 8, ip + 24, 16, IPPROTO_ICMPV6, (uint16_t)bytes), icmp, bytes));
        memcpy(icmp + 2, &sum, 2);
}

static enum sb_neigh_result nd(struct sb_neigh *n, uint8_t *p, uint32_t at, uint32_t len)
{
        uint8_t *ip = p + at, *icmp = ip + 40;
        struct sb_addr target, asker;

        if (len < at + 40 + 24 || ip[6] != IPPROTO_ICMPV6 ||
            (icmp[0] != NS_TYPE && icmp[0] != NA_TYPE))
                return SB_NEIGH_NONE;
        memcpy(target.b, icmp + 8, 16);
        memcpy(asker.b, ip + 8, 16);
        if (icmp[0] == NA_TYPE || n->ours->v6) {
                const struct sb_addr *who = icmp[0] == NA_TYPE ? &target : &asker;

                if (memcmp(who->b, n->wanted.b, 16) == 0) {
                        memcpy(n->found_mac, p + 6, 6);
                        n->found = true;
                }
        }
        if (icmp[0] != NS_TYPE || !n->ours->v6 || !sb_ident_owns(n->ours, &target) ||
            len < at + 40 + NS_BYTES)
                return SB_NEIGH_TAKEN;
        memcpy(p, p + 6, 6);
        memcpy(p + 6, n->mac, 6);
        memcpy(ip + 24, asker.b, 16);
        memcpy(ip + 8, target.b, 16);
        ip[4] = 0;
        ip[5] = NS_BYTES;
        icmp[0] = NA_TYPE;
        memcpy(icmp + 4, "\x60\x00\x00\x00", 4); /* solicited, override */
        icmp[24] = 2;
        icmp[25] = 1;
        memcpy(icmp + 26, n->mac, 6);
        icmp6_sum(ip, NS_BYTES);
        return SB_NEIGH_ANSWER;
}

enum sb_neigh_result sb_neigh_receive(struct sb_neigh *n, struct rte_mbuf *m)
{
        uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);
        uint32_t at = l3_of(p, m->data_len, 0x0806);

        if (at != 0)
                return arp(n, p, at, m->data_len);
        at = l3_of(p, m->data_len, 0x86dd);
        return at != 0 ? nd(n, p, at, m->data_len) : SB_NEIGH_NONE;
}

static uint32_t ask4(const struct sb_neigh *n, const struct sb_addr *from, uint8_t *frame)
{
        uint8_t *a = ethernet(frame, (const uint8_t *)"\xff\xff\xff\xff\xff\xff", n, 0x0806);

        memcpy(a, "\x00\x01\x08\x00\x06\x04\x00\x01", 8);
        memcpy(a + 8, n->mac, 6);
        memcpy(a + 14, from->b, 4);
        memset(a + 18, 0, 6);
        memcpy(a + 24, n->wanted.b, 4);
        return (uint32_t)(a + ARP_BYTES - frame);
}

static uint32_t ask6(const struct sb_neigh *n, const struct sb_addr *from, uint8_t *frame)
{
        uint8_t group[6] = {0x33, 0x33, 0xff, n->wanted.b[13], n->wanted.b[14], n->wanted.b[15]};
        uint8_t *ip = ethernet(frame, group, n, 0x86dd);
        uint8_t *icmp = ip + 40;

        memset(ip, 0, 40 + NS_BYTES);
        ip[0] = 0x60;
        ip[5] = NS_BYTES;
        ip[6] = IPPROTO_ICMPV6;
        ip[7] = HOP_LIMIT;
        memcpy(ip + 8, from->b, 16);
        memcpy(ip + 24, "\xff\x02\0\0\0\0\0\0\0\0\0\x01\xff", 13);
        memcpy(ip + 37, n->wanted.b + 13, 3);
        icmp[0] = NS_TYPE;
        memcpy(icmp + 8, n->wanted.b, 16);
        icmp[24] = 1;
        icmp[25] = 1;
        memcpy(icmp + 26, n->mac, 6);
        icmp6_sum(ip, NS_BYTES);
        return (uint32_t)(icmp + NS_BYTES - frame);
}

void sb_neigh_ask(const struct sb_neigh *n, const struct sb_addr *from, struct rte_mbuf *m)
{
        uint8_t *frame = rte_pktmbuf_mtod(m, uint8_t *);
        uint32_t len = n->ours->v6 ? ask6(n, from, frame) : ask4(n, from, frame);

        m->data_len = (uint16_t)len;
        m->pkt_len = len;
}
