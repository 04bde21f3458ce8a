/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/edge/net.h"

/* IPv4 in the 16 octets begins here. */
#define V4_BITS 96u

void dp_edge_net_mac(struct dp_edge_side *side, const uint8_t mac[6], uint32_t mtu)
{
        uint8_t *b = side->link_local.b;

        memcpy(side->mac, mac, sizeof(side->mac));
        side->ip_bytes_max = mtu;
        for (unsigned i = 0; i < side->address_cnt; i++)
                side->has_ip6 |= !dp_ip_is_v4(&side->address[i].ip);
        memset(b, 0, sizeof(side->link_local.b));
        b[0] = 0xfe;
        b[1] = 0x80;
        memcpy(b + 8, mac, 3);
        b[8] ^= 2; /* universal/local bit (RFC 4291 appendix A) */
        b[11] = 0xff;
        b[12] = 0xfe;
        memcpy(b + 13, mac + 3, 3);
}

static bool ip_equal(const struct shm_ip *a, const struct shm_ip *b)
{
        return memcmp(a, b, sizeof(*a)) == 0;
}

bool dp_edge_net_owns(const struct dp_edge_side *side, const struct shm_ip *ip)
{
        for (unsigned i = 0; i < side->address_cnt; i++)
                if (ip_equal(&side->address[i].ip, ip))
                        return true;
        return side->has_ip6 && ip_equal(&side->link_local, ip);
}

bool dp_edge_prefix_has(const struct dp_edge_prefix *p, const struct shm_ip *ip)
{
        unsigned whole = p->len / 8u, bits = p->len % 8u;

        if (memcmp(p->ip.b, ip->b, whole) != 0)
                return false;
        return bits == 0 || ((p->ip.b[whole] ^ ip->b[whole]) >> (8u - bits)) == 0;
}

/* All host bits of an IPv4 network zero or all one: not one host (RFC 1122 3.2.1.3), but on a /31
 * both are (RFC 3021). */
static bool is_broadcast4(const struct dp_edge_prefix *p, const struct shm_ip *ip)
{
        uint32_t host = 0, mask;

        if (p->len < V4_BITS || p->len > 126 || !dp_ip_is_v4(ip))
                return false;
        for (unsigned i = 12; i < 16; i++)
                host = host << 8 | ip->b[i];
        mask = (uint32_t)((UINT64_C(1) << (128u - p->len)) - 1u);
        return (host & mask) == 0 || (host & mask) == mask;
}

/* An address that one host may have. */
static bool is_one_host(const struct shm_ip *ip)
{
        static const struct shm_ip nothing;

        if (dp_ip_is_v4(ip))
                return ip->b[12] != 0 && ip->b[12] != 127 && ip->b[12] < 224;
        if (memcmp(ip->b, nothing.b, 15) == 0 && ip->b[15] <= 1) /* ::, ::1 */
                return false;
        return ip->b[0] != 0xff;
}

bool dp_edge_net_is_host(const struct dp_edge_prefix *link, const struct shm_ip *ip)
{
        return is_one_host(ip) && !is_broadcast4(link, ip);
}

/* What is being looked for, and the best so far. */
struct search {
        const struct shm_ip *to;
        bool v4;
        int best_len;
        struct dp_edge_path *out;
};

/* An address of the family on this side, best that of the neighbour's own network. */
static const struct shm_ip *source_of(const struct dp_edge_side *side,
                                      const struct shm_ip *neighbour)
{
        const struct shm_ip *best = NULL;
        int best_len = -1;

        for (unsigned i = 0; i < side->address_cnt; i++) {
                const struct dp_edge_prefix *a = &side->address[i];
                int len = dp_edge_prefix_has(a, neighbour) ? a->len : 0;

                if (dp_ip_is_v4(&a->ip) != dp_ip_is_v4(neighbour) || len <= best_len)
                        continue;
                best = &a->ip;
                best_len = len;
        }
        return best;
}

static void take(struct search *s, const struct dp_edge_net *net, unsigned side,
                 const struct shm_ip *neighbour, int len)
{
        const struct shm_ip *from = source_of(&net->side[side], neighbour);

        if (len <= s->best_len || from == NULL)
                return;
        s->best_len = len;
        *s->out = (struct dp_edge_path){
            .from = *from,
            .neighbour = *neighbour,
            .ip_bytes_max = net->side[side].ip_bytes_max,
            .side = (uint8_t)side,
        };
}

static enum shm_reason look(struct search *s, const struct dp_edge_net *net, unsigned n)
{
        const struct dp_edge_side *side = &net->side[n];
        const struct shm_ip *gateway = s->v4 ? &side->gateway4 : &side->gateway6;
        bool has_gateway = s->v4 ? side->has_gateway4 : side->has_gateway6;

        for (unsigned i = 0; i < side->address_cnt; i++) {
                if (!dp_edge_prefix_has(&side->address[i], s->to))
                        continue;
                if (is_broadcast4(&side->address[i], s->to))
                        return SHM_REASON_HOP_FORBIDDEN;
                take(s, net, n, s->to, side->address[i].len);
        }
        for (unsigned i = 0; has_gateway && i < side->network_cnt; i++)
                if (dp_edge_prefix_has(&side->network[i], s->to))
                        take(s, net, n, gateway, side->network[i].len);
        if (has_gateway)
                take(s, net, n, gateway, 0);
        return SHM_REASON_NONE;
}

enum shm_reason dp_edge_net_path(const struct dp_edge_net *net, const struct shm_ip *to,
                                 struct dp_edge_path *out)
{
        struct search s = {.to = to, .v4 = dp_ip_is_v4(to), .best_len = -1, .out = out};

        if (!is_one_host(to))
                return SHM_REASON_HOP_FORBIDDEN;
        for (unsigned n = 0; n < net->side_cnt; n++)
                if (dp_edge_net_owns(&net->side[n], to))
                        return SHM_REASON_HOP_FORBIDDEN;
        for (unsigned n = 0; n < net->side_cnt; n++) {
                enum shm_reason reason = look(&s, net, n);

                if (reason != SHM_REASON_NONE)
                        return reason;
        }
        return s.best_len < 0 ? SHM_REASON_HOP_UNREACHABLE : SHM_REASON_NONE;
}
