/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sip_reply.c - stateless responses: the examples of the RFCs, what may not be answered, and
 * nothing written outside the buffer.
 */
#include <errno.h>

#include "parser/sip_reply.h"
#include "tests/parser/whole.h"

/* The INVITE of RFC 3261 24.2 as the second proxy's server gets it, shortened. */
#define VIA_TOP "Via: SIP/2.0/UDP bigbox3.site3.atlanta.com;branch=z9hG4bK77ef4c2312983.1\r\n"
#define VIA_2   "Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8\r\n ;received=192.0.2.1\r\n"
#define COMMON                                                   \
        "From: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n" \
        "Call-ID: a84b4c76e66710\r\n"                            \
        "CSeq: 314159 INVITE\r\n"
#define TO   "To: Bob <sip:bob@biloxi.com>\r\n"
#define REST "Max-Forwards: 69\r\nContact: <sip:alice@pc33.atlanta.com>\r\n"
#define LINE "INVITE sip:bob@biloxi.com SIP/2.0\r\n"
#define END  "Content-Length: 0\r\n\r\n"

static const struct sip_reply_args forbidden = {
    .status = 403,
    .src_port = 5061,
    .src = "192.0.2.4",
    .src_len = 9,
    .to_tag = "314159",
    .tag_len = 6,
};

static void expect_reply(const char *request, const struct sip_reply_args *args, const char *want)
{
        uint8_t out[4096];
        struct whole w;
        size_t size, len;

        whole_parse(&w, request, strlen(request));
        assert_int_equal(sip_reply_size(&w.m, args, &size), 0);
        assert_int_equal(sip_reply_build(&w.m, args, out, sizeof(out), &len), 0);
        assert_int_equal(len, size);
        if (len != strlen(want) || memcmp(out, want, len) != 0)
                fail_msg("got:\n%.*s\nwant:\n%s", (int)len, (const char *)out, want);
        whole_end(&w);
        /* what we write, we accept */
        whole_parse(&w, out, len);
        assert_int_equal(w.j.verdict, SIP_VERDICT_ACCEPT);
        assert_int_equal(w.m.kind, SIP_KIND_RESPONSE);
        assert_int_equal(w.m.status, args->status);
        assert_true(w.m.to.tag.len > 0);
        whole_end(&w);
}

static void expect_refused(const char *request, const struct sip_reply_args *args)
{
        uint8_t out[64] = {0xcc};
        struct whole w;
        size_t len = 77;

        whole_parse(&w, request, strlen(request));
        assert_int_equal(sip_reply_size(&w.m, args, &len), -EINVAL);
        assert_int_equal(sip_reply_build(&w.m, args, out, sizeof(out), &len), -EINVAL);
        assert_int_equal(out[0], 0xcc);
        whole_end(&w);
}

static void vias_in_order(void **state)
{
        (void)state;
        /* the fold in the second Via becomes spaces; received= is added to the first (18.2.1) */
        expect_reply(LINE VIA_TOP VIA_2 REST TO COMMON END, &forbidden,
                     "SIP/2.0 403 Forbidden\r\n"
                     "Via: SIP/2.0/UDP bigbox3.site3.atlanta.com;branch=z9hG4bK77ef4c2312983.1"
                     ";received=192.0.2.4\r\n"
                     "Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8   ;received=192.0.2.1"
                     "\r\n"
                     "From: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n"
                     "To: Bob <sip:bob@biloxi.com>;tag=314159\r\n"
                     "Call-ID: a84b4c76e66710\r\n"
                     "CSeq: 314159 INVITE\r\n" END);
}

