/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_edge.c - a worker that owns addresses: what it answers, gives to the kernel, keeps and
 * drops, with every packet accounted for; and datagrams that wait for their neighbour.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include <cmocka.h>

#include "dataplane/edge/arp.h"
#include "dataplane/edge/edge.h"
#include "dataplane/edge/nd.h"
#include "dataplane/edge/udp_frame.h"
#include "tests/dataplane/chain.h"

static const uint8_t ours[SHM_SIDE_CNT][6] = {{0x02, 0, 0, 0, 0, 0xa1}, {0x02, 0, 0, 0, 0, 0xa2}};
static const uint8_t theirs[6] = {0x02, 0, 0, 0, 0, 9};
static const uint8_t stranger[6] = {0x02, 0, 0, 0, 0, 0x66};

static struct dp_config config;
static struct dp_edge_net net;
static struct dp_kernel_rings kernel;

static struct shm_ip ip(const char *text)
{
        struct shm_ip a = {{[10] = 0xff, [11] = 0xff}};

        if (inet_pton(AF_INET, text, a.b + 12) != 1)
                assert_int_equal(inet_pton(AF_INET6, text, a.b), 1);
        return a;
}

static struct chain *start(unsigned sides)
{
        struct dp_edge_side *out = &net.side[0], *in = &net.side[1];
        struct chain *c;
        uint8_t frame[128];
        unsigned said = 0;

        assert_int_equal(dp_config_load(NULL, &config), 0);
        chain_config_unlimited(&config);
        config.mode = DP_MODE_EDGE;
        memset(&net, 0, sizeof(net));
        net.side_cnt = (uint8_t)sides;
        out->address[0] = (struct dp_edge_prefix){ip("10.0.0.2"), 120};
        out->address[1] = (struct dp_edge_prefix){ip("2001:db8::2"), 64};
        out->address_cnt = 2;
        out->gateway4 = ip("10.0.0.254");
        out->has_gateway4 = true;
        in->address[0] = (struct dp_edge_prefix){ip("10.9.0.2"), 120};
        in->address_cnt = 1;
        for (unsigned i = 0; i < SHM_SIDE_CNT; i++)
                dp_edge_net_mac(&net.side[i], ours[i], 1500);
        c = chain_create_edge(&config, &net, &kernel);
        chain_turn(c);
        /* each address is announced */
        while (chain_receive(SHM_SIDE_OUTSIDE, frame, sizeof(frame)) != 0)
                said++;
        while (chain_receive(SHM_SIDE_INSIDE, frame, sizeof(frame)) != 0)
                said++;
        assert_int_equal(said, sides == 2 ? 3 : 2);
        return c;
}

static void stop(struct chain *c)
{
        void *m;

        for (unsigned i = 0; i < SHM_SIDE_CNT; i++)
                while (kernel.to[i] != NULL && rte_ring_dequeue(kernel.to[i], &m) == 0)
                        rte_pktmbuf_free(m);
        chain_destroy(c);
        dp_config_free(&config);
}

struct udp {
        const char *from;
        const char *to;
        uint16_t from_port;
        uint16_t to_port;
        const char *payload;
};

static size_t udp_frame(const struct udp *u, const uint8_t *mac, uint8_t *frame, size_t cap)
{
        const struct dp_udp_frame in = {
            .from_mac = theirs,
            .from = ip(u->from),
            .to = ip(u->to),
            .from_port = u->from_port,
            .to_port = u->to_port,
            .payload = (const uint8_t *)u->payload,
            .payload_len = strlen(u->payload),
        };
        size_t len = dp_udp_frame_build(&in, frame, cap);

        memcpy(frame, mac, 6);
        return len;
}

static void send_udp(enum shm_side side, const struct udp *u)
{
        uint8_t frame[2048];

        chain_send_bytes(side, frame, udp_frame(u, ours[side], frame, sizeof(frame)));
}

/* ---- neighbours ask us ---- */

