/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold of every input: no octet outside the buffer is read, the invariants of sip_msg.h
 * hold, and the result does not depend on where the buffer lies. What reading costs: cost/.
 */
#include "tests/parser/whole.h"

#include <stdlib.h>
#include <time.h>

static const char *const seeds[] = {
    "INVITE sip:bob@biloxi.example.com;transport=udp SIP/2.0\r\n"
    "Via: SIP/2.0/UDP pc33.example.com:5060;branch=z9hG4bK776asdhds;rport, SIP/2.0/TCP "
    "[2001:db8::1]\r\n"
    "v: SIP / 2.0 / TLS h ; received=192.0.2.1 ; x=\"q\\\"\"\r\n"
    "Max-Forwards: 70\r\nTo: Bob <sip:bob@biloxi.example.com>\r\n"
    "From: \"Alice \\\" A\" <sips:alice%40x:pw@example.com:5061;lr?a=b&c=d>;tag=1928301774\r\n"
    "Call-ID: a84b4c76e66710@pc33.example.com\r\nCSeq: 314159 INVITE\r\n"
    "Contact: <sip:alice@pc33.example.com>;q=0.7;expires=3600, <tel:+1-201-555>\r\n"
    "Subject: folded\r\n  text \r\nRoute: <sip:p1;lr>,<sip:p2;lr>\r\n"
    "Date: Sat, 13 Nov 2010 23:29:00 GMT\r\nExpires: 60\r\nX-Unknown : \xc3\xa9\r\n"
    "Content-Type: application/sdp\r\nContent-Length: 4\r\n\r\nv=0\n",
    "\r\nSIP/2.0 486 Busy Here\r\nv:SIP/2.0/UDP h\r\nf:<sip:a@b>;tag=1\r\nt:sip:c@d;tag=2\r\n"
    "i:x@y\r\nCSeq:1 BYE\r\nRetry-After: 5 (x)\r\nl:0\r\n\r\n",
    "REGISTER sip:h SIP/2.0\nVia: SIP/2.0/UDP h;maddr=1.2.3.4;ttl=1\nFrom: sip:a@h\nTo: "
    "urn:x:y\nCall-ID: c\nCSeq: 1 REGISTER\nContact: *\n\n",
};
#define SEED_CNT (sizeof(seeds) / sizeof(seeds[0]))

static uint32_t rng;

static uint32_t next(void)
{
        rng ^= rng << 13;
        rng ^= rng >> 17;
        rng ^= rng << 5;
        return rng;
}

static void every_prefix_and_suffix(void **state)
{
        (void)state;
        for (size_t s = 0; s < SEED_CNT; s++) {
                for (size_t n = 0; n <= strlen(seeds[s]); n++) {
                        struct whole w;

                        whole_parse(&w, seeds[s], n);
                        whole_end(&w);
                        whole_parse(&w, seeds[s] + n, strlen(seeds[s]) - n);
                        whole_end(&w);
                }
        }
}

static uint8_t odd_octet(void)
{
        static const uint8_t odd[] = "\0\1\t\n\r \"\\<>;,:=@?%&/[]().*+-09azAZ\x7f\x80\xc3\xff";

        return next() % 4 == 0 ? (uint8_t)next() : odd[next() % (sizeof(odd) - 1)];
}

/* Change, insert, delete or copy octets here and there. Returns the new length. */
static size_t mutate(uint8_t *buf, size_t n, size_t cap)
{
        for (unsigned k = next() % 4 + 1; k > 0 && n > 0; k--) {
                size_t at = next() % n;
                size_t run = next() % 16 + 1;

                switch (next() % 4) {
                case 0:
                        buf[at] = odd_octet();
                        break;
                case 1:
                        if (n < cap) {
                                memmove(buf + at + 1, buf + at, n - at);
                                buf[at] = odd_octet();
                                n++;
                        }
                        break;
                case 2:
                        run = run < n - at ? run : n - at;
                        memmove(buf + at, buf + at + run, n - at - run);
                        n -= run;
                        break;
                default:
                        if (at + run <= n)
                                memmove(buf + next() % (n - run + 1), buf + at, run);
                        break;
                }
        }
        return n;
}

static void mutants(void **state)
{
        const char *env = getenv("SLUICE_TEST_SEED");
        uint32_t seed = env ? (uint32_t)strtoul(env, NULL, 0) : (uint32_t)time(NULL);
        struct guard g = guard_create(4096);
        struct sip_msg m;

        (void)state;
        rng = seed | 1;
        printf("SLUICE_TEST_SEED=%u\n", seed);
        for (unsigned i = 0; i < 200000; i++) {
                uint8_t buf[2048];
                const char *s = seeds[next() % SEED_CNT];
                size_t n = strlen(s);

                memcpy(buf, s, n);
                n = mutate(buf, n, sizeof(buf));
                sip_parse(guard_tail(&g, buf, n), n, &m);
                whole_invariants(&m);
                sip_check(&m);
                if (i % 16 == 0)
                        sip_parse(guard_head(&g, buf, n), n, &m);
        }
        guard_destroy(&g);
}

/* The parts of two results that mean something, but for where the buffer is. */
static void same_result(const struct sip_msg *a, const struct sip_msg *b)
{
        struct sip_msg x = *a;

        x.buf = b->buf;
        assert_memory_equal(&x, b, offsetof(struct sip_msg, first) + sizeof(x.first));
        assert_memory_equal(a->hdrs, b->hdrs, a->hdr_cnt * sizeof(a->hdrs[0]));
}

static void every_alignment(void **state)
{
        static uint8_t room[4096 + 64];
        static struct sip_msg a, b;

        (void)state;
        for (size_t s = 0; s < SEED_CNT; s++) {
                size_t n = strlen(seeds[s]);

                /* Different rubbish in the results beforehand: the parser must write them whole. */
                memset(&a, 0x55, sizeof(a));
                sip_parse((const uint8_t *)seeds[s], n, &a);
                for (size_t at = 0; at < 64; at++) {
                        memcpy(room + at, seeds[s], n);
                        memset(&b, 0xaa, sizeof(b));
                        sip_parse(room + at, n, &b);
                        same_result(&a, &b);
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(every_prefix_and_suffix),
            cmocka_unit_test(mutants),
            cmocka_unit_test(every_alignment),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
