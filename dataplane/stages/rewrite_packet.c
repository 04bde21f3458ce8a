/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/rewrite_packet.h"

#include <errno.h>
#include <string.h>

#include <netinet/in.h>

#include "dataplane/burst.h"
#include "dataplane/stages/inet_sum.h"

#define IP4_LEN_OFF  2u
#define IP4_SUM_OFF  10u
#define IP6_LEN_OFF  4u
#define IP6_BYTES    40u
#define UDP_BYTES    8u
#define UDP_LEN_OFF  4u
#define UDP_SUM_OFF  6u
#define IP_BYTES_MAX 65535u /* of an IPv4 packet; less than an IPv6 packet may have */

static void put_be16(uint8_t *p, unsigned v)
{
        p[0] = (uint8_t)(v >> 8);
        p[1] = (uint8_t)v;
}

static void set_ip_len(uint8_t *ip, bool v4, unsigned ip_bytes)
{
        uint16_t sum;

        if (!v4) {
                put_be16(ip + IP6_LEN_OFF, ip_bytes - IP6_BYTES);
                return;
        }
        put_be16(ip + IP4_LEN_OFF, ip_bytes);
        memset(ip + IP4_SUM_OFF, 0, 2);
        sum = (uint16_t)~dp_inet_fold(dp_inet_sum(0, ip, (ip[0] & 15u) * 4u));
        memcpy(ip + IP4_SUM_OFF, &sum, sizeof(sum));
}

/*
 * The sum loses the old payload and gets the new one, and so with the length, which is in it twice:
 * in the UDP header and in the pseudo-header (RFC 1624). So addresses do not matter, nor what
 * stands between the headers.
 */
static void set_udp_len(uint8_t *udp, uint16_t old_sum, unsigned len)
{
        uint16_t old_len, new_len = htons((uint16_t)(UDP_BYTES + len));
        uint64_t all;
        uint16_t sum;

        memcpy(&old_len, udp + UDP_LEN_OFF, sizeof(old_len));
        memcpy(&sum, udp + UDP_SUM_OFF, sizeof(sum));
        memcpy(udp + UDP_LEN_OFF, &new_len, sizeof(new_len));
        if (sum == 0)
                return;
        all = dp_inet_sum((uint64_t)(uint16_t)~sum + (uint16_t)~old_sum, udp + UDP_BYTES, len);
        all += 2u * (uint64_t)(uint16_t)~old_len + 2u * (uint64_t)new_len;
        sum = (uint16_t)~dp_inet_fold(all);
        if (sum == 0)
                sum = UINT16_MAX; /* zero means "no checksum" (RFC 768) */
        memcpy(udp + UDP_SUM_OFF, &sum, sizeof(sum));
}

/* Where the frame may begin afterwards: 0 when what follows the edits moves, -growth when all that
 * is before them does, the headers included. 1 when neither side has room. */
static int start_of(const struct dp_rewrite_packet *in, const struct sip_edit *edits,
                    int32_t growth, int32_t *start)
{
        *start = sip_edit_shift(edits, in->payload_off) != 0 ? -growth : 0;
        if (*start == 0 && growth > (int32_t)in->tailroom)
                *start = -growth;
        if (*start < 0 && growth > (int32_t)in->headroom)
                *start = 0;
        return *start == 0 && growth > (int32_t)in->tailroom ? -ENOSPC : 0;
}

int dp_rewrite_packet(uint8_t *frame, const struct dp_rewrite_packet *in,
                      const struct sip_edit *edits, struct dp_rewritten *out)
{
        bool v4 = (in->flags & DP_PKT_IP4) != 0;
        uint8_t *payload = frame + in->payload_off;
        uint32_t lead = in->payload_len - edits->msg->len;
        uint32_t ip_bytes = (uint32_t)in->payload_off + in->payload_len - in->l3_off;
        size_t size;
        int32_t growth;
        uint16_t old_sum;

        if (sip_edit_size(edits, &size) != SIP_EDIT_OK || edits->msg->len > in->payload_len)
                return -EINVAL;
        growth = (int32_t)size - in->payload_len;
        if (growth > 0 && (ip_bytes + (uint32_t)growth > IP_BYTES_MAX ||
                           ip_bytes + (uint32_t)growth > in->ip_bytes_max))
                return -EMSGSIZE;
        if (start_of(in, edits, growth, &out->start) != 0)
                return -ENOSPC;
        old_sum = dp_inet_fold(dp_inet_sum(0, payload, in->payload_len));
        /* What moves out of the way of the other goes first. */
        if (out->start < 0)
                memmove(frame + out->start, frame, in->payload_off);
        sip_edit_in_place(edits, payload + lead, out->start - (int32_t)lead);
        if (out->start > 0)
                memmove(frame + out->start, frame, in->payload_off);
        frame += out->start;
        set_ip_len(frame + in->l3_off, v4, (uint32_t)((int32_t)ip_bytes + growth));
        set_udp_len(frame + in->l4_off, old_sum, (unsigned)size);
        out->len = in->payload_off + (uint32_t)size;
        return 0;
}
