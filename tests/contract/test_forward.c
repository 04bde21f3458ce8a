/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What control may say of where a request goes: each field out of its range refuses the record, and
 * so does every length but the right one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/contract/shm_forward.h"
#include "control/contract/shm_msg.h"
#include "control/contract/shm_send.h"

#define RURI    "sip:bob@192.0.2.4:5070;ob"
#define ROUTE   "<sip:192.0.2.9;lr>, <sip:p2.example.com;lr>"
#define HEADERS "Diversion: <sip:bob@example.com>;reason=unconditional\r\n"

static const struct shm_hop good_hop = {
    .ip = {{[10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 4}},
    .port = 5070,
    .weight = 1,
    .ip_proto = IPPROTO_UDP,
};

/* A PROXY decision taken apart, so that a test may spoil one field. */
struct decision {
        struct shm_reply reply;
        struct shm_forward forward;
        struct shm_hop hop[SHM_HOPS_MAX + 1];
        const char *ruri;
        const char *route;
        const char *headers;
};

static struct decision good_decision(void)
{
        struct decision d = {
            .reply = {.action = SHM_ACTION_PROXY,
                      .scopes = SHM_SCOPE_ROUTE | SHM_SCOPE_DOMAIN,
                      .reason = SHM_REASON_LOCATED,
                      .lifetime_ms = 1000,
                      .headers_len = sizeof(HEADERS) - 1},
            .forward = {.hop_cnt = 2,
                        .flags = SHM_FORWARD_RECORD_ROUTE,
                        .ruri_len = sizeof(RURI) - 1,
                        .route_len = sizeof(ROUTE) - 1},
            .ruri = RURI,
            .route = ROUTE,
            .headers = HEADERS,
        };

        for (unsigned i = 0; i < SHM_HOPS_MAX + 1; i++)
                d.hop[i] = good_hop;
        return d;
}

static size_t put(uint8_t *to, size_t len, const void *what, size_t bytes)
{
        memcpy(to + len, what, bytes);
        return len + bytes;
}

/* By how much the record is longer than it says, in octets. */
static bool passes(const struct decision *d, int longer)
{
        uint8_t rec[sizeof(struct shm_reply) + 2 * SHM_FORWARD_BYTES_MAX] = {0};
        size_t len = put(rec, 0, &d->reply, sizeof(d->reply));

        len = put(rec, len, &d->forward, sizeof(d->forward));
        len = put(rec, len, d->hop, d->forward.hop_cnt * sizeof(d->hop[0]));
        len = put(rec, len, d->ruri, d->forward.ruri_len);
        len = put(rec, len, d->route, d->forward.route_len);
        len = put(rec, len, d->headers, d->reply.headers_len);
        return shm_reply_check(rec, (size_t)((long)len + longer));
}

#define DECISION(verdict, change)                    \
        do {                                         \
                struct decision d = good_decision(); \
                change;                              \
                assert_##verdict(passes(&d, 0));     \
        } while (0)

static void decision_fields(void **state)
{
        (void)state;
        DECISION(true, (void)0);
        DECISION(true, d.forward.hop_cnt = SHM_HOPS_MAX);
        DECISION(false, d.forward.hop_cnt = SHM_HOPS_MAX + 1);
        DECISION(false, d.forward.hop_cnt = 0);
        DECISION(true, d.forward.flags = SHM_FORWARD_PATH);
        DECISION(false, d.forward.flags = SHM_FORWARD_ALL + 1);
        DECISION(false, d.forward.flags = SHM_FORWARD_LOCATE);
        DECISION(false, d.forward.reserved = 1);
        DECISION(false, d.reply.proven = 1);
        DECISION(false, d.reply.reserved[0] = 1);
        DECISION(false, d.reply.code = 302);
        DECISION(false, d.reply.lifetime_ms = 0);
        DECISION(false, d.hop[1].port = 0);
        DECISION(false, d.hop[1].weight = 0);
        DECISION(false, d.hop[0].ip_proto = IPPROTO_ICMP);
        DECISION(true, d.hop[0].ip_proto = IPPROTO_TCP);
        DECISION(false, d.hop[0].reserved[2] = 1);
        DECISION(false, d.hop[0].ip.b[12] = 224); /* IPv4 multicast */
        DECISION(false, d.hop[0].ip.b[12] = 255);
        DECISION(false, d.hop[0].ip.b[12] = 0);
        DECISION(false, memset(&d.hop[0].ip, 0, sizeof(d.hop[0].ip)));
        DECISION(false, memset(&d.hop[0].ip, 0xff, sizeof(d.hop[0].ip)));
        DECISION(false, d.ruri = "sip:bob@192.0.2.4:5070;o ");
        DECISION(false, d.ruri = "sip:bob@192.0.2.4:5070;o>");
        DECISION(false, d.ruri = "sip:bob@192.0.2.4:5070;o\n");
        DECISION(false, d.route = "<sip:192.0.2.9;lr>\r\nX: 1 p2.example.com;lr>");
        DECISION(false, d.headers = "Diversion: <sip:bob@example.com>;reason=unconditional\n\n");
        for (int longer = -20; longer <= 20; longer++) {
                struct decision d = good_decision();

                assert_int_equal(passes(&d, longer), longer == 0);
        }
}

static void decision_locate(void **state)
{
        struct decision d = good_decision();

        (void)state;
        d.forward = (struct shm_forward){.flags = SHM_FORWARD_LOCATE};
        assert_true(passes(&d, 0));
        d.forward.hop_cnt = 1;
        assert_false(passes(&d, 0));
        d.forward.hop_cnt = 0;
        d.forward.ruri_len = 1;
        assert_false(passes(&d, 0));
}

static void decision_longest(void **state)
{
        char ruri[SHM_URI_BYTES_MAX + 1];
        char route[SHM_ROUTE_BYTES_MAX + 1];
        struct decision d = good_decision();

        (void)state;
        memset(ruri, 'u', sizeof(ruri));
        memset(route, 'r', sizeof(route));
        d.ruri = ruri;
        d.route = route;
        d.forward.ruri_len = SHM_URI_BYTES_MAX;
        d.forward.route_len = SHM_ROUTE_BYTES_MAX;
        assert_true(passes(&d, 0));
        d.forward.ruri_len++;
        assert_false(passes(&d, 0));
        d.forward.ruri_len--;
        d.forward.route_len++;
        assert_false(passes(&d, 0));
}

/* Only a PROXY has it. */
static void other_actions_have_no_hop(void **state)
{
        (void)state;
        for (unsigned action = 0; action < SHM_ACTION_CNT; action++)
                DECISION(false,
                         (d.reply.action = (uint8_t)(action == SHM_ACTION_PROXY ? 0 : action),
                          d.reply.code = 0));
}

struct binding {
        struct shm_binding b;
        char text[128];
};

static struct binding good_binding(void)
{
        struct binding x = {
            .b = {.op = SHM_TABLE_ADD,
                  .aor_len = 19,
                  .uri_len = sizeof(RURI) - 1,
                  .route_len = sizeof(ROUTE) - 1,
                  .expires_ns = 1,
                  .hop = good_hop},
            .text = "sip:bob@example.com" RURI ROUTE,
        };

        return x;
}

#define BINDING(verdict, change)                                                                 \
        do {                                                                                     \
                struct binding x = good_binding();                                               \
                change;                                                                          \
                assert_##verdict(shm_binding_check(&x, sizeof(x.b) + x.b.aor_len + x.b.uri_len + \
                                                           x.b.route_len));                      \
        } while (0)

