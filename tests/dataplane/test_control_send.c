/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_control_send.c - a request of control's own through a worker of edge mode: it leaves from
 * the address that it names, waits for its neighbour, and its response goes to control. What a
 * control that lies may say of it sends nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include <cmocka.h>

#include "control/contract/shm_send.h"
#include "dataplane/edge/arp.h"
#include "dataplane/edge/edge.h"
#include "dataplane/edge/udp_frame.h"
#include "tests/dataplane/chain.h"

#define EDGE  "10.0.0.2"
#define INNER "10.9.0.2"
#define ALICE "10.0.0.7"

#define NOTIFY(host)                                                                               \
        "NOTIFY sip:alice@" ALICE " SIP/2.0\r\nVia: SIP/2.0/UDP " host                             \
        ":5060;branch=z9hG4bKc1\r\nMax-Forwards: 70\r\nFrom: <sip:alice@h>;tag=ours\r\n"           \
        "To: <sip:alice@h>;tag=a1\r\nCall-ID: s1\r\nCSeq: 1 NOTIFY\r\nContact: <sip:" EDGE ">\r\n" \
        "Event: reg\r\nSubscription-State: active\r\nContent-Length: 0\r\n\r\n"
#define OK(branch)                                                                        \
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP " EDGE ":5060;branch=z9hG4bK" branch          \
        "\r\nFrom: <sip:alice@h>;tag=ours\r\nTo: <sip:alice@h>;tag=a1\r\nCall-ID: s1\r\n" \
        "CSeq: 1 NOTIFY\r\nContent-Length: 0\r\n\r\n"

static const uint8_t ours[SHM_SIDE_CNT][6] = {{0x02, 0, 0, 0, 0, 0xa1}, {0x02, 0, 0, 0, 0, 0xa2}};
static const uint8_t theirs[6] = {0x02, 0, 0, 0, 0, 9};

static struct dp_config config;
static struct dp_edge_net net;
static struct chain *chain;

static struct shm_ip ip(const char *text)
{
        struct shm_ip a = {{[10] = 0xff, [11] = 0xff}};

        assert_int_equal(inet_pton(AF_INET, text, a.b + 12), 1);
        return a;
}

static int start(void **state)
{
        uint8_t frame[128];

        (void)state;
        assert_int_equal(dp_config_load(NULL, &config), 0);
        chain_config_unlimited(&config);
        config.mode = DP_MODE_EDGE;
        config.unsolicited_responses = DP_POLICY_DROP;
        config.learning_s = 0;
        memset(&net, 0, sizeof(net));
        net.side_cnt = 2;
        net.side[0].address[0] = (struct dp_edge_prefix){ip(EDGE), 120};
        net.side[1].address[0] = (struct dp_edge_prefix){ip(INNER), 120};
        for (unsigned i = 0; i < SHM_SIDE_CNT; i++) {
                net.side[i].address_cnt = 1;
                dp_edge_net_mac(&net.side[i], ours[i], 1500);
        }
        chain = chain_create_edge(&config, &net, NULL);
        chain_turn(chain);
        for (unsigned i = 0; i < SHM_SIDE_CNT; i++)
                while (chain_receive((enum shm_side)i, frame, sizeof(frame)) != 0)
                        ;
        return 0;
}

static int stop(void **state)
{
        (void)state;
        chain_destroy(chain);
        dp_config_free(&config);
        return 0;
}

struct record {
        struct shm_send send;
        char text[SHM_SEND_MSG_MAX + 1];
};

static struct record record_of(const char *text)
{
        struct record r = {
            .send = {.to = {.ip = ip(ALICE), .port = 5060, .weight = 1, .ip_proto = IPPROTO_UDP},
                     .from = ip(EDGE),
                     .from_port = 5060,
                     .msg_len = (uint16_t)strlen(text)},
        };

        snprintf(r.text, sizeof(r.text), "%s", text);
        return r;
}

static void say(const struct record *r)
{
        chain_answer_raw(chain, SHM_REC_SEND, r, (uint32_t)(sizeof(r->send) + r->send.msg_len));
        chain_turn(chain);
        chain_assert_conserved(chain);
}

/* The next frame that leaves there. */
static size_t left(enum shm_side side, uint8_t frame[4096])
{
        chain_turn(chain);
        return chain_receive(side, frame, 4096);
}

/* Answer the question for the neighbour. */
static void be_there(void)
{
        uint8_t frame[4096], out[DP_ARP_FRAME_BYTES];
        struct dp_arp arp;
        size_t len = left(SHM_SIDE_OUTSIDE, frame);

        assert_true(dp_arp_read(frame, len, &arp));
        dp_arp_reply(&arp, theirs, out);
        chain_send_bytes(SHM_SIDE_OUTSIDE, out, sizeof(out));
        chain_turn(chain);
}

static void respond(const char *from, const char *text)
{
        const struct dp_udp_frame in = {
            .from_mac = theirs,
            .from = ip(from),
            .to = ip(EDGE),
            .from_port = 5060,
            .to_port = 5060,
            .payload = (const uint8_t *)text,
            .payload_len = strlen(text),
        };
        uint8_t frame[4096];
        size_t len = dp_udp_frame_build(&in, frame, sizeof(frame));

        memcpy(frame, ours[0], 6);
        chain_send_bytes(SHM_SIDE_OUTSIDE, frame, len);
        chain_turn(chain);
}

