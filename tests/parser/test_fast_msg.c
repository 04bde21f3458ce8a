/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a message means must not depend on how it is read: with every fast path the result of
 * sip_parse_with() equals that of the grammar alone, in all fields, reasons and offsets. Over
 * messages that the fast path takes whole, messages with what must make it step aside, mutants of
 * both, and the files of the corpus. A campaign is the same with --mutants N.
 */
#include "tests/parser/probe.h"

#include <ftw.h>
#include <stdlib.h>
#include <time.h>

#include "parser/sip_parse.h"
#include "tests/parser/kernels.h"

static const char invite[] =
    "INVITE sip:+49301234@198.51.100.7:5062;user=phone SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.1:5060;rport=40000;branch=z9hG4bK-1.a~b;received=203.0.113.255\r\n"
    "Via: SIP/2.0/TLS [2001:db8::9:1]:5061;branch=z9hG4bK77;ttl=16;maddr=h-1.example.com\r\n"
    "v:SIP / 2.0 / TCP edge-03.voip.example.:99 , SIP/2.0/UDP a_b.c;received=2001:db8::1\r\n"
    "Max-Forwards: 70\r\nRecord-Route: <sip:p1.example.com;lr>,<sip:p2:5060;lr>\r\n"
    "From: \"Alice \\\"Ext\\\" 100\" <sips:alice%40x:pw@example.com:5061;lr?a=b&c=d>;tag=19a\r\n"
    "To: Bob B. <sip:bob@h1.example.org>;x=\"y;z\";tag=a:b\r\n"
    "Call-ID: a84b4c76e66710@pc33.example.com\r\nCSeq: 314159 INVITE\r\n"
    "Contact: <sip:a@1.2.3.4:65536>;q=0.7;expires=3600, <tel:+1-201-555;phone-context=x>\r\n"
    "Subject : folded\r\n  text \r\nX-Unknown: \xc3\xa9\r\nExpires: 60\r\n"
    "Content-Type: application/sdp\r\nContent-Length: 4\r\n\r\nv=0\n";

static const char response[] =
    "SIP/2.0 200 OK\r\nv: SIP/2.0/UDP 10.0.0.256;branch=z9hG4bKx\r\nf: sip:a@b;tag=1\r\n"
    "t: <sip:c-d.e@host--x.y>;tag=2\r\ni: x@y\r\nCSeq: 00000012345 BYE\r\n"
    "m: <sip:1.2.3:5060>\r\nl: 00000000\r\n\r\n";

static const char odd[] =
    "MESSAGE SIPS:[::1]:05060 SIP/2.0\r\nVia:SIP/2.0/UDP 1.1.1.1 : 5060 ;branch=z9hG4bK\r\n"
    "From:<sip:@h>;tag=\r\nTo:<sip:a:b@h>\r\nCall-ID:(a)<b>:c\r\nCSeq:4294967296 MESSAGE\r\n\r\n";

/* The rest is what the fast path reads without asking the grammar for the message; for a field it
 * may. */
static const char plain_invite[] =
    "INVITE sip:+49301234@198.51.100.7:5062;user=phone SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.1:5060;rport=40000;branch=z9hG4bK-1.a~b;received=203.0.113.255\r\n"
    "Via: SIP/2.0/TLS [2001:db8::9:1]:5061;branch=z9hG4bK77;rport;ttl=16;maddr=h-1.example.com\r\n"
    "v: SIP/2.0/TCP edge-03.voip.example:99;branch=z9hG4bK1;keep\r\n"
    "Max-Forwards: 70\r\nRecord-Route: <sip:p1.example.com;lr>\r\n"
    "Record-Route: <sip:p2:5060;lr>\r\nRoute: <sip:10.0.0.255;lr>, <sip:h;lr>\r\n"
    "From: \"Alice \\\"Ext\\\" 100\" <sips:alice@pc-33.example.com:5061;lr;x=y>;tag=19a\r\n"
    "To: Bob B. <sip:bob@h1.example.org>;x=y;tag=a\r\nCall-ID: a84b4c76e66710@pc33.example.com\r\n"
    "CSeq: 314159 INVITE\r\nContact: <sip:a@1.2.3.4:65535>;q=0.7;expires=3600\r\n"
    "Subject: \r\n folded\r\n  text \r\nX-Unknown: 1\r\nExpires: 60\r\nRetry-After: 5 (x)\r\n"
    "Date: Sat,\r\n 13 Nov 2010 23:29:00 GMT\r\nContent-Type: application/sdp\r\n"
    "Content-Length: 4\r\n\r\nv=0\n";

