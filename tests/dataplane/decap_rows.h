/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decap_rows.h - frames for decap: good ones, and each spoilt in one way, with what decap says.
 */
#ifndef SLUICE_TESTS_DATAPLANE_DECAP_ROWS_H
#define SLUICE_TESTS_DATAPLANE_DECAP_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"
#include "dataplane/burst.h"
#include "tests/dataplane/frame.h"

#define IP4      0x0800u
#define IP6      0x86ddu
#define VLAN     0x8100u
#define QINQ     0x88a8u
#define QINQ_OLD 0x9100u
#define UDP      17
#define HOPOPTS  0
#define ROUTING  43
#define FRAGMENT 44
#define DSTOPTS  60

static const char payload[] = "OPTIONS sip:a@b SIP/2.0\r\n";
#define PAYLOAD_LEN (sizeof(payload) - 1)

static inline void udp4(struct frame *f)
{
        frame_eth(f, IP4);
        frame_ip4(f, UDP, 0);
        frame_udp(f, payload, PAYLOAD_LEN);
        frame_seal(f, 1);
}

static inline void udp6(struct frame *f)
{
        frame_eth(f, IP6);
        frame_ip6(f, UDP);
        frame_udp(f, payload, PAYLOAD_LEN);
        frame_seal(f, 1);
}

static inline void udp4_options(struct frame *f)
{
        frame_eth(f, IP4);
        frame_ip4(f, UDP, 40);
        frame_udp(f, payload, PAYLOAD_LEN);
        frame_seal(f, 1);
}

static inline void udp4_padded(struct frame *f)
{
        static const uint8_t trailer[18] = {'B', 'Y', 'E'};

        udp4(f);
        frame_put(f, trailer, sizeof(trailer));
}

static inline void udp4_no_checksum(struct frame *f)
{
        udp4(f);
        frame_set16(f, f->l4 + 6, 0);
}

static inline void udp4_no_payload(struct frame *f)
{
        frame_eth(f, IP4);
        frame_ip4(f, UDP, 0);
        frame_udp(f, payload, 0);
        frame_seal(f, 1);
}

static inline void udp4_odd_payload(struct frame *f)
{
        frame_eth(f, IP4);
        frame_ip4(f, UDP, 0);
        frame_udp(f, payload, 7);
        frame_seal(f, 1);
}

static inline void udp4_tag(struct frame *f)
{
        frame_eth(f, VLAN);
        frame_tag(f, 0xe123, IP4);
        frame_ip4(f, UDP, 0);
        frame_udp(f, payload, PAYLOAD_LEN);
        frame_seal(f, 1);
}

static inline void udp6_qinq(struct frame *f)
{
        frame_eth(f, QINQ);
        frame_tag(f, 7, VLAN);
        frame_tag(f, 9, IP6);
        frame_ip6(f, UDP);
        frame_udp(f, payload, PAYLOAD_LEN);
        frame_seal(f, 1);
}

static inline void udp4_old_qinq(struct frame *f)
{
        frame_eth(f, QINQ_OLD);
        frame_tag(f, 7, VLAN);
        frame_tag(f, 9, IP4);
        frame_ip4(f, UDP, 0);
        frame_udp(f, payload, PAYLOAD_LEN);
        frame_seal(f, 1);
}

static inline void three_tags(struct frame *f)
{
        frame_eth(f, QINQ);
        frame_tag(f, 7, VLAN);
        frame_tag(f, 9, VLAN);
        frame_tag(f, 11, IP4);
        frame_ip4(f, UDP, 0);
        frame_udp(f, payload, PAYLOAD_LEN);
        frame_seal(f, 1);
}

static inline void tag_cut(struct frame *f)
{
        frame_eth(f, VLAN);
        frame_put16(f, 5);
}

static inline void eth_cut(struct frame *f)
{
        frame_eth(f, IP4);
        f->len = 13;
}

static inline void nothing(struct frame *f)
{
        f->len = 0;
}

static inline void ip4_cut(struct frame *f)
{
        udp4(f);
        f->len = f->l3 + 19;
}

static inline void ip4_version(struct frame *f)
{
        udp4(f);
        f->b[f->l3] = 0x55;
        frame_ip4_seal(f);
}

