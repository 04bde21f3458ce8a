/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/tunnel_core.h"

#include <netinet/in.h>

#include "dataplane/burst.h"

#define ETHERTYPE_IP4    0x0800u
#define ETHERTYPE_IP6    0x86ddu
#define ETHERTYPE_BRIDGE 0x6558u /* a whole Ethernet frame */
#define ETHERTYPE_MPLS   0x8847u
#define ETHERTYPE_MPLS_M 0x8848u
#define ETHERTYPE_PPPOE  0x8864u
#define ETHERTYPE_PPP    0x880bu

#define PROTO_ETHERIP 97u
#define PROTO_MPLS    137u

#define PPP_IP4 0x0021u
#define PPP_IP6 0x0057u

#define GRE_CHECKSUM 0x8000u
#define GRE_ROUTING  0x4000u
#define GRE_KEY      0x2000u
#define GRE_SEQUENCE 0x1000u
#define GRE_ACK      0x0080u
#define GRE_VERSION  0x0007u

#define GTP_G_PDU   0xffu
#define GTP_OPTIONS 0x07u /* any of these, and four more octets follow */
#define GTP_EXT     0x04u

#define MPLS_LABELS_MAX 8u

/* What is in [at, len) of the frame. */
enum payload {
        PAYLOAD_NONE, /* nothing of others */
        PAYLOAD_IP,
        PAYLOAD_ETHERNET,
        PAYLOAD_UNKNOWN,
};

struct cut {
        const uint8_t *frame;
        uint32_t at;
        uint32_t end;
};

static inline uint16_t be16(const uint8_t *p)
{
        return (uint16_t)(p[0] << 8 | p[1]);
}

static inline bool has(const struct cut *c, uint32_t octets)
{
        return c->end - c->at >= octets;
}

static inline const uint8_t *here(const struct cut *c)
{
        return c->frame + c->at;
}

static enum payload by_ethertype(uint16_t type)
{
        if (type == ETHERTYPE_IP4 || type == ETHERTYPE_IP6)
                return PAYLOAD_IP;
        return type == ETHERTYPE_BRIDGE ? PAYLOAD_ETHERNET : PAYLOAD_UNKNOWN;
}

/* Below the last label stands IP, or an Ethernet frame with or without a control word (RFC 4448).
 */
static enum payload mpls(struct cut *c)
{
        bool last = false;

        for (unsigned n = 0; !last; n++) {
                if (n == MPLS_LABELS_MAX || !has(c, 4))
                        return PAYLOAD_UNKNOWN;
                last = (here(c)[2] & 1u) != 0;
                c->at += 4;
        }
        if (!has(c, 1))
                return PAYLOAD_NONE;
        if (*here(c) >> 4 == 4 || *here(c) >> 4 == 6)
                return PAYLOAD_IP;
        if (*here(c) >> 4 == 0 && has(c, 4))
                c->at += 4;
        return PAYLOAD_ETHERNET;
}

static enum payload ppp(struct cut *c)
{
        uint16_t proto;

        if (has(c, 2) && here(c)[0] == 0xff && here(c)[1] == 0x03)
                c->at += 2;
        if (!has(c, 2))
                return PAYLOAD_UNKNOWN;
        /* an odd first octet is a protocol of one octet (RFC 1661 6.5) */
        proto = (here(c)[0] & 1u) != 0 ? here(c)[0] : be16(here(c));
        c->at += (here(c)[0] & 1u) != 0 ? 1 : 2;
        if (proto == PPP_IP4 || proto == PPP_IP6)
                return PAYLOAD_IP;
        /* from 0x8000 on stand those that speak of the link, not on it */
        return proto >= 0x8000u ? PAYLOAD_NONE : PAYLOAD_UNKNOWN;
}

static enum payload pppoe(struct cut *c)
{
        if (!has(c, 6) || here(c)[0] != 0x11)
                return PAYLOAD_UNKNOWN;
        c->at += 6;
        return ppp(c);
}

static enum payload gre(struct cut *c)
{
        uint16_t flags, type;

        if (!has(c, 4))
                return PAYLOAD_UNKNOWN;
        flags = be16(here(c));
        type = be16(here(c) + 2);
        if ((flags & GRE_ROUTING) != 0 || (flags & GRE_VERSION) > 1)
                return PAYLOAD_UNKNOWN;
        uint32_t bytes = 4 + ((flags & GRE_CHECKSUM) != 0 ? 4u : 0u) +
                         ((flags & GRE_KEY) != 0 ? 4u : 0u) +
                         ((flags & GRE_SEQUENCE) != 0 ? 4u : 0u) +
                         ((flags & GRE_VERSION) == 1 && (flags & GRE_ACK) != 0 ? 4u : 0u);

        if (!has(c, bytes))
                return PAYLOAD_UNKNOWN;
        c->at += bytes;
        if (!has(c, 1))
                return PAYLOAD_NONE; /* a keep-alive, or an acknowledgement of PPTP */
        if (type == ETHERTYPE_PPP)
                return ppp(c);
        return type == ETHERTYPE_MPLS || type == ETHERTYPE_MPLS_M ? mpls(c) : by_ethertype(type);
}

/* Extension headers tell their length in words of four octets, and in the last one what follows. */
static enum payload gtpu(struct cut *c)
{
        uint8_t flags, next;