#define BARE(verdict, what, aor)                                                      \
        do {                                                                          \
                struct binding x = {.b = {.op = (what), .aor_len = (aor)},            \
                                    .text = "sip:bob@example.com"};                   \
                assert_##verdict(shm_binding_check(&x, sizeof(x.b) + (size_t)(aor))); \
                x.b.expires_ns = 1;                                                   \
                assert_false(shm_binding_check(&x, sizeof(x.b) + (size_t)(aor)));     \
        } while (0)

static void binding_fields(void **state)
{
        struct binding whole = good_binding();
        size_t len = sizeof(whole.b) + strlen(whole.text);

        (void)state;
        for (size_t n = 0; n < sizeof(whole); n++)
                assert_int_equal(shm_binding_check(&whole, n), n == len);
        BINDING(true, x.b.route_len = 0);
        BINDING(false, x.b.aor_len = 0);
        BINDING(false, x.b.uri_len = 0);
        BINDING(false, x.b.expires_ns = 0);
        BINDING(false, x.b.reserved[4] = 1);
        BINDING(false, x.b.hop.port = 0);
        BINDING(false, x.text[3] = ' ');
        BINDING(false, x.text[25] = '\n');
        BINDING(false, x.text[60] = '\r');
        BINDING(false, x.b.op = SHM_TABLE_FLUSH_CACHE);
        BINDING(false, x.b.op = SHM_TABLE_DEL);
        BINDING(false, x.b.op = 0);
        BARE(true, SHM_TABLE_DEL, 19);
        BARE(false, SHM_TABLE_DEL, 0);
        BARE(true, SHM_TABLE_SYNC_BEGIN, 0);
        BARE(true, SHM_TABLE_SYNC_END, 0);
        BARE(false, SHM_TABLE_SYNC_END, 19);
}

