/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scan_campaign [--inputs N] [--seed S] - every kernel gives the index of the reference, bit
 * for bit, and its fast path the message of the grammar: for N random inputs (a million by default)
 * and for every file of the corpus and every packet of its captures. Each input lies before a page
 * that cannot be touched, behind one, and at a random alignment.
 */
#include "tests/parser/probe.h"

#include <ftw.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <time.h>

#include "parser/sip_parse.h"
#include "tests/parser/kernels.h"

/* A campaign says so often, in inputs, that it is alive. */
#define PROGRESS 1000000u

static uint64_t inputs = 1000000;
static uint64_t seed;
static uint64_t rng;
static struct kernels kernels;
static struct guard guard;
static uint64_t calls[KERNELS_MAX];

static uint64_t next(void)
{
        rng ^= rng << 13;
        rng ^= rng >> 7;
        rng ^= rng << 17;
        return rng;
}

/* ---- places ---- */

enum place { BEFORE_PAGE, BEHIND_PAGE, ANYWHERE, PLACE_CNT };
static const char *const places[] = {"before a page", "behind a page", "at a random alignment"};

/* A copy of in[0 .. n) there. */
static const uint8_t *put(const uint8_t *in, uint32_t n, enum place where)
{
        uint8_t *at = guard.start + guard.page / 2 + next() % 64;

        if (where == BEFORE_PAGE)
                return guard_tail(&guard, in, n);
        if (where == BEHIND_PAGE)
                return guard_head(&guard, in, n);
        if (n > 0)
                memcpy(at, in, n);
        return at;
}

/* ---- the index of a scan ---- */

#define CANARY 0xa5

/* Equal as far as scan.h says; behind the section and the lines all is open, but inside *got. */
static const char *differ(const struct scan_index *want, const struct scan_index *got)
{
        unsigned octets = want->header_end - 1u, words = octets / 64u, rest = octets % 64u;
        uint64_t last = rest == 0 ? 0 : want->stop[words] ^ got->stop[words];

        if (got->header_end != want->header_end || got->line_cnt != want->line_cnt)
                return "end";
        if (memcmp(got->eol, want->eol, want->line_cnt * sizeof(want->eol[0])) != 0)
                return "line ends";
        if (memcmp(got->stop, want->stop, words * sizeof(want->stop[0])) != 0 ||
            (rest != 0 && last << (64 - rest) != 0))
                return "stops";
        return NULL;
}

struct guarded_index {
        struct scan_index ix;
        uint8_t behind[64];
};

static void one_place(unsigned kernel, const uint8_t *in, uint32_t n, enum place where,
                      const struct scan_index *want) /* NULL: the section is not plain */
{
        static struct guarded_index got;
        const char *what = NULL;

        calls[kernel]++;
        memset(&got.ix.stop, CANARY, sizeof(got.ix.stop) + sizeof(got.behind));
        if (kernels.v[kernel].scan(put(in, n, where), n, &got.ix) != (want != NULL))
                what = "verdict";
        else if (want)
                what = differ(want, &got.ix);
        for (unsigned k = 0; k < sizeof(got.behind); k++)
                if (got.behind[k] != CANARY)
                        what = "octets behind the index";
        if (what)
                fail_msg("%s differs from ref in %s, %u octets %s, seed %" PRIu64,
                         kernels.v[kernel].name, what, n, places[where], seed);
}

/* Is [in, in + n) a plain section? All kernels must agree, flush against a page on one side and at
 * some alignment. */
static bool same_index(const uint8_t *in, uint32_t n)
{
        static struct scan_index want;
        bool plain = scan_ref(in, n, &want);

        for (unsigned i = 1; i < kernels.cnt; i++) {
                if (!kernels.v[i].usable)
                        continue;
                one_place(i, in, n, next() % 2 ? BEFORE_PAGE : BEHIND_PAGE, plain ? &want : NULL);
                one_place(i, in, n, ANYWHERE, plain ? &want : NULL);
        }
        return plain;
}

/* ---- the message ---- */

static void same_message(const uint8_t *in, uint32_t n)
{
        static struct sip_msg want, got;

        for (enum place where = BEFORE_PAGE; where < PLACE_CNT; where++) {
                const uint8_t *at = put(in, n, where);

                memset(&want, 0x55, sizeof(want));
                sip_parse_with(NULL, at, n, &want);
                for (unsigned i = 1; i < kernels.cnt; i++) {
                        if (!kernels.v[i].usable)
                                continue;
                        memset(&got, CANARY, sizeof(got));
                        sip_parse_with(kernels.v[i].fast, at, n, &got);
                        if (memcmp(&want, &got, offsetof(struct sip_msg, first)) != 0 ||
                            memcmp(want.first, got.first, sizeof(want.first)) != 0 ||
                            memcmp(want.hdrs, got.hdrs, want.hdr_cnt * sizeof(want.hdrs[0])) != 0)
                                fail_msg("%s reads another message, %u octets %s",
                                         kernels.v[i].name, n, places[where]);
                }
        }
}

