/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_act_proxy.c - calls through a worker of edge mode, checked hop by hop: what a stateless edge
 * carries of RFC 3665 2 and 3, between a previous hop outside and a next hop inside. Via,
 * Record-Route, Max-Forwards, the branch, ACK for 2xx and for others, CANCEL, repetitions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include <cmocka.h>

#include "control/contract/shm_forward.h"
#include "dataplane/edge/arp.h"
#include "dataplane/edge/edge.h"
#include "dataplane/edge/proxy_branch.h"
#include "dataplane/edge/udp_frame.h"
#include "dataplane/state/tables.h"
#include "parser/sip_check.h"
#include "parser/sip_parse.h"
#include "tests/dataplane/chain.h"

#define ALICE "10.0.0.7"
#define EDGE  "10.0.0.2"
#define INNER "10.9.0.2"
#define BOB   "10.9.0.7"

static const uint8_t ours[SHM_SIDE_CNT][6] = {{0x02, 0, 0, 0, 0, 0xa1}, {0x02, 0, 0, 0, 0, 0xa2}};
static const uint8_t theirs[6] = {0x02, 0, 0, 0, 0, 9};

static struct dp_config config;
static struct dp_edge_net net;
static struct chain *chain;
static const char *outside; /* who sends from there */

/* What control says when it is asked. */
static struct {
        uint8_t flags, scopes;
        bool silent; /* asking would be a fault */
        bool refuses;
        bool away;
        unsigned asked;
} control;

/* What left last: where to, and its text. */
static struct {
        char text[4096];
        char to[INET_ADDRSTRLEN];
        uint16_t port;
        unsigned cnt;
        struct sip_msg msg;
} got;

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
        outside = ALICE;
        memset(&control, 0, sizeof(control));
        assert_int_equal(dp_config_load(NULL, &config), 0);
        chain_config_unlimited(&config);
        config.mode = DP_MODE_EDGE;
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

/* ---- the two hops and control ---- */

static void answer(uint64_t id)
{
        struct {
                struct shm_reply reply;
                struct shm_forward forward;
                uint8_t rest[256];
        } rec = {
            .reply = {.id = id,
                      .action = SHM_ACTION_PROXY,
                      .reason = SHM_REASON_ROUTED,
                      .scopes = control.scopes,
                      .lifetime_ms = control.scopes != 0 ? 60000 : 0},
            .forward = {.flags = control.flags},
        };
        struct shm_hop hop = {.ip = ip(BOB), .port = 5080, .weight = 1, .ip_proto = IPPROTO_UDP};
        size_t len = sizeof(rec.reply) + sizeof(rec.forward);

        if (control.refuses) {
                chain_answer(chain, id, SHM_ACTION_REJECT, SHM_REASON_ROUTE_REJECT, 0);
                return;
        }
        if ((control.flags & SHM_FORWARD_LOCATE) == 0) {
                rec.forward.hop_cnt = 1;
                memcpy(rec.rest, &hop, sizeof(hop));
                len += sizeof(hop);
        }
        assert_true(shm_reply_check(&rec, len));
        chain_answer_raw(chain, SHM_REC_REPLY, &rec, (uint32_t)len);
}

static void decide(void)
{
        struct shm_request r;

        while (!control.away && chain_request(chain, &r)) {
                if (control.silent)
                        fail_msg("control was asked");
                control.asked++;
                answer(r.id);
        }
}

/* Who is asked for is there; a datagram is what was sent. */
static void take(enum shm_side side, const uint8_t *frame, size_t len)
{
        uint8_t out[DP_ARP_FRAME_BYTES];
        struct dp_arp arp;

        if (dp_arp_read(frame, len, &arp)) {
                dp_arp_reply(&arp, theirs, out);
                chain_send_bytes(side, out, sizeof(out));
                return;
        }
        assert_true(len > 42 && frame[12] == 0x08 && frame[13] == 0x00);
        inet_ntop(AF_INET, frame + 30, got.to, sizeof(got.to));
        got.port = (uint16_t)(frame[36] << 8 | frame[37]);
        memcpy(got.text, frame + 42, len - 42);
        got.text[len - 42] = '\0';
        got.cnt++;
}

