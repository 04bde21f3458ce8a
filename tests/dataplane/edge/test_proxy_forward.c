/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_proxy_forward.c - the request that goes on, octet for octet: RFC 3261 16.6 and 16.12, RFC
 * 3327, 3581, 5393, 5658, and when it does not go (18.1.1).
 */
#include "tests/dataplane/edge/proxy_world.h"

#define VIA1  "Via: SIP/2.0/UDP 203.0.113.5:5061;branch=z9hG4bKx1\r\n"
#define MARK  ";branch=z9hG4bK*;loop=*\r\n"
#define NEW   "Via: SIP/2.0/UDP 198.51.100.1:5070" MARK
#define BACK  "From: <sip:a@a.example>;tag=f1\r\nTo: <sip:b@b.example>\r\nCall-ID: c1\r\n"
#define CSEQ  "CSeq: 1 INVITE\r\n"
#define END   "Content-Length: 0\r\n\r\n"
#define START "INVITE sip:b@b.example SIP/2.0\r\n"
#define WIDE  "Max-Breadth: 60\r\n"

static struct dp_proxy_hop hop(void)
{
        return (struct dp_proxy_hop){.to = addr("198.51.100.7", 5080)};
}

static void expect(const char *in, const struct dp_proxy_hop *h, const char *want)
{
        const struct dp_proxy_sides sides = {OUTSIDE, INSIDE, 1500};
        enum shm_reason why;
        const char *got;

        (void)world_read(in, addr("203.0.113.5", 5061));
        got = world_forward(h, &sides, &why);
        if (got == NULL)
                fail_msg("%s:\n%s", shm_reason_name(why), in);
        got = world_mask(got);
        if (strcmp(got, want) != 0)
                fail_msg("got:\n%s\nwant:\n%s", got, want);
}

static void refuse(const char *in, const struct dp_proxy_hop *h, enum shm_reason want,
                   unsigned code)
{
        const struct dp_proxy_sides sides = {OUTSIDE, INSIDE, 1500};
        enum shm_reason why;

        (void)world_read(in, addr("203.0.113.5", 5061));
        assert_null(world_forward(h, &sides, &why));
        assert_string_equal(shm_reason_name(why), shm_reason_name(want));
        assert_int_equal(dp_proxy_forward_status(why, h), code);
}

static void plain(void **state)
{
        struct dp_proxy_hop h = hop();

        (void)state;
        expect(START VIA1 "Max-Forwards: 70\r\n" BACK CSEQ END, &h,
               START NEW VIA1 WIDE "Max-Forwards: 69\r\n" BACK CSEQ END);
        /* without Max-Forwards, Content-Length; with Max-Breadth and a body */
        expect(START VIA1 "Max-Breadth: 5\r\n" BACK CSEQ "Content-Type: text/plain\r\n\r\nbody", &h,
               START NEW VIA1 "Max-Forwards: 70\r\nMax-Breadth: 5\r\n" BACK CSEQ
                              "Content-Type: text/plain\r\nContent-Length: 4\r\n\r\nbody");
        /* another URI; ACK and CANCEL get no Max-Breadth */
        h.ruri = sip_text_of("sip:b@198.51.100.7:5080;transport=udp");
        expect("CANCEL sip:b@b.example SIP/2.0\r\n" VIA1 "Max-Forwards: 70\r\n" BACK
               "CSeq: 1 CANCEL\r\n" END,
               &h,
               "CANCEL sip:b@198.51.100.7:5080;transport=udp SIP/2.0\r\n" NEW VIA1
               "Max-Forwards: 69\r\n" BACK "CSeq: 1 CANCEL\r\n" END);
}