/* ---- random inputs ---- */

static const char sip_text[] =
    "INVITE sip:bob@[2001:db8::1]:5061;lr?a=b%20 SIP/2.0\r\nVia: SIP/2.0/UDP h-1.a_b:5060;branch="
    "z9hG4bK-~1;rport\r\nFrom: \"A \\\"l\\\\\" <sips:a!~*'(x)&=+$,;?/p:pw@h>;tag=1`{}\r\nl : 5\r\n"
    "Call-ID: a/b<c>@[d]\"\\e\r\nCSeq:1 INVITE\r\n";

/* Blocks have 64 octets: most lengths are about a multiple of that, some are up to the limit. */
static uint32_t random_length(void)
{
        switch (next() % 128) {
        case 0:
                return (uint32_t)(next() % (SCAN_BYTES_MAX + 65));
        case 1:
                return SCAN_BYTES_MAX - (uint32_t)(next() % 66);
        default:
                return (uint32_t)(next() % 4 * 64 + next() % 9) + (next() % 2 ? 60 : 0);
        }
}

/* Printable octets, any octets, or SIP text from anywhere in it. */
static void random_octets(uint8_t *p, uint32_t n)
{
        uint64_t kind = next() % 8;
        uint64_t bits = 0;
        uint32_t at = (uint32_t)(next() % (sizeof(sip_text) - 1));

        for (uint32_t i = 0; i < n; i++) {
                bits = i % 8 == 0 ? next() : bits >> 8;
                if (kind == 0)
                        p[i] = (uint8_t)bits;
                else if (kind < 4)
                        p[i] = (uint8_t)sip_text[(at + i) % (sizeof(sip_text) - 1)];
                else
                        p[i] = (uint8_t)(0x20 + (bits & 0xff) % 0x5f);
        }
}

/* Line ends at random distances, short ones now and then, so that a block has up to 21 of them. */
static void random_lines(uint8_t *p, uint32_t n)
{
        uint32_t most = next() % 4 == 0 ? 4 : 90;

        for (uint32_t i = (uint32_t)(next() % most); i + 1 < n;
             i += 3 + (uint32_t)(next() % most)) {
                p[i] = '\r';
                p[i + 1] = '\n';
        }
}

/* What a plain section does not have, or has in one place only: at up to four places. */
static void random_faults(uint8_t *p, uint32_t n)
{
        static const uint8_t odd[] =
            "\0\x08\t\n\n\x0b\x0c\r\r\x0e\x1f \x7e\x7f\x80\x8a\x8d\xa0\xff";

        for (uint64_t k = next() % 5; k > 0; k--)
                p[next() % n] = next() % 2 ? odd[next() % (sizeof(odd) - 1)] : (uint8_t)next();
}

static void random_inputs(void **state)
{
        static uint8_t in[SCAN_BYTES_MAX + 128];
        uint64_t octets = 0, plain = 0;

        (void)state;
        for (uint64_t i = 0; i < inputs; i++) {
                uint32_t n = random_length();

                random_octets(in, n);
                random_lines(in, n);
                if (n >= 4 && next() % 8 != 0) /* where the section ends: often at the very end */
                        memcpy(in + (next() % 4 == 0 ? next() % (n - 3) : n - 4), "\r\n\r\n", 4);
                if (n > 0 && next() % 2)
                        random_faults(in, n);
                plain += same_index(in, n);
                octets += n;
                if ((i + 1) % PROGRESS == 0 && i + 1 < inputs)
                        fprintf(stderr, "%" PRIu64 " of %" PRIu64 " inputs, all equal\n", i + 1,
                                inputs);
        }
        printf("%" PRIu64 " inputs, %" PRIu64 " octets, %" PRIu64 " of them plain, seed %" PRIu64
               "\n",
               inputs, octets, plain, seed);
        assert_true(plain > inputs / 8); /* else little was compared but verdicts */
}

/* Each octet at each place of two blocks and across their border. */
static void every_octet(void **state)
{
        uint8_t in[160];
        unsigned plain = 0;

        (void)state;
        for (unsigned c = 0; c < 256; c++) {
                for (unsigned at = 0; at < 156; at++) {
                        memset(in, 'a', sizeof(in));
                        memcpy(in + 156, "\r\n\r\n", 4);
                        in[at] = (uint8_t)c;
                        plain += same_index(in, sizeof(in));
                }
        }
        /* Printable octets anywhere, and besides a control character as CR. */
        assert_true(plain >= 95u * 156u);
}

