/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_police_shed.c - overload through a whole worker: full receive rings raise the level within
 * milliseconds, what is shed gets 503 and in which order, and what never is. Every test ends in
 * chain_destroy(), which asserts conservation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/burst.h"
#include "dataplane/stages/police_shed.h"
#include "parser/sip_parse.h"
#include "tests/dataplane/chain.h"
#include "tests/dataplane/frame.h"

#define NOW UINT64_C(1700000000000000000) /* where a chain's clock begins */

static struct dp_config config;
static struct chain *chain;

static int reset(void **state)
{
        (void)state;
        dp_config_free(&config);
        if (dp_config_load(NULL, &config) != 0)
                return -1;
        chain_config_unlimited(&config);
        for (unsigned cls = 0; cls < SHM_CLASS_CNT; cls++)
                config.exceptions[cls] = DP_POLICY_PASS;
        return 0;
}

static const struct shm_counters *counters(void)
{
        return chain_counters(chain);
}

/* ---- who sends what ---- */

struct sender {
        uint8_t host;
        uint16_t port;
};
static const struct sender stranger = {1, 40000}, known = {2, 40000}, user = {3, 40000},
                           carrier = {9, 5060};

static const char *text_of(const char *method, const char *uri, const char *headers)
{
        static unsigned branch;
        static char text[1024];

        branch++;
        snprintf(text, sizeof(text),
                 "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKs%u\r\n"
                 "Max-Forwards: 70\r\nFrom: <sip:a@example.com>;tag=%u\r\n%s"
                 "Call-ID: c%u@example.com\r\nCSeq: 1 %s\r\nContact: <sip:a@192.0.2.1>\r\n%s"
                 "Content-Length: 0\r\n\r\n",
                 method, uri, branch, branch,
                 strstr(headers, "To:") ? "" : "To: <sip:b@example.com>\r\n", branch, method,
                 headers);
        return text;
}

static void queue(const struct sender *who, const char *text)
{
        struct frame f;

        frame_eth(&f, 0x0800);
        frame_ip4(&f, 17, 0);
        f.b[f.l3 + 15] = who->host;
        frame_udp(&f, text, strlen(text));
        frame_set16(&f, f.l4, who->port);
        frame_set16(&f, f.l4 + 2, 5060);
        frame_seal(&f, 1);
        chain_send_bytes(SHM_SIDE_OUTSIDE, f.b, f.len);
}

/* The next message that left by this side. */
static const char *heard(enum shm_side side)
{
        static char text[FRAME_MAX];
        uint8_t frame[FRAME_MAX];
        size_t len = chain_receive(side, frame, sizeof(frame));

        if (len == 0)
                return NULL;
        memcpy(text, frame + 42, len - 42);
        text[len - 42] = '\0';
        return text;
}

static void drain(void)
{
        while (heard(SHM_SIDE_OUTSIDE) != NULL || heard(SHM_SIDE_INSIDE) != NULL)
                ;
}

/* Is a request of this sender answered 503 now? Anything else must go on. */
static bool is_shed(const struct sender *who, const char *method, const char *uri,
                    const char *headers)
{
        const char *reply;

        drain();
        queue(who, text_of(method, uri, headers));
        chain_turn(chain);
        reply = heard(SHM_SIDE_OUTSIDE);
        if (reply == NULL) {
                assert_non_null(heard(SHM_SIDE_INSIDE));
                return false;
        }
        assert_int_equal(strncmp(reply, "SIP/2.0 503 ", 12), 0);
        assert_null(heard(SHM_SIDE_INSIDE));
        unsigned after = (unsigned)strtoul(strstr(reply, "Retry-After: ") + 13, NULL, 10);

        assert_in_range(after, config.shedding.retry_after_s, 2 * config.shedding.retry_after_s);
        return true;
}

static void prove(const struct sender *who, enum dp_trust_evidence evidence)
{
        struct shm_ip ip = {{[10] = 0xff, [11] = 0xff, 192, 0, 2, who->host}};
        struct dp_source s;

        dp_source_of(&chain_tables(chain)->key, &ip, who->port, &s);
        assert_int_equal(dp_trust_prove(chain_tables(chain)->trust, &s, evidence, NOW),
                         DP_TRUST_RAISED);
}

static void begin(void)
{
        static const struct shm_table_update peer = {
            .table = SHM_TABLE_PEER,
            .op = SHM_TABLE_ADD,
            .prefix_len = 128,
            .ip = {{[10] = 0xff, [11] = 0xff, 192, 0, 2, 9}},
            .reason = SHM_REASON_PASS_ALLOW,
        };

        chain = chain_create(&config, false);
        chain_apply_table(chain, &peer);
        prove(&known, DP_TRUST_NONCE_ECHO);
        prove(&user, DP_TRUST_REGISTER_OK);
}

