/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_decap.c - the stages decap and guard on real mbufs: segments, stripped tags, who is looked
 * at and who is left alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "dataplane/stages/decap.h"
#include "dataplane/stages/guard.h"
#include "dataplane/verdict.h"
#include "tests/dataplane/chain.h"
#include "tests/dataplane/decap_rows.h"

static struct rte_mempool *pool;
static struct dp_burst burst;
static struct dp_decap decap;
static const struct dp_config config = {.tunnels = DP_TUNNELS_PASS};

static int set_up(void **state)
{
        (void)state;
        memset(&burst, 0, sizeof(burst));
        dp_decap_init(&decap, &config);
        return 0;
}

static int tear_down(void **state)
{
        (void)state;
        for (uint16_t i = 0; i < burst.cnt; i++)
                rte_pktmbuf_free(burst.pkt[i].m);
        return rte_mempool_in_use_count(pool) == 0 ? 0 : -1;
}

/* The frame in pieces of at most `piece` octets, as rx would hand it over. */
static struct dp_pkt *arrive(const struct frame *f, size_t piece, enum shm_side side)
{
        struct dp_pkt *p = &burst.pkt[burst.cnt++];
        size_t at = 0;

        p->m = rte_pktmbuf_alloc(pool);
        p->flow.side = (uint8_t)side;
        for (struct rte_mbuf *m = p->m;;) {
                size_t n = f->len - at < piece ? f->len - at : piece;

                memcpy(rte_pktmbuf_append(m, (uint16_t)n), f->b + at, n);
                at += n;
                if (m != p->m)
                        assert_int_equal(rte_pktmbuf_chain(p->m, m), 0);
                if (at == f->len)
                        return p;
                m = rte_pktmbuf_alloc(pool);
        }
}

static void like_the_core(void **state)
{
        (void)state;
        for (size_t i = 0; i < ROW_CNT; i++) {
                struct frame f;
                struct dp_pkt *p;

                rows[i].make(&f);
                burst.cnt = 0;
                memset(&burst.pkt[0], 0, sizeof(burst.pkt[0]));
                p = arrive(&f, FRAME_MAX, SHM_SIDE_INSIDE);
                dp_decap_run(&decap, &burst);
                dp_decap_verify(&burst);
                assert_int_equal(p->reason, rows[i].reason);
                assert_int_equal(p->action,
                                 rows[i].reason != 0 ? SHM_ACTION_DROP : SHM_ACTION_NONE);
                assert_int_equal(p->flow.side, SHM_SIDE_INSIDE);
                if (rows[i].reason == 0) {
                        assert_int_equal(p->flags, rows[i].flags);
                        assert_int_equal(p->payload_len, rows[i].payload_len);
                        assert_int_equal(p->flow.dport, rows[i].dport);
                }
                rte_pktmbuf_free(p->m);
        }
        burst.cnt = 0;
}

static void segments_become_one(void **state)
{
        struct frame f;
        struct dp_pkt *p;

        (void)state;
        udp4(&f);
        p = arrive(&f, 11, SHM_SIDE_OUTSIDE);
        assert_true(p->m->nb_segs > 3);
        dp_decap_run(&decap, &burst);
        dp_decap_verify(&burst);
        assert_true(dp_pkt_open(p));
        assert_int_equal(p->m->nb_segs, 1);
        assert_int_equal(p->m->data_len, f.len);
        assert_memory_equal(dp_pkt_at(p, p->payload_off), payload, PAYLOAD_LEN);
        assert_int_equal(decap.linearised, 1);
}

static void too_many_octets(void **state)
{
        struct frame f = {.len = FRAME_MAX};
        struct dp_pkt *p;

        (void)state;
        p = arrive(&f, 1200, SHM_SIDE_OUTSIDE);
        rte_pktmbuf_append(p->m, 500); /* fills the last piece: 2548 fit no buffer of 2048 */
        dp_decap_run(&decap, &burst);
        dp_decap_verify(&burst);
        assert_int_equal(p->reason, SHM_REASON_PACKET_TOO_BIG);
        assert_int_equal(decap.linearised, 0);
}

