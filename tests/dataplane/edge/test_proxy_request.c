/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_proxy_request.c - what may go on, what is answered and with what, what is for us, and where
 * it goes without asking: RFC 3261 16.3 to 16.5, a row a rule.
 */
#include "tests/dataplane/edge/proxy_world.h"

#define FROM   "From: <sip:a@a.example>;tag=f1\r\n"
#define TO     "To: <sip:b@b.example>\r\n"
#define CALL   "Call-ID: c1\r\n"
#define VIA    "Via: SIP/2.0/UDP 203.0.113.5;branch=z9hG4bKx1\r\n"
#define END    "Content-Length: 0\r\n\r\n"
#define REST   FROM TO CALL
#define FROM_A "203.0.113.5", 5060

/* A request of this method to this URI with these lines. */
static const struct dp_proxy_request *request(const char *method, const char *uri,
                                              const char *lines)
{
        static char text[WORLD_BYTES];

        snprintf(text, sizeof(text), "%s %s SIP/2.0\r\n" VIA "%s" REST "CSeq: 1 %s\r\n" END, method,
                 uri, lines, method);
        return world_read(text, addr(FROM_A));
}

static void validation(void **state)
{
        static const struct {
                const char *method, *uri, *lines;
                enum dp_proxy_next next;
                enum shm_reason reason;
                uint16_t code;
                const char *answer;
        } rows[] = {
            /* it goes on */
            {"INVITE", "sip:b@b.example", "Max-Forwards: 1\r\n", DP_PROXY_ASK, 0, 0, ""},
            {"INVITE", "sips:b@b.example", "", DP_PROXY_ASK, 0, 0, ""},
            {"INVITE", "tel:+4930123", "", DP_PROXY_ASK, 0, 0, ""},
            {"INVITE", "urn:service:sos", "", DP_PROXY_ASK, 0, 0, ""},
            {"FOO", "sip:b@b.example", "", DP_PROXY_ASK, 0, 0, ""},
            /* 2: the scheme */
            {"INVITE", "http://b.example/", "", DP_PROXY_REPLY, SHM_REASON_PROXY_SCHEME, 416, ""},
            {"ACK", "http://b.example/", "", DP_PROXY_DROP, SHM_REASON_PROXY_SCHEME, 0, ""},
            /* 3: Max-Forwards */
            {"INVITE", "sip:b@b.example", "Max-Forwards: 0\r\n", DP_PROXY_REPLY,
             SHM_REASON_PROXY_HOPS, 483, ""},
            {"REGISTER", "sip:b.example", "Max-Forwards: 00\r\n", DP_PROXY_REPLY,
             SHM_REASON_PROXY_HOPS, 483, ""},
            {"ACK", "sip:b@b.example", "Max-Forwards: 0\r\n", DP_PROXY_DROP, SHM_REASON_PROXY_HOPS,
             0, ""},
            {"OPTIONS", "sip:b@b.example", "Max-Forwards: 0\r\n", DP_PROXY_REPLY,
             SHM_REASON_PROXY_OPTIONS, 200, "Accept: */*\r\nSupported: path\r\n"},
            {"OPTIONS", "sip:192.0.2.1", "Max-Forwards: 0\r\n", DP_PROXY_REPLY,
             SHM_REASON_PROXY_OPTIONS, 200, "Accept: */*\r\nSupported: path\r\n"},
            {"OPTIONS", "sip:edge.example.com", "Max-Forwards: 7\r\n", DP_PROXY_REPLY,
             SHM_REASON_PROXY_OPTIONS, 200, "Accept: */*\r\nSupported: path\r\n"},
            {"OPTIONS", "sip:x@192.0.2.1", "", DP_PROXY_ASK, 0, 0, ""},
            {"OPTIONS", "sip:192.0.2.1:5070", "", DP_PROXY_ASK, 0, 0, ""},
            {"REGISTER", "sip:192.0.2.1", "", DP_PROXY_ASK, 0, 0, ""},
            /* 5: Proxy-Require */
            {"INVITE", "sip:b@b.example", "Proxy-Require: foo\r\n", DP_PROXY_REPLY,
             SHM_REASON_PROXY_REQUIRE, 420, "Unsupported: foo\r\n"},
            {"INVITE", "sip:b@b.example",
             "Proxy-Require: sec-agree , foo\r\nX-A: z\r\nProxy-Require: bar\r\n", DP_PROXY_REPLY,
             SHM_REASON_PROXY_REQUIRE, 420, "Unsupported: sec-agree,foo,bar\r\n"},
            {"INVITE", "sip:b@b.example", "Proxy-Require: \r\n", DP_PROXY_ASK, 0, 0, ""},
            {"INVITE", "sip:b@b.example", "Require: foo\r\n", DP_PROXY_ASK, 0, 0, ""},
            {"ACK", "sip:b@b.example", "Proxy-Require: foo\r\n", DP_PROXY_ASK, 0, 0, ""},
            {"CANCEL", "sip:b@b.example", "Proxy-Require: foo\r\n", DP_PROXY_ASK, 0, 0, ""},
            /* RFC 5393 5.3.3 */
            {"INVITE", "sip:b@b.example", "Max-Breadth: 0\r\n", DP_PROXY_REPLY,
             SHM_REASON_PROXY_BREADTH, 440, ""},
            {"INVITE", "sip:b@b.example", "Max-Breadth: 10\r\n", DP_PROXY_ASK, 0, 0, ""},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                const struct dp_proxy_request *r =
                    request(rows[i].method, rows[i].uri, rows[i].lines);

                if (r->next != rows[i].next || r->reason != rows[i].reason ||
                    r->code != rows[i].code || strcmp(r->lines, rows[i].answer) != 0)
                        fail_msg("row %zu: next %u reason %s code %u, lines \"%s\"", i, r->next,
                                 shm_reason_name(r->reason), r->code, r->lines);
        }
}