static void arp_answered(void **state)
{
        struct chain *c = start(1);
        struct shm_ip us = ip("10.0.0.2"), them = ip("10.0.0.7"), else_ = ip("10.0.0.3");
        uint8_t frame[DP_ARP_FRAME_BYTES], got[128];
        struct dp_arp arp;

        (void)state;
        dp_arp_request(theirs, &them, &us, NULL, frame);
        chain_send_bytes(SHM_SIDE_OUTSIDE, frame, sizeof(frame));
        dp_arp_request(theirs, &them, &else_, NULL, frame);
        chain_send_bytes(SHM_SIDE_OUTSIDE, frame, sizeof(frame));
        frame[18] = 8; /* no ARP that we know */
        chain_send_bytes(SHM_SIDE_OUTSIDE, frame, sizeof(frame));
        chain_turn(c);
        assert_int_equal(chain_receive(SHM_SIDE_OUTSIDE, got, sizeof(got)), DP_ARP_FRAME_BYTES);
        assert_true(dp_arp_read(got, sizeof(got), &arp));
        assert_memory_equal(got, theirs, 6);
        assert_memory_equal(&arp.sender, &us, sizeof(us));
        assert_memory_equal(arp.sender_mac, ours[0], 6);
        assert_int_equal(chain_receive(SHM_SIDE_OUTSIDE, got, sizeof(got)), 0);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_NOT_OURS], 1);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_NEIGHBOUR], 1);
        assert_int_equal(chain_counters(c)->neighbours_answered, 1);
        stop(c);
}

static void nd_answered(void **state)
{
        struct chain *c = start(1);
        struct shm_ip us = ip("2001:db8::2"), them = ip("2001:db8::7"), else_ = ip("2001:db8::3");
        struct shm_ip local = net.side[0].link_local;
        uint8_t frame[DP_ND_FRAME_BYTES], got[128];

        (void)state;
        dp_nd_solicit(theirs, &them, &us, NULL, frame);
        chain_send_bytes(SHM_SIDE_OUTSIDE, frame, sizeof(frame));
        dp_nd_solicit(theirs, &them, &local, NULL, frame);
        chain_send_bytes(SHM_SIDE_OUTSIDE, frame, sizeof(frame));
        dp_nd_solicit(theirs, &them, &else_, NULL, frame);
        chain_send_bytes(SHM_SIDE_OUTSIDE, frame, sizeof(frame));
        dp_nd_solicit(theirs, &them, &us, NULL, frame);
        frame[21] = 64; /* from behind a router */
        chain_send_bytes(SHM_SIDE_OUTSIDE, frame, sizeof(frame));
        chain_turn(c);
        for (unsigned i = 0; i < 2; i++) {
                const struct dp_nd_packet in = {
                    .frame = got, .l3_off = 14, .l4_off = 54, .l4_len = 32};
                struct dp_nd nd;

                assert_int_equal(chain_receive(SHM_SIDE_OUTSIDE, got, sizeof(got)),
                                 DP_ND_FRAME_BYTES);
                assert_true(dp_nd_read(&in, &nd));
                assert_true(nd.solicited);
                assert_memory_equal(&nd.target, i == 0 ? &us : &local, sizeof(us));
                assert_memory_equal(nd.mac, ours[0], 6);
        }
        assert_int_equal(chain_receive(SHM_SIDE_OUTSIDE, got, sizeof(got)), 0);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_NOT_OURS], 1);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_NEIGHBOUR], 1);
        stop(c);
}

/* Somebody says that our address is his: counted, and answered once in a while. */
static void conflict(void **state)
{
        struct chain *c = start(1);
        struct shm_ip us = ip("10.0.0.2");
        uint8_t frame[DP_ARP_FRAME_BYTES], got[128];
        unsigned said = 0;

        (void)state;
        dp_arp_request(stranger, &us, &us, NULL, frame);
        for (unsigned i = 0; i < 5; i++)
                chain_send_bytes(SHM_SIDE_OUTSIDE, frame, sizeof(frame));
        chain_turn(c);
        while (chain_receive(SHM_SIDE_OUTSIDE, got, sizeof(got)) != 0)
                said++;
        assert_int_equal(said, 2); /* of both addresses, once */
        assert_int_equal(chain_counters(c)->address_conflicts, 5);
        stop(c);
}

