/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "control/bans/bans.h"
#include "control/policy/policy.h"
#include "parser/sip_parse.h"
#include "tests/control/fake_dataplane.h"
#include "tests/control/messages.h"

#define NOW UINT64_C(1700000000000000000)
#define S   UINT64_C(1000000000)

static const char yaml[] =
    "policy:\n"
    "  default: drop\n"
    "  decision-lifetime-s: 60\n"
    "  allow:\n"
    "    - {prefix: 192.0.2.10}\n"
    "    - {prefix: 198.18.0.0/16, ttl-s: 10}\n"
    "  deny:\n"
    "    - {prefix: 203.0.113.0/24}\n"
    "    - {prefix: 192.0.2.0/24, ttl-s: 100}\n"
    "  routes:\n"
    "    - {name: premium, match: {method: [INVITE], user-prefix: ['0900', '+1900']},"
    "       action: reject, code: 480, retry-after-s: 7}\n"
    "    - {name: ours, match: {host: [pbx.example.com]}, action: pass}\n"
    "    - {name: out, match: {side: inside, method: [MESSAGE]}, action: drop}\n"
    "    - {name: ten, match: {source: [10.0.0.0/8, '2001:db8::/32'], method: [OPTIONS]},"
    "       action: drop}\n"
    "    - {name: ack, match: {method: [BYE]}, action: reject, code: 481}\n";

struct row {
        const char *what;
        const char *src;
        struct message msg;
        bool inside;
        uint8_t action;
        uint16_t reason;
        uint8_t scopes;
        uint32_t rule;
        uint16_t code;
};

#define ROUTE     SHM_SCOPE_ROUTE
#define DIALOG    SHM_SCOPE_DIALOG
#define SRC_UA    SHM_SCOPE_SRC_UA
#define PASS      SHM_ACTION_PASS
#define DROP      SHM_ACTION_DROP
#define REJECT    SHM_ACTION_REJECT
#define R(name)   SHM_REASON_##name
#define IN_DIALOG SHM_CLASS_IN_DIALOG

