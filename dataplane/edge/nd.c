/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/edge/nd.h"

#include <string.h>

#include <netinet/in.h>

#include "dataplane/stages/inet_sum.h"

#define ETH_BYTES  14u
#define IP6_BYTES  40u
#define ND_BYTES   24u /* without options */
#define OPT_BYTES  8u
#define HOP_LIMIT  255u
#define OPT_SOURCE 1u
#define OPT_TARGET 2u
#define SOLICITED  0x40u
#define OVERRIDE   0x20u

static const struct shm_ip nobody;
static const struct shm_ip all_nodes = {{0xff, 0x02, [15] = 1}};

bool dp_nd_is(const struct dp_nd_packet *in)
{
        const uint8_t *icmp = in->frame + in->l4_off;

        return in->l4_len >= 1 && (icmp[0] == DP_ND_SOLICIT || icmp[0] == DP_ND_ADVERT);
}

static bool is_group(const struct shm_ip *ip)
{
        return ip->b[0] == 0xff;
}

/* ff02::1:ffXX:XXXX (RFC 4291 2.7.1) */
static struct shm_ip group_of(const struct shm_ip *target)
{
        struct shm_ip group = {{0xff, 0x02, [11] = 1, [12] = 0xff}};

        memcpy(group.b + 13, target->b + 13, 3);
        return group;
}

/* Options up to the end of the message: each of whole eights, none empty. */
static bool options_read(const uint8_t *at, size_t left, struct dp_nd *out)
{
        uint8_t wanted = out->type == DP_ND_SOLICIT ? OPT_SOURCE : OPT_TARGET;

        while (left != 0) {
                size_t bytes = left < 2 ? 0 : at[1] * 8u;

                if (bytes == 0 || bytes > left)
                        return false;
                if (at[0] == wanted && bytes == OPT_BYTES) {
                        out->has_mac = true;
                        memcpy(out->mac, at + 2, 6);
                }
                at += bytes;
                left -= bytes;
        }
        return true;
}

static bool checksum_ok(const uint8_t *ip, const uint8_t *icmp, uint16_t bytes)
{
        uint64_t sum = dp_inet_sum_pseudo(ip + 8, ip + 24, 16, IPPROTO_ICMPV6, bytes);

        return dp_inet_fold(dp_inet_sum(sum, icmp, bytes)) == UINT16_MAX;
}

static bool ip_equal(const struct shm_ip *a, const struct shm_ip *b)
{
        return memcmp(a, b, sizeof(*a)) == 0;
}

static bool solicit_ok(const struct dp_nd *nd)
{
        struct shm_ip group = group_of(&nd->target);

        return !ip_equal(&nd->src, &nobody) || (ip_equal(&nd->dst, &group) && !nd->has_mac);
}

bool dp_nd_read(const struct dp_nd_packet *in, struct dp_nd *out)
{
        const uint8_t *ip = in->frame + in->l3_off;
        const uint8_t *icmp = in->frame + in->l4_off;

        memset(out, 0, sizeof(*out));
        if (in->l4_off != in->l3_off + IP6_BYTES || in->l4_len < ND_BYTES || ip[7] != HOP_LIMIT ||
            icmp[1] != 0 || !checksum_ok(ip, icmp, in->l4_len))
                return false;
        out->type = icmp[0];
        out->solicited = out->type == DP_ND_ADVERT && (icmp[4] & SOLICITED) != 0;
        memcpy(out->from_mac, in->frame + 6, 6);
        memcpy(out->src.b, ip + 8, 16);
        memcpy(out->dst.b, ip + 24, 16);
        memcpy(out->target.b, icmp + 8, 16);
        if (!options_read(icmp + ND_BYTES, in->l4_len - ND_BYTES, out))
                return false;
        if (is_group(&out->target) || is_group(&out->src) || (out->from_mac[0] & 1u) != 0 ||
            (out->has_mac && memcmp(out->mac, out->from_mac, 6) != 0))
                return false;
        if (out->type == DP_ND_SOLICIT)
                return solicit_ok(out);
        return !ip_equal(&out->src, &nobody) && !(out->solicited && is_group(&out->dst));
}

struct nd_frame {
        const uint8_t *to_mac; /* NULL: the group's */
        const uint8_t *mac;    /* ours */
        const struct shm_ip *src;
        const struct shm_ip *dst;
        const struct shm_ip *target;
        uint8_t type;
        uint8_t flags;
};

static void put(const struct nd_frame *f, uint8_t *out)
{
        uint8_t *ip = out + ETH_BYTES;
        uint8_t *icmp = ip + IP6_BYTES;
        uint16_t bytes = ND_BYTES + OPT_BYTES, sum;

        memset(out, 0, DP_ND_FRAME_BYTES);
        out[0] = out[1] = 0x33; /* RFC 2464 7 */
        memcpy(out + 2, f->dst->b + 12, 4);
        if (f->to_mac != NULL)
                memcpy(out, f->to_mac, 6);
        memcpy(out + 6, f->mac, 6);
        out[12] = 0x86;
        out[13] = 0xdd;
        ip[0] = 0x60;
        ip[5] = (uint8_t)bytes;
        ip[6] = IPPROTO_ICMPV6;
        ip[7] = HOP_LIMIT;
        memcpy(ip + 8, f->src->b, 16);
        memcpy(ip + 24, f->dst->b, 16);
        icmp[0] = f->type;
        icmp[4] = f->flags;
        memcpy(icmp + 8, f->target->b, 16);
        icmp[ND_BYTES] = f->type == DP_ND_SOLICIT ? OPT_SOURCE : OPT_TARGET;
        icmp[ND_BYTES + 1] = 1;
        memcpy(icmp + ND_BYTES + 2, f->mac, 6);
        sum = (uint16_t)~dp_inet_fold(dp_inet_sum(
            dp_inet_sum_pseudo(ip + 8, ip + 24, 16, IPPROTO_ICMPV6, bytes), icmp, bytes));
        memcpy(icmp + 2, &sum, sizeof(sum));
}

void dp_nd_advert(const struct dp_nd *solicit, const uint8_t mac[6], uint8_t out[DP_ND_FRAME_BYTES])
{
        bool for_all = ip_equal(&solicit->src, &nobody);
        const struct nd_frame f = {
            .to_mac = for_all ? NULL : solicit->from_mac,
            .mac = mac,
            .src = &solicit->target,
            .dst = for_all ? &all_nodes : &solicit->src,
            .target = &solicit->target,
            .type = DP_ND_ADVERT,
            .flags = for_all ? OVERRIDE : SOLICITED | OVERRIDE,
        };

        put(&f, out);
}

void dp_nd_announce(const uint8_t mac[6], const struct shm_ip *ours, uint8_t out[DP_ND_FRAME_BYTES])
{
        const struct nd_frame f = {
            .mac = mac,
            .src = ours,
            .dst = &all_nodes,
            .target = ours,
            .type = DP_ND_ADVERT,
            .flags = OVERRIDE,
        };

        put(&f, out);
}

void dp_nd_solicit(const uint8_t mac[6], const struct shm_ip *from, const struct shm_ip *target,
                   const uint8_t *to_mac, uint8_t out[DP_ND_FRAME_BYTES])
{
        struct shm_ip group = group_of(target);
        const struct nd_frame f = {
            .to_mac = to_mac,
            .mac = mac,
            .src = from,
            .dst = to_mac != NULL ? target : &group,
            .target = target,
            .type = DP_ND_SOLICIT,
        };

        put(&f, out);
}