static inline void ip4_ihl_short(struct frame *f)
{
        udp4(f);
        f->b[f->l3] = 0x44;
        frame_ip4_seal(f);
}

static inline void ip4_ihl_long(struct frame *f)
{
        frame_eth(f, IP4);
        frame_ip4(f, UDP, 0);
        frame_seal(f, 0);
        f->b[f->l3] = 0x46;
        frame_ip4_seal(f);
}

static inline void ip4_total_long(struct frame *f)
{
        udp4(f);
        f->len--;
}

static inline void ip4_total_short(struct frame *f)
{
        udp4(f);
        frame_set16(f, f->l3 + 2, 19);
        frame_ip4_seal(f);
}

static inline void ip4_checksum(struct frame *f)
{
        udp4(f);
        f->b[f->l3 + 8] ^= 1;
}

static inline void ip4_more(struct frame *f)
{
        udp4(f);
        f->b[f->l3 + 6] = 0x20;
        frame_ip4_seal(f);
}

static inline void ip4_later(struct frame *f)
{
        udp4(f);
        f->b[f->l3 + 7] = 1;
        frame_ip4_seal(f);
}

static inline void ip4_dont_fragment(struct frame *f)
{
        udp4(f);
        f->b[f->l3 + 6] = 0x40;
        frame_ip4_seal(f);
}

static inline void udp_short(struct frame *f)
{
        frame_eth(f, IP4);
        frame_ip4(f, UDP, 0);
        frame_put(f, payload, 7);
        frame_seal(f, 0);
}

static inline void udp_length_below(struct frame *f)
{
        udp4(f);
        frame_set16(f, f->l4 + 4, 8 + PAYLOAD_LEN - 1);
        frame_set16(f, f->l4 + 6, 0);
}

static inline void udp_length_above(struct frame *f)
{
        udp4(f);
        frame_set16(f, f->l4 + 4, 8 + PAYLOAD_LEN + 1);
        frame_set16(f, f->l4 + 6, 0);
}

static inline void udp4_checksum(struct frame *f)
{
        udp4(f);
        f->b[f->len - 1] ^= 0x80;
}

static inline void udp6_checksum(struct frame *f)
{
        udp6(f);
        f->b[f->l4 + 7] ^= 1;
}

static inline void udp6_no_checksum(struct frame *f)
{
        udp6(f);
        frame_set16(f, f->l4 + 6, 0);
}

static inline void ip6_cut(struct frame *f)
{
        udp6(f);
        f->len = f->l3 + 39;
}

static inline void ip6_mapped_source(struct frame *f)
{
        static const uint8_t peer[16] = {[10] = 0xff, [11] = 0xff, [12] = 192, 0, 2, 1};

        frame_eth(f, IP6);
        frame_ip6(f, UDP);
        memcpy(f->b + f->l3 + 8, peer, sizeof(peer));
        frame_udp(f, payload, PAYLOAD_LEN);
        frame_seal(f, 1);
}

static inline void ip6_mapped_destination(struct frame *f)
{
        static const uint8_t peer[16] = {[10] = 0xff, [11] = 0xff, [12] = 192, 0, 2, 1};

        frame_eth(f, IP6);
        frame_ip6(f, UDP);
        memcpy(f->b + f->l3 + 24, peer, sizeof(peer));
        frame_udp(f, payload, PAYLOAD_LEN);
        frame_seal(f, 1);
}

static inline void ip6_version(struct frame *f)
{
        udp6(f);
        f->b[f->l3] = 0x40;
}

static inline void ip6_payload_long(struct frame *f)
{
        udp6(f);
        f->len--;
}

/* `cnt` destination options headers of `bytes` octets each, then UDP. */
static inline void dst_options(struct frame *f, unsigned cnt, size_t bytes)
{
        frame_eth(f, IP6);
        frame_ip6(f, DSTOPTS);
        for (unsigned i = 0; i < cnt; i++)
                frame_ext(f, i + 1 == cnt ? UDP : DSTOPTS, bytes);
        frame_udp(f, payload, PAYLOAD_LEN);
        frame_seal(f, 1);
}

