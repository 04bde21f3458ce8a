/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_proxy_response.c - responses: they answer what was forwarded, go back to where that came
 * from, and nobody makes us send one elsewhere.
 */
#include "tests/dataplane/edge/proxy_world.h"

#define BACK "From: <sip:a@a.example>;tag=f1\r\nTo: <sip:b@b.example>;tag=t1\r\nCall-ID: c1\r\n"
#define END  "CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"

/* The Vias of the request from 203.0.113.5:5061 as the next hop gets it; ours is the first line. */
static const char *forwarded(const char *via)
{
        const struct dp_proxy_sides sides = {OUTSIDE, INSIDE, 1500};
        struct dp_proxy_hop hop = {.to = addr("198.51.100.7", 5080)};
        static char vias[2048];
        enum shm_reason why;
        char in[1024];

        snprintf(in, sizeof(in),
                 "INVITE sip:b@b.example SIP/2.0\r\nVia: %s\r\nMax-Breadth: 9\r\n"
                 "From: <sip:a@a.example>;tag=f1\r\nTo: <sip:b@b.example>\r\nCall-ID: c1\r\n" END,
                 via);
        (void)world_read(in, addr("203.0.113.5", 5061));
        assert_non_null(world_forward(&hop, &sides, &why));
        snprintf(vias, sizeof(vias), "%.*s",
                 (int)(strstr(world.out, "Max-") - strstr(world.out, "Via:")),
                 strstr(world.out, "Via:"));
        return vias;
}

static enum shm_reason respond(const char *vias, const char *status, struct dp_proxy_addr *to)
{
        static char in[4096];

        snprintf(in, sizeof(in), "SIP/2.0 %s\r\n%s" BACK END, status, vias);
        return dp_proxy_response_read(&world.px, world_in(in), to);
}

static void goes_back(void **state)
{
        static const struct {
                const char *via, *ip;
                uint16_t port;
        } rows[] = {
            {"SIP/2.0/UDP 203.0.113.5:5061;branch=z9hG4bKx", "203.0.113.5", 5061},
            {"SIP/2.0/UDP 203.0.113.5;branch=z9hG4bKx", "203.0.113.5", 5060},
            {"SIP/2.0/UDP 10.0.0.1:5099;branch=z9hG4bKx", "203.0.113.5", 5099},
            {"SIP/2.0/UDP 10.0.0.1:5099;rport;branch=z9hG4bKx", "203.0.113.5", 5061},
            {"SIP/2.0/UDP ua.example;rport;branch=z9hG4bKx", "203.0.113.5", 5061},
            {"SIP/2.0/UDP ua.example;maddr=203.0.113.5;branch=z9hG4bKx", "203.0.113.5", 5060},
            {"SIP/2.0/UDP ua.example", "203.0.113.5", 5060},
            {"SIP/2.0/UDP ua.example;branch=z9hG4bKx,SIP/2.0/UDP q", "203.0.113.5", 5060},
        };
        static const char *const statuses[] = {"100 Trying", "180 Ringing", "200 OK",
                                               "404 Not Found"};

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                const char *vias = forwarded(rows[i].via);
                struct dp_proxy_addr want = addr(rows[i].ip, rows[i].port), to;
                char expected[2048];
                struct sip_edit e;

                for (size_t k = 0; k < 4; k++) {
                        if (respond(vias, statuses[k], &to) != SHM_REASON_PROXIED ||
                            !dp_proxy_addr_equal(&to, &want))
                                fail_msg("row %zu: port %u\n%s", i, to.port, vias);
                        e = world_list(&world.in.m);
                        assert_int_equal(dp_proxy_response_forward(&e), SHM_REASON_PROXIED);
                        snprintf(expected, sizeof(expected), "SIP/2.0 %s\r\n%s" BACK END,
                                 statuses[k], strstr(vias, "\r\n") + 2);
                        assert_string_equal(world_write(&e), expected);
                }
        }
}