/* Step 8, and what 18.2.1 and RFC 3581 want in the Via that came. */
static void vias(void **state)
{
        static const struct {
                const char *in, *out;
        } rows[] = {
            {"203.0.113.5:5061;branch=z9hG4bKa", "203.0.113.5:5061;branch=z9hG4bKa"},
            {"10.0.0.1;branch=z9hG4bKa", "10.0.0.1;branch=z9hG4bKa;received=203.0.113.5"},
            {"203.0.113.5;rport;branch=z9hG4bKa",
             "203.0.113.5;branch=z9hG4bKa;received=203.0.113.5;rport=5061"},
            {"a.example;received=1.2.3.4;branch=z9hG4bKa",
             "a.example;branch=z9hG4bKa;received=203.0.113.5"},
            {"a.example;branch=1", "a.example;branch=1;received=203.0.113.5"},
            {"a.example", "a.example;received=203.0.113.5"},
            {"203.0.113.5;branch=z9hG4bKa, SIP/2.0/TCP z;branch=z9hG4bKb",
             "203.0.113.5;branch=z9hG4bKa, SIP/2.0/TCP z;branch=z9hG4bKb"},
        };
        struct dp_proxy_hop h = hop();
        char in[1024], want[1024];

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                snprintf(in, sizeof(in),
                         START "Via: SIP/2.0/UDP %s\r\nMax-Forwards: 9\r\n" BACK CSEQ END,
                         rows[i].in);
                snprintf(want, sizeof(want),
                         START NEW "Via: SIP/2.0/UDP %s\r\n" WIDE
                                   "Max-Forwards: 8\r\n" BACK CSEQ END,
                         rows[i].out);
                expect(in, &h, want);
        }
}

static void record_route(void **state)
{
        struct dp_proxy_sides one = {INSIDE, INSIDE, 1500};
        struct dp_proxy_hop h = hop();
        enum shm_reason why;
        static const char *const never[] = {"REGISTER", "ACK", "CANCEL"};
        char in[1024];

        (void)state;
        h.record_route = true;
        /* two addresses: the one towards the callee on top (RFC 5658 5) */
        expect(START VIA1 "Max-Forwards: 70\r\nRecord-Route: <sip:p.example;lr>\r\n" BACK CSEQ END,
               &h,
               START NEW VIA1 WIDE "Max-Forwards: 69\r\n"
                                   "Record-Route: <sip:*d@198.51.100.1:5070;lr>\r\n"
                                   "Record-Route: <sip:*d@192.0.2.1:5060;lr>\r\n"
                                   "Record-Route: <sip:p.example;lr>\r\n" BACK CSEQ END);
        (void)world_read(START VIA1 "Max-Forwards: 70\r\n" BACK CSEQ END,
                         addr("203.0.113.5", 5061));
        assert_string_equal(world_mask(world_forward(&h, &one, &why)),
                            START NEW VIA1 WIDE "Record-Route: <sip:*d@198.51.100.1:5070;lr>\r\n"
                                                "Max-Forwards: 69\r\n" BACK CSEQ END);
        for (size_t i = 0; i < 3; i++) {
                snprintf(in, sizeof(in),
                         "%s sip:b@b.example SIP/2.0\r\n" VIA1 "Max-Forwards: 70\r\n" BACK
                         "CSeq: 1 %s\r\n" END,
                         never[i], never[i]);
                (void)world_read(in, addr("203.0.113.5", 5061));
                assert_null(strstr(world_forward(&h, &one, &why), "Record-Route"));
        }
}

/* A dialog's way back and forth: what was recorded comes in a Route, and there are no more
 * questions. */
