/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/edge/arp.h"

#include <string.h>

#include "dataplane/edge/net.h"

#define ETH_BYTES 14u
#define ARP_BYTES 28u

/* Ethernet, IPv4, and the lengths of their addresses. */
static const uint8_t kind[6] = {0, 1, 0x08, 0x00, 6, 4};

static struct shm_ip mapped(const uint8_t *addr)
{
        struct shm_ip ip = {{[10] = 0xff, [11] = 0xff}};

        memcpy(ip.b + 12, addr, 4);
        return ip;
}

static bool is_nobody(const uint8_t *addr)
{
        return (addr[0] | addr[1] | addr[2] | addr[3]) == 0;
}

bool dp_arp_read(const uint8_t *frame, size_t len, struct dp_arp *out)
{
        static const uint8_t no_mac[6];
        const uint8_t *arp = frame + ETH_BYTES;
        const uint8_t *sender = arp + 14;

        if (len < ETH_BYTES + ARP_BYTES || memcmp(arp, kind, sizeof(kind)) != 0 || arp[6] != 0 ||
            (arp[7] != 1 && arp[7] != 2))
                return false;
        out->is_reply = arp[7] == 2;
        if ((arp[8] & 1u) != 0 || memcmp(arp + 8, no_mac, 6) == 0 ||
            memcmp(arp + 8, frame + 6, 6) != 0)
                return false;
        if (is_nobody(sender) ? out->is_reply
                              : sender[0] == 0 || sender[0] == 127 || sender[0] >= 224)
                return false;
        memcpy(out->sender_mac, arp + 8, 6);
        out->sender = mapped(sender);
        out->target = mapped(arp + 24);
        return true;
}

static uint8_t *put_frame(uint8_t *out, const uint8_t *to, const uint8_t *from, uint8_t op)
{
        memset(out, 0, DP_ARP_FRAME_BYTES);
        memcpy(out, to, 6);
        memcpy(out + 6, from, 6);
        out[12] = DP_ETHERTYPE_ARP >> 8;
        out[13] = DP_ETHERTYPE_ARP & 0xffu;
        memcpy(out + ETH_BYTES, kind, sizeof(kind));
        out[ETH_BYTES + 7] = op;
        memcpy(out + ETH_BYTES + 8, from, 6);
        return out + ETH_BYTES;
}

void dp_arp_reply(const struct dp_arp *request, const uint8_t mac[6],
                  uint8_t out[DP_ARP_FRAME_BYTES])
{
        uint8_t *arp = put_frame(out, request->sender_mac, mac, 2);

        memcpy(arp + 14, request->target.b + 12, 4);
        memcpy(arp + 18, request->sender_mac, 6);
        memcpy(arp + 24, request->sender.b + 12, 4);
}

void dp_arp_request(const uint8_t mac[6], const struct shm_ip *from, const struct shm_ip *target,
                    const uint8_t *to_mac, uint8_t out[DP_ARP_FRAME_BYTES])
{
        static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
        uint8_t *arp = put_frame(out, to_mac != NULL ? to_mac : everybody, mac, 1);

        memcpy(arp + 14, from->b + 12, 4);
        memcpy(arp + 24, target->b + 12, 4);
}
