/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_profile.c - the parser's profile in the chain of stages: what one profile drops, with its
 * reason, another one asks about. Every test ends in chain_destroy(), which asserts conservation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/dataplane/chain.h"

static struct dp_config config;

static int reset(void **state)
{
        (void)state;
        dp_config_free(&config);
        return dp_config_load(NULL, &config);
}

/* One message; the reason it was dropped for, SHM_REASON_NONE when control was asked. */
static enum shm_reason fate(const char *ruri, const char *more)
{
        struct chain *c = chain_create(&config, true);
        enum shm_reason why = SHM_REASON_NONE;
        struct shm_request r;

        chain_send_request(c, "OPTIONS", ruri, more);
        if (chain_request(c, &r)) {
                chain_answer(c, r.id, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, 0);
                chain_turn(c);
                assert_non_null(chain_receive_text(c, SHM_SIDE_INSIDE));
        } else {
                assert_null(chain_receive_text(c, SHM_SIDE_INSIDE));
                for (unsigned i = 1; i < SHM_REASONS_MAX && why == SHM_REASON_NONE; i++)
                        if (chain_counters(c)->dropped[i] != 0)
                                why = (enum shm_reason)i;
                assert_int_not_equal(why, SHM_REASON_NONE);
                assert_int_equal(chain_counters(c)->malformed, 1);
        }
        chain_destroy(c);
        return why;
}

static void test_profiles(void **state)
{
        static const struct {
                const char *ruri;
                const char *more;
                enum shm_reason strict;
                enum shm_reason dflt;
                enum shm_reason lenient;
        } rows[] = {
            {"sip:b@h", "", 0, 0, 0},
            {"sip:b@h", "Date: never\r\n", SHM_REASON_SIP_DATE_SYNTAX, SHM_REASON_SIP_DATE_SYNTAX,
             0},
            {"sip:b@h", "Subject: \xff\r\n", SHM_REASON_SIP_HDR_NOT_UTF8, 0, 0},
            {"foo:bar", "", SHM_REASON_SIP_RURI_SCHEME, 0, 0},
            {"sip:b%00@h", "", SHM_REASON_SIP_URI_ESCAPED_CTL, 0, 0},
            {"sip:b@h", "X: a\001\r\n", SHM_REASON_SIP_HDR_CTL, SHM_REASON_SIP_HDR_CTL,
             SHM_REASON_SIP_HDR_CTL},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                sip_profile_init(&config.profile, SIP_PROFILE_STRICT);
                assert_int_equal(fate(rows[i].ruri, rows[i].more), rows[i].strict);
                sip_profile_init(&config.profile, SIP_PROFILE_DEFAULT);
                assert_int_equal(fate(rows[i].ruri, rows[i].more), rows[i].dflt);
                sip_profile_init(&config.profile, SIP_PROFILE_LENIENT);
                assert_int_equal(fate(rows[i].ruri, rows[i].more), rows[i].lenient);
        }
}

static void test_own_lines(void **state)
{
        (void)state;
        assert_int_equal(fate("sip:b@h", "Subject: a\r\n b\r\n"), SHM_REASON_NONE);
        assert_int_equal(
            sip_profile_set_verdict(&config.profile, SIP_ANOM_HDR_FOLDED, SIP_VERDICT_REJECT), 0);
        assert_int_equal(fate("sip:b@h", "Subject: a\r\n b\r\n"), SHM_REASON_SIP_HDR_FOLDED);
        assert_int_equal(sip_profile_set_cap(&config.profile, SIP_CAP_RURI, 6), 0);
        assert_int_equal(fate("sip:b@h", ""), SHM_REASON_SIP_RURI_TOO_LONG);
        assert_int_equal(sip_profile_set_cap(&config.profile, SIP_CAP_RURI, 7), 0);
        assert_int_equal(fate("sip:b@h", ""), SHM_REASON_NONE);
}

/* Whatever kernel a worker reads with: the same messages pass and the same are dropped. */
static void test_kernels(void **state)
{
        (void)state;
        for (unsigned i = 0; i < scan_variant_cnt(); i++) {
                config.kernel = scan_variant_at(i);
                if (!config.kernel.usable) {
                        printf("kernel %s: SKIPPED, not for this CPU\n", config.kernel.name);
                        continue;
                }
                assert_int_equal(fate("sip:b@h", ""), SHM_REASON_NONE);
                assert_int_equal(fate("sip:b@h", "Date: never\r\n"), SHM_REASON_SIP_DATE_SYNTAX);
        }
        config.kernel.name = NULL;
        assert_int_equal(fate("sip:b@h", ""), SHM_REASON_NONE);
}

static int tear_down(void **state)
{
        (void)state;
        dp_config_free(&config);
        return 0;
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(test_profiles, reset),
            cmocka_unit_test_setup(test_own_lines, reset),
            cmocka_unit_test_setup(test_kernels, reset),
        };

        (void)argc;
        chain_eal_start(argv[0]);
        return cmocka_run_group_tests(tests, NULL, tear_down);
}