/* A challenge, say: its lines stand as they are, in front of Retry-After. */
static void headers_of_the_caller(void **state)
{
        struct sip_reply_args args = forbidden;

        (void)state;
        args.status = 401;
        args.retry_after_s = 5;
        args.headers = "WWW-Authenticate: Digest realm=\"r\",nonce=\"n\"\r\nX: y\r\n";
        expect_reply(LINE VIA_TOP REST TO COMMON END, &args,
                     "SIP/2.0 401 Unauthorized\r\n"
                     "Via: SIP/2.0/UDP bigbox3.site3.atlanta.com;branch=z9hG4bK77ef4c2312983.1"
                     ";received=192.0.2.4\r\n"
                     "From: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n"
                     "To: Bob <sip:bob@biloxi.com>;tag=314159\r\n"
                     "Call-ID: a84b4c76e66710\r\n"
                     "CSeq: 314159 INVITE\r\n"
                     "WWW-Authenticate: Digest realm=\"r\",nonce=\"n\"\r\nX: y\r\n"
                     "Retry-After: 5\r\n" END);
}

static void vias_in_one_field(void **state)
{
        (void)state;
        expect_reply(LINE
                     "v: SIP/2.0/UDP 192.0.2.4;branch=z9hG4bK1 , SIP/2.0/TCP b;branch=z9hG4bK2,"
                     "SIP/2.0/UDP c;branch=z9hG4bK3\r\n" VIA_2 REST TO COMMON END,
                     &forbidden,
                     "SIP/2.0 403 Forbidden\r\n"
                     "Via: SIP/2.0/UDP 192.0.2.4;branch=z9hG4bK1 , SIP/2.0/TCP b;branch=z9hG4bK2,"
                     "SIP/2.0/UDP c;branch=z9hG4bK3\r\n"
                     "Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8   ;received=192.0.2.1"
                     "\r\n"
                     "From: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n"
                     "To: Bob <sip:bob@biloxi.com>;tag=314159\r\n"
                     "Call-ID: a84b4c76e66710\r\n"
                     "CSeq: 314159 INVITE\r\n" END);
}

/* The topmost Via that goes in, and the one that comes out. */
static void top_via(void **state)
{
        static const struct {
                const char *in;
                const char *out;
                const char *src;
        } rows[] = {
            /* sent-by is the source: nothing to add */
            {"192.0.2.4:5060;branch=z9hG4bKa", "192.0.2.4:5060;branch=z9hG4bKa", "192.0.2.4"},
            /* RFC 3581 4: rport filled in, and received= even when it is no news */
            {"192.0.2.4;rport;branch=z9hG4bKa",
             "192.0.2.4;branch=z9hG4bKa;received=192.0.2.4;rport=5061", "192.0.2.4"},
            {"10.1.1.1:4540;rport;branch=z9hG4bKkjshdyff",
             "10.1.1.1:4540;branch=z9hG4bKkjshdyff;received=192.0.2.1;rport=5061", "192.0.2.1"},
            /* what the client claims of itself does not count */
            {"h;received=198.51.100.9;branch=z9hG4bKa", "h;branch=z9hG4bKa;received=192.0.2.4",
             "192.0.2.4"},
            {"192.0.2.4;branch=z9hG4bKa;RECEIVED=198.51.100.9", "192.0.2.4;branch=z9hG4bKa",
             "192.0.2.4"},
            {"h;rport=9;branch=z9hG4bKa", "h;branch=z9hG4bKa;received=192.0.2.4;rport=5061",
             "192.0.2.4"},
            /* other parameters stay, quotes and all */
            {"h;branch=z9hG4bKa;x=\"a;received=1\\\";b\";ttl=3",
             "h;branch=z9hG4bKa;x=\"a;received=1\\\";b\";ttl=3;received=192.0.2.4", "192.0.2.4"},
            {"h;receivedx=1;branch=z9hG4bKa;xrport",
             "h;receivedx=1;branch=z9hG4bKa;xrport;received=192.0.2.4", "192.0.2.4"},
            /* IPv6: sent-by with brackets, received without (RFC 5118 4.5) */
            {"[2001:DB8::9]:5060;branch=z9hG4bKa", "[2001:DB8::9]:5060;branch=z9hG4bKa",
             "2001:db8::9"},
            {"[2001:db8::a];branch=z9hG4bKa", "[2001:db8::a];branch=z9hG4bKa;received=2001:db8::9",
             "2001:db8::9"},
        };
        char request[1024], want[1024];

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct sip_reply_args args = forbidden;

                args.src = rows[i].src;
                args.src_len = (uint16_t)strlen(rows[i].src);
                snprintf(request, sizeof(request),
                         LINE "Via: SIP/2.0/UDP %s\r\n" REST TO COMMON END, rows[i].in);
                snprintf(want, sizeof(want),
                         "SIP/2.0 403 Forbidden\r\nVia: SIP/2.0/UDP %s\r\n"
                         "From: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n"
                         "To: Bob <sip:bob@biloxi.com>;tag=314159\r\n"
                         "Call-ID: a84b4c76e66710\r\nCSeq: 314159 INVITE\r\n" END,
                         rows[i].out);
                expect_reply(request, &args, want);
        }
}

