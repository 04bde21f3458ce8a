/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_police.c - budgets and limits through a whole worker: who is over, for which reason, and
 * who never is. Every test ends in chain_destroy(), which asserts conservation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/burst.h"
#include "dataplane/stages/police_limits.h"
#include "parser/sip_parse.h"
#include "tests/dataplane/chain.h"
#include "tests/dataplane/frame.h"

#define SECOND UINT64_C(1000000000)
#define NOW    UINT64_C(1700000000000000000) /* where a chain's clock begins */

static struct dp_config config;
static struct chain *chain;

/* No limits but those that the test gives; what passes police leaves. */
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

static void begin(void)
{
        chain = chain_create(&config, false);
}

static struct dp_rate three_a_second(void)
{
        return dp_rate_make(3, SECOND, 3);
}

/* Who sends: the last octets of an address of its family, and a port. */
struct sender {
        bool v6;
        uint8_t net; /* IPv4: third octet; IPv6: last octet of the /64 */
        uint8_t host;
        uint16_t port;
};

static void send_from(const struct sender *s, uint16_t dport, const char *text)
{
        struct frame f;

        frame_eth(&f, s->v6 ? 0x86dd : 0x0800);
        if (s->v6)
                frame_ip6(&f, 17);
        else
                frame_ip4(&f, 17, 0);
        f.b[f.l3 + (s->v6 ? 15 : 14)] = s->net;
        f.b[f.l3 + (s->v6 ? 23 : 15)] = s->host;
        frame_udp(&f, text, strlen(text));
        frame_set16(&f, f.l4, s->port);
        frame_set16(&f, f.l4 + 2, dport);
        frame_seal(&f, 1);
        chain_send_bytes(SHM_SIDE_OUTSIDE, f.b, f.len);
        chain_turn(chain);
}

static struct dp_source source_of(const struct sender *s)
{
        struct shm_ip ip = {{[10] = 0xff, [11] = 0xff, 192, 0, s->net, s->host}};
        struct dp_source out;

        if (s->v6)
                ip = (struct shm_ip){{0x20, 1, 0xd, 0xb8, [7] = s->net, [15] = s->host}};
        dp_source_of(&chain_tables(chain)->key, &ip, s->port, &out);
        return out;
}

static void request(const struct sender *s, const char *method, const char *uri,
                    const char *headers)
{
        char text[1024];

        chain_request_text(text, sizeof(text), method, uri, headers);
        send_from(s, 5060, text);
}

static void invite(const struct sender *s)
{
        request(s, "INVITE", "sip:bob@example.com", "");
}

static uint64_t dropped(enum shm_reason reason)
{
        return chain_counters(chain)->dropped[reason];
}

static uint64_t sent(void)
{
        return chain_counters(chain)->sent;
}

static const struct sender phone = {false, 2, 1, 40000};

/* ---- limits ---- */

/* Each key counts what it should, IPv4 and IPv6 alike, and its reason is told. */
static void test_each_key(void **state)
{
        static const struct {
                enum dp_limit_key key;
                enum shm_reason reason;
                struct sender other; /* is of the same key: port, host, net differ or not */
                struct sender apart; /* is not */
        } rows[] = {
            {DP_LIMIT_ENDPOINT, SHM_REASON_LIMIT_ENDPOINT, {0, 2, 1, 40000}, {0, 2, 1, 40001}},
            {DP_LIMIT_ADDRESS, SHM_REASON_LIMIT_ADDRESS, {0, 2, 1, 40001}, {0, 2, 9, 40000}},
            {DP_LIMIT_PREFIX, SHM_REASON_LIMIT_PREFIX, {0, 2, 9, 40001}, {0, 3, 1, 40000}},
            {DP_LIMIT_ENDPOINT, SHM_REASON_LIMIT_ENDPOINT, {1, 2, 1, 40000}, {1, 2, 1, 40001}},
            {DP_LIMIT_ADDRESS, SHM_REASON_LIMIT_ADDRESS, {1, 2, 9, 40001}, {1, 3, 1, 40000}},
            {DP_LIMIT_PREFIX, SHM_REASON_LIMIT_PREFIX, {1, 9, 9, 40001}, {0, 2, 1, 40000}},
            {DP_LIMIT_AOR, SHM_REASON_LIMIT_AOR, {0, 9, 9, 9}, {0, 0, 0, 0}},
            {DP_LIMIT_ALL, SHM_REASON_LIMIT_ALL, {1, 9, 9, 9}, {0, 0, 0, 0}},
        };

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct sender s = phone;

                reset(state);
                config.limits.rates[SHM_LANE_UNPROVEN][DP_LIMIT_INVITE][rows[i].key] =
                    three_a_second();
                begin();
                s.v6 = rows[i].other.v6;
                for (unsigned n = 0; n < 3; n++)
                        invite(&s);
                assert_int_equal(sent(), 3);
                invite(&s);
                invite(&rows[i].other);
                assert_int_equal(sent(), 3);
                assert_int_equal(dropped(rows[i].reason), 2);
                if (rows[i].apart.port != 0) {
                        invite(&rows[i].apart);
                        assert_int_equal(sent(), 4);
                }
                /* another kind of request is counted apart */
                request(&s, "OPTIONS", "sip:bob@example.com", "");
                assert_int_equal(dropped(rows[i].reason), 2);
                chain_pass_ms(chain, 334);
                invite(&s);
                invite(&s);
                assert_int_equal(dropped(rows[i].reason), 3);
                assert_int_equal(chain_counters(chain)->limit_over, 3);
                chain_destroy(chain);
        }
}

