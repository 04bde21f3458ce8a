/* SPDX-License-Identifier: Apache-2.0 */
/* test_msg.c - one good record of each kind, then each field out of range, one at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "control/contract/shm_msg.h"

#define MSG 40u

/* A number that no reason has. */
static uint16_t gap(void)
{
        for (uint16_t i = 0; i < SHM_REASONS_MAX; i++) {
                if (!shm_reason_known(i))
                        return i;
        }
        return SHM_REASONS_MAX;
}

struct request_rec {
        struct shm_request r;
        uint8_t msg[MSG + 1];
};

struct event_rec {
        struct shm_event e;
        uint8_t msg[MSG + 1];
};

static struct request_rec good_request(void)
{
        return (struct request_rec){
            .r = {.id = UINT64_MAX,
                  .flow = {.vlan = 4095, .side = SHM_SIDE_INSIDE, .ip_proto = 17},
                  .cls = SHM_CLASS_EMERGENCY,
                  .lane = SHM_LANE_PRIORITY,
                  .msg_len = MSG,
                  .age_limit_us = UINT32_MAX}};
}

static const size_t request_len = sizeof(struct shm_request) + MSG;

#define BAD_REQUEST(change)                                       \
        do {                                                      \
                struct request_rec x = good_request();            \
                change;                                           \
                assert_false(shm_request_check(&x, request_len)); \
        } while (0)

static void request(void **state)
{
        struct request_rec whole = good_request();
        uint8_t odd[sizeof(whole) + 1];

        (void)state;
        assert_true(shm_request_check(&whole, request_len));
        memcpy(&odd[1], &whole, sizeof(whole));
        assert_true(shm_request_check(&odd[1], request_len)); /* any alignment */

        for (size_t len = 0; len < request_len + 2; len++) {
                if (len != request_len && len <= sizeof(whole))
                        assert_false(shm_request_check(&whole, len));
        }
        assert_false(shm_request_check(&whole, SIZE_MAX));
        BAD_REQUEST(x.r.msg_len = 0);
        BAD_REQUEST(x.r.msg_len = MSG + 1);
        BAD_REQUEST(x.r.msg_len = MSG - 1);
        BAD_REQUEST(x.r.msg_len = UINT16_MAX);
        BAD_REQUEST(x.r.flow.vlan = 4096);
        BAD_REQUEST(x.r.flow.side = SHM_SIDE_CNT);
        BAD_REQUEST(x.r.cls = SHM_CLASS_CNT);
        BAD_REQUEST(x.r.lane = SHM_LANE_CNT);
        whole.r.msg_len = 0; /* a request is about a message */
        assert_false(shm_request_check(&whole, sizeof(struct shm_request)));
}

static struct shm_reply good_reply(void)
{
        return (struct shm_reply){.action = SHM_ACTION_REJECT,
                                  .scopes = SHM_SCOPE_ALL,
                                  .reason = SHM_REASON_ROUTE_REJECT,
                                  .code = 403,
                                  .retry_after_s = 30,
                                  .lifetime_ms = SHM_LIFETIME_MS_MAX};
}

#define REPLY(verdict, change)                                    \
        do {                                                      \
                struct shm_reply x = good_reply();                \
                change;                                           \
                assert_##verdict(shm_reply_check(&x, sizeof(x))); \
        } while (0)

