/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/decap_core.h"

#include <string.h>

#include <netinet/in.h>

#include "dataplane/burst.h"
#include "dataplane/stages/decap_plain.h"
#include "dataplane/stages/inet_sum.h"

#define ETH_BYTES  14u
#define VLAN_BYTES 4u
#define IP4_BYTES  20u
#define IP6_BYTES  40u
#define UDP_BYTES  8u

#define IP4_SRC_OFF 12u
#define IP6_SRC_OFF 8u

#define ETHERTYPE_IP4      0x0800u
#define ETHERTYPE_IP6      0x86ddu
#define ETHERTYPE_8021Q    0x8100u
#define ETHERTYPE_8021AD   0x88a8u
#define ETHERTYPE_QINQ_OLD 0x9100u /* what switches used before 802.1ad, and still do */

#define IP4_FRAG_MASK 0x3fffu /* more-fragments and offset */
#define IP6_FRAG_MASK 0xfff9u /* offset and more-fragments; the two reserved bits are not ours */

#define ROUTING_TYPE_0       0u
#define ROUTING_TYPE_MOBILE  2u /* RFC 6275 6.4 */
#define ROUTING_TYPE_SEGMENT 4u /* RFC 8754 */
/* Types 2 and 4 both keep the final destination in the 16 octets after their first 8. */
#define ROUTING_FINAL_OFF    8u
#define ROUTING_FINAL_BYTES  24u

/* What is being read: [at, end) is still unread. Invariant: at <= end <= octets of the frame. */
struct walk {
        const uint8_t *frame;
        uint32_t at;
        uint32_t end;
        uint16_t ethertype;
        uint8_t proto;      /* of the octets at `at` */
        const uint8_t *src; /* addresses of the pseudo-header */
        const uint8_t *dst;
        uint8_t addr_bytes;
        enum dp_udp_sum udp_sum;
};

static inline uint32_t left(const struct walk *w)
{
        return w->end - w->at;
}

static bool ethertype_is_tag(uint16_t type)
{
        return type == ETHERTYPE_8021Q || type == ETHERTYPE_8021AD || type == ETHERTYPE_QINQ_OLD;
}

static enum shm_reason link_layer(struct walk *w, struct dp_decap_result *out)
{
        if (left(w) < ETH_BYTES)
                return SHM_REASON_ETH_SHORT;
        w->ethertype = dp_decap_be16(w->frame + 12);
        w->at = ETH_BYTES;
        for (unsigned tags = 0; ethertype_is_tag(w->ethertype); tags++) {
                if (tags == DP_VLAN_TAGS_MAX)
                        return SHM_REASON_VLAN_DEPTH;
                if (left(w) < VLAN_BYTES)
                        return SHM_REASON_ETH_SHORT;
                if (tags == 0)
                        out->flow.vlan = dp_decap_be16(w->frame + w->at) & 0x0fffu;
                w->ethertype = dp_decap_be16(w->frame + w->at + 2);
                w->at += VLAN_BYTES;
        }
        out->l3_off = (uint16_t)w->at;
        return SHM_REASON_NONE;
}

static enum shm_reason ip4(struct walk *w, struct dp_decap_result *out)
{
        const uint8_t *h = w->frame + w->at;
        uint32_t header_bytes, total_bytes;

        if (left(w) < IP4_BYTES || h[0] >> 4 != 4)
                return SHM_REASON_IP4_HEADER;
        header_bytes = (h[0] & 0x0fu) * 4u;
        total_bytes = dp_decap_be16(h + 2);
        if (header_bytes < IP4_BYTES || total_bytes < header_bytes || total_bytes > left(w))
                return SHM_REASON_IP4_HEADER;
        if (dp_inet_fold(dp_inet_sum(0, h, header_bytes)) != UINT16_MAX)
                return SHM_REASON_IP4_CHECKSUM;
        w->end = w->at + total_bytes;
        w->at += header_bytes;
        w->proto = h[9];
        w->src = h + 12;
        w->dst = h + 16;
        w->addr_bytes = 4;
        dp_decap_ip4(&out->flow.src, w->src);
        dp_decap_ip4(&out->flow.dst, w->dst);
        out->flags |= DP_PKT_IP4;
        if ((dp_decap_be16(h + 6) & IP4_FRAG_MASK) != 0)
                out->flags |= DP_PKT_FRAGMENT;
        return SHM_REASON_NONE;
}

/* A routing header that still has segments to visit hides the address that the UDP checksum was
 * made with (RFC 8200 8.1), so its type must be one that tells. */