static void dialog(void **state)
{
        const struct dp_proxy_sides there = {OUTSIDE, INSIDE, 1500}, back = {INSIDE, OUTSIDE, 1500};
        struct dp_proxy_hop h = hop();
        char token[DP_PROXY_TOKEN_CHARS_MAX + 1], in[2048];
        enum shm_reason why;

        (void)state;
        h.record_route = true;
        (void)world_read(START VIA1 "Contact: <sip:a@203.0.113.5:5061>\r\n" BACK CSEQ END,
                         addr("203.0.113.5", 5061));
        assert_non_null(world_forward(&h, &there, &why));
        (void)world_token("Record-Route", token);
        assert_int_equal(strlen(token), 2 + 16); /* nobody is behind a NAT */
        /* the caller's ACK */
        snprintf(in, sizeof(in),
                 "ACK sip:b@198.51.100.7:5080 SIP/2.0\r\n" VIA1 "Max-Forwards: 70\r\n"
                 "Route: <sip:%s@192.0.2.1:5060;lr>,<sip:%s@198.51.100.1:5070;lr>\r\n"
                 "From: <sip:a@a.example>;tag=f1\r\nTo: <sip:b@b.example>;tag=t1\r\n"
                 "Call-ID: c1\r\nCSeq: 1 ACK\r\n" END,
                 token, token);
        (void)world_read(in, addr("203.0.113.5", 5061));
        assert_int_equal(world.req.next, DP_PROXY_FORWARD);
        h = dp_proxy_hop_of(&world.req);
        h.record_route = true; /* not twice */
        assert_string_equal(world_mask(world_forward(&h, &there, &why)),
                            "ACK sip:b@198.51.100.7:5080 SIP/2.0\r\n" NEW VIA1
                            "Max-Forwards: 69\r\n"
                            "From: <sip:a@a.example>;tag=f1\r\nTo: <sip:b@b.example>;tag=t1\r\n"
                            "Call-ID: c1\r\nCSeq: 1 ACK\r\n" END);
        /* the callee's BYE */
        snprintf(in, sizeof(in),
                 "BYE sip:a@203.0.113.5:5061 SIP/2.0\r\n"
                 "Via: SIP/2.0/UDP 198.51.100.7:5080;branch=z9hG4bKz\r\nMax-Forwards: 70\r\n"
                 "Route: <sip:%s@198.51.100.1:5070;lr>\r\nRoute: <sip:%s@192.0.2.1:5060;lr>\r\n"
                 "To: <sip:a@a.example>;tag=f1\r\nFrom: <sip:b@b.example>;tag=t1\r\n"
                 "Call-ID: c1\r\nCSeq: 1 BYE\r\n" END,
                 token, token);
        (void)world_read(in, addr("198.51.100.7", 5080));
        assert_int_equal(world.req.next, DP_PROXY_FORWARD);
        h = dp_proxy_hop_of(&world.req);
        assert_string_equal(world_mask(world_forward(&h, &back, &why)),
                            "BYE sip:a@203.0.113.5:5061 SIP/2.0\r\n"
                            "Via: SIP/2.0/UDP 192.0.2.1:5060" MARK
                            "Via: SIP/2.0/UDP 198.51.100.7:5080;branch=z9hG4bKz\r\n" WIDE
                            "Max-Forwards: 69\r\n"
                            "To: <sip:a@a.example>;tag=f1\r\nFrom: <sip:b@b.example>;tag=t1\r\n"
                            "Call-ID: c1\r\nCSeq: 1 BYE\r\n" END);
}

/* Whose addresses are in the token: a user agent that asks for rport and has another Contact; a
 * Contact that control sends to another address. */
static void nat(void **state)
{
        static const struct {
                const char *via, *contact, *ruri;
                bool caller, callee;
        } rows[] = {
            {"10.0.0.1;rport", "<sip:a@10.0.0.1>", "sip:b@10.0.0.2", true, true},
            {"10.0.0.1;rport", "<sip:a@203.0.113.5:5061>", "sip:b@198.51.100.7:5080", false, false},
            {"10.0.0.1", "<sip:a@10.0.0.1>", "", false, false},
            {"10.0.0.1;rport", "<sip:a@203.0.113.5:5061;transport=tcp>", "sip:b@h", true, false},
            {"p;rport;branch=z9hG4bKp, SIP/2.0/UDP q", "<sip:a@10.0.0.1>", "", false, false},
        };
        const struct dp_proxy_sides sides = {OUTSIDE, INSIDE, 1500};

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char in[1024], text[DP_PROXY_TOKEN_CHARS_MAX + 1];
                struct dp_proxy_hop h = hop();
                struct dp_proxy_addr caller = addr("203.0.113.5", 5061);
                struct dp_proxy_token t;
                enum shm_reason why;

                h.record_route = true;
                h.ruri = sip_text_of(rows[i].ruri);
                snprintf(in, sizeof(in),
                         START
                         "Via: SIP/2.0/UDP %s;branch=z9hG4bKa\r\nContact: %s\r\n" BACK CSEQ END,
                         rows[i].via, rows[i].contact);
                (void)world_read(in, caller);
                assert_non_null(world_forward(&h, &sides, &why));
                (void)world_token("Record-Route", text);
                assert_true(dp_proxy_token_read(&world.px, world.req.msg, sip_text_of(text), &t));
                assert_int_equal(t.present, rows[i].caller + 2 * rows[i].callee);
                if (rows[i].caller)
                        assert_true(dp_proxy_addr_equal(&t.addr[DP_PROXY_CALLER], &caller));
                if (rows[i].callee)
                        assert_true(dp_proxy_addr_equal(&t.addr[DP_PROXY_CALLEE], &h.to));
        }
}