/* Send the text from a hop and turn until all is quiet. */
static void carry(enum shm_side side, const char *text)
{
        const struct dp_udp_frame in = {
            .from_mac = theirs,
            .from = ip(side == SHM_SIDE_OUTSIDE ? outside : BOB),
            .to = ip(side == SHM_SIDE_OUTSIDE ? EDGE : INNER),
            .from_port = side == SHM_SIDE_OUTSIDE ? 5060 : 5080,
            .to_port = 5060,
            .payload = (const uint8_t *)text,
            .payload_len = strlen(text),
        };
        uint8_t frame[4096];
        size_t len = dp_udp_frame_build(&in, frame, sizeof(frame));

        memcpy(frame, ours[side], 6);
        chain_send_bytes(side, frame, len);
        got.cnt = 0;
        for (unsigned i = 0; i < 8; i++) {
                chain_turn(chain);
                decide();
                for (unsigned s = 0; s < SHM_SIDE_CNT; s++)
                        while ((len = chain_receive((enum shm_side)s, frame, sizeof(frame))) != 0)
                                take((enum shm_side)s, frame, len);
        }
        chain_assert_conserved(chain);
        if (got.cnt == 0)
                return;
        assert_int_equal(got.cnt, 1);
        assert_int_equal(sip_parse((const uint8_t *)got.text, strlen(got.text), &got.msg),
                         SIP_ANOM_NONE);
        assert_int_equal(sip_check(&got.msg).verdict, SIP_VERDICT_ACCEPT);
}

static void expect_to(const char *to, uint16_t port)
{
        assert_int_equal(got.cnt, 1);
        assert_string_equal(got.to, to);
        assert_int_equal(got.port, port);
}

/* All lines of a header of what left, with their line ends. */
static const char *lines_of(enum sip_hdr_id id)
{
        static char out[1024];
        size_t len = 0;

        for (uint8_t i = got.msg.first[id]; i != SIP_HDR_NONE; i = got.msg.hdrs[i].next_same) {
                const struct sip_hdr *h = &got.msg.hdrs[i];
                uint32_t end = (uint32_t)h->value.off + h->value.len + 2;

                len += (size_t)sprintf(out + len, "%.*s", (int)(end - h->name.off),
                                       got.text + h->name.off);
        }
        out[len] = '\0';
        return out;
}

/* Our branch on what left. */
static const char *branch(void)
{
        static char out[DP_PROXY_BRANCH_CHARS + 1];

        assert_int_equal(got.msg.via.branch.len, DP_PROXY_BRANCH_CHARS);
        memcpy(out, got.text + got.msg.via.branch.off, DP_PROXY_BRANCH_CHARS);
        return out;
}

/* What every forwarded request has: our Via over its own, one hop less. */
static void expect_request(const char *via_of_ours, const char *via)
{
        const char *vias = lines_of(SIP_HDR_VIA);

        assert_int_equal(strncmp(vias, via_of_ours, strlen(via_of_ours)), 0);
        assert_string_equal(strstr(vias, "\r\n") + 2, via);
        assert_int_equal(got.msg.max_forwards, 69);
}

/* The next hop's answer to what left: its Vias and Record-Routes, this status and To-tag. */
static const char *response(const char *status, const char *extra)
{
        static char out[4096];
        char vias[1024];

        snprintf(vias, sizeof(vias), "%s", lines_of(SIP_HDR_VIA));
        snprintf(out, sizeof(out),
                 "SIP/2.0 %s\r\n%s%sTo: <sip:bob@h>;tag=b1\r\n%sContent-Length: 0\r\n\r\n", status,
                 vias, lines_of(SIP_HDR_RECORD_ROUTE), extra);
        return out;
}

#define VIA_A      "Via: SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bK"
#define OUR_INNER  "Via: SIP/2.0/UDP " INNER ":5060;branch=z9hG4bK"
#define OUR_OUTER  "Via: SIP/2.0/UDP " EDGE ":5060;branch=z9hG4bK"
#define FROM_A     "From: <sip:alice@h>;tag=a1\r\n"
#define TO_B       "To: <sip:bob@h>\r\n"
#define TO_B1      "To: <sip:bob@h>;tag=b1\r\n"
#define CONTACT_A  "Contact: <sip:alice@" ALICE ":5060>\r\n"
#define CONTACT_B  "Contact: <sip:bob@" BOB ":5080>\r\n"
#define END        "Content-Length: 0\r\n\r\n"
#define ID(n)      "Call-ID: call-" n "\r\n"
#define REST(n, m) "Max-Forwards: 70\r\n" FROM_A TO_B ID(n) "CSeq: 1 " m "\r\n"
#define INVITE(n) \
        "INVITE sip:bob@h.example SIP/2.0\r\n" VIA_A "i" n "\r\n" REST(n, "INVITE") CONTACT_A END
