/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/dataplane/chain_frames.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_udp.h>

#define COOKIE       "z9hG4bK"
#define COOKIE_BYTES (sizeof(COOKIE) - 1)
#define ROUND_DIGITS 8u /* of a branch, behind the cookie */

struct message {
        uint8_t *text;
        uint16_t len;
        uint16_t branch; /* where its cookie ends, 0: it has none */
};

struct set {
        struct message *message;
        unsigned cnt;
        unsigned room;
        uint32_t round; /* so often it began anew */
};

static struct set sets[RIG_SETS];
static struct rte_mbuf *buffers[CHAIN_FRAMES_ROUND];

struct headers {
        struct rte_ether_hdr eth;
        struct rte_ipv4_hdr ip;
        struct rte_udp_hdr udp;
};
_Static_assert(sizeof(struct headers) == CHAIN_FRAMES_HEADERS, "no room between headers");

bool chain_frames_start(struct rte_mempool *pool)
{
        return rte_pktmbuf_alloc_bulk(pool, buffers, CHAIN_FRAMES_ROUND) == 0;
}

static bool set_grow(struct set *s)
{
        unsigned room = s->room == 0 ? 1024 : 2 * s->room;
        struct message *more;

        if (s->cnt < s->room)
                return true;
        more = realloc(s->message, room * sizeof(*more));
        if (more == NULL)
                return false;
        s->message = more;
        s->room = room;
        return true;
}

bool chain_frames_add(enum rig_set set, const uint8_t *message, size_t len)
{
        struct set *s = &sets[set];
        const uint8_t *cookie = memmem(message, len, COOKIE, COOKIE_BYTES);
        size_t branch = cookie != NULL ? (size_t)(cookie - message) + COOKIE_BYTES : 0;
        struct message made = {.len = (uint16_t)len};

        if (len + sizeof(struct headers) > RTE_MBUF_DEFAULT_DATAROOM || !set_grow(s))
                return false;
        made.text = malloc(len);
        if (made.text == NULL)
                return false;
        memcpy(made.text, message, len);
        made.branch = branch + ROUND_DIGITS <= len ? (uint16_t)branch : 0;
        s->message[s->cnt++] = made;
        return true;
}

unsigned chain_frames_cnt(enum rig_set set)
{
        return sets[set].cnt;
}

/* No checksum (RFC 768): the branch changes with every round. */
static void headers_write(struct headers *h, unsigned source, size_t len)
{
        memset(h, 0, sizeof(*h));
        h->eth.ether_type = htons(RTE_ETHER_TYPE_IPV4);
        h->ip.version_ihl = RTE_IPV4_VHL_DEF;
        h->ip.total_length = htons((uint16_t)(sizeof(h->ip) + sizeof(h->udp) + len));
        h->ip.time_to_live = 64;
        h->ip.next_proto_id = IPPROTO_UDP;
        h->ip.src_addr = htonl(RTE_IPV4(198, 18, 0, 0) + source); /* RFC 2544's own network */
        h->ip.dst_addr = htonl(RTE_IPV4(198, 19, 0, 1));
        h->ip.hdr_checksum = rte_ipv4_cksum(&h->ip);
        h->udp.src_port = htons(5060);
        h->udp.dst_port = htons(5060);
        h->udp.dgram_len = htons((uint16_t)(sizeof(h->udp) + len));
}

/* Another request each time, or the second round would be retransmissions. */
static void branch_renew(uint8_t *text, uint16_t branch, uint32_t round)
{
        for (unsigned i = 0; branch != 0 && i < ROUND_DIGITS; i++)
                text[branch + i] = (uint8_t)('a' + (round >> 4 * i & 15u));
}

bool chain_frames_write_one(enum rig_set set, unsigned i, struct rte_mbuf *m)
{
        const struct message *from = &sets[set].message[i];
        uint16_t all = (uint16_t)(sizeof(struct headers) + from->len);
        uint8_t *text;

        rte_pktmbuf_reset(m);
        if (rte_pktmbuf_tailroom(m) < all)
                return false;
        headers_write((struct headers *)rte_pktmbuf_append(m, all), i % CHAIN_FRAMES_SOURCES,
                      from->len);
        text = rte_pktmbuf_mtod_offset(m, uint8_t *, sizeof(struct headers));
        memcpy(text, from->text, from->len);
        branch_renew(text, from->branch, sets[set].round);
        return true;
}

void chain_frames_write(enum rig_set set, unsigned *next, unsigned cnt,
                        struct rte_mbuf *out[CHAIN_FRAMES_ROUND])
{
        struct set *s = &sets[set];

        for (unsigned n = 0; n < cnt; n++) {
                out[n] = buffers[n];
                (void)chain_frames_write_one(set, *next, out[n]); /* it fits: it was added */
                rte_mbuf_refcnt_set(out[n], 2);
                *next = (*next + 1) % s->cnt;
                s->round += *next == 0;
        }
}
