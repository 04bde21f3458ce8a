/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a message means must not depend on how it is read: for every kernel the result of
 * sip_parse_with() equals that of reading octet by octet, in all fields, reasons and offsets. Over
 * messages with what the short cuts look for and what must make them step aside, mutants of these,
 * and the files of the corpus.
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

static const char *const seeds[] = {invite, response, odd};
#define SEED_CNT (sizeof(seeds) / sizeof(seeds[0]))
#define ROOM     8192u

static uint32_t rng;
static struct guard guard;
static struct kernels kernels;
static unsigned files;

static uint32_t next(void)
{
        rng ^= rng << 13;
        rng ^= rng >> 17;
        rng ^= rng << 5;
        return rng;
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
                sip_parse_with(v.fast, at, n, &got);
                if (memcmp(&want, &got, offsetof(struct sip_msg, first)) != 0 ||
                    memcmp(want.first, got.first, sizeof(want.first)) != 0 ||
                    memcmp(want.hdrs, got.hdrs, want.hdr_cnt * sizeof(want.hdrs[0])) != 0)
                        fail_msg("%s: %s at %u, with kernel %s %s at %u:\n%.*s", label,
                                 sip_anomaly_name((enum sip_anomaly)want.error), want.err_off,
                                 v.name, sip_anomaly_name((enum sip_anomaly)got.error), got.err_off,
                                 (int)n, (const char *)text);
        }
}

/* Change, insert, delete or copy octets here and there. Returns the new length. */
static size_t mutate(uint8_t *buf, size_t n)
{
        static const char set[] = "\1\t\n\r \"\\<>;,:=@?%&/[]()._-0125azAZ\x7f\x80";

        for (unsigned k = next() % 4 + 1; k > 0; k--) {
                size_t run = next() % 16 + 1;
                size_t at = next() % (n - run);

                switch (next() % 4) {
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
        for (unsigned i = 0; i < 150000; i++) {
                uint8_t buf[ROOM];
                const char *s = seeds[i % SEED_CNT];
                size_t n = strlen(s);

                memcpy(buf, s, n);
                same_meaning("mutant", buf, i < SEED_CNT ? n : mutate(buf, n));
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

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(mutants),
            cmocka_unit_test(beyond_the_scan),
            cmocka_unit_test(corpus),
        };
        int failed;

        kernels = kernels_all();
        guard = guard_create(SIP_MSG_BYTES_MAX);
        failed = cmocka_run_group_tests(tests, NULL, NULL);
        guard_destroy(&guard);
        return failed;
}
