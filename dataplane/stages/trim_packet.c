/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/trim_packet.h"

#include <string.h>

#include <netinet/in.h>

#include "dataplane/burst.h"
#include "dataplane/stages/inet_sum.h"

#define IP4_LEN_OFF 2u
#define IP4_SUM_OFF 10u
#define IP6_LEN_OFF 4u
#define UDP_BYTES   8u
#define UDP_LEN_OFF 4u
#define UDP_SUM_OFF 6u

static void put_be16(uint8_t *p, unsigned v)
{
        p[0] = (uint8_t)(v >> 8);
        p[1] = (uint8_t)v;
}

static unsigned get_be16(const uint8_t *p)
{
        return (unsigned)p[0] << 8 | p[1];
}

static void trim_ip(uint8_t *ip, bool v4, unsigned cut)
{
        uint8_t *len = ip + (v4 ? IP4_LEN_OFF : IP6_LEN_OFF);
        uint16_t sum;

        put_be16(len, get_be16(len) - cut);
        if (!v4)
                return;
        memset(ip + IP4_SUM_OFF, 0, 2);
        sum = (uint16_t)~dp_inet_fold(dp_inet_sum(0, ip, (ip[0] & 15u) * 4u));
        memcpy(ip + IP4_SUM_OFF, &sum, sizeof(sum));
}

/* What octets that begin at an odd place of a sum add to it. */
static uint16_t swapped(uint16_t sum)
{
        return (uint16_t)(sum << 8 | sum >> 8);
}

/*
 * The sum loses the octets that go and twice the difference in length: once in the UDP header, once
 * in the pseudo-header (RFC 1624). So addresses do not matter, nor what stands between the headers.
 */
static void trim_udp(uint8_t *udp, const struct dp_trim_packet *t, unsigned cut)
{
        uint16_t gone = dp_inet_fold(dp_inet_sum(0, udp + UDP_BYTES + t->keep_len, cut));
        uint16_t sum;

        put_be16(udp + UDP_LEN_OFF, get_be16(udp + UDP_LEN_OFF) - cut);
        memcpy(&sum, udp + UDP_SUM_OFF, sizeof(sum));
        if (sum == 0)
                return;
        if ((t->keep_len & 1u) != 0)
                gone = swapped(gone);
        uint64_t all = (uint64_t)(uint16_t)~sum + (uint16_t)~gone;

        all += 2u * (uint16_t)~htons((uint16_t)cut);
        sum = (uint16_t)~dp_inet_fold(all);
        if (sum == 0)
                sum = UINT16_MAX; /* zero means "no checksum" (RFC 768) */
        memcpy(udp + UDP_SUM_OFF, &sum, sizeof(sum));
}

uint32_t dp_trim_packet(uint8_t *frame, const struct dp_trim_packet *t)
{
        bool v4 = (t->flags & DP_PKT_IP4) != 0;
        uint8_t *ip = frame + t->l3_off;
        unsigned cut = (unsigned)t->payload_len - t->keep_len;

        trim_ip(ip, v4, cut);
        trim_udp(frame + t->l4_off, t, cut);
        return (uint32_t)t->payload_off + t->keep_len;
}