static inline void ext_four(struct frame *f)
{
        dst_options(f, 4, 64);
}

static inline void ext_five(struct frame *f)
{
        dst_options(f, 5, 8);
}

static inline void ext_bytes(struct frame *f)
{
        dst_options(f, 4, 72);
}

static inline void ext_hop_by_hop(struct frame *f)
{
        frame_eth(f, IP6);
        frame_ip6(f, HOPOPTS);
        frame_ext(f, UDP, 8);
        frame_udp(f, payload, PAYLOAD_LEN);
        frame_seal(f, 1);
}

static inline void ext_hop_by_hop_second(struct frame *f)
{
        frame_eth(f, IP6);
        frame_ip6(f, DSTOPTS);
        frame_ext(f, HOPOPTS, 8);
        frame_ext(f, UDP, 8);
        frame_udp(f, payload, PAYLOAD_LEN);
        frame_seal(f, 1);
}

static inline void ext_cut(struct frame *f)
{
        frame_eth(f, IP6);
        frame_ip6(f, DSTOPTS);
        frame_ext(f, UDP, 16);
        f->len -= 8;
        frame_seal(f, 0);
}

static inline void ext_none(struct frame *f)
{
        frame_eth(f, IP6);
        frame_ip6(f, DSTOPTS);
        frame_seal(f, 0);
}

static inline void routing(struct frame *f, uint8_t type, uint8_t segments_left, size_t bytes)
{
        frame_eth(f, IP6);
        frame_ip6(f, ROUTING);
        frame_ext(f, UDP, bytes);
        f->b[f->l3 + 42] = type;
        f->b[f->l3 + 43] = segments_left;
        frame_udp(f, payload, PAYLOAD_LEN);
        frame_seal(f, 1);
}

static inline void routing_0(struct frame *f)
{
        routing(f, 0, 0, 24);
}

static inline void routing_done(struct frame *f)
{
        routing(f, 4, 0, 24);
}

/* The checksum covers the final destination, not the one in the IPv6 header (RFC 8200 8.1). */
static inline void routing_on_the_way(struct frame *f)
{
        uint8_t hop[16];

        routing(f, 4, 1, 24);
        memcpy(hop, f->b + f->l3 + 24, 16);
        memcpy(f->b + f->l3 + 48, hop, 16);
        frame_seal(f, 1);
        f->b[f->l3 + 39] = 0x77;
}

static inline void routing_unknown(struct frame *f)
{
        routing(f, 9, 1, 24);
}

static inline void routing_short(struct frame *f)
{
        routing(f, 4, 1, 16);
}

static inline void fragment6(struct frame *f, unsigned offset_and_more)
{
        frame_eth(f, IP6);
        frame_ip6(f, FRAGMENT);
        frame_ext(f, UDP, 8);
        frame_set16(f, f->l3 + 42, offset_and_more);
        frame_udp(f, payload, PAYLOAD_LEN);
        frame_seal(f, 1);
}

static inline void fragment6_first(struct frame *f)
{
        fragment6(f, 1);
}

static inline void fragment6_later(struct frame *f)
{
        fragment6(f, 8);
}

static inline void fragment6_atomic(struct frame *f)
{
        fragment6(f, 6); /* the reserved bits alone */
}

static inline void arp(struct frame *f)
{
        static const uint8_t body[28];

        frame_eth(f, 0x0806);
        frame_put(f, body, sizeof(body));
}

static inline void length_frame(struct frame *f)
{
        frame_eth(f, 38);
        frame_put(f, payload, PAYLOAD_LEN);
}

static inline void tcp4(struct frame *f)
{
        frame_eth(f, IP4);
        frame_ip4(f, 6, 0);
        frame_put16(f, 5061);
        frame_put16(f, 5060);
        frame_put(f, payload, PAYLOAD_LEN);
        frame_seal(f, 0);
}

static inline void sctp6(struct frame *f)
{
        frame_eth(f, IP6);
        frame_ip6(f, 132);
        frame_put16(f, 5061);
        frame_put16(f, 5060);
        frame_seal(f, 0);
}