/* ---- what comes for us and for others ---- */

static void sorted(void **state)
{
        static const char options[] = "OPTIONS sip:10.0.0.2 SIP/2.0\r\n\r\n";
        struct chain *c = start(1);
        const struct shm_counters *n = chain_counters(c);
        uint8_t frame[2048];
        size_t len;

        (void)state;
        kernel.to[0] = rte_ring_create("to_sorted", 64, 0, 0);
        assert_non_null(kernel.to[0]);
        /* another address, another MAC address, a VLAN, a group */
        send_udp(SHM_SIDE_OUTSIDE, &(struct udp){"10.0.0.7", "10.0.0.3", 5060, 5060, options});
        assert_int_equal(chain_turn(c), 1);
        assert_int_equal(n->dropped[SHM_REASON_NOT_OURS], 1);
        const struct udp to_us = {"10.0.0.7", "10.0.0.2", 5060, 5060, options};

        len = udp_frame(&to_us, stranger, frame, sizeof(frame));
        chain_send_bytes(SHM_SIDE_OUTSIDE, frame, len);
        chain_turn(c);
        assert_int_equal(n->dropped[SHM_REASON_NOT_OURS], 2);
        len = udp_frame(&to_us, ours[0], frame, sizeof(frame));
        memmove(frame + 16, frame + 12, len - 12);
        memcpy(frame + 12, "\x81\x00\x00\x05", 4);
        chain_send_bytes(SHM_SIDE_OUTSIDE, frame, len + 4);
        chain_turn(c);
        assert_int_equal(n->dropped[SHM_REASON_NOT_OURS], 3);
        len = udp_frame(&to_us, (const uint8_t *)"\xff\xff\xff\xff\xff\xff", frame, sizeof(frame));
        chain_send_bytes(SHM_SIDE_OUTSIDE, frame, len);
        chain_turn(c);
        assert_int_equal(n->dropped[SHM_REASON_NOT_OURS], 4);
        /* to no SIP port: the kernel's, whatever it says */
        send_udp(SHM_SIDE_OUTSIDE, &(struct udp){"10.0.0.7", "10.0.0.2", 5060, 53, options});
        chain_turn(c);
        assert_int_equal(n->passed[SHM_REASON_PASS_KERNEL], 1);
        assert_int_equal(rte_ring_count(kernel.to[0]), 1);
        assert_int_equal(n->sent, 1);
        /* to the SIP port: control is asked about a request, a keep-alive ends here */
        send_udp(SHM_SIDE_OUTSIDE, &(struct udp){"10.0.0.7", "10.0.0.2", 5060, 5060, "\r\n\r\n"});
        chain_turn(c);
        assert_int_equal(n->dropped[SHM_REASON_ABSORBED], 1);
        chain_send_request(c, "OPTIONS", "sip:10.0.0.2", "");
        assert_int_equal(n->dropped[SHM_REASON_NOT_OURS], 5); /* the chain's own MAC address */
        chain_assert_conserved(c);
        stop(c);
        rte_ring_free(kernel.to[0]);
        kernel.to[0] = NULL;
}

/* Without a way to the kernel what is for it is dropped by that name. */
static void no_kernel(void **state)
{
        struct chain *c = start(1);

        (void)state;
        send_udp(SHM_SIDE_OUTSIDE, &(struct udp){"10.0.0.7", "10.0.0.2", 5060, 53, "x"});
        chain_turn(c);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_NO_KERNEL], 1);
        stop(c);
}