static const char plain_response[] =
    "SIP/2.0 200 OK\r\nVia : SIP/2.0/UDP 10.0.0.25;branch=z9hG4bKx\r\n"
    "f:\"a\" <sip:a@b>;tag=1\r\nt :<sip:c-d.e@host.x.y>;tag=2\r\ni: x@y\r\n"
    "CSeq: 00012345 SUBSCRIBE\r\nm:  <sip:[::1]:5060>  \r\n"
    "P-Asserted-Identity: <sip:a@b>\r\nl: 00000000\r\n\r\n";

static const char plain_register[] =
    "REGISTER sip:registrar.biloxi.example.com SIP/2.0\r\n"
    "Via: SIP/2.0/UDP bobspc.biloxi.example.com:5060;branch=z9hG4bKnashds7\r\n"
    "Max-Forwards: 70\r\nTo: <sip:bob@biloxi.example.com>\r\n"
    "From: <sip:bob@biloxi.example.com>;tag=456248\r\nCall-ID: 843817637684230@998sdasdh09\r\n"
    "CSeq: 1826 REGISTER\r\nContact: <sip:bob@192.0.2.4>\r\nExpires: 7200\r\n"
    "Date: Sat, 13 Nov 2010 23:29:00 GMT\r\n"
    "Content-Length: 0\r\n\r\n";

static const char *const seeds[] = {plain_invite, invite,         plain_response,
                                    response,     plain_register, odd};
#define SEED_CNT (sizeof(seeds) / sizeof(seeds[0]))
#define ROOM     8192u

static uint32_t rng;
static struct guard guard;
static struct kernels kernels;
static unsigned files;
static unsigned long mutant_cnt = 1000000;
static unsigned long taken; /* whole by a fast path */

static uint32_t next(void)
{
        rng ^= rng << 13;
        rng ^= rng >> 17;
        rng ^= rng << 5;
        return rng;
}

static bool same_fields(const struct sip_msg *a, const struct sip_msg *b)
{
        return memcmp(a, b, offsetof(struct sip_msg, first)) == 0 &&
               memcmp(a->first, b->first, sizeof(a->first)) == 0 &&
               memcmp(a->hdrs, b->hdrs, a->hdr_cnt * sizeof(a->hdrs[0])) == 0;
}

/* Told from other traffic and read in one step, it is what it is by two: `want`. */
static bool same_in_one(sip_fast_fn *fast, const uint8_t *at, size_t n, const struct sip_msg *want)
{
        static struct sip_msg got;
        enum sip_sniff what;

        memset(&got, 0xaa, sizeof(got));
        what = sip_sniff_parse(fast, at, n, &got);
        return what == sip_sniff(at, n) && (what != SIP_SNIFF_SIP || same_fields(want, &got));
}

/* n <= 65535 octets mean the same to all kernels as without any. */
static void same_meaning(const char *label, const uint8_t *text, size_t n)
{
        static struct sip_msg want, got;
        const uint8_t *at = guard_tail(&guard, text, n);

        memset(&want, 0x55, sizeof(want));
        sip_parse_with(NULL, at, n, &want);
        for (unsigned i = 0; i < kernels.cnt; i++) {
                struct scan_variant v = kernels.v[i];

                if (!v.usable)
                        continue;
                memset(&got, 0xaa, sizeof(got));
                taken += v.fast && v.fast(at, (uint32_t)n, &got);
                sip_parse_with(v.fast, at, n, &got);
                if (!same_fields(&want, &got))
                        fail_msg("%s: %s at %u, with kernel %s %s at %u:\n%.*s", label,
                                 sip_anomaly_name((enum sip_anomaly)want.error), want.err_off,
                                 v.name, sip_anomaly_name((enum sip_anomaly)got.error), got.err_off,
                                 (int)n, (const char *)text);
                if (!same_in_one(v.fast, at, n, &want))
                        fail_msg("%s: otherwise in one step with kernel %s:\n%.*s", label, v.name,
                                 (int)n, (const char *)text);
        }
}

