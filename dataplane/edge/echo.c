/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/edge/echo.h"

#include <string.h>

#include <netinet/in.h>

#include "dataplane/stages/inet_sum.h"

#define ETH_BYTES  14u
#define IP4_BYTES  20u
#define IP6_BYTES  40u
#define ICMP_BYTES 8u
#define HOP_LIMIT  64u

#define ECHO4       8u
#define ECHO4_REPLY 0u
#define ECHO6       128u
#define ECHO6_REPLY 129u

bool dp_echo_is(const struct dp_echo *in)
{
        uint8_t type = in->l4_len == 0 ? 255 : in->frame[in->l4_off];

        return in->v4 ? in->ip_proto == IPPROTO_ICMP && type == ECHO4
                      : in->ip_proto == IPPROTO_ICMPV6 && type == ECHO6;
}

static bool one_host(const uint8_t *a, bool v4)
{
        static const uint8_t nothing[15];

        if (v4)
                return a[0] != 0 && a[0] != 127 && a[0] < 224;
        return a[0] != 0xff && !(memcmp(a, nothing, sizeof(nothing)) == 0 && a[15] <= 1);
}

static uint64_t pseudo(const struct dp_echo *in, const uint8_t *src, const uint8_t *dst)
{
        return in->v4 ? 0 : dp_inet_sum_pseudo(src, dst, 16, IPPROTO_ICMPV6, in->l4_len);
}

static bool may_answer(const struct dp_echo *in, const uint8_t *src, size_t addr_bytes)
{
        const uint8_t *icmp = in->frame + in->l4_off;
        const uint8_t *dst = src + addr_bytes;

        if (in->l4_len < ICMP_BYTES || icmp[1] != 0 || ((in->frame[0] | in->frame[6]) & 1u) != 0 ||
            !one_host(src, in->v4) || !one_host(dst, in->v4) || memcmp(src, dst, addr_bytes) == 0)
                return false;
        return dp_inet_fold(dp_inet_sum(pseudo(in, src, dst), icmp, in->l4_len)) == UINT16_MAX;
}

static void put_ip(const struct dp_echo *in, const uint8_t *src, uint8_t *ip)
{
        size_t total = in->v4 ? IP4_BYTES + in->l4_len : in->l4_len;

        memset(ip, 0, in->v4 ? IP4_BYTES : IP6_BYTES);
        ip[0] = in->v4 ? 0x45 : 0x60;
        ip[in->v4 ? 2 : 4] = (uint8_t)(total >> 8);
        ip[in->v4 ? 3 : 5] = (uint8_t)total;
        if (in->v4) {
                uint16_t sum;

                ip[6] = 0x40; /* don't fragment; with it an id of 0 is legal (RFC 6864 4.1) */
                ip[8] = HOP_LIMIT;
                ip[9] = IPPROTO_ICMP;
                memcpy(ip + 12, src + 4, 4);
                memcpy(ip + 16, src, 4);
                sum = (uint16_t)~dp_inet_fold(dp_inet_sum(0, ip, IP4_BYTES));
                memcpy(ip + 10, &sum, sizeof(sum));
        } else {
                ip[6] = IPPROTO_ICMPV6;
                ip[7] = HOP_LIMIT;
                memcpy(ip + 8, src + 16, 16);
                memcpy(ip + 24, src, 16);
        }
}

size_t dp_echo_reply(const struct dp_echo *in, uint8_t *out, size_t cap)
{
        const uint8_t *src = in->frame + in->l3_off + (in->v4 ? 12 : 8);
        size_t ip_bytes = in->v4 ? IP4_BYTES : IP6_BYTES;
        uint8_t *icmp = out + ETH_BYTES + ip_bytes;
        uint16_t sum;

        if (!may_answer(in, src, in->v4 ? 4 : 16) || ETH_BYTES + ip_bytes + in->l4_len > cap)
                return 0;
        memcpy(out, in->frame + 6, 6);
        memcpy(out + 6, in->frame, 6);
        memcpy(out + 12, in->frame + 12, 2);
        put_ip(in, src, out + ETH_BYTES);
        memcpy(icmp, in->frame + in->l4_off, in->l4_len);
        icmp[0] = in->v4 ? ECHO4_REPLY : ECHO6_REPLY;
        icmp[2] = icmp[3] = 0;
        sum = (uint16_t)~dp_inet_fold(dp_inet_sum(pseudo(in, src + 16, src), icmp, in->l4_len));
        memcpy(icmp + 2, &sum, sizeof(sum));
        return ETH_BYTES + ip_bytes + in->l4_len;
}