static enum shm_reason ip6_routing(struct walk *w, const uint8_t *h, uint32_t bytes)
{
        uint8_t type = h[2];
        uint8_t segments_left = h[3];

        if (type == ROUTING_TYPE_0)
                return SHM_REASON_IP6_ROUTING0;
        if (segments_left == 0)
                return SHM_REASON_NONE;
        if ((type != ROUTING_TYPE_MOBILE && type != ROUTING_TYPE_SEGMENT) ||
            bytes < ROUTING_FINAL_BYTES)
                return SHM_REASON_IP6_EXT;
        w->dst = h + ROUTING_FINAL_OFF;
        return SHM_REASON_NONE;
}

static bool ip6_is_ext(uint8_t proto)
{
        return proto == IPPROTO_HOPOPTS || proto == IPPROTO_ROUTING || proto == IPPROTO_FRAGMENT ||
               proto == IPPROTO_DSTOPTS;
}

/* Leaves w at the upper-layer header, or behind the fragment header of a real fragment. */
static enum shm_reason ip6_ext(struct walk *w, struct dp_decap_result *out)
{
        uint32_t first = w->at;

        for (unsigned n = 0; ip6_is_ext(w->proto); n++) {
                const uint8_t *h = w->frame + w->at;
                uint8_t proto = w->proto;
                enum shm_reason reason;
                uint32_t bytes;

                /* hop-by-hop options come first or not at all (RFC 8200 4.1) */
                if (n == DP_IP6_EXT_MAX || left(w) < 8 || (proto == IPPROTO_HOPOPTS && n != 0))
                        return SHM_REASON_IP6_EXT;
                bytes = proto == IPPROTO_FRAGMENT ? 8u : (h[1] + 1u) * 8u;
                if (bytes > left(w) || w->at - first + bytes > DP_IP6_EXT_BYTES_MAX)
                        return SHM_REASON_IP6_EXT;
                if (proto == IPPROTO_ROUTING) {
                        reason = ip6_routing(w, h, bytes);
                        if (reason != SHM_REASON_NONE)
                                return reason;
                }
                w->proto = h[0];
                w->at += bytes;
                /* offset 0 and no more to come is a whole datagram (RFC 6946): walk on */
                if (proto == IPPROTO_FRAGMENT && (dp_decap_be16(h + 2) & IP6_FRAG_MASK) != 0) {
                        out->flags |= DP_PKT_FRAGMENT;
                        return SHM_REASON_NONE;
                }
        }
        return SHM_REASON_NONE;
}

/* An IPv4 address in IPv6 clothes has no business on the wire (RFC 4291 2.5.5.2 is about sockets),
 * and here it would be taken for the IPv4 host: for a known peer, say. */
static bool ip6_is_mapped(const uint8_t *addr)
{
        static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

        return memcmp(addr, prefix, sizeof(prefix)) == 0;
}

static enum shm_reason ip6(struct walk *w, struct dp_decap_result *out)
{
        const uint8_t *h = w->frame + w->at;
        uint32_t payload_bytes;

        if (left(w) < IP6_BYTES || h[0] >> 4 != 6)
                return SHM_REASON_IP6_HEADER;
        payload_bytes = dp_decap_be16(h + 4);
        if (payload_bytes > left(w) - IP6_BYTES || ip6_is_mapped(h + 8) || ip6_is_mapped(h + 24))
                return SHM_REASON_IP6_HEADER;
        w->at += IP6_BYTES;
        w->end = w->at + payload_bytes;
        w->proto = h[6];
        w->src = h + 8;
        w->dst = h + 24;
        w->addr_bytes = 16;
        memcpy(out->flow.src.b, w->src, 16);
        memcpy(out->flow.dst.b, w->dst, 16);
        out->flags |= DP_PKT_IP6;
        return ip6_ext(w, out);
}

bool dp_decap_sum_ok(const uint8_t *frame, uint16_t l3_off, uint16_t l4_off, uint16_t l4_len,
                     uint16_t sum_dst)
{
        bool v4 = frame[l3_off] >> 4 == 4;
        const uint8_t *src = frame + l3_off + (v4 ? IP4_SRC_OFF : IP6_SRC_OFF);
        uint64_t sum = dp_inet_sum_pseudo(src, frame + sum_dst, v4 ? 4 : 16, IPPROTO_UDP, l4_len);

        return dp_inet_fold(dp_inet_sum(sum, frame + l4_off, l4_len)) == UINT16_MAX;
}