static const struct row rows[] = {
    {"allow beats deny", "192.0.2.10", {0}, false, PASS, R(PASS_ALLOW), ROUTE | DIALOG, 0, 0},
    {"allow beats scanner",
     "192.0.2.10",
     {.user_agent = "sipvicious"},
     false,
     PASS,
     R(PASS_ALLOW),
     ROUTE | DIALOG,
     0,
     0},
    {"allow beats routes",
     "192.0.2.10",
     {.uri = "sip:0900123@x"},
     false,
     PASS,
     R(PASS_ALLOW),
     ROUTE | DIALOG,
     0,
     0},
    {"deny", "192.0.2.11", {0}, false, DROP, R(DENIED), 0, 0, 0},
    {"deny beats in-dialog", "203.0.113.9", {.method = "ACK"}, false, DROP, R(DENIED), 0, 0, 0},
    {"deny a response", "203.0.113.9", {.status = "200 OK"}, false, DROP, R(DENIED), 0, 0, 0},
    {"ban", "100.64.0.1", {0}, false, DROP, R(BANNED), 0, 0, 0},
    {"ban of a prefix", "100.65.3.4", {0}, false, DROP, R(BANNED), 0, 0, 0},
    {"expired ban",
     "100.66.0.1",
     {.uri = "sip:a@pbx.example.com"},
     false,
     PASS,
     R(PASS_POLICY),
     ROUTE | DIALOG,
     2,
     0},
    {"scanner",
     "10.1.1.1",
     {.user_agent = "Friendly-Scanner 1.8"},
     false,
     DROP,
     R(SCANNER),
     SRC_UA,
     0,
     0},
    {"scanner within a dialog",
     "10.1.1.1",
     {.method = "BYE", .to_tag = "x", .user_agent = "SIPVicious"},
     false,
     DROP,
     R(SCANNER),
     SRC_UA,
     0,
     0},
    {"scanner from inside",
     "10.1.1.1",
     {.user_agent = "sipvicious"},
     true,
     PASS,
     R(PASS_POLICY),
     ROUTE | DIALOG,
     0,
     0},
    {"response", "10.1.1.1", {.status = "180 Ringing"}, false, PASS, R(PASS_POLICY), DIALOG, 0, 0},
    {"ACK",
     "10.1.1.1",
     {.method = "ACK", .cls = IN_DIALOG},
     false,
     PASS,
     R(PASS_POLICY),
     DIALOG,
     0,
     0},
    {"CANCEL",
     "10.1.1.1",
     {.method = "CANCEL", .cls = IN_DIALOG},
     false,
     PASS,
     R(PASS_POLICY),
     DIALOG,
     0,
     0},
    {"PRACK",
     "10.1.1.1",
     {.method = "PRACK", .cls = IN_DIALOG},
     false,
     PASS,
     R(PASS_POLICY),
     DIALOG,
     0,
     0},
    {"To-tag",
     "10.1.1.1",
     {.method = "INVITE", .to_tag = "abc", .cls = IN_DIALOG},
     false,
     PASS,
     R(PASS_POLICY),
     DIALOG,
     0,
     0},
    {"To-tag of nothing known",
     "10.1.1.1",
     {.uri = "sip:0900123@pbx.example.com", .to_tag = "abc", .cls = SHM_CLASS_INVITE},
     false,
     REJECT,
     R(ROUTE_REJECT),
     ROUTE,
     1,
     480},
    {"BYE of nothing known",
     "10.1.1.1",
     {.method = "BYE", .to_tag = "abc"},
     false,
     REJECT,
     R(ROUTE_REJECT),
     ROUTE,
     5,
     481},
    {"ACK of nothing known", "10.1.1.1", {.method = "ACK"}, false, DROP, R(NO_ROUTE), ROUTE, 0, 0},
    {"To-tag to an emergency number",
     "10.1.1.1",
     {.uri = "sip:112@pbx.invalid", .to_tag = "abc", .cls = SHM_CLASS_EMERGENCY},
     false,
     PASS,
     R(PASS_POLICY),
     DIALOG,
     0,
     0},
    {"To-tag in a REGISTER",
     "10.1.1.1",
     {.method = "REGISTER", .to_tag = "abc"},
     false,
     DROP,
     R(NO_ROUTE),
     ROUTE,
     0,
     0},
    {"deny is for the outside",
     "203.0.113.9",
     {0},
     true,
     PASS,
     R(PASS_POLICY),
     ROUTE | DIALOG,
     0,
     0},
    {"ban is for the outside", "100.64.0.1", {0}, true, PASS, R(PASS_POLICY), ROUTE | DIALOG, 0, 0},
    {"premium",
     "10.1.1.1",
     {.uri = "sip:0900123@pbx.example.com"},
     false,
     REJECT,
     R(ROUTE_REJECT),
     ROUTE,
     1,
     480},
    {"premium, escaped",
     "10.1.1.1",
     {.uri = "sip:%30900123@x.example"},
     false,
     REJECT,
     R(ROUTE_REJECT),
     ROUTE,
     1,
     480},
    {"premium, separators",
     "10.1.1.1",
     {.uri = "tel:+1-900-555"},
     false,
     REJECT,
     R(ROUTE_REJECT),
     ROUTE,
     1,
     480},
    {"premium by MESSAGE is another thing",
     "10.1.1.1",
     {.method = "MESSAGE", .uri = "sip:0900123@x.example"},
     false,
     DROP,
     R(NO_ROUTE),
     ROUTE,
     0,
     0},
    {"host without case",
     "10.1.1.1",
     {.uri = "sip:bob@PBX.Example.COM:5070;lr"},
     false,
     PASS,
     R(PASS_POLICY),
     ROUTE | DIALOG,
     2,
     0},
    {"host with dot",
     "10.1.1.1",
     {.uri = "sip:bob@pbx.example.com."},
     false,
     PASS,
     R(PASS_POLICY),
     ROUTE | DIALOG,
     2,
     0},
    {"host is no suffix",
     "10.1.1.1",
     {.uri = "sip:bob@a.pbx.example.com"},
     false,
     DROP,
     R(NO_ROUTE),
     ROUTE,
     0,
     0},
    {"source of a route",
     "10.1.1.1",
     {.method = "OPTIONS"},
     false,
     DROP,
     R(ROUTE_DROP),
     ROUTE,
     4,
     0},
    {"IPv6 source", "2001:db8::7", {.method = "OPTIONS"}, false, DROP, R(ROUTE_DROP), ROUTE, 4, 0},
    {"another source", "11.1.1.1", {.method = "OPTIONS"}, false, DROP, R(NO_ROUTE), ROUTE, 0, 0},
    {"default", "10.1.1.1", {0}, false, DROP, R(NO_ROUTE), ROUTE, 0, 0},
    {"inside has its own routes",
     "10.1.1.1",
     {.method = "MESSAGE"},
     true,
     DROP,
     R(ROUTE_DROP),
     ROUTE,
     3,
     0},
    {"inside is free of the others",
     "10.1.1.1",
     {.uri = "sip:0900123@x.example"},
     true,
     PASS,
     R(PASS_POLICY),
     ROUTE | DIALOG,
     0,
     0},
    {"BYE without a dialog",
     "10.1.1.1",
     {.method = "BYE"},
     false,
     REJECT,
     R(ROUTE_REJECT),
     ROUTE,
     5,
     481},
};