static void it_leaves_and_its_response_is_asked_about(void **state)
{
        struct record r = record_of(NOTIFY(EDGE));
        uint8_t frame[4096];
        struct shm_request q;
        size_t len;

        (void)state;
        say(&r);
        be_there();
        len = left(SHM_SIDE_OUTSIDE, frame);
        assert_int_equal(len, 42 + strlen(r.text));
        assert_memory_equal(frame, theirs, 6);
        assert_memory_equal(frame + 26, ip(EDGE).b + 12, 4);
        assert_memory_equal(frame + 30, ip(ALICE).b + 12, 4);
        assert_memory_equal(frame + 42, r.text, strlen(r.text));
        assert_int_equal(chain_counters(chain)->control_sent, 1);
        say(&r); /* again: the neighbour is known now */
        assert_int_equal(left(SHM_SIDE_OUTSIDE, frame), len);
        assert_int_equal(chain_counters(chain)->control_sent, 2);
        /* Another branch, or another address, answers nothing of ours. */
        respond(ALICE, OK("c2"));
        respond("10.0.0.8", OK("c1"));
        assert_false(chain_request(chain, &q));
        assert_int_equal(chain_counters(chain)->dropped[SHM_REASON_UNSOLICITED_RESPONSE], 2);
        respond(ALICE, OK("c1"));
        assert_true(chain_request(chain, &q));
        assert_int_equal(q.msg_len, strlen(OK("c1")));
        chain_answer(chain, q.id, SHM_ACTION_DROP, SHM_REASON_RESPONSE_OURS, 0);
        chain_turn(chain);
        assert_int_equal(chain_counters(chain)->dropped[SHM_REASON_RESPONSE_OURS], 1);
        chain_assert_conserved(chain);
}

/* Nobody there, nobody on the way, or too long for the link: counted, and that is all. */
static void what_does_not_get_out(void **state)
{
        struct record r = record_of(NOTIFY(EDGE));
        uint8_t frame[4096];

        (void)state;
        say(&r);
        for (unsigned i = 0; i < 40; i++) {
                chain_pass_ms(chain, 100);
                chain_turn(chain);
                while (left(SHM_SIDE_OUTSIDE, frame) != 0)
                        assert_int_equal(frame[12] << 8 | frame[13], 0x0806);
        }
        assert_int_equal(chain_counters(chain)->control_lost, 1);
        assert_int_equal(chain_counters(chain)->held_neighbour, 0);
        r.send.to.ip = ip("172.16.0.1");
        say(&r);
        assert_int_equal(chain_counters(chain)->control_lost, 2);
        /* An address of ours, but not the one that the way begins at. */
        r = record_of(NOTIFY(INNER));
        r.send.from = ip(INNER);
        say(&r);
        assert_int_equal(chain_counters(chain)->control_lost, 3);
        assert_int_equal(chain_counters(chain)->control_sent, 0);
        assert_int_equal(chain_counters(chain)->decisions_forged, 0);
        chain_assert_conserved(chain);
}

static void expect_forged(const struct record *r, uint64_t *forged)
{
        uint8_t frame[4096];

        say(r);
        assert_int_equal(chain_counters(chain)->decisions_forged, ++*forged);
        assert_int_equal(left(SHM_SIDE_OUTSIDE, frame), 0);
        assert_int_equal(left(SHM_SIDE_INSIDE, frame), 0);
}

static void lies(void **state)
{
        struct record good = record_of(NOTIFY(EDGE)), r;
        uint64_t forged = 0;

        (void)state;
#define LIE(change) (r = good, change, expect_forged(&r, &forged))
        LIE(r.send.from = ip("10.0.0.3")); /* no address of ours */
        LIE(r.send.from_port = 5061);      /* no port of ours */
        LIE(r.send.reserved = 1);
        LIE(r.send.to.ip_proto = IPPROTO_TCP);
        LIE(r.send.to.ip = ip("224.0.0.1"));
        LIE(r.send.to.port = 0);
        LIE(memset(r.send.to.ip.b, 0, 16));
        LIE(r.send.msg_len--);             /* its head does not end */
        LIE(memset(r.text, 'x', 40));      /* not SIP */
        r = record_of(NOTIFY("10.0.0.3")); /* a Via of another's */
        expect_forged(&r, &forged);
        r = record_of(OK("c1")); /* a response */
        expect_forged(&r, &forged);
        /* Octets at random, and lengths that are not those of the record. */
        srand(11);
        for (unsigned i = 0; i < 20000; i++) {
                uint32_t len = (uint32_t)rand() % 200u;

                r = good;
                for (unsigned k = 0; k < 4; k++)
                        ((uint8_t *)&r)[(size_t)rand() % (sizeof(r.send) + 60)] = (uint8_t)rand();
                chain_answer_raw(chain, SHM_REC_SEND, &r, len);
                if (i % 16 == 0)
                        chain_turn(chain);
        }
        while (chain_turn(chain) != 0)
                ;
        assert_int_equal(chain_counters(chain)->control_sent, 0);
        chain_assert_conserved(chain);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(it_leaves_and_its_response_is_asked_about, start, stop),
            cmocka_unit_test_setup_teardown(what_does_not_get_out, start, stop),
            cmocka_unit_test_setup_teardown(lies, start, stop),
        };

        (void)argc;
        chain_eal_start(argv[0]);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