/* ---- the corpus ---- */

static unsigned files, captures, packets;

/* As a message, and as what a kernel may be asked to look at from any place on. */
static void compare_all(const uint8_t *p, size_t n)
{
        if (n > SIP_MSG_BYTES_MAX)
                n = SIP_MSG_BYTES_MAX;
        same_message(p, (uint32_t)n);
        for (unsigned k = 0; k < 6; k++)
                same_index(p, (uint32_t)n);
        if (n > 64) /* its first line is missing, as often as not */
                same_index(p + 40, (uint32_t)n - 40);
}

/* A file that libpcap reads: each packet, and its octets behind the usual lengths of headers. */
static bool as_capture(const char *path)
{
        static const unsigned headers[] = {0, 28, 42, 46, 54, 62};
        char why[PCAP_ERRBUF_SIZE];
        pcap_t *capture = pcap_open_offline(path, why);
        struct pcap_pkthdr *h;
        const u_char *p;

        if (!capture)
                return false;
        while (pcap_next_ex(capture, &h, &p) == 1) {
                for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
                        if (h->caplen >= headers[i])
                                compare_all(p + headers[i], h->caplen - headers[i]);
                packets++;
        }
        pcap_close(capture);
        captures++;
        return true;
}

static int one_file(const char *path, const struct stat *st, int type, struct FTW *where)
{
        uint8_t *all;
        FILE *f;
        size_t n;

        (void)where;
        if (type != FTW_F || as_capture(path))
                return 0;
        all = malloc((size_t)st->st_size + 1);
        f = fopen(path, "rb");
        if (all && f) {
                n = fread(all, 1, (size_t)st->st_size, f);
                compare_all(all, n);
                files++;
        }
        if (f)
                fclose(f);
        free(all);
        return 0;
}

static void corpus(void **state)
{
        const char *env = getenv("SLUICE_CORPUS");

        (void)state;
        nftw(SLUICE_SOURCE_ROOT "/tests/corpus", one_file, 16, FTW_PHYS);
        assert_true(files > 0);
        nftw(env ? env : SLUICE_SOURCE_ROOT "/../shared/corpus", one_file, 16, FTW_PHYS);
        printf("%u files, %u packets of %u captures\n", files, packets, captures);
        if (captures == 0) {
                printf("SKIPPED: no corpus of others' messages (set SLUICE_CORPUS)\n");
                skip();
        }
}

/* The kernel of this name took part; or is skipped by name, for `tests/run` to judge. */
static void took_part(void **state)
{
        const char *name = *state;
        unsigned i = 0;

        while (i < kernels.cnt && strcmp(kernels.v[i].name, name) != 0)
                i++;
        printf("kernel %s: ", name);
        if (i == kernels.cnt || !kernels.v[i].usable) {
                printf("%s\n", i < kernels.cnt ? kernels_how(&kernels, i)
                                               : "SKIPPED, built without SIMDe (libsimde-dev)");
                skip();
        }
        printf("%s, %" PRIu64 " times\n", kernels_how(&kernels, i), calls[i]);
        assert_true(calls[i] >= inputs);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(random_inputs),
            cmocka_unit_test(every_octet),
            cmocka_unit_test(corpus),
            {"kernel_sse42", took_part, NULL, NULL, (char[]){"sse42"}},
            {"kernel_avx2", took_part, NULL, NULL, (char[]){"avx2"}},
            {"kernel_avx512", took_part, NULL, NULL, (char[]){"avx512"}},
            {"kernel_avx512_emulated", took_part, NULL, NULL, (char[]){"avx512_emulated"}},
        };
        const char *env = getenv("SLUICE_TEST_SEED");
        int failed;

        seed = env ? strtoull(env, NULL, 0) : (uint64_t)time(NULL);
        for (int i = 1; i + 1 < argc; i += 2) {
                if (strcmp(argv[i], "--inputs") == 0)
                        inputs = strtoull(argv[i + 1], NULL, 0);
                else if (strcmp(argv[i], "--seed") == 0)
                        seed = strtoull(argv[i + 1], NULL, 0);
        }
        rng = seed * 2 + 1;
        kernels = kernels_all();
        guard = guard_create(SIP_MSG_BYTES_MAX + 4096);
        failed = cmocka_run_group_tests(tests, NULL, NULL);
        guard_destroy(&guard);
        return failed;
}