static void reply(void **state)
{
        struct shm_reply whole = good_reply();

        (void)state;
        assert_true(shm_reply_check(&whole, sizeof(whole)));
        assert_false(shm_reply_check(&whole, sizeof(whole) - 1));
        assert_false(shm_reply_check(&whole, sizeof(whole) + 1));
        assert_false(shm_reply_check(&whole, 0));
        REPLY(false, x.action = SHM_ACTION_NONE);
        REPLY(false, x.action = SHM_ACTION_CNT);
        REPLY(false, x.action = UINT8_MAX);
        REPLY(false, x.scopes = SHM_SCOPE_ALL + 1);
        REPLY(false, x.scopes = UINT8_MAX);
        REPLY(false, x.reason = SHM_REASON_NONE);
        REPLY(false, x.reason = gap());
        REPLY(false, x.reason = SHM_REASONS_MAX);
        REPLY(false, x.reason = UINT16_MAX);
        REPLY(true, x.code = 400);
        REPLY(true, x.code = 699);
        REPLY(false, x.code = 399);
        REPLY(false, x.code = 700);
        REPLY(false, x.code = 0);
        REPLY(false, x.action = SHM_ACTION_PASS);
        REPLY(false, (x.action = SHM_ACTION_DROP, x.code = 0));
        REPLY(false, (x.action = SHM_ACTION_DROP, x.retry_after_s = 0));
        REPLY(true, (x.action = SHM_ACTION_DROP, x.code = 0, x.retry_after_s = 0));
        REPLY(false, x.lifetime_ms = 0);
        REPLY(true, x.lifetime_ms = 1);
        REPLY(false, x.lifetime_ms = SHM_LIFETIME_MS_MAX + 1);
        REPLY(true, (x.lifetime_ms = 0, x.scopes = 0));
        REPLY(false, (x.lifetime_ms = UINT32_MAX, x.scopes = 0));
}

struct reply_lines {
        struct shm_reply r;
        char lines[SHM_REPLY_HEADERS_MAX + 1];
};

static struct reply_lines good_lines(const char *lines, size_t len)
{
        struct reply_lines x = {.r = {.action = SHM_ACTION_REPLY,
                                      .reason = SHM_REASON_REGISTRAR,
                                      .code = 200,
                                      .headers_len = (uint16_t)len}};

        memcpy(x.lines, lines, len);
        return x;
}

static bool lines_pass(const char *lines, size_t len)
{
        struct reply_lines x = good_lines(lines, len);

        return shm_reply_check(&x, sizeof(x.r) + len);
}

#define LINES(verdict, text) assert_##verdict(lines_pass(text, sizeof(text) - 1))

static void reply_with_lines(void **state)
{
        struct reply_lines x = good_lines("A: 1\r\nB:\r\n", 10);
        size_t len = sizeof(x.r) + 10;
        char longest[SHM_REPLY_HEADERS_MAX + 1];

        (void)state;
        assert_true(shm_reply_check(&x, len));
        assert_false(shm_reply_check(&x, len - 1));
        assert_false(shm_reply_check(&x, len + 1));
        assert_false(shm_reply_check(&x, sizeof(x.r)));
        LINES(true, "");
        LINES(true, "Contact: <sip:\xc3\xa4@h>;expires=1\r\n");
        LINES(false, "A: 1\r\n\r\n");
        LINES(false, "A: 1\n");
        LINES(false, "A: 1\r\n 2\r\n"); /* a fold */
        LINES(false, "A: 1");
        LINES(false, "A: 1\r\nB");
        LINES(false, "A\r\n");
        LINES(false, ": 1\r\n");
        LINES(false, "A : 1\r\n");
        LINES(false, "A: \0\r\n");
        LINES(false, "A: \t\r\n");
        LINES(false, "SIP/2.0 200 OK\r\n");
        memset(longest, 'a', sizeof(longest));
        memcpy(longest, "A:", 2);
        memcpy(longest + SHM_REPLY_HEADERS_MAX - 2, "\r\n", 2);
        assert_true(lines_pass(longest, SHM_REPLY_HEADERS_MAX));
        memcpy(longest + SHM_REPLY_HEADERS_MAX - 2, "a\r\n", 3);
        assert_false(lines_pass(longest, SHM_REPLY_HEADERS_MAX + 1));
        x.r.scopes = SHM_SCOPE_ROUTE;
        x.r.lifetime_ms = 1;
        assert_false(shm_reply_check(&x, len));
        x = good_lines("A: 1\r\nB:\r\n", 10);
        x.r.proven = 2;
        assert_false(shm_reply_check(&x, len));
        x.r.proven = 1;
        assert_true(shm_reply_check(&x, len));
        x.r.code = 199;
        assert_false(shm_reply_check(&x, len));
        x.r.code = 700;
        assert_false(shm_reply_check(&x, len));
        x.r.code = 200;
        x.r.action = SHM_ACTION_REJECT;
        assert_false(shm_reply_check(&x, len));
}