/* Milliseconds in which every poll of the outside port finds more than it takes. Returns after how
 * many of them the level rose; 0: not at all. */
static unsigned overload(unsigned ms, const struct sender *who, const char *method,
                         const char *headers)
{
        uint64_t raised = counters()->shed_raised;
        unsigned at = 0;

        for (unsigned i = 1; i <= ms; i++) {
                for (unsigned n = 0; n < DP_RX_BURST; n++)
                        queue(who, text_of(method, "sip:b@example.com", headers));
                chain_turn(chain);
                drain();
                chain_pass_ms(chain, 1);
                if (at == 0 && counters()->shed_raised != raised)
                        at = i;
        }
        return at;
}

static void calm(unsigned ms)
{
        for (unsigned i = 0; i < ms; i++) {
                chain_pass_ms(chain, 1);
                chain_turn(chain);
        }
}

/* ---- what is shed ---- */

struct shed_row {
        const char *what;
        const struct sender *who;
        const char *method, *uri, *headers;
        unsigned level; /* from which on; 0: never */
};

static const struct shed_row rows[] = {
    {"stranger's call", &stranger, "INVITE", "sip:b@example.com", "", 1},
    {"stranger's log-in", &stranger, "REGISTER", "sip:example.com", "", 1},
    {"stranger's text", &stranger, "MESSAGE", "sip:b@example.com", "", 1},
    {"forged To-tag", &stranger, "INVITE", "sip:b@example.com", "To: <sip:b@example.com>;tag=9\r\n",
     1},
    {"call of a proven source", &known, "INVITE", "sip:b@example.com", "", 2},
    {"its first log-in", &known, "REGISTER", "sip:example.com", "", 2},
    {"call of a user", &user, "INVITE", "sip:b@example.com", "", 2},
    {"refresh of a user", &user, "REGISTER", "sip:example.com", "", 3},
    {"call of a peer", &carrier, "INVITE", "sip:b@example.com", "", 3},
    {"BYE", &stranger, "BYE", "sip:b@example.com", "To: <sip:b@example.com>;tag=9\r\n", 0},
    {"ACK", &stranger, "ACK", "sip:b@example.com", "To: <sip:b@example.com>;tag=9\r\n", 0},
    {"CANCEL", &stranger, "CANCEL", "sip:b@example.com", "", 0},
    {"emergency", &stranger, "INVITE", "sip:112@example.com", "", 0},
    {"emergency", &stranger, "INVITE", "urn:service:sos.fire", "", 0},
};

static void level_is(unsigned level)
{
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                bool shed = rows[i].level != 0 && rows[i].level <= level;

                if (is_shed(rows[i].who, rows[i].method, rows[i].uri, rows[i].headers) != shed)
                        fail_msg("level %u: %s %s", level, rows[i].what,
                                 shed ? "is not shed" : "is shed");
        }
}

/* Up by what the load is made of, level by level, and down again. */
static void test_order(void **state)
{
        (void)state;
        begin();
        level_is(0);
        /* raise_ms windows, and the first of them ends with the turn after it */
        assert_in_range(overload(20, &stranger, "INVITE", ""), 5, 7);
        level_is(1);
        assert_int_equal(counters()->shedding, 1);
        assert_in_range(overload(20, &known, "INVITE", ""), 1, 7);
        level_is(2);
        assert_in_range(overload(20, &user, "REGISTER", ""), 1, 7);
        level_is(3);
        assert_int_equal(counters()->shed_raised, 3);
        assert_true(counters()->shed_unproven > 400 && counters()->shed_proven > 400 &&
                    counters()->shed_refresh > 400);
        assert_int_equal(counters()->shed_dialog, 0);
        for (unsigned level = 3; level != 0; level--) {
                calm(200);
                level_is(level - 1);
        }
        assert_int_equal(counters()->shedding, 0);
        chain_destroy(chain);
}

/* Garbage, and what is not ours to turn down, fills the rings: nobody pays for it. */
static void test_other_floods(void **state)
{
        (void)state;
        begin();
        assert_int_equal(overload(50, &stranger, "INVITE", "CSeq: 7 BYE\r\n"), 0);
        assert_int_equal(overload(50, &stranger, "ACK", ""), 0);
        level_is(0);
        chain_destroy(chain);
}