/* Steps 2, 6 and 7, and 16.4: a row is Request-URI and Route as they come and as they go. */
static void routes(void **state)
{
        static const struct {
                const char *ruri, *route; /* in; "~" is a token of ours */
                const char *hop_ruri, *hop_routes;
                const char *ruri_out, *route_out;
        } rows[] = {
            {"sip:b@h", "Route: <sip:p1;lr>\r\n", "", "", "sip:b@h", "Route: <sip:p1;lr>\r\n"},
            {"sip:b@h", "Route: <sip:192.0.2.1;lr>,<sip:p1;lr>\r\n", "", "", "sip:b@h",
             "Route: <sip:p1;lr>\r\n"},
            {"sip:b@h", "Route: <sip:192.0.2.1;lr>\r\n", "sip:c@i", "", "sip:c@i", ""},
            /* a decision's Route goes in front */
            {"sip:b@h", "", "sip:c@i", "<sip:q;lr>,<sip:r;lr>", "sip:c@i",
             "Route: <sip:q;lr>,<sip:r;lr>\r\n"},
            {"sip:b@h", "Route: <sip:192.0.2.1;lr>,<sip:p1;lr>\r\n", "", "<sip:q;lr>", "sip:b@h",
             "Route: <sip:q;lr>\r\nRoute: <sip:p1;lr>\r\n"},
            /* the next hop routes strictly (16.6 step 6) */
            {"sip:b@h", "Route: <sip:p1>,<sip:p2;lr>\r\n", "", "", "sip:p1",
             "Route: <sip:p2;lr>\r\nRoute: <sip:b@h>\r\n"},
            {"sip:b@h", "Route: <sip:192.0.2.1;lr>,<sip:p1?x=y>\r\n", "sip:c@i", "", "sip:p1",
             "Route: <sip:c@i>\r\n"},
            {"sip:b@h", "", "sip:c@i", "<sip:q>, <sip:r;lr>", "sip:q",
             "Route: <sip:r;lr>\r\nRoute: <sip:c@i>\r\n"},
            {"sip:b@h", "Route: <sip:p1;lr>\r\n", "", "<sip:q>", "sip:q",
             "Route: <sip:p1;lr>\r\nRoute: <sip:b@h>\r\n"},
            /* the previous hop did (16.4) */
            {"sip:~@192.0.2.1;lr", "Route: <sip:p1;lr>,<sip:b@h>\r\n", "", "", "sip:b@h",
             "Route: <sip:p1;lr>\r\n"},
            {"sip:~@192.0.2.1;lr", "Route: <sip:b@h>\r\n", "", "", "sip:b@h", ""},
            {"sip:~@192.0.2.1;lr",
             "Route: <sip:~@198.51.100.1:5070;lr>\r\nRoute: <sip:b@h?a=b>\r\n", "", "", "sip:b@h",
             ""},
            /* both did */
            {"sip:~@192.0.2.1;lr", "Route: <sip:p1>,<sip:p2>,<sip:b@h>\r\n", "", "", "sip:p1",
             "Route: <sip:p2>\r\nRoute: <sip:b@h>\r\n"},
            /* a maddr of ours leaves, and with it port and transport */
            {"sip:b@h:5060;maddr=192.0.2.1;lr", "", "", "", "sip:b@h;lr", ""},
            {"sip:b@h;x=y;transport=udp;maddr=192.0.2.1", "", "", "", "sip:b@h;x=y", ""},
            {"sip:b@h:5070;maddr=192.0.2.1", "", "", "", "sip:b@h:5070;maddr=192.0.2.1", ""},
        };
        char token[DP_PROXY_TOKEN_CHARS_MAX + 1], ruri[256], route[512], in[2048], want[2048];
        const struct dp_proxy_token t = {.kind = DP_PROXY_TOKEN_DIALOG};

        (void)state;
        (void)world_read(START VIA1 BACK CSEQ END, addr("203.0.113.5", 5061));
        token[dp_proxy_token_write(&world.px, world.req.msg, &t, token)] = '\0';
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct dp_proxy_hop h = hop();
                const char *at[2] = {strchr(rows[i].ruri, '~'), strchr(rows[i].route, '~')};

                h.ruri = sip_text_of(rows[i].hop_ruri);
                h.routes = sip_text_of(rows[i].hop_routes);
                snprintf(ruri, sizeof(ruri), "%.*s%s%s", at[0] ? (int)(at[0] - rows[i].ruri) : 200,
                         rows[i].ruri, at[0] ? token : "", at[0] ? at[0] + 1 : "");
                snprintf(route, sizeof(route), "%.*s%s%s",
                         at[1] ? (int)(at[1] - rows[i].route) : 200, rows[i].route,
                         at[1] ? token : "", at[1] ? at[1] + 1 : "");
                snprintf(in, sizeof(in),
                         "INVITE %s SIP/2.0\r\n" VIA1 "Max-Forwards: 70\r\n%s" BACK CSEQ END, ruri,
                         route);
                if (rows[i].route[0] == '\0')
                        snprintf(want, sizeof(want),
                                 "INVITE %s SIP/2.0\r\n" NEW VIA1 WIDE
                                 "%sMax-Forwards: 69\r\n" BACK CSEQ END,
                                 rows[i].ruri_out, rows[i].route_out);
                else
                        snprintf(want, sizeof(want),
                                 "INVITE %s SIP/2.0\r\n" NEW VIA1 WIDE
                                 "Max-Forwards: 69\r\n%s" BACK CSEQ END,
                                 rows[i].ruri_out, rows[i].route_out);
                expect(in, &h, want);
        }
}