static void stripped_tag_comes_back(void **state)
{
        struct frame f;
        struct dp_pkt *p;

        (void)state;
        udp4(&f);
        p = arrive(&f, FRAME_MAX, SHM_SIDE_OUTSIDE);
        p->m->ol_flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
        p->m->vlan_tci = 0x2064;
        dp_decap_run(&decap, &burst);
        dp_decap_verify(&burst);
        assert_true(dp_pkt_open(p));
        assert_int_equal(p->flow.vlan, 0x64);
        assert_int_equal(p->l3_off, 18);
        assert_int_equal(p->m->data_len, f.len + 4);
        assert_int_equal(frame_get16(dp_pkt_at(p, 12)), VLAN);
        assert_int_equal(frame_get16(dp_pkt_at(p, 14)), 0x2064);
        assert_int_equal(p->payload_len, PAYLOAD_LEN);
}

static void a_nic_is_believed_only_when_it_says_good(void **state)
{
        static const uint64_t words[] = {
            RTE_MBUF_F_RX_L4_CKSUM_GOOD,
            RTE_MBUF_F_RX_L4_CKSUM_BAD,
            RTE_MBUF_F_RX_L4_CKSUM_NONE,
            RTE_MBUF_F_RX_L4_CKSUM_UNKNOWN,
        };
        struct frame f;

        (void)state;
        for (unsigned i = 0; i < 4; i++) {
                udp4_checksum(&f);
                arrive(&f, FRAME_MAX, SHM_SIDE_OUTSIDE)->m->ol_flags |= words[i];
                udp4(&f); /* "bad" on a good packet is a driver's error: we look ourselves */
                arrive(&f, FRAME_MAX, SHM_SIDE_OUTSIDE)->m->ol_flags |= words[i];
        }
        dp_decap_run(&decap, &burst);
        dp_decap_verify(&burst);
        for (unsigned i = 0; i < 4; i++) {
                assert_int_equal(burst.pkt[2 * i].reason, i == 0 ? 0 : SHM_REASON_UDP_CHECKSUM);
                assert_int_equal(burst.pkt[2 * i + 1].reason, 0);
        }
}

static void others_are_left_alone(void **state)
{
        struct frame f;
        struct dp_pkt *p[3];

        (void)state;
        udp4_checksum(&f);
        for (unsigned i = 0; i < 3; i++)
                p[i] = arrive(&f, FRAME_MAX, SHM_SIDE_OUTSIDE);
        p[0]->flags = DP_PKT_RESUMED;
        p[1]->flags = DP_PKT_HELD;
        dp_verdict_pass(p[2], SHM_REASON_PASS_POLICY);
        dp_decap_run(&decap, &burst);
        dp_decap_verify(&burst);
        assert_int_equal(p[0]->action, SHM_ACTION_NONE);
        assert_int_equal(p[1]->action, SHM_ACTION_NONE);
        assert_int_equal(p[2]->reason, SHM_REASON_PASS_POLICY);
        assert_int_equal(p[2]->l4_off, 0);
}

/* ---- guard ---- */

static struct dp_bans *table_with(enum shm_table table, uint16_t reason, uint64_t expires_ns)
{
        static const struct dp_siphash_key seed = {{3, 4}};
        struct dp_bans *b = dp_bans_create(16, &seed);
        const struct shm_table_update u = {
            .op = SHM_TABLE_ADD,
            .table = (uint8_t)table,
            .prefix_len = 120,
            .reason = reason,
            .ip = {{[10] = 0xff, [11] = 0xff, 192, 0, 2}},
            .expires_ns = expires_ns,
        };

        assert_int_equal(dp_bans_apply(b, &u), 0);
        return b;
}

static void run_both(const struct dp_bans *bans)
{
        struct dp_guard guard;

        dp_guard_init(&guard, bans, NULL, NULL);
        dp_decap_run(&decap, &burst);
        dp_guard_run(&guard, &burst);
}

