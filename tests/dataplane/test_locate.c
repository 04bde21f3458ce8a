/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bindings come by the ring of the first worker, and requests for their users find them: whatever
 * spelling of the user the Request-URI has. Without a table the records are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "control/contract/shm_forward.h"
#include "dataplane/stages/locate.h"
#include "parser/sip_parse.h"
#include "tests/dataplane/chain.h"

#define FOR_EVER UINT64_MAX

static struct dp_config config;

struct record {
        struct shm_binding b;
        char text[256];
};

static void tell(struct chain *c, uint8_t op, const char *aor, const char *uri)
{
        struct record r = {.b = {.op = op, .aor_len = (uint16_t)strlen(aor)}};

        if (op == SHM_TABLE_ADD) {
                r.b.uri_len = (uint16_t)strlen(uri);
                r.b.expires_ns = FOR_EVER;
                r.b.hop = (struct shm_hop){.ip = {{[10] = 0xff, [11] = 0xff, [12] = 10, [15] = 9}},
                                           .port = 5070,
                                           .weight = 1,
                                           .ip_proto = IPPROTO_UDP};
        }
        snprintf(r.text, sizeof(r.text), "%s%s", aor, uri);
        chain_answer_raw(c, SHM_REC_BINDING, &r, (uint32_t)sizeof(r.b) + r.b.aor_len + r.b.uri_len);
        chain_turn(c);
}

static bool located(struct chain *c, const char *ruri, struct dp_binding *out)
{
        char text[512];
        struct sip_msg m;

        chain_request_text(text, sizeof(text), "INVITE", ruri, "");
        assert_int_equal(sip_parse((const uint8_t *)text, strlen(text), &m), SIP_ANOM_NONE);
        return dp_locate(chain_tables(c)->bindings, &m, 1, out);
}

static void told_and_found(void **state)
{
        struct dp_binding f;
        struct chain *c;

        (void)state;
        config.binding_entries = 64;
        c = chain_create(&config, true);
        tell(c, SHM_TABLE_ADD, "sip:bob@example.com", "sip:bob@10.0.0.9:5070");
        assert_true(located(c, "sip:bob@example.com", &f));
        assert_int_equal(f.uri_len, 21);
        assert_memory_equal(f.uri, "sip:bob@10.0.0.9:5070", 21);
        assert_int_equal(f.route_len, 0);
        assert_int_equal(f.hop.port, 5070);
        assert_true(located(c, "sip:%62ob@EXAMPLE.com:5060;transport=udp", &f));
        assert_false(located(c, "sip:Bob@example.com", &f));
        assert_false(located(c, "sip:bob@example.org", &f));
        assert_false(located(c, "sip:example.com", &f));
        assert_int_equal(chain_counters(c)->table_updates, 1);
        tell(c, SHM_TABLE_DEL, "sip:bob@example.com", "");
        assert_false(located(c, "sip:bob@example.com", &f));
        assert_int_equal(chain_counters(c)->table_updates, 2);
        assert_int_equal(chain_counters(c)->decisions_forged, 0);
        chain_destroy(c);
}

static void no_table(void **state)
{
        struct dp_binding f;
        struct chain *c;

        (void)state;
        config.binding_entries = 0;
        c = chain_create(&config, true);
        tell(c, SHM_TABLE_ADD, "sip:bob@example.com", "sip:bob@10.0.0.9:5070");
        assert_false(located(c, "sip:bob@example.com", &f));
        assert_int_equal(chain_counters(c)->decisions_forged, 1);
        assert_int_equal(chain_counters(c)->table_updates, 0);
        chain_destroy(c);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(told_and_found),
            cmocka_unit_test(no_table),
        };

        (void)argc;
        chain_eal_start(argv[0]);
        assert_int_equal(dp_config_load(NULL, &config), 0);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