/* What the kernel sends goes out by its side. */
static void from_kernel(void **state)
{
        struct chain *c;
        uint8_t frame[64] = {1, 2, 3}, got[128];

        (void)state;
        kernel.from[1] = rte_ring_create("from_kernel", 64, 0, 0);
        c = start(2);
        assert_int_equal(rte_ring_enqueue(kernel.from[1], chain_frame(frame, sizeof(frame))), 0);
        chain_turn(c);
        assert_int_equal(chain_receive(SHM_SIDE_INSIDE, got, sizeof(got)), sizeof(frame));
        assert_memory_equal(got, frame, sizeof(frame));
        assert_int_equal(chain_counters(c)->kernel_sent, 1);
        assert_int_equal(chain_counters(c)->received, 0);
        stop(c);
        rte_ring_free(kernel.from[1]);
        kernel.from[1] = NULL;
}

/* An address of the inside is nobody's on the outside. */
static void sides_apart(void **state)
{
        struct chain *c = start(2);

        (void)state;
        send_udp(SHM_SIDE_OUTSIDE, &(struct udp){"10.0.0.7", "10.9.0.2", 5060, 5060, "\r\n\r\n"});
        chain_turn(c);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_NOT_OURS], 1);
        send_udp(SHM_SIDE_INSIDE, &(struct udp){"10.9.0.7", "10.9.0.2", 5060, 5060, "\r\n\r\n"});
        chain_turn(c);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_ABSORBED], 1);
        stop(c);
}

/* ---- datagrams of ours ---- */

struct sender {
        struct dp_send send;
        struct shm_counters counters;
        struct dp_pkt pkt;
        uint64_t now_ns;
};

static struct sender *sender_create(struct chain *c)
{
        struct sender *s = calloc(1, sizeof(*s));
        struct rte_mbuf *m = chain_frame((const uint8_t *)"x", 1);

        assert_non_null(s);
        s->send.net = &net;
        s->send.neighbours = chain_tables(c)->neighbours;
        s->send.pool = m->pool;
        rte_pktmbuf_free(m);
        s->send.counters = &s->counters;
        s->now_ns = UINT64_C(1700000000000000000);
        return s;
}

/* NONE, and p->out or p->out_waits; or the reason. */
static enum shm_reason datagram(struct sender *s, const char *to, size_t len)
{
        static uint8_t payload[4096];
        const struct dp_datagram d = {.to = ip(to),
                                      .to_port = 5060,
                                      .from_port = 5060,
                                      .payload = payload,
                                      .payload_len = len};
        struct dp_edge_path path;
        enum shm_reason reason = dp_edge_net_path(&net, &d.to, &path);

        memset(&s->pkt, 0, sizeof(s->pkt));
        s->pkt.reason = SHM_REASON_ROUTED;
        if (reason != SHM_REASON_NONE)
                return reason;
        return dp_send_datagram(&s->send, &s->pkt, &path, &d, s->now_ns);
}

/* What lies in the outbox, by kind; it is emptied. */
static unsigned outbox(struct sender *s, enum dp_out_kind kind)
{
        unsigned n = 0;

        for (unsigned i = 0; i < s->send.outbox.cnt; i++) {
                n += s->send.outbox.out[i].kind == kind;
                rte_pktmbuf_free(s->send.outbox.out[i].m);
        }
        s->send.outbox.cnt = 0;
        return n;
}