static enum shm_reason udp(const struct walk *w, struct dp_decap_result *out)
{
        const uint8_t *h = w->frame + w->at;
        uint16_t bytes, sum_dst;

        /* A UDP length below the IP payload leaves octets that one reader takes and another does
         * not: only equality has one meaning. */
        if (left(w) < UDP_BYTES || dp_decap_be16(h + 4) != left(w))
                return SHM_REASON_UDP_HEADER;
        bytes = dp_decap_be16(h + 4);
        out->flags |= DP_PKT_UDP;
        out->payload_off = (uint16_t)(w->at + UDP_BYTES);
        out->payload_len = (uint16_t)(bytes - UDP_BYTES);
        if (dp_decap_be16(h + 6) == 0)
                return w->addr_bytes == 4 ? SHM_REASON_NONE : SHM_REASON_UDP_CHECKSUM_ZERO6;
        if (w->udp_sum == DP_UDP_SUM_KNOWN)
                return SHM_REASON_NONE;
        sum_dst = (uint16_t)(w->dst - w->frame);
        if (w->udp_sum == DP_UDP_SUM_LATER) {
                out->sum_dst = sum_dst;
                return SHM_REASON_NONE;
        }
        return dp_decap_sum_ok(w->frame, out->l3_off, (uint16_t)w->at, bytes, sum_dst)
                   ? SHM_REASON_NONE
                   : SHM_REASON_UDP_CHECKSUM;
}

/* From the IP header on, which w stands at. */
static enum shm_reason network_layer(struct walk *w, bool v4, struct dp_decap_result *out)
{
        enum shm_reason reason = v4 ? ip4(w, out) : ip6(w, out);

        if (reason != SHM_REASON_NONE)
                return reason;
        out->l4_off = (uint16_t)w->at;
        out->l4_len = (uint16_t)left(w);
        out->flow.ip_proto = w->proto;
        if ((out->flags & DP_PKT_FRAGMENT) != 0)
                return SHM_REASON_NONE;
        if ((w->proto == IPPROTO_UDP || w->proto == IPPROTO_TCP || w->proto == IPPROTO_SCTP) &&
            left(w) >= 4) {
                out->flow.sport = dp_decap_be16(w->frame + w->at);
                out->flow.dport = dp_decap_be16(w->frame + w->at + 2);
        }
        return w->proto == IPPROTO_UDP ? udp(w, out) : SHM_REASON_NONE;
}

enum shm_reason dp_decap_ip(const uint8_t *packet, uint32_t len, enum dp_udp_sum udp_sum,
                            struct dp_decap_result *out)
{
        struct walk w = {.frame = packet, .end = len, .udp_sum = udp_sum};

        memset(out, 0, sizeof(*out));
        return network_layer(&w, len != 0 && packet[0] >> 4 == 4, out);
}

static bool plain_udp4(const uint8_t *frame, uint32_t len, enum dp_udp_sum udp_sum,
                       struct dp_decap_result *out)
{
        bool has_sum;

        memset(out, 0, sizeof(*out));
        if (udp_sum == DP_UDP_SUM_VERIFY ||
            !dp_plain_udp4(frame, len, &out->flow, &out->l4_len, &has_sum))
                return false;
        out->l3_off = DP_PLAIN_L3_OFF;
        out->l4_off = DP_PLAIN_L4_OFF;
        out->payload_off = DP_PLAIN_PAYLOAD_OFF;
        out->payload_len = (uint16_t)(out->l4_len - UDP_BYTES);
        out->sum_dst = has_sum && udp_sum == DP_UDP_SUM_LATER ? DP_PLAIN_DST_OFF : 0;
        out->flags = DP_PKT_IP4 | DP_PKT_UDP;
        return true;
}

enum shm_reason dp_decap_core(const uint8_t *frame, uint32_t len, enum dp_udp_sum udp_sum,
                              struct dp_decap_result *out)
{
        struct walk w = {.frame = frame, .end = len, .udp_sum = udp_sum};
        enum shm_reason reason;

        if (plain_udp4(frame, len, udp_sum, out))
                return SHM_REASON_NONE;
        reason = link_layer(&w, out);
        if (reason != SHM_REASON_NONE)
                return reason;
        if (w.ethertype != ETHERTYPE_IP4 && w.ethertype != ETHERTYPE_IP6)
                return SHM_REASON_NONE;
        return network_layer(&w, w.ethertype == ETHERTYPE_IP4, out);
}