/* When two keys refuse it is the narrow one that is told, and the wide one that is not charged. */
static void test_narrow_before_wide(void **state)
{
        static const struct sender neighbour = {false, 2, 1, 40001};
        struct dp_rate *rates = config.limits.rates[SHM_LANE_UNPROVEN][DP_LIMIT_INVITE];

        (void)state;
        rates[DP_LIMIT_ENDPOINT] = three_a_second();
        rates[DP_LIMIT_ADDRESS] = dp_rate_make(6, SECOND, 6);
        begin();
        for (unsigned n = 0; n < 50; n++)
                invite(&phone);
        assert_int_equal(dropped(SHM_REASON_LIMIT_ENDPOINT), 47);
        for (unsigned n = 0; n < 3; n++)
                invite(&neighbour);
        assert_int_equal(sent(), 6);
        invite(&(struct sender){false, 2, 1, 40002});
        assert_int_equal(dropped(SHM_REASON_LIMIT_ADDRESS), 1);
        chain_destroy(chain);
}

/* However a user is written, it is the same one. */
static void test_one_user(void **state)
{
        static const char *const spellings[] = {
            "To: <sip:bob@example.com>\r\n",
            "To: <sip:bob@EXAMPLE.com:5060>\r\n",
            "To: <sips:%62ob@example.com:5071>\r\n",
            "To: \"B\" <sip:bob:secret@example.com;x=1>\r\n",
            "To: <sip:bob@example.com?Subject=x>\r\n",
        };
        const unsigned cnt = sizeof(spellings) / sizeof(spellings[0]);

        (void)state;
        config.limits.rates[SHM_LANE_UNPROVEN][DP_LIMIT_INVITE][DP_LIMIT_AOR] =
            dp_rate_make(1, SECOND, 1);
        begin();
        for (unsigned i = 0; i < cnt; i++)
                request(&(struct sender){false, 2, (uint8_t)i, 5060}, "INVITE",
                        "sip:bob@example.com", spellings[i]);
        assert_int_equal(dropped(SHM_REASON_LIMIT_AOR), cnt - 1);
        request(&phone, "INVITE", "sip:Bob@example.com", "To: <sip:Bob@example.com>\r\n");
        request(&phone, "INVITE", "sip:bob@example.org", "To: <sip:bob@example.org>\r\n");
        assert_int_equal(sent(), 3);
        chain_destroy(chain);
}

/* A user part beyond all measure is no way round the limit. */
static void test_long_users_are_one(void **state)
{
        char to[700];

        (void)state;
        config.limits.rates[SHM_LANE_UNPROVEN][DP_LIMIT_INVITE][DP_LIMIT_AOR] =
            dp_rate_make(1, SECOND, 1);
        begin();
        for (unsigned i = 0; i < 3; i++) {
                snprintf(to, sizeof(to), "To: <sip:%0600u@example.com>\r\n", i);
                request(&phone, "INVITE", "sip:bob@example.com", to);
        }
        assert_int_equal(dropped(SHM_REASON_LIMIT_AOR), 2);
        chain_destroy(chain);
}