static void long_requirements(void **state)
{
        char lines[2048];
        size_t len = (size_t)sprintf(lines, "Proxy-Require: a0");

        (void)state;
        for (unsigned i = 1; i < 200; i++)
                len += (size_t)sprintf(lines + len, ",tag%u", i);
        strcpy(lines + len, "\r\n");
        assert_int_equal(request("INVITE", "sip:b@b.example", lines)->code, 420);
        assert_true(strlen(world.req.lines) < DP_PROXY_LINES_BYTES);
        assert_int_equal(strncmp(world.req.lines, "Unsupported: a0,tag1,tag2,", 26), 0);
        assert_string_equal(world.req.lines + strlen(world.req.lines) - 2, "\r\n");
        snprintf(lines, sizeof(lines), "Proxy-Require: %0600d\r\n", 1);
        assert_int_equal(request("INVITE", "sip:b@b.example", lines)->code, 420);
        assert_string_equal(world.req.lines, "");
}

static void via_maddr(void **state)
{
        static const struct {
                const char *maddr;
                bool dropped;
        } rows[] = {{"203.0.113.5", false},
                    {"203.0.113.6", true},
                    {"h.example", true},
                    {"224.2.0.1", true},
                    {"[2001:db8::9]", true}};
        char text[1024];

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                snprintf(text, sizeof(text),
                         "INVITE sip:b@b.example SIP/2.0\r\nVia: SIP/2.0/UDP "
                         "203.0.113.5;maddr=%s;branch=z9hG4bKx\r\n" REST "CSeq: 1 INVITE\r\n" END,
                         rows[i].maddr);
                (void)world_read(text, addr(FROM_A));
                assert_int_equal(world.req.next == DP_PROXY_DROP, rows[i].dropped);
                assert_int_equal(world.req.reason == SHM_REASON_VIA_MADDR, rows[i].dropped);
        }
}

/* A token of ours that this kind of request would bring back, over Call-ID c1 and tag f1. */
static const char *token(enum dp_proxy_token_kind kind, const char *caller, const char *callee)
{
        static char out[DP_PROXY_TOKEN_CHARS_MAX + 1];
        struct dp_proxy_token t = {.kind = (uint8_t)kind};

        (void)request("INVITE", "sip:b@b.example", "");
        if (caller != NULL) {
                t.present |= 1u << DP_PROXY_CALLER;
                t.addr[DP_PROXY_CALLER] = addr(caller, 4001);
        }
        if (callee != NULL) {
                t.present |= 1u << DP_PROXY_CALLEE;
                t.addr[DP_PROXY_CALLEE] = addr(callee, 4002);
        }
        out[dp_proxy_token_write(&world.px, world.req.msg, &t, out)] = '\0';
        return out;
}