static void path(void **state)
{
        struct dp_proxy_hop h = hop();
        char token[DP_PROXY_TOKEN_CHARS_MAX + 1];

        (void)state;
        h.path = true;
#define REGISTER "REGISTER sip:b.example SIP/2.0\r\n"
#define LAST     "Supported: path\r\nService-Route: <sip:s;lr>\r\nCSeq: 1 REGISTER\r\n" END
        expect(REGISTER VIA1 "Max-Forwards: 70\r\nPath: <sip:p.example;lr>\r\n" BACK LAST, &h,
               REGISTER NEW VIA1 WIDE "Max-Forwards: 69\r\nPath: <sip:*p@198.51.100.1:5070;lr>\r\n"
                                      "Path: <sip:p.example;lr>\r\n" BACK LAST);
        (void)world_token("Path", token);
        assert_int_equal(strlen(token), 2 + 12 + 16);
        expect(REGISTER VIA1 "Max-Forwards: 70\r\n" BACK LAST, &h,
               REGISTER NEW VIA1 WIDE
               "Path: <sip:*p@198.51.100.1:5070;lr>\r\nMax-Forwards: 69\r\n" BACK LAST);
        expect(START VIA1 "Max-Forwards: 70\r\n" BACK CSEQ END, &h,
               START NEW VIA1 WIDE "Max-Forwards: 69\r\n" BACK CSEQ END);
}