static void waits_for_neighbour(void **state)
{
        struct chain *c = start(2);
        struct sender *s = sender_create(c);
        struct shm_ip gateway = ip("10.0.0.254");

        (void)state;
        /* off-link: the gateway takes it, and is asked once for all */
        for (unsigned i = 0; i < DP_SEND_HELD_EACH; i++) {
                assert_int_equal(datagram(s, "192.0.2.1", 100), SHM_REASON_NONE);
                assert_true(s->pkt.out_waits);
                assert_null(s->pkt.out);
        }
        assert_int_equal(datagram(s, "192.0.2.9", 100), SHM_REASON_HOP_UNREACHABLE);
        assert_int_equal(s->counters.held_neighbour, DP_SEND_HELD_EACH);
        assert_int_equal(outbox(s, DP_OUT_OWN), 1);
        dp_send_poll(&s->send, s->now_ns);
        assert_int_equal(s->send.outbox.cnt, 0);
        assert_true(dp_neighbours_heard(s->send.neighbours, 0, &gateway, theirs, s->now_ns));
        dp_send_poll(&s->send, s->now_ns);
        assert_int_equal(s->send.held_cnt, 0);
        assert_memory_equal(rte_pktmbuf_mtod(s->send.outbox.out[0].m, uint8_t *), theirs, 6);
        assert_int_equal(s->send.outbox.out[0].reason, SHM_REASON_ROUTED);
        assert_int_equal(outbox(s, DP_OUT_HELD), DP_SEND_HELD_EACH);
        /* from now on at once */
        assert_int_equal(datagram(s, "192.0.2.1", 100), SHM_REASON_NONE);
        assert_non_null(s->pkt.out);
        assert_int_equal(s->pkt.out_side, 0);
        assert_memory_equal(rte_pktmbuf_mtod(s->pkt.out, uint8_t *), theirs, 6);
        rte_pktmbuf_free(s->pkt.out);
        /* a neighbour that never answers */
        assert_int_equal(datagram(s, "10.9.0.77", 100), SHM_REASON_NONE);
        assert_true(s->pkt.out_waits);
        assert_int_equal(s->pkt.out_side, 1);
        assert_int_equal(outbox(s, DP_OUT_OWN), 1);
        s->now_ns += (DP_SEND_HELD_MS + 1) * UINT64_C(1000000);
        dp_send_poll(&s->send, s->now_ns);
        assert_int_equal(outbox(s, DP_OUT_UNREACHABLE), 1);
        /* longer than the link takes */
        assert_int_equal(datagram(s, "192.0.2.1", 1472), SHM_REASON_NONE);
        rte_pktmbuf_free(s->pkt.out);
        assert_int_equal(datagram(s, "192.0.2.1", 1473), SHM_REASON_HOP_TRANSPORT);
        assert_int_equal(datagram(s, "10.0.0.2", 1), SHM_REASON_HOP_FORBIDDEN);
        assert_int_equal(datagram(s, "2001:db8:7::1", 1), SHM_REASON_HOP_UNREACHABLE);
        /* what still waits at the end */
        assert_int_equal(datagram(s, "10.0.0.99", 1), SHM_REASON_NONE);
        (void)outbox(s, DP_OUT_OWN);
        assert_int_equal(dp_send_flush(&s->send), 1);
        assert_int_equal(outbox(s, DP_OUT_UNREACHABLE), 1);
        free(s);
        stop(c);
}

/* Questions are limited, however many neighbours are wanted. */
static void questions_limited(void **state)
{
        struct chain *c = start(1);
        struct sender *s = sender_create(c);
        unsigned asked = 0;
        char text[32];

        (void)state;
        for (unsigned i = 3; i < 253; i++) {
                snprintf(text, sizeof(text), "10.0.0.%u", i);
                (void)datagram(s, text, 10);
                asked += outbox(s, DP_OUT_OWN);
        }
        assert_true(asked <= DP_SEND_ASKS_BURST);
        assert_int_equal(s->counters.held_neighbour, DP_SEND_HELD);
        (void)dp_send_flush(&s->send);
        (void)outbox(s, DP_OUT_UNREACHABLE);
        free(s);
        stop(c);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(arp_answered),      cmocka_unit_test(nd_answered),
            cmocka_unit_test(conflict),          cmocka_unit_test(sorted),
            cmocka_unit_test(no_kernel),         cmocka_unit_test(from_kernel),
            cmocka_unit_test(sides_apart),       cmocka_unit_test(waits_for_neighbour),
            cmocka_unit_test(questions_limited),
        };

        (void)argc;
        chain_eal_start(argv[0]);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