static struct shm_table_update good_update(void)
{
        return (struct shm_table_update){.op = SHM_TABLE_ADD,
                                         .table = SHM_TABLE_BAN,
                                         .prefix_len = 128,
                                         .reason = SHM_REASON_BANNED};
}

#define UPDATE(verdict, change)                                          \
        do {                                                             \
                struct shm_table_update x = good_update();               \
                change;                                                  \
                assert_##verdict(shm_table_update_check(&x, sizeof(x))); \
        } while (0)

static void table_update(void **state)
{
        struct shm_table_update whole = good_update();

        (void)state;
        assert_true(shm_table_update_check(&whole, sizeof(whole)));
        assert_false(shm_table_update_check(&whole, sizeof(whole) - 1));
        assert_false(shm_table_update_check(&whole, sizeof(whole) + 1));
        UPDATE(false, x.op = 0);
        UPDATE(false, x.op = SHM_TABLE_FLUSH_CACHE + 1);
        UPDATE(false, x.op = UINT8_MAX);
        UPDATE(false, x.table = SHM_TABLE_NONE);
        UPDATE(false, x.table = SHM_TABLE_CNT);
        UPDATE(false, x.prefix_len = 129);
        UPDATE(false, x.reason = gap());
        UPDATE(false, x.reason = UINT16_MAX);
        UPDATE(false, x.reason = SHM_REASON_NONE);
        UPDATE(true, (x.table = SHM_TABLE_PEER, x.reason = SHM_REASON_NONE));
        UPDATE(false, x.reserved = 1);
        UPDATE(false, x.rate = 1);
        UPDATE(true, (x.table = SHM_TABLE_BAN, x.prefix_len = 128, x.port = 5062));
        UPDATE(false, (x.table = SHM_TABLE_BAN, x.prefix_len = 127, x.port = 5062));
        UPDATE(false, (x.table = SHM_TABLE_PEER, x.prefix_len = 128, x.port = 5062));
        UPDATE(true, (x.table = SHM_TABLE_LIMIT, x.rate = 1));
        UPDATE(true, (x.table = SHM_TABLE_LIMIT, x.rate = SHM_LIMIT_RATE_MAX));
        UPDATE(false, (x.table = SHM_TABLE_LIMIT, x.rate = SHM_LIMIT_RATE_MAX + 1));
        UPDATE(false, x.table = SHM_TABLE_LIMIT);
        UPDATE(false, (x.table = SHM_TABLE_LIMIT, x.rate = 1, x.reason = SHM_REASON_NONE));
        UPDATE(false, (x.table = SHM_TABLE_LIMIT, x.rate = 1, x.op = SHM_TABLE_DEL));
        UPDATE(true, (x.table = SHM_TABLE_LIMIT, x.op = SHM_TABLE_DEL));
        UPDATE(true, (x.op = SHM_TABLE_DEL, x.reason = SHM_REASON_NONE));
        UPDATE(true, x.op = SHM_TABLE_SYNC_BEGIN);
        UPDATE(true, x.op = SHM_TABLE_SYNC_END);
        UPDATE(false, (x.op = SHM_TABLE_SYNC_END, x.table = SHM_TABLE_NONE));
        UPDATE(false, x.op = SHM_TABLE_FLUSH_CACHE);
        UPDATE(true, (x.op = SHM_TABLE_FLUSH_CACHE, x.table = SHM_TABLE_NONE));
}