static void limit_all(enum shm_lane lane, struct dp_rate rate)
{
        for (unsigned cls = 0; cls < DP_LIMIT_CLASS_CNT; cls++)
                for (unsigned key = 0; key < DP_LIMIT_KEY_CNT; key++)
                        config.limits.rates[lane][cls][key] = rate;
}

static void make_peer(void)
{
        struct shm_table_update u = {
            .op = SHM_TABLE_ADD,
            .table = SHM_TABLE_PEER,
            .prefix_len = 128,
            .reason = SHM_REASON_PASS_ALLOW,
            .ip = {{[10] = 0xff, [11] = 0xff, 192, 0, phone.net, phone.host}},
        };

        chain_apply_table(chain, &u);
}

/* Emergencies, the inside and peers have no limit; the guard lets them through too. */
static void test_never_limited(void **state)
{
        char text[1024];

        (void)state;
        limit_all(SHM_LANE_UNPROVEN, dp_rate_make(1, 3600 * SECOND, 1));
        limit_all(SHM_LANE_PROVEN, dp_rate_make(1, 3600 * SECOND, 1));
        config.limits.guard[SHM_LANE_UNPROVEN][DP_GUARD_ENDPOINT] = dp_rate_make(5, SECOND, 5);
        begin();
        for (unsigned n = 0; n < 20; n++)
                request(&phone, "INVITE", n % 2 ? "sip:112@example.com" : "urn:service:sos.fire",
                        "To: <sip:112@example.com>\r\n");
        assert_int_equal(sent(), 20);
        assert_int_equal(chain_counters(chain)->emergency_over_budget, 15);
        assert_int_equal(chain_counters(chain)->by_lane[SHM_LANE_PRIORITY], 20);
        chain_request_text(text, sizeof(text), "INVITE", "sip:bob@example.com", "");
        for (unsigned n = 0; n < 20; n++) {
                chain_send(SHM_SIDE_INSIDE, 1, text);
                chain_turn(chain);
        }
        assert_int_equal(sent(), 40);
        make_peer();
        for (unsigned n = 0; n < 20; n++)
                invite(&phone);
        assert_int_equal(sent(), 60);
        assert_int_equal(chain_counters(chain)->by_lane[SHM_LANE_PEER], 20);
        assert_int_equal(chain_counters(chain)->limit_checks, 0);
        chain_destroy(chain);
}

/* Unless the operator gives peers a limit. */
static void test_limited_peers(void **state)
{
        (void)state;
        config.limits.rates[SHM_LANE_PEER][DP_LIMIT_INVITE][DP_LIMIT_ENDPOINT] = three_a_second();
        begin();
        make_peer();
        for (unsigned n = 0; n < 5; n++)
                invite(&phone);
        assert_int_equal(sent(), 3);
        assert_int_equal(chain_counters(chain)->consumed, 2);
        chain_destroy(chain);
}

/* A proven source has the limits of its lane, and an answer when it is over them. */
static void test_proven_lane(void **state)
{
        struct dp_source s;
        unsigned later[13] = {0}, kinds = 0;

        (void)state;
        limit_all(SHM_LANE_UNPROVEN, dp_rate_make(1, 3600 * SECOND, 1));
        config.limits.rates[SHM_LANE_PROVEN][DP_LIMIT_INVITE][DP_LIMIT_ENDPOINT] = three_a_second();
        begin();
        s = source_of(&phone);
        assert_int_equal(dp_trust_prove(chain_tables(chain)->trust, &s, DP_TRUST_REGISTER_OK, NOW),
                         DP_TRUST_RAISED);
        for (unsigned n = 0; n < 40; n++)
                invite(&phone);
        assert_int_equal(sent(), 3);
        assert_int_equal(chain_counters(chain)->consumed, 37);
        assert_int_equal(chain_counters(chain)->by_lane[SHM_LANE_PROVEN], 40);
        assert_int_equal(chain_counters(chain)->dropped_by_lane[SHM_LANE_PROVEN], 37);
        for (const char *reply; (reply = chain_receive_text(chain, SHM_SIDE_OUTSIDE)) != NULL;) {
                const char *after = strstr(reply, "Retry-After: ");

                assert_memory_equal(reply, "SIP/2.0 503 ", 12);
                assert_non_null(after);
                unsigned seconds = (unsigned)atoi(after + 13);

                assert_in_range(seconds, 5, 12);
                later[seconds]++;
        }
        for (unsigned i = 0; i < 13; i++)
                kinds += later[i] != 0;
        assert_true(kinds > 2); /* they do not all come back at once */
        /* an ACK is never answered */
        config.limits.rates[SHM_LANE_PROVEN][DP_LIMIT_ONGOING][DP_LIMIT_ENDPOINT] =
            dp_rate_make(1, SECOND, 1);
        request(&phone, "ACK", "sip:bob@example.com", "");
        request(&phone, "ACK", "sip:bob@example.com", "");
        assert_int_equal(dropped(SHM_REASON_LIMIT_ENDPOINT), 1);
        chain_destroy(chain);
}