        if (!has(c, 8) || (here(c)[0] & 0xf0u) != 0x30u || here(c)[1] != GTP_G_PDU)
                return PAYLOAD_NONE;
        flags = here(c)[0];
        c->at += 8;
        if ((flags & GTP_OPTIONS) != 0) {
                if (!has(c, 4))
                        return PAYLOAD_UNKNOWN;
                next = (flags & GTP_EXT) != 0 ? here(c)[3] : 0;
                c->at += 4;
                while (next != 0) {
                        uint32_t bytes = has(c, 1) ? *here(c) * 4u : 0;

                        if (bytes == 0 || !has(c, bytes))
                                return PAYLOAD_UNKNOWN;
                        c->at += bytes;
                        next = c->frame[c->at - 1];
                }
        }
        return PAYLOAD_IP;
}

static enum payload vxlan(struct cut *c)
{
        if (!has(c, 8) || here(c)[0] != 0x08 || here(c)[7] != 0)
                return PAYLOAD_NONE;
        c->at += 8;
        return PAYLOAD_ETHERNET;
}

static enum payload geneve(struct cut *c)
{
        uint32_t bytes = has(c, 8) ? 8 + (here(c)[0] & 0x3fu) * 4u : 0;
        uint16_t type;

        if (bytes == 0 || here(c)[0] >> 6 != 0 || !has(c, bytes))
                return PAYLOAD_NONE;
        type = be16(here(c) + 2);
        c->at += bytes;
        return by_ethertype(type);
}

/* Authentication and where it came from may stand before the IPv6 packet (RFC 4380 5.1.1). */
static enum payload teredo(struct cut *c)
{
        if (has(c, 13) && be16(here(c)) == 1) {
                uint32_t bytes = 13u + here(c)[2] + here(c)[3];

                if (!has(c, bytes))
                        return PAYLOAD_NONE;
                c->at += bytes;
        }
        if (has(c, 8) && be16(here(c)) == 0)
                c->at += 8;
        return has(c, 1) && *here(c) >> 4 == 6 ? PAYLOAD_IP : PAYLOAD_NONE;
}

static enum payload udp(const struct dp_decap_result *outer, struct cut *c)
{
        c->at = outer->payload_off;
        c->end = c->at + outer->payload_len;
        switch (outer->flow.dport) {
        case DP_TUNNEL_PORT_GTPU:
                return gtpu(c);
        case DP_TUNNEL_PORT_VXLAN:
        case DP_TUNNEL_PORT_VXLAN_0:
                return vxlan(c);
        case DP_TUNNEL_PORT_GENEVE:
                return geneve(c);
        case DP_TUNNEL_PORT_MPLS:
                return mpls(c);
        default:
                break;
        }
        return outer->flow.dport == DP_TUNNEL_PORT_TEREDO ||
                       outer->flow.sport == DP_TUNNEL_PORT_TEREDO
                   ? teredo(c)
                   : PAYLOAD_NONE;
}

static enum payload ip(const struct dp_decap_result *outer, struct cut *c)
{
        c->at = outer->l4_off;
        c->end = c->at + outer->l4_len;
        if ((outer->flags & DP_PKT_FRAGMENT) != 0)
                return PAYLOAD_NONE; /* what fragments of it may do is said elsewhere */
        switch (outer->flow.ip_proto) {
        case IPPROTO_UDP:
                return udp(outer, c);
        case IPPROTO_IPIP:
        case IPPROTO_IPV6:
                return PAYLOAD_IP;
        case IPPROTO_GRE:
                return gre(c);
        case PROTO_MPLS:
                return mpls(c);
        case PROTO_ETHERIP:
                if (!has(c, 2))
                        return PAYLOAD_UNKNOWN;
                c->at += 2;
                return PAYLOAD_ETHERNET;
        default:
                return PAYLOAD_NONE;
        }
}

static enum payload find(const uint8_t *frame, uint32_t len, const struct dp_decap_result *outer,
                         struct cut *c)
{
        *c = (struct cut){frame, outer->l3_off, len};
        if ((outer->flags & (DP_PKT_IP4 | DP_PKT_IP6)) != 0)
                return ip(outer, c);
        switch (be16(frame + outer->l3_off - 2)) {
        case ETHERTYPE_PPPOE:
                return pppoe(c);
        case ETHERTYPE_MPLS:
        case ETHERTYPE_MPLS_M:
                return mpls(c);
        default:
                return PAYLOAD_NONE;
        }
}

enum dp_tunnel dp_tunnel_look(const uint8_t *frame, uint32_t len,
                              const struct dp_decap_result *outer, uint32_t *base,
                              struct dp_decap_result *inner)
{
        struct cut c, deeper;
        enum payload payload = find(frame, len, outer, &c);
        enum shm_reason reason;

        if (payload == PAYLOAD_NONE)
                return DP_TUNNEL_NONE;
        if (payload == PAYLOAD_UNKNOWN)
                return DP_TUNNEL_OPAQUE;
        *base = c.at;
        reason = payload == PAYLOAD_IP
                     ? dp_decap_ip(here(&c), c.end - c.at, DP_UDP_SUM_KNOWN, inner)
                     : dp_decap_core(here(&c), c.end - c.at, DP_UDP_SUM_KNOWN, inner);
        if (reason != SHM_REASON_NONE || (inner->flags & DP_PKT_FRAGMENT) != 0)
                return DP_TUNNEL_OPAQUE;
        /* of bare IP there is no frame whose type could say more */
        if (payload == PAYLOAD_IP && (inner->flags & (DP_PKT_IP4 | DP_PKT_IP6)) == 0)
                return DP_TUNNEL_OPAQUE;
        return find(here(&c), c.end - c.at, inner, &deeper) == PAYLOAD_NONE ? DP_TUNNEL_INNER
                                                                            : DP_TUNNEL_DEPTH;
}