/* Change, insert, delete or copy octets here and there. Returns the new length. */
static size_t mutate(uint8_t *buf, size_t n)
{
        static const char set[] = "\1\t\n\r \"\\<>;,:=@?%&/[]()._-0125azAZ\x7f\x80";
        static const char *const words[] = {
            "\r\n",
            "\r\n ",
            ";tag=",
            ";;",
            ": ",
            "256",
            "255.1.2.3",
            "::",
            "[::1]",
            "sips:",
            "..",
            "--",
            "Via: SIP/2.0/UDP h\r\n",
            "CSeq: 1 INVITE\r\n",
            "Contact: *\r\n",
            "\r\n\r\n",
        };

        for (unsigned k = next() % 4 + 1; k > 0; k--) {
                size_t run = next() % 16 + 1;
                size_t at = next() % (n - run);
                const char *word;

                switch (next() % 6) {
                case 0:
                        buf[at] = (uint8_t)set[next() % sizeof(set)];
                        break;
                case 1:
                        memmove(buf + at + 1, buf + at, n++ - at);
                        buf[at] = (uint8_t)set[next() % sizeof(set)];
                        break;
                case 2:
                        memmove(buf + at, buf + at + run, n - at - run);
                        n -= run;
                        break;
                case 3:
                        buf[at] ^= 0x20;
                        break;
                case 4:
                        word = words[next() % (sizeof(words) / sizeof(words[0]))];
                        memmove(buf + at + strlen(word), buf + at, n - at);
                        memcpy(buf + at, word, strlen(word));
                        n += strlen(word);
                        break;
                default:
                        memmove(buf + next() % (n - run), buf + at, run);
                        break;
                }
        }
        return n;
}

static void mutants(void **state)
{
        const char *env = getenv("SLUICE_TEST_SEED");
        uint32_t seed = env ? (uint32_t)strtoul(env, NULL, 0) : (uint32_t)time(NULL);

        (void)state;
        rng = seed | 1;
        printf("SLUICE_TEST_SEED=%u\n", seed);
        for (unsigned long i = 0; i < mutant_cnt; i++) {
                uint8_t buf[ROOM];
                const char *s = seeds[i % SEED_CNT];
                size_t n = strlen(s);

                memcpy(buf, s, n);
                same_meaning("mutant", buf, i < SEED_CNT ? n : mutate(buf, n));
        }
        printf("%lu mutants, %lu times a fast path took all\n", mutant_cnt, taken);
        if (scan_best())
                assert_true(taken > mutant_cnt / 20);
}

/* What is said to be plain above must be taken, or these tests look at the grammar alone. */
static void plain_is_taken(void **state)
{
        static const char *const plain[] = {plain_invite, plain_response, plain_register};
        static struct sip_msg m;

        (void)state;
        for (unsigned i = 0; i < kernels.cnt; i++) {
                struct scan_variant v = kernels.v[i];

                for (size_t k = 0; v.usable && v.fast && k < sizeof(plain) / sizeof(plain[0]); k++)
                        assert_true(
                            v.fast((const uint8_t *)plain[k], (uint32_t)strlen(plain[k]), &m));
        }
}

/* Sections that end on both sides of the last octet that a scan looks at. */
static void beyond_the_scan(void **state)
{
        (void)state;
        for (size_t pad = SCAN_BYTES_MAX - 900; pad < SCAN_BYTES_MAX + 70; pad++) {
                uint8_t buf[ROOM];
                const char *start = strchr(seeds[0], '\n') + 1;
                size_t head = (size_t)(start - seeds[0]);
                size_t rest = strlen(start);

                memcpy(buf, seeds[0], head);
                memset(buf + head, 'a', pad);
                memcpy(buf + head, "X: ", 3);
                memcpy(buf + head + pad - 2, "\r\n", 2);
                memcpy(buf + head + pad, start, rest);
                same_meaning("long", buf, head + pad + rest);
        }
}

static int one_file(const char *path, const struct stat *st, int type, struct FTW *where)
{
        static uint8_t buf[65536];
        FILE *f;
        size_t n;

        (void)st;
        (void)where;
        f = type == FTW_F ? fopen(path, "rb") : NULL;
        if (!f)
                return 0;
        n = fread(buf, 1, SIP_MSG_BYTES_MAX, f);
        fclose(f);
        same_meaning(path, buf, n);
        files++;
        return 0;
}

static void corpus(void **state)
{
        const char *env = getenv("SLUICE_CORPUS");

        (void)state;
        nftw(env ? env : SLUICE_SOURCE_ROOT "/../shared/corpus", one_file, 16, FTW_PHYS);
        printf("%u files of the corpus\n", files);
        if (files == 0)
                printf("SKIPPED: no corpus\n");
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(plain_is_taken),
            cmocka_unit_test(mutants),
            cmocka_unit_test(beyond_the_scan),
            cmocka_unit_test(corpus),
        };
        int failed;

        kernels = kernels_all();
        if (argc == 3 && strcmp(argv[1], "--mutants") == 0)
                mutant_cnt = strtoul(argv[2], NULL, 0);
        guard = guard_create(SIP_MSG_BYTES_MAX);
        failed = cmocka_run_group_tests(tests, NULL, NULL);
        guard_destroy(&guard);
        return failed;
}