struct fixture {
        struct cp_policy *policy;
        struct cp_bans bans;
};

static struct cp_policy *compile(const char *text, uint64_t now_ns, const struct cp_policy *old)
{
        struct cp_config *c = NULL;
        struct cp_config_error err = {0};
        struct cp_policy *p;

        assert_int_equal(cp_config_parse(&c, "t", (const uint8_t *)text, strlen(text), &err), 0);
        p = cp_policy_create(c, 3, now_ns, old);
        assert_non_null(p);
        return p;
}

static void add_ban(struct cp_bans *bans, const char *prefix, uint64_t expires_ns)
{
        struct cp_ban ban = {.added_ns = NOW, .expires_ns = expires_ns};

        assert_int_equal(cp_prefix_parse(prefix, &ban.prefix), 0);
        assert_int_equal(cp_bans_put(bans, &ban), 0);
}

static int set_up(void **state)
{
        static struct fixture f;

        memset(&f, 0, sizeof(f));
        f.policy = compile(yaml, NOW, NULL);
        f.policy->bans = &f.bans;
        add_ban(&f.bans, "100.64.0.1", 0);
        add_ban(&f.bans, "100.65.0.0/16", NOW + S);
        add_ban(&f.bans, "100.66.0.1", NOW);
        *state = &f;
        return 0;
}

static int tear_down(void **state)
{
        struct fixture *f = *state;

        cp_policy_destroy(f->policy);
        cp_bans_fini(&f->bans);
        return 0;
}

static void decide(const struct cp_policy *p, const struct row *row, uint64_t now_ns,
                   struct shm_reply *out)
{
        struct shm_request req = {.id = 77, .flow = fake_flow(row->src), .cls = row->msg.cls};
        struct sip_msg msg;
        char text[4096];
        size_t len = message_write(&row->msg, text, sizeof(text));

        if (row->inside)
                req.flow.side = SHM_SIDE_INSIDE;
        (void)sip_parse((const uint8_t *)text, len, &msg);
        cp_policy_decide(p, &req, &msg, now_ns, out);
        assert_true(shm_reply_check(out, sizeof(*out)));
        assert_int_equal(out->id, 77);
}

