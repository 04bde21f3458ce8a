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
#include <stdlib.h>
#include <string.h>

#include "control/contract/shm_forward.h"
#include "control/contract/shm_msg.h"

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
                (void)shm_forward_check(rec, len, (uint16_t)(rand() % 64));
                free(rec);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(decision_fields),  cmocka_unit_test(decision_locate),
            cmocka_unit_test(decision_longest), cmocka_unit_test(other_actions_have_no_hop),
            cmocka_unit_test(binding_fields),   cmocka_unit_test(hostile_octets),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