#define MORE(n) FROM_A ID(n) "CSeq: 1 INVITE\r\n"

/* The response that came back lost our Via and nothing else. */
static void expect_response(const char *sent, const char *via)
{
        const char *at = strstr(sent, "\r\n") + 2, *rest = strstr(at, "\r\n") + 2;

        expect_to(ALICE, 5060);
        assert_string_equal(lines_of(SIP_HDR_VIA), via);
        assert_int_equal(strncmp(got.text, sent, (size_t)(at - sent)), 0);
        assert_string_equal(got.text + (at - sent), rest);
}

static void respond(const char *status, const char *more, const char *via)
{
        char sent[4096];

        snprintf(sent, sizeof(sent), "%s", response(status, more));
        carry(SHM_SIDE_INSIDE, sent);
        expect_response(sent, via);
}

/* ---- RFC 3665 3.2: a call through the proxy, and its end by the callee ---- */

static void call(void **state)
{
        static struct sip_msg as_left;
        char left[4096], ack[2048], bye[2048], token[128], first[64];
        const char *record;

        (void)state;
        control.flags = SHM_FORWARD_RECORD_ROUTE;
        carry(SHM_SIDE_OUTSIDE, INVITE("1"));
        expect_to(BOB, 5080);
        expect_request(OUR_INNER, VIA_A "i1\r\n");
        snprintf(first, sizeof(first), "%s", branch());
        record = lines_of(SIP_HDR_RECORD_ROUTE);
        snprintf(token, sizeof(token), "%.*s", (int)strcspn(strstr(record, "<sip:") + 5, "@"),
                 strstr(record, "<sip:") + 5);
        assert_int_equal(strlen(token), 18);
        snprintf(left, sizeof(left),
                 "Record-Route: <sip:%s@" INNER ":5060;lr>\r\n"
                 "Record-Route: <sip:%s@" EDGE ":5060;lr>\r\n",
                 token, token);
        assert_string_equal(record, left);
        /* a repetition leaves as the first did, and is asked about or not */
        snprintf(left, sizeof(left), "%s", got.text);
        carry(SHM_SIDE_OUTSIDE, INVITE("1"));
        assert_string_equal(got.text, left);
        as_left = got.msg;
        for (unsigned i = 0; i < 3; i++) {
                static const char *const status[] = {"100 Trying", "180 Ringing", "200 OK"};

                strcpy(got.text, left);
                got.msg = as_left;
                respond(status[i], MORE("1") CONTACT_B, VIA_A "i1\r\n");
        }
        /* the call is known by the client's Via behind ours, and by who gets the response */
        assert_int_equal(chain_counters(chain)->dialogs_added, 1);
        /* ACK for the 2xx: by the Route, with a branch of its own, and nobody is asked */
        control.silent = true;
        snprintf(ack, sizeof(ack),
                 "ACK sip:bob@" BOB ":5080 SIP/2.0\r\n" VIA_A "a1\r\nMax-Forwards: 70\r\n"
                 "Route: <sip:%s@" EDGE ":5060;lr>,<sip:%s@" INNER
                 ":5060;lr>\r\n" FROM_A TO_B1 ID("1") "CSeq: 1 ACK\r\n" END,
                 token, token);
        carry(SHM_SIDE_OUTSIDE, ack);
        expect_to(BOB, 5080);
        expect_request(OUR_INNER, VIA_A "a1\r\n");
        assert_string_not_equal(branch(), first);
        assert_string_equal(lines_of(SIP_HDR_ROUTE), "");
        /* the callee ends it */
        snprintf(bye, sizeof(bye),
                 "BYE sip:alice@" ALICE ":5060 SIP/2.0\r\nVia: SIP/2.0/UDP " BOB
                 ":5080;branch=z9hG4bKb1\r\nMax-Forwards: 70\r\nRoute: <sip:%s@" INNER
                 ":5060;lr>\r\nRoute: <sip:%s@" EDGE ":5060;lr>\r\nFrom: <sip:bob@h>;tag=b1\r\n"
                 "To: <sip:alice@h>;tag=a1\r\n" ID("1") "CSeq: 1 BYE\r\n" END,
                 token, token);
        carry(SHM_SIDE_INSIDE, bye);
        expect_to(ALICE, 5060);
        expect_request(OUR_OUTER, "Via: SIP/2.0/UDP " BOB ":5080;branch=z9hG4bKb1\r\n");
        assert_string_equal(lines_of(SIP_HDR_ROUTE), "");
        snprintf(left, sizeof(left),
                 "SIP/2.0 200 OK\r\n%sFrom: <sip:bob@h>;tag=b1\r\nTo: <sip:alice@h>;tag=a1\r\n" ID(
                     "1") "CSeq: 1 BYE\r\n" END,
                 lines_of(SIP_HDR_VIA));
        carry(SHM_SIDE_OUTSIDE, left);
        expect_to(BOB, 5080);
        assert_int_equal(chain_counters(chain)->unknown_dialogs, 0);
        assert_int_equal(chain_counters(chain)->responses_unsolicited, 0);
        assert_string_equal(lines_of(SIP_HDR_VIA),
                            "Via: SIP/2.0/UDP " BOB ":5080;branch=z9hG4bKb1\r\n");
}

