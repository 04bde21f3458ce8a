/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_source_entries.c - what control writes about one source, through the whole packet path: a
 * ban of one port, whose neighbours live on, and a rate that new requests are held to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "tests/dataplane/chain.h"
#include "tests/dataplane/frame.h"

static struct dp_config config;
static struct chain *chain;
static unsigned calls;

static int begin(void **state)
{
        (void)state;
        dp_config_free(&config);
        if (dp_config_load(NULL, &config) != 0)
                return -1;
        chain_config_unlimited(&config);
        for (unsigned cls = 0; cls < SHM_CLASS_CNT; cls++)
                config.exceptions[cls] = DP_POLICY_PASS;
        chain = chain_create(&config, false);
        return 0;
}

static int end(void **state)
{
        (void)state;
        chain_destroy(chain);
        return 0;
}

/* From 192.0.2.HOST:PORT; each is a call of its own unless `again`. */
static void send(const char *method, uint8_t host, uint16_t port, bool again)
{
        char text[512];
        struct frame f;
        int n;

        calls += !again;
        n = snprintf(text, sizeof(text),
                     "%s sip:bob@example.com SIP/2.0\r\n"
                     "Via: SIP/2.0/UDP 192.0.2.%u:%u;branch=z9hG4bK%u\r\n"
                     "Max-Forwards: 70\r\nFrom: <sip:a@example.com>;tag=1\r\n"
                     "To: <sip:bob@example.com>\r\nCall-ID: c%u\r\nCSeq: 1 %s\r\n"
                     "Content-Length: 0\r\n\r\n",
                     method, host, port, calls, calls, method);
        frame_eth(&f, 0x0800);
        frame_ip4(&f, 17, 0);
        f.b[f.l3 + 15] = host;
        frame_udp(&f, text, (size_t)n);
        frame_set16(&f, f.l4, port);
        frame_set16(&f, f.l4 + 2, 5060);
        frame_seal(&f, 1);
        chain_send_bytes(SHM_SIDE_OUTSIDE, f.b, f.len);
        chain_turn(chain);
}

static struct shm_table_update entry(enum shm_table table, uint8_t host, uint16_t port)
{
        return (struct shm_table_update){
            .op = SHM_TABLE_ADD,
            .table = (uint8_t)table,
            .prefix_len = 128,
            .reason = table == SHM_TABLE_BAN ? SHM_REASON_BANNED : SHM_REASON_LIMIT_SOURCE,
            .port = port,
            .ip = {{[10] = 0xff, 0xff, 192, 0, 2, host}},
        };
}

static uint64_t dropped(enum shm_reason reason)
{
        return chain_counters(chain)->dropped[reason];
}

static void test_one_port_is_banned(void **state)
{
        struct shm_table_update u = entry(SHM_TABLE_BAN, 7, 5062);

        (void)state;
        chain_apply_table(chain, &u);
        for (unsigned i = 0; i < 5; i++) {
                send("INVITE", 7, 5062, false);
                send("INVITE", 7, 5063, false);
                send("INVITE", 8, 5062, false);
        }
        assert_int_equal(dropped(SHM_REASON_BANNED), 5);
        assert_int_equal(chain_counters(chain)->sent, 10);
        u.op = SHM_TABLE_DEL;
        chain_apply_table(chain, &u);
        send("INVITE", 7, 5062, false);
        assert_int_equal(chain_counters(chain)->sent, 11);
}

/* Sixty a minute, ten at once; what passed before costs nothing, and the others nothing at all. */
static void test_one_source_is_limited(void **state)
{
        struct shm_table_update u = entry(SHM_TABLE_LIMIT, 7, 0);

        (void)state;
        u.rate = 60;
        chain_apply_table(chain, &u);
        for (unsigned i = 0; i < 40; i++)
                send("OPTIONS", 7, (uint16_t)(5062 + i % 4), false); /* all ports share it */
        assert_int_equal(chain_counters(chain)->sent, 10);
        assert_int_equal(dropped(SHM_REASON_LIMIT_SOURCE), 30);
        for (unsigned i = 0; i < 40; i++)
                send("OPTIONS", 8, 5062, false);
        assert_int_equal(chain_counters(chain)->sent, 50);
        chain_pass_ms(chain, 3000);
        send("INVITE", 7, 5062, false);
        send("INVITE", 7, 5062, true); /* repeated: it counted once */
        send("INVITE", 7, 5062, true);
        assert_int_equal(chain_counters(chain)->sent, 53);
        send("INVITE", 7, 5062, false);
        send("INVITE", 7, 5062, false);
        send("INVITE", 7, 5062, false);
        assert_int_equal(chain_counters(chain)->sent, 55);
        assert_int_equal(dropped(SHM_REASON_LIMIT_SOURCE), 31);
        /* a call for help is none of it; the end of the limit is the end of it */
        u.op = SHM_TABLE_DEL;
        u.rate = 0;
        chain_apply_table(chain, &u);
        for (unsigned i = 0; i < 40; i++)
                send("OPTIONS", 7, 5062, false);
        assert_int_equal(chain_counters(chain)->sent, 95);
}

/* A network shares one rate, and a port of it has one of its own. */
static void test_nested_limits(void **state)
{
        struct shm_table_update net = entry(SHM_TABLE_LIMIT, 0, 0);
        struct shm_table_update port = entry(SHM_TABLE_LIMIT, 9, 5062);

        (void)state;
        net.prefix_len = 120;
        net.rate = 6; /* one at once */
        port.rate = 30;
        chain_apply_table(chain, &net);
        chain_apply_table(chain, &port);
        for (uint8_t host = 10; host < 20; host++)
                send("OPTIONS", host, 5062, false);
        assert_int_equal(chain_counters(chain)->sent, 1);
        for (unsigned i = 0; i < 10; i++)
                send("OPTIONS", 9, 5062, false);
        assert_int_equal(chain_counters(chain)->sent, 6);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_one_port_is_banned, begin, end),
            cmocka_unit_test_setup_teardown(test_one_source_is_limited, begin, end),
            cmocka_unit_test_setup_teardown(test_nested_limits, begin, end),
        };

        (void)argc;
        chain_eal_start(argv[0]);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