static struct event_rec good_event(void)
{
        return (struct event_rec){.e = {.flow = {.vlan = 4095, .side = SHM_SIDE_INSIDE},
                                        .action = SHM_ACTION_REJECT,
                                        .cls = SHM_CLASS_EMERGENCY,
                                        .lane = SHM_LANE_PRIORITY,
                                        .worker = SHM_WORKERS_MAX - 1,
                                        .reason = SHM_REASON_ROUTE_REJECT,
                                        .msg_len = MSG,
                                        .full_len = MSG,
                                        .code = 503}};
}

#define EVENT(verdict, change)                                                         \
        do {                                                                           \
                struct event_rec x = good_event();                                     \
                change;                                                                \
                assert_##verdict(shm_event_check(&x, sizeof(struct shm_event) + MSG)); \
        } while (0)

static void event(void **state)
{
        struct event_rec whole = good_event();

        (void)state;
        assert_true(shm_event_check(&whole, sizeof(struct shm_event) + MSG));
        assert_false(shm_event_check(&whole, sizeof(struct shm_event) + MSG - 1));
        assert_false(shm_event_check(&whole, sizeof(struct shm_event) + MSG + 1));
        assert_false(shm_event_check(&whole, sizeof(struct shm_event) - 1));
        EVENT(false, x.e.msg_len = MSG + 1);
        EVENT(false, x.e.full_len = MSG - 1);
        EVENT(true, x.e.full_len = UINT16_MAX);
        EVENT(true, x.e.rewrite = SHM_REWRITE_NORMALISED);
        EVENT(false, x.e.rewrite = SHM_REWRITE_CNT);
        EVENT(false, x.e.flow.vlan = 4096);
        EVENT(false, x.e.flow.side = SHM_SIDE_CNT);
        EVENT(false, x.e.action = SHM_ACTION_CNT);
        EVENT(false, x.e.cls = SHM_CLASS_CNT);
        EVENT(false, x.e.lane = SHM_LANE_CNT);
        EVENT(false, x.e.worker = SHM_WORKERS_MAX);
        EVENT(false, x.e.reason = gap());
        EVENT(false, x.e.reason = UINT16_MAX);
        EVENT(false, x.e.code = 399);
        EVENT(false, x.e.code = 700);
        EVENT(true, x.e.code = 0);
        EVENT(false, x.e.action = SHM_ACTION_PASS); /* and yet a code */
        whole.e.msg_len = 0;                        /* cut entirely */
        assert_true(shm_event_check(&whole, sizeof(struct shm_event)));
}

static void rule_costs(void **state)
{
        struct shm_rule_costs c = {.generation = 3, .cnt = 2, .rule = {{7, 100}, {8, 200}}};

        (void)state;
        assert_true(shm_rule_costs_check(&c, SHM_RULE_COSTS_BYTES(2)));
        assert_false(shm_rule_costs_check(&c, SHM_RULE_COSTS_BYTES(1)));
        assert_false(shm_rule_costs_check(&c, SHM_RULE_COSTS_BYTES(3)));
        assert_false(shm_rule_costs_check(&c, 0));
        c.generation = 0;
        assert_false(shm_rule_costs_check(&c, SHM_RULE_COSTS_BYTES(2)));
        c.generation = 3;
        c.cnt = 0;
        assert_false(shm_rule_costs_check(&c, SHM_RULE_COSTS_BYTES(0)));
        c.cnt = SHM_RULE_COSTS_MAX;
        assert_true(shm_rule_costs_check(&c, sizeof(c)));
        c.cnt = SHM_RULE_COSTS_MAX + 1;
        assert_false(shm_rule_costs_check(&c, sizeof(c)));
        assert_false(shm_rule_costs_check(&c, sizeof(c) + sizeof(c.rule[0])));
        c.cnt = UINT32_MAX;
        assert_false(shm_rule_costs_check(&c, sizeof(c)));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(request),
            cmocka_unit_test(reply),
            cmocka_unit_test(reply_with_lines),
            cmocka_unit_test(table_update),
            cmocka_unit_test(event),
            cmocka_unit_test(rule_costs),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