/* Who goes on beyond its limit loses its level. */
static void test_demoted_for_going_on(void **state)
{
        struct dp_source s;

        (void)state;
        config.limits.rates[SHM_LANE_PROVEN][DP_LIMIT_INVITE][DP_LIMIT_ENDPOINT] = three_a_second();
        config.limits.trust.tolerance[DP_TRUST_FAULT_ADMISSION] = dp_rate_make(1, SECOND, 10);
        begin();
        s = source_of(&phone);
        dp_trust_prove(chain_tables(chain)->trust, &s, DP_TRUST_REGISTER_OK, NOW);
        for (unsigned n = 0; n < 14; n++)
                invite(&phone);
        assert_int_equal(chain_counters(chain)->trust_demoted, 1);
        assert_int_equal(chain_counters(chain)->by_lane[SHM_LANE_PROVEN], 14);
        invite(&phone);
        assert_int_equal(chain_counters(chain)->by_lane[SHM_LANE_UNPROVEN], 1);
        chain_destroy(chain);
}

/* After a challenge the request with credentials gets through a limit that is spent. */
static void test_lift(void **state)
{
        static const char with[] =
            "Authorization: Digest username=\"bob\", realm=\"r\", nonce=\"n\", "
            "uri=\"sip:example.com\", response=\"00\"\r\n";
        struct dp_source s;

        (void)state;
        config.limits.rates[SHM_LANE_UNPROVEN][DP_LIMIT_REGISTER][DP_LIMIT_ADDRESS] =
            three_a_second();
        begin();
        for (unsigned n = 0; n < 5; n++)
                request(&phone, "REGISTER", "sip:example.com", "");
        assert_int_equal(sent(), 3);
        s = source_of(&phone);
        assert_int_equal(dp_trust_lift(chain_tables(chain)->trust, &s, NOW), DP_TRUST_LIFTED);
        request(&phone, "REGISTER", "sip:example.com", "");
        assert_int_equal(sent(), 3);
        for (unsigned n = 0; n < 5; n++)
                request(&phone, "REGISTER", "sip:example.com", with);
        assert_int_equal(sent(), 3 + DP_TRUST_LIFT_REQUESTS);
        assert_int_equal(chain_counters(chain)->lifts_used, DP_TRUST_LIFT_REQUESTS);
        chain_destroy(chain);
}

/* SIP to a port that is not in sip-ports has limits as well. */
static void test_other_ports(void **state)
{
        char text[1024];

        (void)state;
        config.limits.rates[SHM_LANE_UNPROVEN][DP_LIMIT_INVITE][DP_LIMIT_ENDPOINT] =
            three_a_second();
        begin();
        for (unsigned n = 0; n < 5; n++) {
                chain_request_text(text, sizeof(text), "INVITE", "sip:bob@example.com", "");
                send_from(&phone, 6060, text);
        }
        assert_int_equal(dropped(SHM_REASON_LIMIT_ENDPOINT), 2);
        chain_destroy(chain);
}

/* Every set of the table full of live keys: strangers are turned away for that reason, and take
 * nothing from those who are in it; proven sources take the place of a stranger. */
