/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/whole.h"

#include "parser/sip_alg.h"

#define PUBLIC  "192.0.2.9"
#define PRIVATE "10.0.0.2"

/* A request from 192.0.2.9 with these addresses in it. */
static unsigned found(const char *via, const char *contact, const char *origin, const char *conn)
{
        static const struct sip_ip source = {.family = 4, .octets = {192, 0, 2, 9}};
        char text[1024], sdp[256];
        struct whole w;

        snprintf(sdp, sizeof(sdp),
                 "v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\n"
                 "m=audio 4000 RTP/AVP 0\r\n",
                 origin, conn);
        snprintf(text, sizeof(text),
                 "INVITE sip:b@b.example SIP/2.0\r\n%s"
                 "Max-Forwards: 70\r\nFrom: <sip:a@a.example>;tag=1\r\nTo: <sip:b@b.example>\r\n"
                 "Call-ID: 1\r\nCSeq: 1 INVITE\r\nContact: <sip:a@%s:5062>\r\n"
                 "Content-Type: application/sdp\r\n\r\n%s",
                 via, contact, sdp);
        whole_parse(&w, text, strlen(text));
        unsigned bits = sip_alg_find(&w.m, &source);

        whole_end(&w);
        return bits;
}

#define VIA(host) "Via: SIP/2.0/UDP " host ";branch=z9hG4bK1\r\n"

static void contradictions(void **state)
{
        (void)state;
        /* nothing rewritten: public, behind NAT, by STUN, Contact learnt from a response */
        assert_int_equal(found(VIA(PUBLIC), PUBLIC, PUBLIC, PUBLIC), 0);
        assert_int_equal(found(VIA(PRIVATE), PRIVATE, PRIVATE, PRIVATE), 0);
        assert_int_equal(found(VIA(PRIVATE), PUBLIC, PRIVATE, PUBLIC), 0);
        assert_int_equal(found(VIA(PUBLIC), "host.example", PUBLIC, PUBLIC), 0);
        /* rewritten in part */
        assert_int_equal(found(VIA(PUBLIC), PRIVATE, PUBLIC, PUBLIC), SIP_ALG_CONTACT);
        assert_int_equal(found(VIA(PUBLIC), PUBLIC, PRIVATE, PUBLIC), SIP_ALG_ORIGIN);
        assert_int_equal(found(VIA(PUBLIC), PRIVATE, PRIVATE, PUBLIC),
                         SIP_ALG_CONTACT | SIP_ALG_ORIGIN);
        /* a proxy in between: its Via is no sign */
        assert_int_equal(found(VIA(PUBLIC) VIA(PRIVATE), PRIVATE, PRIVATE, PUBLIC), 0);
}

static void length(void **state)
{
        static const struct sip_ip source = {.family = 4, .octets = {192, 0, 2, 9}};
        static const char text[] = "INVITE sip:b@b.example SIP/2.0\r\n" VIA(
            PUBLIC) "Max-Forwards: 70\r\nFrom: <sip:a@a.example>;tag=1\r\nTo: <sip:b@b.example>\r\n"
                    "Call-ID: 1\r\nCSeq: 1 INVITE\r\nContact: <sip:a@" PRIVATE ">\r\n"
                    "Content-Length: 3\r\n\r\nlonger";
        struct whole w;

        (void)state;
        whole_parse(&w, text, sizeof(text) - 1);
        assert_int_equal(sip_alg_find(&w.m, &source), SIP_ALG_CONTACT | SIP_ALG_LENGTH);
        whole_end(&w);
}

static void private(void **state)
{
        static const struct {
                const char *ip;
                bool want;
        } rows[] = {
            {"10.1.2.3", true},    {"11.1.2.3", false},    {"172.15.0.1", false},
            {"172.16.0.1", true},  {"172.31.0.1", true},   {"172.32.0.1", false},
            {"192.168.0.1", true}, {"192.169.0.1", false}, {"100.64.0.1", true},
            {"100.127.0.1", true}, {"100.128.0.1", false}, {"169.254.0.1", true},
            {"127.0.0.1", true},   {"0.0.0.0", true},      {"fd00::1", true},
            {"fe80::1", true},     {"fec0::1", false},     {"::1", true},
            {"::", true},          {"::2", false},         {"2001:db8::1", false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct sip_ip ip;
                const struct sip_span s = {0, (uint16_t)strlen(rows[i].ip)};

                assert_true(sip_ip_parse((const uint8_t *)rows[i].ip, s, &ip));
                if (sip_ip_is_private(&ip) != rows[i].want)
                        fail_msg("%s", rows[i].ip);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(contradictions),
            cmocka_unit_test(length),
            cmocka_unit_test(private),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
