/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/edge/udp_frame.h"

#include <string.h>

#include <netinet/in.h>

#include "dataplane/edge/net.h"
#include "dataplane/stages/inet_sum.h"

#define ETH_BYTES    14u
#define IP4_BYTES    20u
#define IP6_BYTES    40u
#define UDP_BYTES    8u
#define HOP_LIMIT    64u
#define IP_BYTES_MAX 65535u

size_t dp_udp_frame_ip_bytes(const struct dp_udp_frame *in)
{
        return (dp_ip_is_v4(&in->to) ? IP4_BYTES : IP6_BYTES) + UDP_BYTES + in->payload_len;
}

static void put_be16(uint8_t *p, size_t v)
{
        p[0] = (uint8_t)(v >> 8);
        p[1] = (uint8_t)v;
}

static void put_ip4(const struct dp_udp_frame *in, uint8_t *ip, size_t ip_bytes)
{
        uint16_t sum;

        memset(ip, 0, IP4_BYTES);
        ip[0] = 0x45;
        put_be16(ip + 2, ip_bytes);
        ip[6] = 0x40; /* don't fragment; with it an id of 0 is legal (RFC 6864 4.1) */
        ip[8] = HOP_LIMIT;
        ip[9] = IPPROTO_UDP;
        memcpy(ip + 12, in->from.b + 12, 4);
        memcpy(ip + 16, in->to.b + 12, 4);
        sum = (uint16_t)~dp_inet_fold(dp_inet_sum(0, ip, IP4_BYTES));
        memcpy(ip + 10, &sum, sizeof(sum));
}

static void put_ip6(const struct dp_udp_frame *in, uint8_t *ip, size_t ip_bytes)
{
        memset(ip, 0, IP6_BYTES);
        ip[0] = 0x60;
        put_be16(ip + 4, ip_bytes - IP6_BYTES);
        ip[6] = IPPROTO_UDP;
        ip[7] = HOP_LIMIT;
        memcpy(ip + 8, in->from.b, 16);
        memcpy(ip + 24, in->to.b, 16);
}

/* src is in the IP header, dst behind it; the payload is in place. */
static void put_udp(const struct dp_udp_frame *in, uint8_t *udp, const uint8_t *src,
                    size_t addr_bytes)
{
        uint16_t bytes = (uint16_t)(UDP_BYTES + in->payload_len);
        uint64_t pseudo = dp_inet_sum_pseudo(src, src + addr_bytes, addr_bytes, IPPROTO_UDP, bytes);
        uint16_t sum;

        put_be16(udp, in->from_port);
        put_be16(udp + 2, in->to_port);
        put_be16(udp + 4, bytes);
        memset(udp + 6, 0, 2);
        sum = (uint16_t)~dp_inet_fold(dp_inet_sum(pseudo, udp, bytes));
        if (sum == 0)
                sum = UINT16_MAX; /* zero means "no checksum" (RFC 768) */
        memcpy(udp + 6, &sum, sizeof(sum));
}

size_t dp_udp_frame_build(const struct dp_udp_frame *in, uint8_t *out, size_t cap)
{
        bool v4 = dp_ip_is_v4(&in->to);
        size_t header = v4 ? IP4_BYTES : IP6_BYTES;
        uint8_t *ip = out + ETH_BYTES;
        size_t ip_bytes;

        if (in->payload_len > IP_BYTES_MAX - IP6_BYTES - UDP_BYTES)
                return 0;
        ip_bytes = dp_udp_frame_ip_bytes(in);
        if (ETH_BYTES + ip_bytes > cap)
                return 0;
        memset(out, 0, 6);
        memcpy(out + 6, in->from_mac, 6);
        put_be16(out + 12, v4 ? 0x0800u : 0x86ddu);
        memcpy(ip + header + UDP_BYTES, in->payload, in->payload_len);
        if (v4)
                put_ip4(in, ip, ip_bytes);
        else
                put_ip6(in, ip, ip_bytes);
        put_udp(in, ip + header, ip + (v4 ? 12 : 8), v4 ? 4 : 16);
        return ETH_BYTES + ip_bytes;
}