/* Where a request goes: a row is its method, URI, tags and Route, "T" in place of a token. */
struct way {
        const char *uri, *route;
        const char *tags; /* From and To */
        const char *caller, *callee;
        enum dp_proxy_token_kind kind;
        enum dp_proxy_next next;
        enum shm_reason reason;
        const char *ip;
        uint16_t port;
        uint8_t own;
        bool left; /* Route values remain */
};

static const char *with_token(char *out, const char *in, const char *tok)
{
        char *to = out;

        *to = '\0';

        for (; *in != '\0'; in++)
                to += *in == '~' ? sprintf(to, "%s", tok) : sprintf(to, "%c", *in);
        return out;
}

static void check_way(const struct way *w, size_t row)
{
        char text[WORLD_BYTES], uri[1024], route[2048];
        const char *tok = token(w->kind, w->caller, w->callee);

        snprintf(text, sizeof(text),
                 "BYE %s SIP/2.0\r\n" VIA "%s%sCall-ID: c1\r\nCSeq: 2 BYE\r\n" END,
                 with_token(uri, w->uri, tok), with_token(route, w->route, tok), w->tags);
        (void)world_read(text, addr(FROM_A));
        if (world.req.next != w->next || world.req.reason != w->reason ||
            world.req.own_routes != w->own || world.req.has_route != w->left)
                fail_msg("row %zu: next %u, reason %s, %u own, left %d\n%s", row, world.req.next,
                         shm_reason_name(world.req.reason), world.req.own_routes,
                         world.req.has_route, text);
        if (w->next == DP_PROXY_FORWARD) {
                struct dp_proxy_addr want = addr(w->ip, w->port);

                if (!dp_proxy_addr_equal(&world.req.target, &want))
                        fail_msg("row %zu: port %u", row, world.req.target.port);
        }
}

#define CALLER "From: <sip:a@h>;tag=f1\r\nTo: <sip:b@h>;tag=t1\r\n"
#define CALLEE "From: <sip:b@h>;tag=t1\r\nTo: <sip:a@h>;tag=f1\r\n"
#define OTHERS "From: <sip:b@h>;tag=t1\r\nTo: <sip:a@h>;tag=t2\r\n"
#define D      DP_PROXY_TOKEN_DIALOG
#define P      DP_PROXY_TOKEN_PATH
#define GO     DP_PROXY_FORWARD, SHM_REASON_PROXIED
#define ASK    DP_PROXY_ASK, SHM_REASON_NONE, NULL, 0