/* 3.9 and 3.8: busy, and given up; ACK and CANCEL with the INVITE's branch, the same way, whether
 * the decision is remembered or not. */
static void refused_and_cancelled(void **state)
{
        static const char *const ack =
            "ACK sip:bob@h.example SIP/2.0\r\n" VIA_A
            "i2\r\nMax-Forwards: 70\r\n" FROM_A TO_B1 ID("2") "CSeq: 1 ACK\r\n" END;
        static const char *const cancel =
            "CANCEL sip:bob@h.example SIP/2.0\r\n" VIA_A "i2\r\n" REST("2", "CANCEL") END;
        static struct sip_msg as_left;
        char left[4096], first[64];

        (void)state;
        carry(SHM_SIDE_OUTSIDE, INVITE("2"));
        expect_request(OUR_INNER, VIA_A "i2\r\n");
        snprintf(first, sizeof(first), "%s", branch());
        strcpy(left, got.text);
        as_left = got.msg;
        respond("180 Ringing", MORE("2"), VIA_A "i2\r\n");
        control.silent = control.scopes != 0;
        carry(SHM_SIDE_OUTSIDE, cancel);
        expect_to(BOB, 5080);
        expect_request(OUR_INNER, VIA_A "i2\r\n");
        assert_int_equal(got.msg.method, SIP_METHOD_CANCEL);
        assert_string_equal(branch(), first);
        respond("200 OK", FROM_A ID("2") "CSeq: 1 CANCEL\r\n", VIA_A "i2\r\n");
        strcpy(got.text, left);
        got.msg = as_left;
        respond("487 Request Terminated", MORE("2"), VIA_A "i2\r\n");
        carry(SHM_SIDE_OUTSIDE, ack);
        expect_to(BOB, 5080);
        expect_request(OUR_INNER, VIA_A "i2\r\n");
        assert_int_equal(got.msg.method, SIP_METHOD_ACK);
        assert_string_equal(branch(), first);
}

static void refused_remembered(void **state)
{
        control.scopes = SHM_SCOPE_ROUTE;
        refused_and_cancelled(state);
        assert_int_equal(control.asked, 1);
}