static void banned_whatever_the_protocol(void **state)
{
        static void (*const makers[])(struct frame *) = {udp4, tcp4, icmp4, ip4_later};
        struct dp_bans *bans = table_with(SHM_TABLE_BAN, SHM_REASON_DENIED, 0);
        struct frame f;

        (void)state;
        for (size_t i = 0; i < 4; i++) {
                makers[i](&f);
                arrive(&f, FRAME_MAX, SHM_SIDE_OUTSIDE);
                arrive(&f, FRAME_MAX, SHM_SIDE_INSIDE);
        }
        arp(&f);
        arrive(&f, FRAME_MAX, SHM_SIDE_OUTSIDE);
        udp6(&f);
        arrive(&f, FRAME_MAX, SHM_SIDE_OUTSIDE);
        udp4_checksum(&f);
        arrive(&f, FRAME_MAX, SHM_SIDE_OUTSIDE);
        run_both(bans);
        for (size_t i = 0; i < 4; i++) {
                assert_int_equal(burst.pkt[2 * i].action, SHM_ACTION_DROP);
                assert_int_equal(burst.pkt[2 * i].reason, SHM_REASON_DENIED);
                assert_true(dp_pkt_open(&burst.pkt[2 * i + 1]));
        }
        assert_true(dp_pkt_open(&burst.pkt[8]));
        assert_true(dp_pkt_open(&burst.pkt[9]));
        assert_int_equal(burst.pkt[10].reason, SHM_REASON_DENIED); /* nobody read its payload */
        dp_bans_destroy(bans);
}

static void peers_get_their_lane(void **state)
{
        struct dp_bans *bans = table_with(SHM_TABLE_PEER, SHM_REASON_PASS_ALLOW, 0);
        struct frame f;

        (void)state;
        udp4(&f);
        arrive(&f, FRAME_MAX, SHM_SIDE_OUTSIDE);
        arrive(&f, FRAME_MAX, SHM_SIDE_INSIDE);
        run_both(bans);
        assert_true(dp_pkt_open(&burst.pkt[0]) && dp_pkt_open(&burst.pkt[1]));
        assert_int_equal(burst.pkt[0].lane, SHM_LANE_PEER);
        assert_int_equal(burst.pkt[1].lane, SHM_LANE_UNPROVEN);
        dp_bans_destroy(bans);
}

static void a_ban_ends(void **state)
{
        struct dp_bans *bans = table_with(SHM_TABLE_BAN, SHM_REASON_BANNED, 1000);
        struct frame f;

        (void)state;
        udp4(&f);
        arrive(&f, FRAME_MAX, SHM_SIDE_OUTSIDE);
        burst.now_ns = 1000;
        run_both(bans);
        assert_true(dp_pkt_open(&burst.pkt[0]));
        burst.now_ns = 999;
        run_both(bans);
        assert_int_equal(burst.pkt[0].reason, SHM_REASON_BANNED);
        dp_bans_destroy(bans);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(like_the_core, set_up, tear_down),
            cmocka_unit_test_setup_teardown(segments_become_one, set_up, tear_down),
            cmocka_unit_test_setup_teardown(too_many_octets, set_up, tear_down),
            cmocka_unit_test_setup_teardown(stripped_tag_comes_back, set_up, tear_down),
            cmocka_unit_test_setup_teardown(a_nic_is_believed_only_when_it_says_good, set_up,
                                            tear_down),
            cmocka_unit_test_setup_teardown(others_are_left_alone, set_up, tear_down),
            cmocka_unit_test_setup_teardown(banned_whatever_the_protocol, set_up, tear_down),
            cmocka_unit_test_setup_teardown(peers_get_their_lane, set_up, tear_down),
            cmocka_unit_test_setup_teardown(a_ban_ends, set_up, tear_down),
        };

        (void)argc;
        chain_eal_start(argv[0]);
        pool = rte_pktmbuf_pool_create("test_decap", 127, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
                                       SOCKET_ID_ANY);
        if (pool == NULL)
                return 1;
        return cmocka_run_group_tests(tests, NULL, NULL);
}