static void ways(void **state)
{
        static const struct way rows[] = {
            /* a dialog that we recorded: the Request-URI, then the Route */
            {"sip:b@198.51.100.7", "Route: <sip:~@192.0.2.1;lr>\r\n", CALLER, NULL, NULL, D, GO,
             "198.51.100.7", 5060, 1, false},
            {"sip:b@[2001:db8::7]:5091", "Route: <sip:~@192.0.2.1;lr>\r\n", CALLEE, NULL, NULL, D,
             GO, "2001:db8::7", 5091, 1, false},
            {"sip:b@h;maddr=198.51.100.8", "Route: <sip:~@192.0.2.1;lr>\r\n", CALLER, NULL, NULL, D,
             GO, "198.51.100.8", 5060, 1, false},
            {"sip:b@h", "Route: <sip:~@192.0.2.1;lr>,<sip:198.51.100.9:5090;lr>\r\n", CALLER, NULL,
             NULL, D, GO, "198.51.100.9", 5090, 1, true},
            /* by two addresses (RFC 5658), by one of our names */
            {"sip:b@198.51.100.7",
             "Route: <sip:~@192.0.2.1;lr>\r\nRoute: <sip:~@198.51.100.1:5070;lr>\r\n", CALLER, NULL,
             NULL, D, GO, "198.51.100.7", 5060, 2, false},
            {"sip:b@198.51.100.7", "Route: <sip:~@EDGE.example.com;lr>\r\n", CALLER, NULL, NULL, D,
             GO, "198.51.100.7", 5060, 1, false},
            /* as we write them, which is read without parsing; and what only looks like it */
            {"sip:b@198.51.100.7",
             "Route: <sip:~@192.0.2.1:5060;lr>,<sip:~@198.51.100.1:5070;lr>\r\n", CALLEE, NULL,
             NULL, D, GO, "198.51.100.7", 5060, 2, false},
            {"sip:b@h",
             "Route: <sip:~@198.51.100.1:5070;lr>, <sip:~@[2001:db8::1]:5060;lr>\r\n"
             "Route: <sip:198.51.100.9:5090;lr>\r\n",
             CALLER, NULL, NULL, D, GO, "198.51.100.9", 5090, 2, true},
            {"sip:b@h", "Route: <sip:~@192.0.2.1:5060;lr>;x=y,<sip:198.51.100.9:5090;lr>\r\n",
             CALLER, NULL, NULL, D, GO, "198.51.100.9", 5090, 1, true},
            {"sip:b@198.51.100.7",
             "Route: <sip:~@192.0.2.1:5060;lr>,<sip:x@198.51.100.1:5070;lr>\r\n", CALLER, NULL,
             NULL, D, GO, "198.51.100.7", 5060, 2, false},
            {"sip:b@198.51.100.7", "Route: <sip:~0@192.0.2.1:5060;lr>\r\n", CALLER, NULL, NULL, D,
             ASK, 1, false},
            {"sip:b@198.51.100.7", "Route: <sip:a>,<sip:~@192.0.2.1:5060;lr>\r\n", CALLER, NULL,
             NULL, D, ASK, 0, true},
            {"sip:b@198.51.100.7", "Route: <sip:~@192.0.2.1:5060;lrx>\r\n", CALLER, NULL, NULL, D,
             GO, "198.51.100.7", 5060, 1, false},
            /* names are looked up by nobody here */
            {"sip:b@h", "Route: <sip:~@192.0.2.1;lr>\r\n", CALLER, NULL, NULL, D, ASK, 1, false},
            {"sip:b@198.51.100.7", "Route: <sip:~@192.0.2.1;lr>,<sip:p.example;lr>\r\n", CALLER,
             NULL, NULL, D, ASK, 1, true},
            /* who is behind a NAT gets it where he is, whatever his Contact says */
            {"sip:a@10.0.0.1", "Route: <sip:~@192.0.2.1;lr>\r\n", CALLEE, "203.0.113.77", NULL, D,
             GO, "203.0.113.77", 4001, 1, false},
            {"sip:b@198.51.100.7", "Route: <sip:~@192.0.2.1;lr>\r\n", CALLER, "203.0.113.77", NULL,
             D, GO, "198.51.100.7", 5060, 1, false},
            {"sip:b@10.0.0.1", "Route: <sip:~@192.0.2.1;lr>\r\n", CALLER, "203.0.113.77",
             "2001:db8::99", D, GO, "2001:db8::99", 4002, 1, false},
            {"sip:b@10.0.0.1", "Route: <sip:~@192.0.2.1;lr>,<sip:198.51.100.9;lr>\r\n", CALLER,
             NULL, "2001:db8::99", D, GO, "198.51.100.9", 5060, 1, true},
            /* along a Path, in any call */
            {"sip:b@10.0.0.1", "Route: <sip:~@198.51.100.1:5070;lr>\r\n", OTHERS, "203.0.113.77",
             NULL, P, GO, "203.0.113.77", 4001, 1, false},
            {"sip:b@10.0.0.1", "Route: <sip:~@198.51.100.1:5070;lr>,<sip:198.51.100.9;lr>\r\n",
             OTHERS, "203.0.113.77", NULL, P, ASK, 1, true},
            /* no token, another call's, or one for somebody else's address: control is asked */
            {"sip:b@198.51.100.7", "", CALLER, NULL, NULL, D, ASK, 0, false},
            {"sip:b@198.51.100.7", "Route: <sip:192.0.2.1;lr>\r\n", CALLER, NULL, NULL, D, ASK, 1,
             false},
            {"sip:b@198.51.100.7", "Route: <sip:~@192.0.2.1;lr>\r\n", OTHERS, NULL, NULL, D, ASK, 1,
             false},
            {"sip:b@198.51.100.7", "Route: <sip:~0@192.0.2.1;lr>\r\n", CALLER, NULL, NULL, D, ASK,
             1, false},
            {"sip:b@198.51.100.7", "Route: <sip:198.51.100.9;lr>\r\n", CALLER, NULL, NULL, D, ASK,
             0, true},
            {"sip:b@198.51.100.7", "Route: <sip:~@192.0.2.99;lr>\r\n", CALLER, NULL, NULL, D, ASK,
             0, true},
            {"sip:b@198.51.100.7", "Route: <sip:~@192.0.2.1:5070;lr>\r\n", CALLER, NULL, NULL, D,
             ASK, 0, true},
            /* the previous hop routes strictly: the last Route value is the Request-URI */
            {"sip:~@192.0.2.1;lr", "Route: <sip:b@198.51.100.7>\r\n", CALLER, NULL, NULL, D, GO,
             "198.51.100.7", 5060, 0, false},
            {"sip:~@192.0.2.1;lr", "Route: <sip:~@198.51.100.1:5070;lr>,<sip:b@198.51.100.7>\r\n",
             CALLER, NULL, NULL, D, GO, "198.51.100.7", 5060, 1, false},
            {"sip:~@192.0.2.1;lr", "Route: <sip:198.51.100.9>,<sip:b@198.51.100.7>\r\n", CALLER,
             NULL, NULL, D, GO, "198.51.100.9", 5060, 0, true},
            {"sip:x@192.0.2.1", "Route: <sip:198.51.100.9>,<sip:b@198.51.100.7>\r\n", CALLER, NULL,
             NULL, D, ASK, 0, true},
            /* the way is not UDP */
            {"sip:b@198.51.100.7;transport=TCP", "Route: <sip:~@192.0.2.1;lr>\r\n", CALLER, NULL,
             NULL, D, DP_PROXY_REPLY, SHM_REASON_HOP_TRANSPORT, NULL, 0, 1, false},
            {"sips:b@198.51.100.7", "Route: <sip:~@192.0.2.1;lr>\r\n", CALLER, NULL, NULL, D,
             DP_PROXY_REPLY, SHM_REASON_HOP_TRANSPORT, NULL, 0, 1, false},
            {"sip:b@198.51.100.7;transport=udp", "Route: <sip:~@192.0.2.1;lr>\r\n", CALLER, NULL,
             NULL, D, GO, "198.51.100.7", 5060, 1, false},
            /* to ourselves, to nobody, to many */
            {"sip:b@192.0.2.1", "Route: <sip:~@192.0.2.1;lr>\r\n", CALLER, NULL, NULL, D,
             DP_PROXY_REPLY, SHM_REASON_HOP_FORBIDDEN, NULL, 0, 1, false},
            {"sip:b@0.0.0.0", "Route: <sip:~@192.0.2.1;lr>\r\n", CALLER, NULL, NULL, D,
             DP_PROXY_REPLY, SHM_REASON_HOP_FORBIDDEN, NULL, 0, 1, false},
            {"sip:b@127.0.0.1", "Route: <sip:~@192.0.2.1;lr>\r\n", CALLER, NULL, NULL, D,
             DP_PROXY_REPLY, SHM_REASON_HOP_FORBIDDEN, NULL, 0, 1, false},
            {"sip:b@[ff02::1]", "Route: <sip:~@192.0.2.1;lr>\r\n", CALLER, NULL, NULL, D,
             DP_PROXY_REPLY, SHM_REASON_HOP_FORBIDDEN, NULL, 0, 1, false},
            {"sip:b@[::1]", "Route: <sip:~@192.0.2.1;lr>\r\n", CALLER, NULL, NULL, D,
             DP_PROXY_REPLY, SHM_REASON_HOP_FORBIDDEN, NULL, 0, 1, false},
            /* a maddr that is us leaves, and then control is asked */
            {"sip:b@h.example;maddr=192.0.2.1", "", CALLER, NULL, NULL, D, ASK, 0, false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                check_way(&rows[i], i);
}

/* Without a token, but of a dialog that the worker knows; and what is to be asked about at all. */
static void known_dialogs(void **state)
{
        struct dp_proxy_addr src = addr(FROM_A), want = addr("198.51.100.7", 5060);
        char text[1024], uri[256];

        (void)state;
        (void)request("BYE", "sip:b@198.51.100.7", "");
        dp_proxy_request_read(&world.px, &world.in.m, &src, true, &world.req);
        assert_int_equal(world.req.next, DP_PROXY_FORWARD);
        assert_true(dp_proxy_addr_equal(&world.req.target, &want));
        assert_false(dp_proxy_is_recorded(&world.px, &world.in.m));
        snprintf(text, sizeof(text), "Route: <sip:%s@192.0.2.1;lr>\r\n", token(D, NULL, NULL));
        (void)request("BYE", "sip:b@198.51.100.7", text);
        assert_true(dp_proxy_is_recorded(&world.px, &world.in.m));
        snprintf(uri, sizeof(uri), "sip:%s@192.0.2.1;lr", token(D, NULL, NULL));
        (void)request("BYE", uri, "Route: <sip:b@198.51.100.7>\r\n");
        assert_true(dp_proxy_is_recorded(&world.px, &world.in.m));
        snprintf(text, sizeof(text), "Route: <sip:%s@192.0.2.9;lr>\r\n", token(D, NULL, NULL));
        (void)request("BYE", "sip:b@198.51.100.7", text);
        assert_false(dp_proxy_is_recorded(&world.px, &world.in.m));
}

static void too_many_of_our_own(void **state)
{
        char lines[2048] = "";

        (void)state;
        for (unsigned i = 0; i < DP_PROXY_OWN_ROUTES_MAX; i++)
                strcat(lines, "Route: <sip:192.0.2.1;lr>\r\n");
        assert_int_equal(request("INVITE", "sip:b@b.example", lines)->next, DP_PROXY_ASK);
        assert_int_equal(world.req.own_routes, DP_PROXY_OWN_ROUTES_MAX);
        strcat(lines, "Route: <sip:192.0.2.1;lr>\r\n");
        assert_int_equal(request("INVITE", "sip:b@b.example", lines)->reason,
                         SHM_REASON_PROXY_LOOP);
}

static void selves(void **state)
{
        struct dp_proxy px = world.px;
        struct dp_proxy_addr a = addr("192.0.2.9", 5060);

        (void)state;
        assert_memory_equal(INSIDE->via,
                            "Via: SIP/2.0/UDP 198.51.100.1:5070;branch=", INSIDE->via_len);
        assert_memory_equal(INSIDE->uri, "@198.51.100.1:5070;lr>", INSIDE->uri_len);
        assert_memory_equal(OUTSIDE6->via,
                            "Via: SIP/2.0/UDP [2001:db8::1]:5060;branch=", OUTSIDE6->via_len);
        assert_memory_equal(OUTSIDE6->uri, "@[2001:db8::1]:5060;lr>", OUTSIDE6->uri_len);
        assert_int_equal(dp_proxy_add_self(&px, &a.ip, 0), -EINVAL);
        assert_int_equal(dp_proxy_add_name(&px, ""), -EINVAL);
        assert_int_equal(dp_proxy_add_name(&px, "a b"), -EINVAL);
        assert_int_equal(dp_proxy_add_name(&px, "h;x"), -EINVAL);
        while (px.self_cnt < DP_PROXY_SELVES_MAX)
                assert_int_equal(dp_proxy_add_self(&px, &a.ip, (uint16_t)(7000 + px.self_cnt)), 0);
        assert_int_equal(dp_proxy_add_self(&px, &a.ip, 5060), -ENOSPC);
        while (px.name_cnt < DP_PROXY_NAMES_MAX)
                assert_int_equal(dp_proxy_add_name(&px, "x.example"), 0);
        assert_int_equal(dp_proxy_add_name(&px, "x.example"), -ENOSPC);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(validation),
            cmocka_unit_test(long_requirements),
            cmocka_unit_test(via_maddr),
            cmocka_unit_test(ways),
            cmocka_unit_test(selves),
            cmocka_unit_test(known_dialogs),
            cmocka_unit_test(too_many_of_our_own),
        };

        return cmocka_run_group_tests(tests, world_open, NULL);
}