static void test_table(void **state)
{
        struct fixture *f = *state;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                const struct row *row = &rows[i];
                struct shm_reply r;

                decide(f->policy, row, NOW, &r);
                print_message("%s: %s %s\n", row->what, shm_action_name(r.action),
                              shm_reason_name(r.reason));
                assert_int_equal(r.reason, row->reason);
                assert_int_equal(r.action, row->action);
                assert_int_equal(r.scopes, row->scopes);
                assert_int_equal(r.rule, row->rule);
                assert_int_equal(r.code, row->code);
                assert_int_equal(r.retry_after_s, row->code == 480 ? 7 : 0);
                assert_int_equal(r.lifetime_ms, row->scopes != 0 ? 60000 : 0);
        }
}

static void test_time(void **state)
{
        struct fixture *f = *state;
        const struct row denied = {.src = "192.0.2.11"};
        const struct row allowed = {.src = "198.18.1.1"};
        const struct row banned = {.src = "100.65.1.1"};
        struct shm_reply r;

        decide(f->policy, &denied, NOW + 99 * S, &r);
        assert_int_equal(r.reason, SHM_REASON_DENIED);
        decide(f->policy, &denied, NOW + 100 * S, &r);
        assert_int_equal(r.reason, SHM_REASON_NO_ROUTE);
        decide(f->policy, &banned, NOW + S - 1, &r);
        assert_int_equal(r.reason, SHM_REASON_BANNED);
        decide(f->policy, &banned, NOW + S, &r);
        assert_int_equal(r.reason, SHM_REASON_NO_ROUTE);
        /* A cached pass goes when its allow entry goes. */
        decide(f->policy, &allowed, NOW + 4 * S, &r);
        assert_int_equal(r.reason, SHM_REASON_PASS_ALLOW);
        assert_int_equal(r.lifetime_ms, 6000);
        decide(f->policy, &allowed, NOW + 10 * S - 1, &r);
        assert_int_equal(r.reason, SHM_REASON_PASS_ALLOW);
        assert_int_equal(r.scopes, 0);
}

static void test_malformed(void **state)
{
        struct fixture *f = *state;
        static const char *const texts[] = {"INVITE", "INVITE sip:a@b SIP/2.0\r\n\r\n", "\x01\x02",
                                            "GET / HTTP/1.1\r\n\r\n"};

        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
                struct shm_request req = {.id = 1, .flow = fake_flow("10.0.0.1")};
                struct sip_msg msg;
                struct shm_reply r;

                (void)sip_parse((const uint8_t *)texts[i], strlen(texts[i]), &msg);
                cp_policy_decide(f->policy, &req, &msg, NOW, &r);
                assert_true(shm_reply_check(&r, sizeof(r)));
                assert_int_equal(r.action, SHM_ACTION_DROP);
                assert_int_equal(r.reason, SHM_REASON_SIP_MALFORMED);
                assert_int_equal(r.scopes, 0);
        }
}

static void test_reload_does_not_prolong(void **state)
{
        struct fixture *f = *state;
        struct cp_policy *same = compile(yaml, NOW + 50 * S, f->policy);
        const struct row denied = {.src = "192.0.2.11"};
        struct shm_reply r;

        decide(same, &denied, NOW + 99 * S, &r);
        assert_int_equal(r.reason, SHM_REASON_DENIED);
        decide(same, &denied, NOW + 101 * S, &r);
        assert_int_equal(r.reason, SHM_REASON_NO_ROUTE);
        cp_policy_destroy(same);
}

/* A replay lives in its capture's time: entries with a TTL stand throughout. */
static void test_replay_time(void **state)
{
        struct cp_policy *p = compile(yaml, 0, NULL);
        const struct row denied = {.src = "192.0.2.11"};
        struct shm_reply r;

        (void)state;
        decide(p, &denied, S, &r);
        assert_int_equal(r.reason, SHM_REASON_DENIED);
        decide(p, &denied, NOW, &r);
        assert_int_equal(r.reason, SHM_REASON_DENIED);
        cp_policy_destroy(p);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_table),       cmocka_unit_test(test_time),
            cmocka_unit_test(test_malformed),   cmocka_unit_test(test_reload_does_not_prolong),
            cmocka_unit_test(test_replay_time),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