static void test_off(void **state)
{
        (void)state;
        config.shedding.mode = DP_SHEDDING_OFF;
        begin();
        assert_int_equal(overload(50, &stranger, "INVITE", ""), 0);
        level_is(0);
        chain_destroy(chain);
}

/* Strangers are asked who they are, at the same cost, so that those who are there get in. */
static void test_with_challenges(void **state)
{
        const char *reply;

        (void)state;
        config.challenge.realm = "example.com";
        config.challenge.unproven.interval_ns = 0;
        begin();
        assert_in_range(overload(20, &stranger, "INVITE", ""), 5, 7);
        drain();
        queue(&stranger, text_of("REGISTER", "sip:example.com", ""));
        queue(&stranger, text_of("MESSAGE", "sip:b@example.com", ""));
        chain_turn(chain);
        reply = heard(SHM_SIDE_OUTSIDE);
        assert_non_null(reply);
        assert_int_equal(strncmp(reply, "SIP/2.0 401 ", 12), 0);
        reply = heard(SHM_SIDE_OUTSIDE);
        assert_non_null(reply);
        assert_int_equal(strncmp(reply, "SIP/2.0 503 ", 12), 0);
        chain_destroy(chain);
}

/* What the levels mean, of messages that a chain has no easy way to. */
static void test_kinds(void **state)
{
        static struct sip_msg msg;
        struct dp_pkt p = {.msg = &msg, .flow.side = SHM_SIDE_OUTSIDE, .seen = DP_SEEN_IN_DIALOG};

        (void)state;
        msg.kind = SIP_KIND_REQUEST;
        p.cls = SHM_CLASS_IN_DIALOG;
        for (unsigned lane = 0; lane < SHM_LANE_PRIORITY; lane++) {
                p.lane = (uint8_t)lane;
                msg.method = SIP_METHOD_INVITE;
                assert_int_equal(dp_police_shed_kind(&p), DP_SHED_DIALOG);
                msg.method = SIP_METHOD_SUBSCRIBE;
                assert_int_equal(dp_police_shed_kind(&p), DP_SHED_REFRESH);
                msg.method = SIP_METHOD_BYE;
                assert_int_equal(dp_police_shed_kind(&p), DP_SHED_NONE);
        }
        msg.method = SIP_METHOD_INVITE;
        p.seen = DP_SEEN_REPEAT; /* it was taken before */
        assert_int_equal(dp_police_shed_kind(&p), DP_SHED_NONE);
        p.seen = DP_SEEN_NEW;
        p.cls = SHM_CLASS_EMERGENCY;
        p.lane = SHM_LANE_PRIORITY;
        assert_int_equal(dp_police_shed_kind(&p), DP_SHED_NONE);
        p.cls = SHM_CLASS_INVITE;
        p.lane = SHM_LANE_UNPROVEN;
        assert_int_equal(dp_police_shed_kind(&p), DP_SHED_UNPROVEN);
        p.flow.side = SHM_SIDE_INSIDE;
        assert_int_equal(dp_police_shed_kind(&p), DP_SHED_NONE);
        p.flow.side = SHM_SIDE_OUTSIDE;
        msg.kind = SIP_KIND_RESPONSE;
        assert_int_equal(dp_police_shed_kind(&p), DP_SHED_NONE);
}

/* Those who are turned down together are not told the same moment. */
static void test_jitter(void **state)
{
        unsigned seen[16] = {0}, values = 0;

        (void)state;
        begin();
        assert_in_range(overload(20, &stranger, "INVITE", ""), 5, 7);
        for (unsigned i = 0; i < 600; i++) {
                const struct sender who = {(uint8_t)(20 + i % 200), (uint16_t)(1024 + i)};

                drain();
                queue(&who, text_of("INVITE", "sip:b@example.com", ""));
                chain_turn(chain);
                const char *reply = heard(SHM_SIDE_OUTSIDE);

                assert_non_null(reply);
                seen[strtoul(strstr(reply, "Retry-After: ") + 13, NULL, 10)]++;
        }
        for (unsigned i = 0; i < 16; i++) {
                values += seen[i] != 0;
                assert_true(seen[i] == 0 || seen[i] > 50);
        }
        assert_int_equal(values, 6); /* 5 to 10 */
        chain_destroy(chain);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(test_order, reset),
            cmocka_unit_test_setup(test_other_floods, reset),
            cmocka_unit_test_setup(test_off, reset),
            cmocka_unit_test_setup(test_with_challenges, reset),
            cmocka_unit_test_setup(test_kinds, reset),
            cmocka_unit_test_setup(test_jitter, reset),
        };

        (void)argc;
        chain_eal_start(argv[0]);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