static void arguments(void **state)
{
        struct sip_reply_args args = forbidden;

        (void)state;
        args.status = 503;
        args.retry_after_s = UINT32_MAX;
        args.phrase = "Busy\r\nEvil: yes";
        args.src = "bigbox3.site3.atlanta.com";
        args.src_len = 25;
        /* a tag that is there stays; a phrase can not begin a line */
        expect_reply(LINE VIA_TOP REST "t: <sip:b@h>;tag=old\r\n" COMMON END, &args,
                     "SIP/2.0 503 Busy  Evil: yes\r\n" VIA_TOP
                     "From: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n"
                     "To: <sip:b@h>;tag=old\r\n"
                     "Call-ID: a84b4c76e66710\r\n"
                     "CSeq: 314159 INVITE\r\n"
                     "Retry-After: 4294967295\r\n" END);
}

static void never_answered(void **state)
{
        struct sip_reply_args args = forbidden;

        (void)state;
        expect_refused("ACK sip:b@h SIP/2.0\r\n" VIA_TOP REST TO
                       "From: <sip:a@h>;tag=1\r\nCall-ID: c\r\nCSeq: 1 ACK\r\n" END,
                       &forbidden);
        expect_refused("SIP/2.0 200 OK\r\n" VIA_TOP TO COMMON END, &forbidden);
        expect_refused("garbage\r\n\r\n", &forbidden);
        expect_refused("", &forbidden);
        /* a field to copy is missing */
        expect_refused(LINE REST TO COMMON END, &forbidden);
        expect_refused(LINE VIA_TOP REST COMMON END, &forbidden);
        expect_refused(LINE VIA_TOP REST TO "Call-ID: c\r\nCSeq: 1 INVITE\r\n" END, &forbidden);
        expect_refused(LINE VIA_TOP REST TO "From: <sip:a@h>;tag=1\r\nCSeq: 1 INVITE\r\n" END,
                       &forbidden);
        expect_refused(LINE VIA_TOP REST TO "From: <sip:a@h>;tag=1\r\nCall-ID: c\r\n" END,
                       &forbidden);
        expect_refused(LINE "Via: nonsense\r\n" REST TO COMMON END, &forbidden);
        /* arguments */
        for (unsigned i = 0; i < 5; i++) {
                static const uint16_t bad[] = {0, 99, 100, 199, 700};

                args.status = bad[i];
                expect_refused(LINE VIA_TOP REST TO COMMON END, &args);
        }
        args = forbidden;
        args.src_len = 0;
        expect_refused(LINE VIA_TOP REST TO COMMON END, &args);
        args = forbidden;
        args.tag_len = 0;
        expect_refused(LINE VIA_TOP REST TO COMMON END, &args);
}