static void test_table_full(void **state)
{
        struct dp_limits *l;
        uint64_t n = 1;
        unsigned full = 0;

        (void)state;
        config.limit_entries = 1024;
        config.limits.rates[SHM_LANE_UNPROVEN][DP_LIMIT_INVITE][DP_LIMIT_ENDPOINT] =
            three_a_second();
        config.limits.rates[SHM_LANE_PROVEN][DP_LIMIT_INVITE][DP_LIMIT_ENDPOINT] = three_a_second();
        begin();
        l = chain_tables(chain)->limits;
        while (full < 100000) {
                const struct dp_key key = {{n * UINT64_C(0x9e3779b97f4a7c15), n << 4}};
                const struct dp_rate rate = dp_rate_make(1, 3600 * SECOND, 1);
                struct dp_limit_claim c = dp_limits_claim(l, &key, &rate, 0);

                n++;
                full = dp_limits_charge(l, &c, NOW) == DP_LIMIT_FULL ? full + 1 : 0;
        }
        invite(&phone);
        assert_int_equal(dropped(SHM_REASON_LIMIT_FULL), 1);
        assert_int_equal(chain_counters(chain)->limit_full, 1);
        assert_int_equal(dp_limits_evictions(l), 0);
        struct dp_source s = source_of(&phone);

        /* three keys: proven sources of its address, INVITEs, and being over that limit once */
        assert_int_equal(dp_trust_prove(chain_tables(chain)->trust, &s, DP_TRUST_NONCE_ECHO, NOW),
                         DP_TRUST_RAISED);
        for (unsigned i = 0; i < 4; i++)
                invite(&phone);
        assert_int_equal(sent(), 3);
        assert_int_equal(dp_limits_evictions(l), 3);
        chain_destroy(chain);
}

/* How many keys a message is charged to. */
static unsigned claims_of(struct dp_tables *t, struct dp_pkt *p)
{
        struct dp_police_claims claims;
        struct dp_police_texts texts;
        struct dp_siphash_jobs jobs;

        jobs.cnt = 0;
        if (dp_police_claims_begin(&config.limits, p, &claims, &jobs, &texts)) {
                assert_int_equal(claims.cls, dp_police_class(p));
                t->hash(&t->key, &jobs);
                dp_police_claims_make(&config.limits, t, p, &claims);
        }
        assert_int_equal(jobs.cnt, 0);
        return claims.cnt;
}

/* What the call table knows is not charged. */
static void test_what_passed_before(void **state)
{
        static const char text[] = "INVITE sip:bob@example.com SIP/2.0\r\n"
                                   "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK776asdhds\r\n"
                                   "From: <sip:alice@example.com>;tag=1\r\n"
                                   "To: <sip:bob@example.com>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n"
                                   "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
        static struct sip_msg msg;
        struct dp_pkt p = {.has_source = true, .msg = &msg, .cls = SHM_CLASS_INVITE};

        (void)state;
        assert_int_equal(sip_parse((const uint8_t *)text, sizeof(text) - 1, &msg), 0);
        limit_all(SHM_LANE_UNPROVEN, three_a_second());
        struct dp_tables *t = dp_tables_create(&config);

        assert_non_null(t);
        assert_int_equal(claims_of(t, &p), DP_LIMIT_KEY_CNT);
        assert_int_equal(dp_police_class(&p), DP_LIMIT_INVITE);
        p.txn = DP_TXN_REPEAT;
        assert_int_equal(claims_of(t, &p), DP_LIMIT_KEY_CNT);
        assert_int_equal(dp_police_class(&p), DP_LIMIT_REPEAT);
        p.lane = SHM_LANE_PROVEN;
        assert_int_equal(claims_of(t, &p), 0);
        p.lane = SHM_LANE_UNPROVEN;
        p.txn = DP_TXN_CONTINUING;
        assert_int_equal(claims_of(t, &p), 0);
        p.txn = DP_TXN_NEW;
        p.seen = DP_SEEN_STRAY; /* a forged To-tag saves an INVITE nothing, a BYE begins nothing */
        assert_int_equal(dp_police_class(&p), DP_LIMIT_INVITE);
        msg.method = SIP_METHOD_BYE;
        assert_int_equal(dp_police_class(&p), DP_LIMIT_ONGOING);
        p.seen = DP_SEEN_NEW;
        assert_int_equal(dp_police_class(&p), DP_LIMIT_OTHER);
        p.cls = SHM_CLASS_IN_DIALOG; /* it only says so */
        assert_int_equal(dp_police_class(&p), DP_LIMIT_ONGOING);
        dp_tables_destroy(t);
}

/* ---- malformed messages, and the guard ---- */

static void garbage(const struct sender *s)
{
        request(s, "INVITE", "sip:bob@example.com", "CSeq: 1 BYE\r\n");
}

