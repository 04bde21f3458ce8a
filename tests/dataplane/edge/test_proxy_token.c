/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_proxy_token.c - what Record-Route and Path carry: read back as written, for the same dialog,
 * by either party, and nothing that was changed.
 */
#include "tests/contract/rng.h"
#include "tests/dataplane/edge/proxy_world.h"

static struct rng rng;

static const struct sip_msg *message(const char *call_id, const char *from, const char *to)
{
        static char text[1024];

        snprintf(text, sizeof(text),
                 "BYE sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\nMax-Forwards: 70\r\n"
                 "From: <sip:a@h>;tag=%s\r\nTo: <sip:b@h>;tag=%s\r\nCall-ID: %s\r\n"
                 "CSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n",
                 from, to, call_id);
        return world_in(text);
}

static struct dp_proxy_addr random_addr(void)
{
        struct dp_proxy_addr a = addr("0.0.0.0", (uint16_t)(1 + rng_below(&rng, 65535)));
        bool v4 = rng_below(&rng, 2) != 0;

        for (unsigned i = v4 ? 12 : 0; i < 16; i++)
                a.ip.b[i] = (uint8_t)rng_next(&rng);
        return a;
}

static void round_trip(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 20000; i++) {
                struct dp_proxy_token t = {.kind = rng_below(&rng, 4) ? DP_PROXY_TOKEN_DIALOG
                                                                      : DP_PROXY_TOKEN_PATH,
                                           .present = (uint8_t)rng_below(&rng, 4),
                                           .addr = {random_addr(), random_addr()}},
                                      got;
                char out[DP_PROXY_TOKEN_CHARS_MAX + 1];
                size_t len = dp_proxy_token_write(&world.px, message("c", "f", "t"), &t, out);
                struct sip_text text = {out, len};
                bool path = t.kind == DP_PROXY_TOKEN_PATH;

                assert_in_range(len, 18, DP_PROXY_TOKEN_CHARS_MAX);
                out[len] = '\0';
                assert_true(dp_proxy_token_read(&world.px, &world.in.m, text, &got));
                assert_int_equal(got.sender, DP_PROXY_CALLER);
                assert_true(got.kind == t.kind && got.present == t.present);
                for (unsigned k = 0; k < DP_PROXY_PARTIES; k++) {
                        if ((t.present & 1u << k) != 0)
                                assert_true(dp_proxy_addr_equal(&got.addr[k], &t.addr[k]));
                }
                assert_true(dp_proxy_token_read(&world.px, message("c", "t", "f"), text, &got));
                assert_int_equal(got.sender, path ? DP_PROXY_CALLER : DP_PROXY_CALLEE);
                assert_int_equal(dp_proxy_token_read(&world.px, message("c", "x", "y"), text, &got),
                                 path);
                assert_int_equal(dp_proxy_token_read(&world.px, message("d", "f", "t"), text, &got),
                                 path);
                (void)message("c", "f", "t");
                out[rng_below(&rng, len)] ^= (char)(1u << rng_below(&rng, 7));
                assert_false(dp_proxy_token_read(&world.px, &world.in.m, text, &got));
                text.len = rng_below(&rng, len);
                assert_false(dp_proxy_token_read(&world.px, &world.in.m, text, &got));
        }
}

/* A signature over what stands elsewhere can not be had by moving the borders. */
static void borders(void **state)
{
        const struct dp_proxy_token t = {.kind = DP_PROXY_TOKEN_DIALOG};
        struct dp_proxy_token got;
        char out[DP_PROXY_TOKEN_CHARS_MAX];
        struct sip_text text = {out,
                                dp_proxy_token_write(&world.px, message("ab", "cd", "t"), &t, out)};

        (void)state;
        assert_false(dp_proxy_token_read(&world.px, message("abc", "d", "t"), text, &got));
        assert_false(dp_proxy_token_read(&world.px, message("a", "bcd", "t"), text, &got));
        assert_true(dp_proxy_token_read(&world.px, message("ab", "cd", "t"), text, &got));
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(round_trip), cmocka_unit_test(borders)};

        rng = rng_seeded("proxy_token");
        return cmocka_run_group_tests(tests, world_open, NULL);
}