/* 2.1: a registration with its challenge; the Path brings calls back. */
static void registration(void **state)
{
        char path[1024];
        char in[2048];

        (void)state;
        control.flags = SHM_FORWARD_PATH;
        carry(SHM_SIDE_OUTSIDE, "REGISTER sip:h.example SIP/2.0\r\n" VIA_A
                                "r1\r\n" REST("3", "REGISTER") CONTACT_A "Supported: path\r\n" END);
        expect_to(BOB, 5080);
        expect_request(OUR_INNER, VIA_A "r1\r\n");
        respond("401 Unauthorized",
                FROM_A ID("3") "CSeq: 1 REGISTER\r\n"
                               "WWW-Authenticate: Digest realm=\"h\",nonce=\"n\"\r\n",
                VIA_A "r1\r\n");
        carry(SHM_SIDE_OUTSIDE,
              "REGISTER sip:h.example SIP/2.0\r\n" VIA_A
              "r2\r\nMax-Forwards: 70\r\n" FROM_A TO_B ID(
                  "3") "CSeq: 2 REGISTER\r\n" CONTACT_A
                       "Authorization: Digest username=\"a\",realm=\"h\",nonce=\"n\",uri=\"sip:h\","
                       "response=\"00112233445566778899aabbccddeeff\"\r\n" END);
        assert_string_equal(lines_of(SIP_HDR_RECORD_ROUTE), "");
        snprintf(path, sizeof(path), "%s", lines_of(SIP_HDR_PATH));
        assert_non_null(strstr(path, "@" INNER ":5060;lr>"));
        respond("200 OK",
                FROM_A ID("3") "CSeq: 2 REGISTER\r\nService-Route: <sip:s.example;lr>\r\n",
                VIA_A "r2\r\n");
        assert_string_equal(lines_of(SIP_HDR_SERVICE_ROUTE),
                            "Service-Route: <sip:s.example;lr>\r\n");
        /* the registrar's call along it */
        control.silent = true;
        snprintf(in, sizeof(in),
                 "INVITE sip:alice@192.168.1.5 SIP/2.0\r\nVia: SIP/2.0/UDP " BOB
                 ":5080;branch=z9hG4bKp1\r\nMax-Forwards: 70\r\nRoute: %.*s\r\n"
                 "From: <sip:bob@h>;tag=x\r\nTo: <sip:alice@h>\r\nCall-ID: call-4\r\n"
                 "CSeq: 1 INVITE\r\n" END,
                 (int)strcspn(path + 6, "\r"), path + 6);
        carry(SHM_SIDE_INSIDE, in);
        expect_to(ALICE, 5060);
        expect_request(OUR_OUTER, "Via: SIP/2.0/UDP " BOB ":5080;branch=z9hG4bKp1\r\n");
        assert_string_equal(lines_of(SIP_HDR_ROUTE), "");
}

/* What does not go on is answered, from us and to who asked, or dropped with its reason. */
static void answered(void **state)
{
        static const struct {
                const char *start, *lines;
                unsigned code;
                enum shm_reason reason;
        } rows[] = {
            {"INVITE sip:b@h", "Max-Forwards: 0\r\n", 483, SHM_REASON_PROXY_HOPS},
            {"OPTIONS sip:b@h", "Max-Forwards: 0\r\n", 200, SHM_REASON_PROXY_OPTIONS},
            {"OPTIONS sip:" EDGE, "Max-Forwards: 9\r\n", 200, SHM_REASON_PROXY_OPTIONS},
            {"INVITE sip:b@h", "Max-Forwards: 9\r\nProxy-Require: foo\r\n", 420,
             SHM_REASON_PROXY_REQUIRE},
            {"INVITE http://h", "Max-Forwards: 9\r\n", 416, SHM_REASON_PROXY_SCHEME},
            {"MESSAGE sip:b@h", "Max-Forwards: 9\r\nMax-Breadth: 0\r\n", 440,
             SHM_REASON_PROXY_BREADTH},
        };
        char in[1024];

        (void)state;
        for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                snprintf(in, sizeof(in),
                         "%s SIP/2.0\r\n" VIA_A "x%u\r\n%s" FROM_A TO_B "Call-ID: x%u\r\n"
                         "CSeq: 1 %.*s\r\n" END,
                         rows[i].start, i, rows[i].lines, i, (int)strcspn(rows[i].start, " "),
                         rows[i].start);
                carry(SHM_SIDE_OUTSIDE, in);
                expect_to(ALICE, 5060);
                assert_int_equal(got.msg.status, rows[i].code);
                if (rows[i].code == 420)
                        assert_string_equal(lines_of(SIP_HDR_UNSUPPORTED), "Unsupported: foo\r\n");
        }
        /* nobody is registered */
        control.flags = SHM_FORWARD_LOCATE;
        carry(SHM_SIDE_OUTSIDE, INVITE("5"));
        expect_to(ALICE, 5060);
        assert_int_equal(got.msg.status, 480);
}