static void test_malformed_cost_trust(void **state)
{
        static const struct sender neighbour = {false, 2, 1, 40001};
        struct dp_source s, n;

        (void)state;
        config.limits.trust.tolerance[DP_TRUST_FAULT_INVALID] = dp_rate_make(1, SECOND, 5);
        begin();
        s = source_of(&phone);
        n = source_of(&neighbour);
        dp_trust_prove(chain_tables(chain)->trust, &s, DP_TRUST_NONCE_ECHO, NOW);
        dp_trust_prove(chain_tables(chain)->trust, &n, DP_TRUST_NONCE_ECHO, NOW);
        for (unsigned i = 0; i < 5; i++)
                garbage(&phone);
        assert_int_equal(chain_counters(chain)->malformed, 5);
        assert_int_equal(chain_counters(chain)->trust_demoted, 0);
        garbage(&phone);
        assert_int_equal(chain_counters(chain)->trust_demoted, 1);
        assert_int_equal(dp_trust_level_of(chain_tables(chain)->trust, &s.endpoint, NOW),
                         DP_TRUST_UNPROVEN);
        assert_int_equal(dp_trust_level_of(chain_tables(chain)->trust, &n.endpoint, NOW),
                         DP_TRUST_PROVEN);
        chain_destroy(chain);
}

/* An unproven source pays for garbage with its budget, and soon is not read any more. */
static void test_malformed_cost_budget(void **state)
{
        (void)state;
        config.limits.guard[SHM_LANE_UNPROVEN][DP_GUARD_ENDPOINT] = dp_rate_make(16, SECOND, 32);
        begin();
        for (unsigned i = 0; i < 20; i++)
                garbage(&phone);
        assert_int_equal(chain_counters(chain)->malformed, 4); /* 4 * 8 packets */
        assert_int_equal(dropped(SHM_REASON_OVER_BUDGET), 16);
        chain_pass_ms(chain, 500);
        invite(&phone);
        assert_int_equal(sent(), 1);
        chain_destroy(chain);
}

/* Counted before parsing; a flooding port does not use up the address; other ports are free. */
static void test_guard_budget(void **state)
{
        static const struct sender neighbour = {false, 2, 1, 40001}, third = {false, 2, 1, 40002};
        uint64_t parsed;

        (void)state;
        config.limits.guard[SHM_LANE_UNPROVEN][DP_GUARD_ENDPOINT] = dp_rate_make(5, SECOND, 5);
        config.limits.guard[SHM_LANE_UNPROVEN][DP_GUARD_ADDRESS] = dp_rate_make(8, SECOND, 8);
        begin();
        for (unsigned n = 0; n < 50; n++)
                invite(&phone);
        assert_int_equal(dropped(SHM_REASON_OVER_BUDGET), 45);
        parsed = chain_counters(chain)->sip_messages;
        assert_int_equal(parsed, 5);
        for (unsigned n = 0; n < 3; n++)
                invite(&neighbour);
        assert_int_equal(sent(), 8);
        invite(&third);
        assert_int_equal(dropped(SHM_REASON_OVER_BUDGET), 46);
        for (unsigned n = 0; n < 50; n++)
                send_from(&third, 30000, "RTP, say: no SIP port, so not counted");
        assert_int_equal(sent(), 58);
        struct dp_source s = source_of(&third); /* proven sources have their own budget */

        dp_trust_prove(chain_tables(chain)->trust, &s, DP_TRUST_NONCE_ECHO, NOW);
        invite(&third);
        assert_int_equal(sent(), 59);
        chain_destroy(chain);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_each_key),
            cmocka_unit_test_setup(test_narrow_before_wide, reset),
            cmocka_unit_test_setup(test_one_user, reset),
            cmocka_unit_test_setup(test_long_users_are_one, reset),
            cmocka_unit_test_setup(test_never_limited, reset),
            cmocka_unit_test_setup(test_limited_peers, reset),
            cmocka_unit_test_setup(test_proven_lane, reset),
            cmocka_unit_test_setup(test_demoted_for_going_on, reset),
            cmocka_unit_test_setup(test_lift, reset),
            cmocka_unit_test_setup(test_other_ports, reset),
            cmocka_unit_test_setup(test_table_full, reset),
            cmocka_unit_test_setup(test_what_passed_before, reset),
            cmocka_unit_test_setup(test_malformed_cost_trust, reset),
            cmocka_unit_test_setup(test_malformed_cost_budget, reset),
            cmocka_unit_test_setup(test_guard_budget, reset),
        };

        (void)argc;
        chain_eal_start(argv[0]);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