static void every_capacity(void **state)
{
        static const char request[] = LINE VIA_TOP VIA_2 REST TO COMMON END;
        struct guard g = guard_create(4096);
        uint8_t first[4096];
        struct whole w;
        size_t size, len;

        (void)state;
        whole_parse(&w, request, sizeof(request) - 1);
        assert_int_equal(sip_reply_size(&w.m, &forbidden, &size), 0);
        assert_int_equal(sip_reply_build(&w.m, &forbidden, first, sizeof(first), &len), 0);
        for (size_t cap = 0; cap <= size + 3; cap++) {
                uint8_t *out = g.start + g.bytes - cap; /* flush against the page behind */

                memset(out, 0xcc, cap);
                if (cap >= size) {
                        /* and a retransmission gets the same octets */
                        assert_int_equal(sip_reply_build(&w.m, &forbidden, out, cap, &len), 0);
                        assert_int_equal(len, size);
                        assert_memory_equal(out, first, size);
                        continue;
                }
                assert_int_equal(sip_reply_build(&w.m, &forbidden, out, cap, &len), -ENOSPC);
                for (size_t i = 0; i < cap; i++)
                        assert_int_equal(out[i], 0xcc);
        }
        whole_end(&w);
        guard_destroy(&g);
}

/* Whatever the parser makes of a cut or damaged request, a reply holds no line that was not written
 * by us. */
static void damaged_requests(void **state)
{
        static const char request[] = LINE VIA_TOP VIA_2 REST TO COMMON END;
        static const char *const names[] = {"Via: ",
                                            "From: ",
                                            "To: ",
                                            "CSeq: ",
                                            "Call-ID: ",
                                            "Content-Length: 0",
                                            "SIP/2.0 403 Forbidden"};
        static const char octets[] = "\r\n\t;,<>\":= \0\x7f\xff";
        char damaged[sizeof(request)];
        unsigned answered = 0;

        (void)state;
        for (size_t i = 0; i < 2 * (sizeof(request) - 1) * sizeof(octets); i++) {
                size_t at = i / sizeof(octets) % (sizeof(request) - 1);
                uint8_t out[4096];
                struct whole w;
                size_t len;

                memcpy(damaged, request, sizeof(request));
                damaged[at] = octets[i % sizeof(octets)];
                if (i >= (sizeof(request) - 1) * sizeof(octets) && at + 1 < sizeof(request) - 1)
                        damaged[at + 1] = octets[i * 7 % sizeof(octets)];
                whole_parse(&w, damaged, sizeof(request) - 1);
                if (sip_reply_build(&w.m, &forbidden, out, sizeof(out) - 1, &len) == 0) {
                        answered++;
                        out[len] = '\0';
                        assert_int_equal(strlen((char *)out), len);
                        for (char *line = strtok((char *)out, "\r\n"); line != NULL;
                             line = strtok(NULL, "\r\n")) {
                                unsigned known = 0;

                                for (size_t n = 0; n < 7; n++)
                                        known += strncmp(line, names[n], strlen(names[n])) == 0;
                                assert_int_equal(known, 1);
                        }
                }
                whole_end(&w);
        }
        printf("%u damaged requests answered\n", answered);
        assert_true(answered > 1000);
}

static void phrases(void **state)
{
        (void)state;
        assert_string_equal(sip_status_phrase(200), "OK");
        assert_string_equal(sip_status_phrase(404), "Not Found");
        assert_string_equal(sip_status_phrase(503), "Service Unavailable");
        assert_string_equal(sip_status_phrase(606), "Not Acceptable");
        assert_string_equal(sip_status_phrase(499), "Client Error");
        assert_string_equal(sip_status_phrase(699), "Global Failure");
        assert_string_equal(sip_status_phrase(99), "");
        assert_string_equal(sip_status_phrase(700), "");
        for (unsigned s = 100; s < 700; s++)
                assert_true(strlen(sip_status_phrase(s)) > 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(vias_in_order),
            cmocka_unit_test(vias_in_one_field),
            cmocka_unit_test(headers_of_the_caller),
            cmocka_unit_test(top_via),
            cmocka_unit_test(arguments),
            cmocka_unit_test(never_answered),
            cmocka_unit_test(every_capacity),
            cmocka_unit_test(damaged_requests),
            cmocka_unit_test(phrases),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
