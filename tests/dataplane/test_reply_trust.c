/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_reply_trust.c - what control's own answers do for the trust of who gets them: as when a
 * server's pass.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/state/trust.h"
#include "tests/dataplane/chain.h"

static struct dp_config config;
static struct chain *chain;

static int start(void **state)
{
        (void)state;
        assert_int_equal(dp_config_load(NULL, &config), 0);
        chain_config_unlimited(&config);
        chain = chain_create(&config, true);
        return 0;
}

/* Five refusals of an endpoint are borne, and a hundred of anything wider. */
static int start_strict(void **state)
{
        (void)state;
        assert_int_equal(dp_config_load(NULL, &config), 0);
        chain_config_unlimited(&config);
        for (unsigned i = 0; i < DP_LIMIT_KEY_CNT; i++)
                config.limits.refusals[i] =
                    dp_rate_make(1, UINT64_C(3600000000000), i == DP_LIMIT_ENDPOINT ? 5 : 100);
        chain = chain_create(&config, true);
        return 0;
}

static int stop(void **state)
{
        (void)state;
        chain_destroy(chain);
        dp_config_free(&config);
        return 0;
}

/* A REGISTER of this source that control answers so; the level of the source after that. */
static enum dp_trust_level registered(uint8_t src, uint16_t code, enum shm_reason reason,
                                      uint8_t proven)
{
        static unsigned n;
        struct shm_reply r = {
            .action = SHM_ACTION_REPLY, .code = code, .reason = (uint16_t)reason, .proven = proven};
        struct shm_ip ip = {{[10] = 0xff, [11] = 0xff, [12] = 10, [15] = src}};
        struct dp_source source;
        struct shm_request q;
        char text[512];

        snprintf(text, sizeof(text),
                 "REGISTER sip:h SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.%u:5060;branch=z9hG4bKr%u\r\n"
                 "Max-Forwards: 70\r\nFrom: <sip:a@h>;tag=%u\r\nTo: <sip:a@h>\r\n"
                 "Call-ID: r%u\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n",
                 src, n, n, n);
        n++;
        chain_send(SHM_SIDE_OUTSIDE, src, text);
        chain_turn(chain);
        assert_true(chain_request(chain, &q));
        r.id = q.id;
        assert_true(shm_reply_check(&r, sizeof(r)));
        chain_answer_raw(chain, SHM_REC_REPLY, &r, sizeof(r));
        chain_turn(chain);
        assert_non_null(chain_receive_text(chain, SHM_SIDE_OUTSIDE));
        chain_assert_conserved(chain);
        dp_source_of(&chain_tables(chain)->key, &ip, 5060, &source);
        return dp_trust_level_of(chain_tables(chain)->trust, &source.endpoint, q.time_ns);
}

static void a_registration(void **state)
{
        const struct shm_counters *c = chain_counters(chain);

        (void)state;
        assert_int_equal(registered(7, 401, SHM_REASON_AUTHENTICATE, 0), DP_TRUST_UNPROVEN);
        assert_int_equal(c->trust_lifted, 1);
        assert_int_equal(c->trust_raised, 0);
        assert_int_equal(registered(7, 200, SHM_REASON_REGISTRAR, 1), DP_TRUST_AUTHENTICATED);
        assert_int_equal(c->trust_raised, 1);
}

static void what_is_no_registration(void **state)
{
        const struct shm_counters *c = chain_counters(chain);

        (void)state;
        assert_int_equal(registered(7, 404, SHM_REASON_LOCATION, 0), DP_TRUST_UNPROVEN);
        assert_int_equal(registered(8, 200, SHM_REASON_REGISTRAR, 0), DP_TRUST_UNPROVEN);
        assert_int_equal(c->trust_lifted, 0);
        assert_int_equal(c->trust_raised, 0);
        /* The password was good, and that is all: who is refused is where he says. */
        assert_int_equal(registered(9, 403, SHM_REASON_REGISTRAR, 1), DP_TRUST_PROVEN);
        assert_int_equal(c->trust_raised, 1);
        assert_int_equal(registered(10, 401, SHM_REASON_REGISTRAR, 0), DP_TRUST_UNPROVEN);
        assert_int_equal(c->trust_lifted, 0);
}

/* Passwords that are wrong are slowed down as those that a server refuses; where there were none,
 * asking is free. */
static void wrong_passwords(void **state)
{
        const struct shm_counters *c = chain_counters(chain);
        struct shm_request q;

        (void)state;
        for (unsigned i = 0; i < 5; i++) {
                (void)registered(7, 401, SHM_REASON_AUTHENTICATE, 0);
                (void)registered(8, 401, SHM_REASON_CREDENTIALS, 1);
        }
        assert_int_equal(c->refusals, 5);
        assert_int_equal(c->dropped[SHM_REASON_REFUSALS_ENDPOINT], 0);
        chain_send(SHM_SIDE_OUTSIDE, 8,
                   "REGISTER sip:h SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.8:5060;branch=z9hG4bKlast\r\n"
                   "Max-Forwards: 70\r\nFrom: <sip:a@h>;tag=l\r\nTo: <sip:a@h>\r\n"
                   "Call-ID: last\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n");
        chain_turn(chain);
        assert_false(chain_request(chain, &q));
        assert_int_equal(c->dropped[SHM_REASON_REFUSALS_ENDPOINT], 1);
        chain_assert_conserved(chain);
        (void)registered(7, 401, SHM_REASON_AUTHENTICATE, 0);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(a_registration, start, stop),
            cmocka_unit_test_setup_teardown(what_is_no_registration, start, stop),
            cmocka_unit_test_setup_teardown(wrong_passwords, start_strict, stop),
        };

        (void)argc;
        chain_eal_start(argv[0]);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
