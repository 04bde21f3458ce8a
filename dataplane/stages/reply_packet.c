/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/reply_packet.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <netinet/in.h>

#include "dataplane/burst.h"
#include "dataplane/stages/inet_sum.h"

#define MAC_BYTES    6u
#define IP4_BYTES    20u
#define IP6_BYTES    40u
#define UDP_BYTES    8u
#define HOP_LIMIT    64u
#define IP_BYTES_MAX 65535u

static bool is_ip4(const struct dp_reply_packet *in)
{
        return (in->flags & DP_PKT_IP4) != 0;
}

static size_t ip_header_bytes(const struct dp_reply_packet *in)
{
        return is_ip4(in) ? IP4_BYTES : IP6_BYTES;
}

size_t dp_reply_packet_overhead(const struct dp_reply_packet *in)
{
        return in->l3_off + ip_header_bytes(in) + UDP_BYTES;
}

/* 0.0.0.0/8 names nobody, 127.0.0.0/8 no host but its own; 224.0.0.0/4, 240.0.0.0/4 and broadcast
 * name many or nobody. A subnet's own broadcast address can not be known here: the MAC check
 * catches it on the last hop. */
static bool ip4_is_one_host(const uint8_t *a)
{
        return a[0] != 0 && a[0] != 127 && a[0] < 224;
}

static bool ip6_is_one_host(const uint8_t *a)
{
        static const uint8_t unspecified[16];

        if (memcmp(a, unspecified, 15) == 0 && a[15] <= 1) /* ::, ::1 */
                return false;
        return a[0] != 0xff;
}

static bool mac_is_group(const uint8_t *mac)
{
        return (mac[0] & 1u) != 0;
}

static bool may_answer(const struct dp_reply_packet *in)
{
        const uint8_t *ip = in->frame + in->l3_off;
        const uint8_t *udp = in->frame + in->l4_off;
        size_t addr_bytes = is_ip4(in) ? 4 : 16;
        const uint8_t *src = ip + (is_ip4(in) ? 12 : 8);
        const uint8_t *dst = src + addr_bytes;
        bool hosts = is_ip4(in) ? ip4_is_one_host(src) && ip4_is_one_host(dst)
                                : ip6_is_one_host(src) && ip6_is_one_host(dst);

        if (!hosts || mac_is_group(in->frame) || mac_is_group(in->frame + MAC_BYTES))
                return false;
        if (udp[0] == 0 && udp[1] == 0)
                return false;
        return memcmp(src, dst, addr_bytes) != 0;
}

static void put_be16(uint8_t *p, size_t v)
{
        p[0] = (uint8_t)(v >> 8);
        p[1] = (uint8_t)v;
}

static void put_sum(uint8_t *p, uint64_t sum)
{
        uint16_t v = (uint16_t)~dp_inet_fold(sum);

        memcpy(p, &v, sizeof(v));
}

static void put_ip4(const uint8_t *req, uint8_t *ip, size_t l4_bytes)
{
        memset(ip, 0, IP4_BYTES);
        ip[0] = 0x45;
        put_be16(ip + 2, IP4_BYTES + l4_bytes);
        ip[6] = 0x40; /* don't fragment; with it an id of 0 is legal (RFC 6864 4.1) */
        ip[8] = HOP_LIMIT;
        ip[9] = IPPROTO_UDP;
        memcpy(ip + 12, req + 16, 4);
        memcpy(ip + 16, req + 12, 4);
        put_sum(ip + 10, dp_inet_sum(0, ip, IP4_BYTES));
}

static void put_ip6(const uint8_t *req, uint8_t *ip, size_t l4_bytes)
{
        memset(ip, 0, IP6_BYTES);
        ip[0] = 0x60;
        put_be16(ip + 4, l4_bytes);
        ip[6] = IPPROTO_UDP;
        ip[7] = HOP_LIMIT;
        memcpy(ip + 8, req + 24, 16);
        memcpy(ip + 24, req + 8, 16);
}

/* src and dst are those of the reply; its payload is in place already. */
static void put_udp(const uint8_t *req, uint8_t *udp, const uint8_t *src, size_t addr_bytes,
                    uint16_t l4_bytes)
{
        uint64_t sum = dp_inet_sum_pseudo(src, src + addr_bytes, addr_bytes, IPPROTO_UDP, l4_bytes);

        memcpy(udp, req + 2, 2);
        memcpy(udp + 2, req, 2);
        put_be16(udp + 4, l4_bytes);
        memset(udp + 6, 0, 2);
        put_sum(udp + 6, dp_inet_sum(sum, udp, l4_bytes));
        if (udp[6] == 0 && udp[7] == 0)
                memset(udp + 6, 0xff, 2); /* zero means "no checksum" (RFC 768) */
}

int dp_reply_packet_build(const struct dp_reply_packet *in, uint8_t *out, size_t cap, size_t *len)
{
        size_t ip_bytes = ip_header_bytes(in);
        size_t l4_bytes = UDP_BYTES + in->payload_len;
        size_t overhead = dp_reply_packet_overhead(in);
        const uint8_t *req_ip = in->frame + in->l3_off;
        uint8_t *ip = out + in->l3_off;
        uint8_t *udp = ip + ip_bytes;

        if ((in->flags & (DP_PKT_UDP | DP_PKT_FRAGMENT)) != DP_PKT_UDP ||
            (in->flags & (DP_PKT_IP4 | DP_PKT_IP6)) == 0)
                return -EINVAL;
        if (!may_answer(in))
                return -EPERM;
        if (in->payload_len > IP_BYTES_MAX - UDP_BYTES - ip_bytes || overhead > cap ||
            in->payload_len > cap - overhead)
                return -EMSGSIZE;
        memcpy(out, in->frame + MAC_BYTES, MAC_BYTES);
        memcpy(out + MAC_BYTES, in->frame, MAC_BYTES);
        memcpy(out + 2 * MAC_BYTES, in->frame + 2 * MAC_BYTES, in->l3_off - 2 * MAC_BYTES);
        memcpy(udp + UDP_BYTES, in->payload, in->payload_len);
        if (is_ip4(in)) {
                put_ip4(req_ip, ip, l4_bytes);
                put_udp(in->frame + in->l4_off, udp, ip + 12, 4, (uint16_t)l4_bytes);
        } else {
                put_ip6(req_ip, ip, l4_bytes);
                put_udp(in->frame + in->l4_off, udp, ip + 8, 16, (uint16_t)l4_bytes);
        }
        *len = overhead + in->payload_len;
        return 0;
}