/* The exception table lets it pass, and nobody says where to: it is decided when it comes again. */
static void passed_to_nowhere(void **state)
{
        (void)state;
        config.exceptions[SHM_CLASS_INVITE] = DP_POLICY_PASS;
        chain_control_detach(chain);
        control.away = true;
        carry(SHM_SIDE_OUTSIDE, INVITE("6"));
        assert_int_equal(got.cnt, 0);
        assert_int_equal(chain_counters(chain)->dropped[SHM_REASON_NO_HOP], 1);
        chain_control_attach(chain);
        control.away = false;
        carry(SHM_SIDE_OUTSIDE, INVITE("6"));
        expect_to(BOB, 5080);
        expect_request(OUR_INNER, VIA_A "i6\r\n");
}

static void responses_refused(void **state)
{
        char in[1024];

        (void)state;
        carry(SHM_SIDE_OUTSIDE, INVITE("6"));
        snprintf(in, sizeof(in),
                 "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP " INNER ":5060;branch=%s\r\n"
                 "Via: SIP/2.0/UDP 10.0.0.8;branch=z9hG4bKi6\r\n" FROM_A TO_B1 ID(
                     "6") "CSeq: 1 INVITE\r\n" END,
                 branch());
        carry(SHM_SIDE_INSIDE, in);
        assert_int_equal(got.cnt, 0);
        assert_int_equal(chain_counters(chain)->dropped[SHM_REASON_VIA_FOREIGN] +
                             chain_counters(chain)->dropped[SHM_REASON_UNSOLICITED_RESPONSE],
                         1);
}

/* Whom control has turned away gets nothing through to an address of his choice: not by an ACK for
 * what he was answered, nor by the notification of what he has not subscribed. */
static void nothing_goes_where_a_stranger_says(void **state)
{
        static const struct {
                const char *invite, *more;
        } rows[] = {
            {INVITE("7"), "ACK sip:x@10.9.0.9:5060 SIP/2.0\r\n" VIA_A
                          "i7\r\nMax-Forwards: 70\r\n" FROM_A TO_B1 ID("7") "CSeq: 1 ACK\r\n" END},
            {"INVITE sip:x@10.9.0.9:5060 SIP/2.0\r\n" VIA_A "i8\r\n" REST("8", "INVITE")
                 CONTACT_A END,
             "ACK sip:x@10.9.0.9:5060 SIP/2.0\r\n" VIA_A
             "i8\r\nMax-Forwards: 70\r\n" FROM_A TO_B1 ID("8") "CSeq: 1 ACK\r\n" END},
            {"SUBSCRIBE sip:bob@h.example SIP/2.0\r\n" VIA_A
             "i9\r\nEvent: dialog\r\n" REST("9", "SUBSCRIBE") CONTACT_A END,
             "NOTIFY sip:x@10.9.0.9:5060 SIP/2.0\r\n" VIA_A
             "n9\r\nMax-Forwards: 70\r\nEvent: dialog\r\nSubscription-State: active\r\n"
             "From: <sip:bob@h>;tag=b1\r\nTo: <sip:alice@h>;tag=a1\r\n" ID(
                 "9") "CSeq: 1 NOTIFY\r\n" CONTACT_A END},
        };

        (void)state;
        control.refuses = true;
        for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                carry(SHM_SIDE_OUTSIDE, rows[i].invite);
                expect_to(ALICE, 5060);
                assert_int_equal(got.msg.status, 403);
                carry(SHM_SIDE_OUTSIDE, rows[i].more);
                if (got.cnt != 0)
                        expect_to(ALICE, 5060);
        }
        assert_int_equal(chain_counters(chain)->passed[SHM_REASON_PROXIED], 0);
}

/* Who was sent a request by us can answer it in the name of others. */
static void our_via_proves_nothing(void **state)
{
        (void)state;
        carry(SHM_SIDE_OUTSIDE, INVITE("8"));
        outside = "10.0.0.66";
        carry(SHM_SIDE_OUTSIDE, response("486 Busy Here", MORE("8")));
        expect_to(ALICE, 5060);
        assert_int_equal(chain_counters(chain)->trust_raised, 0);
}

int main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
        const struct CMUnitTest tests[] = {
            TEST(call),
            TEST(refused_and_cancelled),
            TEST(refused_remembered),
            TEST(registration),
            TEST(answered),
            TEST(passed_to_nowhere),
            TEST(responses_refused),
            TEST(nothing_goes_where_a_stranger_says),
            TEST(our_via_proves_nothing),
        };

        (void)argc;
        chain_eal_start(argv[0]);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