/* Two Vias in one field, as some stacks write them. */
static void one_field(void **state)
{
        const char *vias = forwarded("SIP/2.0/UDP 203.0.113.5:5061;branch=z9hG4bKx");
        struct dp_proxy_addr to, want = addr("203.0.113.5", 5061);
        char joined[2048];
        struct sip_edit e;
        int first = (int)(strstr(vias, "\r\n") - vias);

        (void)state;
        snprintf(joined, sizeof(joined), "%.*s , %s", first, vias, strstr(vias, "\r\n") + 7);
        assert_int_equal(respond(joined, "200 OK", &to), SHM_REASON_PROXIED);
        assert_true(dp_proxy_addr_equal(&to, &want));
        e = world_list(&world.in.m);
        assert_int_equal(dp_proxy_response_forward(&e), SHM_REASON_PROXIED);
        assert_string_equal(world_write(&e),
                            "SIP/2.0 200 OK\r\n"
                            "Via: SIP/2.0/UDP 203.0.113.5:5061;branch=z9hG4bKx\r\n" BACK END);
}

static void not_ours(void **state)
{
        const char *vias = forwarded("SIP/2.0/UDP 203.0.113.5:5061;branch=z9hG4bKx");
        const char *next = strstr(vias, "\r\n") + 2;
        struct dp_proxy_addr to;
        char in[2048];

        (void)state;
        /* the sent-by of another, another port */
        snprintf(in, sizeof(in), "Via: SIP/2.0/UDP 198.51.100.9%s", strstr(vias, ":5070"));
        assert_int_equal(respond(in, "200 OK", &to), SHM_REASON_VIA_FOREIGN);
        snprintf(in, sizeof(in), "Via: SIP/2.0/UDP 198.51.100.1%s", strstr(vias, ";branch"));
        assert_int_equal(respond(in, "200 OK", &to), SHM_REASON_VIA_FOREIGN);
        /* a digit of the branch changed, one too many, none */
        for (size_t at = 0; at < 48; at++) {
                char *digit = in + (strstr(vias, "z9hG4bK") - vias) + 7 + at;

                snprintf(in, sizeof(in), "%s", vias);
                *digit = *digit == '0' ? '1' : '0';
                assert_int_equal(respond(in, "200 OK", &to), SHM_REASON_VIA_FOREIGN);
        }
        snprintf(in, sizeof(in), "%.*s0%s", (int)(strstr(vias, ";loop") - vias), vias,
                 strstr(vias, ";loop"));
        assert_int_equal(respond(in, "200 OK", &to), SHM_REASON_VIA_FOREIGN);
        snprintf(in, sizeof(in), "Via: SIP/2.0/UDP 198.51.100.1:5070\r\n%s", next);
        assert_int_equal(respond(in, "200 OK", &to), SHM_REASON_VIA_FOREIGN);
        /* a branch that is ours, for somebody else: no relay of responses */
        snprintf(in, sizeof(in), "%.*sVia: SIP/2.0/UDP 203.0.113.6:5061;branch=z9hG4bKx\r\n",
                 (int)(next - vias), vias);
        assert_int_equal(respond(in, "200 OK", &to), SHM_REASON_VIA_FOREIGN);
        snprintf(in, sizeof(in),
                 "%.*sVia: SIP/2.0/UDP 203.0.113.5;maddr=203.0.113.6;branch=z9hG4bKx\r\n",
                 (int)(next - vias), vias);
        assert_int_equal(respond(in, "200 OK", &to), SHM_REASON_VIA_FOREIGN);
        /* nothing below, or a name */
        snprintf(in, sizeof(in), "%.*s", (int)(next - vias), vias);
        assert_int_equal(respond(in, "200 OK", &to), SHM_REASON_NO_WAY_BACK);
        snprintf(in, sizeof(in), "%.*sVia: SIP/2.0/UDP ua.example;branch=z9hG4bKx\r\n",
                 (int)(next - vias), vias);
        assert_int_equal(respond(in, "200 OK", &to), SHM_REASON_NO_WAY_BACK);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(goes_back),
            cmocka_unit_test(one_field),
            cmocka_unit_test(not_ours),
        };

        return cmocka_run_group_tests(tests, world_open, NULL);
}