static inline void tcp4_three_octets(struct frame *f)
{
        frame_eth(f, IP4);
        frame_ip4(f, 6, 0);
        frame_put(f, payload, 3);
        frame_seal(f, 0);
}

static inline void icmp4(struct frame *f)
{
        frame_eth(f, IP4);
        frame_ip4(f, 1, 0);
        frame_put(f, payload, PAYLOAD_LEN);
        frame_seal(f, 0);
}

#define F4  (DP_PKT_IP4)
#define F6  (DP_PKT_IP6)
#define U4  (DP_PKT_IP4 | DP_PKT_UDP)
#define U6  (DP_PKT_IP6 | DP_PKT_UDP)
#define FR4 (DP_PKT_IP4 | DP_PKT_FRAGMENT)
#define FR6 (DP_PKT_IP6 | DP_PKT_FRAGMENT)

static const struct row {
        const char *name;
        void (*make)(struct frame *f);
        enum shm_reason reason;
        uint8_t flags; /* looked at when the packet goes on */
        uint16_t l4_off;
        uint16_t payload_len;
        uint16_t vlan;
        uint16_t dport;
        uint8_t proto;
} rows[] = {
    {"udp4", udp4, 0, U4, 34, PAYLOAD_LEN, 0, 5060, UDP},
    {"udp6", udp6, 0, U6, 54, PAYLOAD_LEN, 0, 5060, UDP},
    {"udp4 with options", udp4_options, 0, U4, 74, PAYLOAD_LEN, 0, 5060, UDP},
    {"udp4 with a trailer", udp4_padded, 0, U4, 34, PAYLOAD_LEN, 0, 5060, UDP},
    {"udp4 without checksum", udp4_no_checksum, 0, U4, 34, PAYLOAD_LEN, 0, 5060, UDP},
    {"udp4 without payload", udp4_no_payload, 0, U4, 34, 0, 0, 5060, UDP},
    {"udp4 with an odd payload", udp4_odd_payload, 0, U4, 34, 7, 0, 5060, UDP},
    {"one tag", udp4_tag, 0, U4, 38, PAYLOAD_LEN, 0x123, 5060, UDP},
    {"two tags", udp6_qinq, 0, U6, 62, PAYLOAD_LEN, 7, 5060, UDP},
    {"two tags, old type", udp4_old_qinq, 0, U4, 42, PAYLOAD_LEN, 7, 5060, UDP},
    {"three tags", three_tags, SHM_REASON_VLAN_DEPTH, 0, 0, 0, 0, 0, 0},
    {"tag cut", tag_cut, SHM_REASON_ETH_SHORT, 0, 0, 0, 0, 0, 0},
    {"ethernet cut", eth_cut, SHM_REASON_ETH_SHORT, 0, 0, 0, 0, 0, 0},
    {"no octets", nothing, SHM_REASON_ETH_SHORT, 0, 0, 0, 0, 0, 0},
    {"ip4 cut", ip4_cut, SHM_REASON_IP4_HEADER, 0, 0, 0, 0, 0, 0},
    {"ip4 version", ip4_version, SHM_REASON_IP4_HEADER, 0, 0, 0, 0, 0, 0},
    {"ip4 ihl 4", ip4_ihl_short, SHM_REASON_IP4_HEADER, 0, 0, 0, 0, 0, 0},
    {"ip4 ihl past the end", ip4_ihl_long, SHM_REASON_IP4_HEADER, 0, 0, 0, 0, 0, 0},
    {"ip4 longer than the frame", ip4_total_long, SHM_REASON_IP4_HEADER, 0, 0, 0, 0, 0, 0},
    {"ip4 shorter than its header", ip4_total_short, SHM_REASON_IP4_HEADER, 0, 0, 0, 0, 0, 0},
    {"ip4 checksum", ip4_checksum, SHM_REASON_IP4_CHECKSUM, 0, 0, 0, 0, 0, 0},
    {"ip4 first fragment", ip4_more, 0, FR4, 34, 0, 0, 0, UDP},
    {"ip4 later fragment", ip4_later, 0, FR4, 34, 0, 0, 0, UDP},
    {"ip4 don't fragment", ip4_dont_fragment, 0, U4, 34, PAYLOAD_LEN, 0, 5060, UDP},
    {"udp cut", udp_short, SHM_REASON_UDP_HEADER, 0, 0, 0, 0, 0, 0},
    {"udp length one less", udp_length_below, SHM_REASON_UDP_HEADER, 0, 0, 0, 0, 0, 0},
    {"udp length one more", udp_length_above, SHM_REASON_UDP_HEADER, 0, 0, 0, 0, 0, 0},
    {"udp4 checksum", udp4_checksum, SHM_REASON_UDP_CHECKSUM, 0, 0, 0, 0, 0, 0},
    {"udp6 checksum", udp6_checksum, SHM_REASON_UDP_CHECKSUM, 0, 0, 0, 0, 0, 0},
    {"udp6 without checksum", udp6_no_checksum, SHM_REASON_UDP_CHECKSUM_ZERO6, 0, 0, 0, 0, 0, 0},
    {"ip6 cut", ip6_cut, SHM_REASON_IP6_HEADER, 0, 0, 0, 0, 0, 0},
    {"ip6 mapped source", ip6_mapped_source, SHM_REASON_IP6_HEADER, 0, 0, 0, 0, 0, 0},
    {"ip6 mapped destination", ip6_mapped_destination, SHM_REASON_IP6_HEADER, 0, 0, 0, 0, 0, 0},
    {"ip6 version", ip6_version, SHM_REASON_IP6_HEADER, 0, 0, 0, 0, 0, 0},
    {"ip6 longer than the frame", ip6_payload_long, SHM_REASON_IP6_HEADER, 0, 0, 0, 0, 0, 0},
    {"four extension headers, 256 octets", ext_four, 0, U6, 310, PAYLOAD_LEN, 0, 5060, UDP},
    {"five extension headers", ext_five, SHM_REASON_IP6_EXT, 0, 0, 0, 0, 0, 0},
    {"extension headers, 288 octets", ext_bytes, SHM_REASON_IP6_EXT, 0, 0, 0, 0, 0, 0},
    {"hop-by-hop first", ext_hop_by_hop, 0, U6, 62, PAYLOAD_LEN, 0, 5060, UDP},
    {"hop-by-hop second", ext_hop_by_hop_second, SHM_REASON_IP6_EXT, 0, 0, 0, 0, 0, 0},
    {"extension header cut", ext_cut, SHM_REASON_IP6_EXT, 0, 0, 0, 0, 0, 0},
    {"extension header missing", ext_none, SHM_REASON_IP6_EXT, 0, 0, 0, 0, 0, 0},
    {"routing type 0", routing_0, SHM_REASON_IP6_ROUTING0, 0, 0, 0, 0, 0, 0},
    {"routing at its end", routing_done, 0, U6, 78, PAYLOAD_LEN, 0, 5060, UDP},
    {"routing on the way", routing_on_the_way, 0, U6, 78, PAYLOAD_LEN, 0, 5060, UDP},
    {"routing type unknown", routing_unknown, SHM_REASON_IP6_EXT, 0, 0, 0, 0, 0, 0},
    {"routing without segments", routing_short, SHM_REASON_IP6_EXT, 0, 0, 0, 0, 0, 0},
    {"ip6 first fragment", fragment6_first, 0, FR6, 62, 0, 0, 0, UDP},
    {"ip6 later fragment", fragment6_later, 0, FR6, 62, 0, 0, 0, UDP},
    {"ip6 atomic fragment", fragment6_atomic, 0, U6, 62, PAYLOAD_LEN, 0, 5060, UDP},
    {"arp", arp, 0, 0, 0, 0, 0, 0, 0},
    {"802.3 length", length_frame, 0, 0, 0, 0, 0, 0, 0},
    {"tcp4", tcp4, 0, F4, 34, 0, 0, 5060, 6},
    {"sctp6", sctp6, 0, F6, 54, 0, 0, 5060, 132},
    {"tcp4, three octets", tcp4_three_octets, 0, F4, 34, 0, 0, 0, 6},
    {"icmp4", icmp4, 0, F4, 34, 0, 0, 0, 1},
};
#define ROW_CNT (sizeof(rows) / sizeof(rows[0]))

#endif