static void lines(void **state)
{
        struct dp_proxy_hop h = hop();

        (void)state;
        h.lines = sip_text_of("Diversion: <sip:b@h>;reason=unconditional\r\n"
                              "History-Info: <sip:c@h>;index=1.1\r\nX-Sluice:  a b\r\n");
        expect(START VIA1 "Max-Forwards: 70\r\nDiversion: <sip:z@h>\r\n"
                          "History-Info: <sip:b@h>;index=1\r\n" BACK CSEQ END,
               &h,
               START NEW VIA1 WIDE
               "Max-Forwards: 69\r\nDiversion: <sip:b@h>;reason=unconditional\r\n"
               "Diversion: <sip:z@h>\r\nHistory-Info: <sip:b@h>;index=1\r\n"
               "History-Info: <sip:c@h>;index=1.1\r\n" BACK CSEQ
               "Content-Length: 0\r\nX-Sluice: a b\r\n\r\n");
        h.lines = sip_text_of("X-A: b\nX-C: d\r\n");
        refuse(START VIA1 BACK CSEQ END, &h, SHM_REASON_CANNOT_REWRITE, 500);
        h.lines = sip_text_of("no colon\r\n");
        refuse(START VIA1 BACK CSEQ END, &h, SHM_REASON_CANNOT_REWRITE, 500);
}

static void refused(void **state)
{
        struct dp_proxy_hop h = hop();
        char in[2048], body[1300];
        size_t most;

        (void)state;
        h.stream = true;
        refuse(START VIA1 BACK CSEQ END, &h, SHM_REASON_HOP_TRANSPORT, 500);
        h = hop();
        h.to = addr("2001:db8::1", 5060);
        refuse(START VIA1 BACK CSEQ END, &h, SHM_REASON_HOP_FORBIDDEN, 482);
        h = hop();
        h.ruri = sip_text_of("sip:a b@c");
        refuse(START VIA1 BACK CSEQ END, &h, SHM_REASON_CANNOT_REWRITE, 500);
        h.ruri = sip_text_of("");
        h.routes = sip_text_of("<sip:q;lr>\r\nX-Bad: y");
        refuse(START VIA1 BACK CSEQ END, &h, SHM_REASON_CANNOT_REWRITE, 500);
        h.routes = sip_text_of("sip:q;lr");
        refuse(START VIA1 BACK CSEQ END, &h, SHM_REASON_CANNOT_REWRITE, 500);
        h.routes = sip_text_of("<sip:q;lr>,");
        refuse(START VIA1 BACK CSEQ END, &h, SHM_REASON_CANNOT_REWRITE, 500);
        /* 18.1.1: 200 octets less than the MTU, IP and UDP header included */
        h = hop();
        memset(body, 'x', sizeof(body));
        expect(START VIA1 "Max-Forwards: 70\r\n" BACK CSEQ END, &h,
               START NEW VIA1 WIDE "Max-Forwards: 69\r\n" BACK CSEQ END);
        most = 1500 - 200 - 28 - world.out_len - 3; /* Content-Length of four digits */
        for (size_t more = 0; more < 2; more++) {
                const struct dp_proxy_sides sides = {OUTSIDE, INSIDE, 1500};
                enum shm_reason why;

                snprintf(in, sizeof(in),
                         START VIA1 "Max-Forwards: 70\r\n" BACK CSEQ
                                    "Content-Length: %04zu\r\n\r\n%.*s",
                         most + more, (int)(most + more), body);
                if (more != 0) {
                        refuse(in, &h, SHM_REASON_HOP_TRANSPORT, 513);
                        world.px.mtu_margin--; /* an operator who knows the paths */
                }
                (void)world_read(in, addr("203.0.113.5", 5061));
                assert_non_null(world_forward(&h, &sides, &why));
                assert_int_equal(world.out_len, 1500 - 200 - 28 + more);
                world.px.mtu_margin = DP_PROXY_MTU_MARGIN;
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(plain),  cmocka_unit_test(vias),  cmocka_unit_test(record_route),
            cmocka_unit_test(dialog), cmocka_unit_test(nat),   cmocka_unit_test(routes),
            cmocka_unit_test(path),   cmocka_unit_test(lines), cmocka_unit_test(refused),
        };

        return cmocka_run_group_tests(tests, world_open, NULL);
}