/* A request of control's own, and a copy with one field spoiled. */
struct own {
        struct shm_send s;
        char text[SHM_SEND_MSG_MAX + 1];
};

#define OWN(verdict, change)                                                                      \
        do {                                                                                      \
                struct own x = {                                                                  \
                    .s = {                                                                        \
                        .to = good_hop, .from = good_hop.ip, .from_port = 5060, .msg_len = 100}}; \
                change;                                                                           \
                assert_##verdict(shm_send_check(&x, sizeof(x.s) + x.s.msg_len));                  \
        } while (0)

static void send_fields(void **state)
{
        struct own whole = {
            .s = {.to = good_hop, .from = good_hop.ip, .from_port = 5060, .msg_len = 100}};

        (void)state;
        for (size_t n = 0; n < sizeof(whole); n++)
                assert_int_equal(shm_send_check(&whole, n), n == sizeof(whole.s) + 100);
        OWN(true, (void)x);
        OWN(true, x.s.msg_len = 1);
        OWN(true, x.s.msg_len = SHM_SEND_MSG_MAX);
        OWN(false, x.s.msg_len = SHM_SEND_MSG_MAX + 1);
        OWN(false, x.s.msg_len = 0);
        OWN(false, x.s.reserved = 1);
        OWN(false, x.s.from_port = 0);
        OWN(false, x.s.to.port = 0);
        OWN(false, x.s.to.weight = 0);
        OWN(false, x.s.to.weight = 2);
        OWN(false, x.s.to.ip_proto = IPPROTO_TCP);
        OWN(false, x.s.to.ip_proto = 0);
        OWN(false, x.s.to.reserved[2] = 1);
        OWN(false, x.s.to.ip.b[12] = 224);
        OWN(false, x.s.from.b[12] = 255);
        OWN(false, memset(&x.s.from, 0, sizeof(x.s.from)));
        OWN(false, x.s.from.b[0] = 0x20); /* IPv6 to IPv4 */
}

/* A REPLY may bring a To-tag behind its header lines. */
static void reply_tags(void **state)
{
        static const char line[] = "Expires: 60\r\n";
        struct {
                struct shm_reply r;
                char text[128];
        } x = {.r = {.action = SHM_ACTION_REPLY,
                     .code = 200,
                     .reason = SHM_REASON_SUBSCRIPTION,
                     .headers_len = sizeof(line) - 1,
                     .tag_len = 4}};
        const size_t fixed = sizeof(x.r) + sizeof(line) - 1;

        (void)state;
        snprintf(x.text, sizeof(x.text), "%sa0Z9", line);
        assert_true(shm_reply_check(&x, fixed + 4));
        assert_false(shm_reply_check(&x, fixed + 3));
        assert_false(shm_reply_check(&x, fixed + 5));
        x.text[sizeof(line) + 1] = ';';
        assert_false(shm_reply_check(&x, fixed + 4));
        memset(x.text + sizeof(line) - 1, 'a', sizeof(x.text) - sizeof(line));
        x.r.tag_len = SHM_REPLY_TAG_MAX;
        assert_true(shm_reply_check(&x, fixed + SHM_REPLY_TAG_MAX));
        x.r.tag_len++;
        assert_false(shm_reply_check(&x, fixed + SHM_REPLY_TAG_MAX + 1));
        x.r = (struct shm_reply){
            .action = SHM_ACTION_DROP, .reason = SHM_REASON_RESPONSE_OURS, .tag_len = 4};
        assert_false(shm_reply_check(&x, sizeof(x.r) + 4));
        assert_false(shm_reply_check(&x, sizeof(x.r)));
}

/* Octets at random in a record of the right shape: the check reads nothing outside of it. */
static void hostile_octets(void **state)
{
        (void)state;
        srand(7);
        for (unsigned i = 0; i < 200000; i++) {
                size_t len = (size_t)rand() % 200u;
                uint8_t *rec = malloc(len + 1); /* exact, for the sanitizer */

                for (size_t k = 0; k < len; k++)
                        rec[k] = (uint8_t)(rand() % 4 == 0 ? rand() : rand() % 3);
                (void)shm_binding_check(rec, len);
                (void)shm_send_check(rec, len);
                (void)shm_forward_check(rec, len, (uint16_t)(rand() % 64));
                free(rec);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(decision_fields),  cmocka_unit_test(decision_locate),
            cmocka_unit_test(decision_longest), cmocka_unit_test(other_actions_have_no_hop),
            cmocka_unit_test(binding_fields),   cmocka_unit_test(send_fields),
            cmocka_unit_test(reply_tags),       cmocka_unit_test(hostile_octets),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
