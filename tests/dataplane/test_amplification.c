/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_amplification.c - whatever strangers send, they get no more packets back than they sent and
 * no more than 1.5 times their octets, and nothing at all for what must not be answered. By the
 * outside corpus (SLUICE_CORPUS), our own, and floods of every kind from made-up sources; with
 * challenges, and with an exception table that rejects. SLUICE_PACKETS sets how many packets a
 * flood has.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/state/challenge.h"
#include "parser/sip_method.h"
#include "tests/contract/rng.h"
#include "tests/dataplane/chain.h"
#include "tests/dataplane/frame.h"
#include "tests/parser/lines.h"

static unsigned long packets = 40000;
static struct dp_config config;
static struct chain *chain;
static struct rng rng;

static int reset(void **state)
{
        (void)state;
        dp_config_free(&config);
        if (dp_config_load(NULL, &config) != 0)
                return -1;
        chain_config_unlimited(&config);
        return 0;
}

/* All that can be challenged is, with as many octets as may be. */
static void with_challenges(void)
{
        config.challenge.mode = DP_CHALLENGE_ALWAYS;
        config.challenge.realm = "a-realm-that-is-longer-than-most.of-a-provider.with-many-"
                                 "domains.example.com";
        config.challenge.algorithms =
            DP_CHALLENGE_MD5 | DP_CHALLENGE_SHA_256 | DP_CHALLENGE_SHA_512_256;
        config.challenge.methods = UINT32_MAX;
}

/* Nobody decides, and all that may be rejected is. */
static void with_rejections(void)
{
        for (unsigned cls = 0; cls < SHM_CLASS_CNT; cls++)
                config.exceptions[cls] = DP_POLICY_REJECT;
}

/* ---- the judge: written by the rules, not by the code ---- */

struct account {
        uint64_t sent, sent_bytes, replies, reply_bytes, forbidden, over, answerable;
        double worst; /* reply octets for one of the request's */
};

static bool is_one_host(const uint8_t *a, bool v6)
{
        static const uint8_t zero[16];

        if (v6)
                return a[0] != 0xff && memcmp(a, zero, 15) != 0;
        return a[0] >= 1 && a[0] <= 223 && a[0] != 127;
}

/* A request but ACK, between two hosts; garbage has no method and no version. */
static bool may_be_answered(const struct frame *f)
{
        bool v6 = f->b[f->l3] >> 4 == 6;
        size_t bytes = v6 ? 16 : 4;
        const uint8_t *src = f->b + f->l3 + (v6 ? 8 : 12), *dst = src + bytes;
        const uint8_t *at = f->b + f->l4 + 8, *end = f->b + f->len;

        if (!is_one_host(src, v6) || !is_one_host(dst, v6) || memcmp(src, dst, bytes) == 0 ||
            frame_get16(f->b + f->l4) == 0 || ((f->b[0] | f->b[6]) & 1) != 0)
                return false;
        while (at < end && (*at == '\r' || *at == '\n'))
                at++;
        const uint8_t *line = memchr(at, '\n', (size_t)(end - at));

        if (line == NULL || end - at < 8 || memcmp(at, "SIP/", 4) == 0 ||
            memcmp(at, "ACK ", 4) == 0)
                return false;
        for (; line - at >= 8; at++)
                if (memcmp(at, " SIP/2.0", 8) == 0 || memcmp(at, " sip/2.0", 8) == 0)
                        return true;
        return false;
}

static void send_frame(struct frame *f, struct account *a)
{
        bool v6 = f->b[f->l3] >> 4 == 6;
        uint8_t out[FRAME_MAX];
        unsigned replies = 0;
        size_t len, in = f->len - f->l3;

        frame_seal(f, 1);
        chain_send_bytes(SHM_SIDE_OUTSIDE, f->b, f->len);
        chain_turn(chain);
        a->sent++;
        a->sent_bytes += in;
        a->answerable += may_be_answered(f);
        while ((len = chain_receive(SHM_SIDE_OUTSIDE, out, sizeof(out))) != 0) {
                size_t addr = v6 ? 16 : 4, src = f->l3 + (v6 ? 8u : 12u);

                len -= f->l3;
                replies++;
                a->replies++;
                a->reply_bytes += len;
                a->over += 2 * len > 3 * in;
                a->forbidden += !may_be_answered(f);
                if ((double)len / (double)in > a->worst)
                        a->worst = (double)len / (double)in;
                /* back to where it came from, and nowhere else */
                assert_memory_equal(out + src + addr, f->b + src, addr);
                assert_memory_equal(out + f->l3 + (v6 ? 40 : 20) + 2, f->b + f->l4, 2);
        }
        a->over += replies > 1;
        while (chain_receive(SHM_SIDE_INSIDE, out, sizeof(out)) != 0)
                ;
        if (a->sent % 64 == 0)
                chain_pass_ms(chain, 1);
}

static void within(const char *what, const struct account *a)
{
        print_message("%s: %" PRIu64 " packets, %" PRIu64 " octets in; %" PRIu64
                      " replies, %" PRIu64 " octets out (x%.2f, worst x%.2f); over budget %" PRIu64
                      ", forbidden %" PRIu64 "; refused for it: %" PRIu64 " and %" PRIu64 "\n",
                      what, a->sent, a->sent_bytes, a->replies, a->reply_bytes,
                      (double)a->reply_bytes / (double)a->sent_bytes, a->worst, a->over,
                      a->forbidden, chain_counters(chain)->dropped[SHM_REASON_REPLY_BUDGET],
                      chain_counters(chain)->dropped[SHM_REASON_REPLY_FORBIDDEN]);
        assert_int_equal(a->over, 0);
        assert_int_equal(a->forbidden, 0);
        assert_true(a->replies <= a->answerable);
        assert_true(2 * a->reply_bytes <= 3 * a->sent_bytes);
}

/* ---- who sends ---- */

/* From anywhere, one in eight from or to where no answer may go. */
static void headers(struct frame *f)
{
        static const uint8_t odd4[][4] = {{0, 0, 0, 0},         {127, 0, 0, 1}, {224, 0, 0, 5},
                                          {255, 255, 255, 255}, {240, 1, 2, 3}, {198, 51, 100, 2}};
        static const uint8_t odd6[][16] = {
            {0}, {[15] = 1}, {0xff, 2, [15] = 1}, {0x20, 1, 0xd, 0xb8, [15] = 2}};
        bool v6 = rng_below(&rng, 2) != 0, odd = rng_below(&rng, 8) == 0;
        size_t src, bytes = v6 ? 16 : 4;

        frame_eth(f, v6 ? 0x86dd : 0x0800);
        if (v6)
                frame_ip6(f, 17);
        else
                frame_ip4(f, 17, 0);
        src = f->l3 + (v6 ? 8u : 12u);
        for (size_t i = v6 ? 8 : 0; i < bytes; i++)
                f->b[src + i] = (uint8_t)(1 + rng_below(&rng, 222));
        if (!v6 && f->b[src] == 127)
                f->b[src] = 126;
        if (!odd)
                return;
        size_t to = rng_below(&rng, 2) ? src : src + bytes;

        if (v6)
                memcpy(f->b + to, odd6[rng_below(&rng, 4)], 16);
        else
                memcpy(f->b + to, odd4[rng_below(&rng, 6)], 4);
        if (rng_below(&rng, 4) == 0)
                f->b[rng_below(&rng, 2) ? 0 : 6] |= 1;
}

static void datagram(struct frame *f, const void *payload, size_t n)
{
        headers(f);
        frame_udp(f, payload, n);
        frame_set16(f, f->l4, rng_below(&rng, 64) ? 1 + (unsigned)rng_below(&rng, 65535) : 0);
        frame_set16(f, f->l4 + 2, 5060);
}

/* ---- the corpora ---- */

static void take_file(const char *path, struct account *a, unsigned *left_out)
{
        uint8_t bytes[65536];
        FILE *in = fopen(path, "re");
        struct frame f;
        size_t n;

        if (in == NULL)
                return;
        n = fread(bytes, 1, sizeof(bytes), in);
        fclose(in);
        if (n > 1960) { /* as much of it as a frame has */
                *left_out += 1;
                n = 1960;
        }
        datagram(&f, bytes, n);
        send_frame(&f, a);
}

static void take_corpus(const char *dir, struct account *a)
{
        char path[4096], line[2048];
        unsigned rows = 0, cut = 0;
        FILE *manifest;

        snprintf(path, sizeof(path), "%s/manifest.tsv", dir);
        manifest = fopen(path, "re");
        if (manifest == NULL) {
                printf("SKIPPED: no corpus at %s\n", dir);
                return;
        }
        while (lines_next(manifest, line, sizeof(line))) {
                line[strcspn(line, "\t")] = '\0';
                if (rows++ == 0)
                        continue;
                snprintf(path, sizeof(path), "%s/%s", dir, line);
                take_file(path, a, &cut);
        }
        fclose(manifest);
        printf("%s: %u files, %u of them cut to a frame\n", dir, rows - 1, cut);
}

static void corpora(const char *what)
{
        const char *outside = getenv("SLUICE_CORPUS");
        struct account a = {0};

        chain = chain_create(&config, false);
        for (unsigned round = 0; round < 4; round++) {
                take_corpus(SLUICE_SOURCE_ROOT "/tests/corpus", &a);
                take_corpus(outside != NULL ? outside : SLUICE_SOURCE_ROOT "/../shared/corpus", &a);
        }
        within(what, &a);
        assert_true(a.replies > 100);
        chain_destroy(chain);
}

static void test_corpora(void **state)
{
        with_challenges();
        corpora("corpora, challenged");
        reset(state);
        with_rejections();
        corpora("corpora, rejected");
}

/* ---- floods ---- */

enum kind {
        KIND_PLAIN,
        KIND_TINY,
        KIND_VIAS,
        KIND_FOLDED,
        KIND_ACK,
        KIND_RESPONSE,
        KIND_CRLF,
        KIND_GARBAGE,
        KIND_MALFORMED,
        KIND_STUN,
        KIND_CNT,
};
static const char *const kind_names[KIND_CNT] = {
    "requests",  "tiny requests", "long Via lists", "odd spellings", "ACKs",
    "responses", "CRLF",          "garbage",        "malformed",     "STUN"};

static size_t request(char *out, size_t cap, const char *method, unsigned vias, bool compact,
                      const char *more)
{
        unsigned id = (unsigned)rng_next(&rng);
        size_t n = (size_t)snprintf(out, cap, "%s sip:b@x SIP/2.0\r\n", method);

        for (unsigned i = 0; i < vias; i++)
                n += (size_t)snprintf(out + n, cap - n, "%s:SIP/2.0/UDP h;branch=z9hG4bK%x%u\r\n",
                                      compact ? "v" : "Via", id, i);
        n += (size_t)snprintf(out + n, cap - n,
                              "%s:sip:a@x;tag=%x\r\n%s:sip:b@x\r\n%s:%x\r\nCSeq:1 %s\r\n"
                              "Max-Forwards:9\r\n%s\r\n",
                              compact ? "f" : "From", id, compact ? "t" : "To",
                              compact ? "i" : "Call-ID", id, method, more);
        return n;
}

static size_t payload(enum kind kind, char *out, size_t cap)
{
        static const char *const methods[] = {"INVITE", "REGISTER", "OPTIONS", "MESSAGE", "FOO"};
        const char *method = methods[rng_below(&rng, 5)];
        size_t n;

        switch (kind) {
        case KIND_PLAIN:
                return request(
                    out, cap, method, 1 + (unsigned)rng_below(&rng, 3), false,
                    "User-Agent: a phone of some maker 1.2.3\r\nContact: <sip:a@192.0.2.9>\r\n"
                    "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\n");
        case KIND_TINY:
                return request(out, cap, method, 1, true, "");
        case KIND_VIAS:
                return request(out, cap, method, 2 + (unsigned)rng_below(&rng, 28), true, "");
        case KIND_FOLDED:
                return request(out, cap, method, 1, false, "Subject :\r\n  a\r\n b\r\n");
        case KIND_ACK:
                return request(out, cap, "ACK", 1, false, "");
        case KIND_RESPONSE:
                n = request(out, cap, method, 1, false, "");
                memcpy(out, "SIP/2.0 200 ", 12);
                return n;
        case KIND_CRLF:
                n = 2 * (1 + rng_below(&rng, 4));
                memcpy(out, "\r\n\r\n\r\n\r\n", n);
                return n;
        case KIND_MALFORMED:
                n = request(out, cap, method, (unsigned)rng_below(&rng, 2), false, "CSeq: 2 X\r\n");
                out[rng_below(&rng, n)] = (char)rng_next(&rng);
                return n;
        case KIND_STUN:
                memcpy(out, "\0\1\0\0\x21\x12\xa4\x42............", 20);
                return 20;
        default:
                n = rng_below(&rng, 600);
                for (size_t i = 0; i < n; i++)
                        out[i] = (char)rng_next(&rng);
                return n;
        }
}

static void floods(const char *how)
{
        for (unsigned kind = 0; kind < KIND_CNT; kind++) {
                struct account a = {0};
                char what[64];

                chain = chain_create(&config, false);
                for (unsigned long i = 0; i < packets / KIND_CNT; i++) {
                        char text[2048];
                        struct frame f;

                        datagram(&f, text, payload((enum kind)kind, text, sizeof(text)));
                        send_frame(&f, &a);
                }
                snprintf(what, sizeof(what), "%s, %s", kind_names[kind], how);
                within(what, &a);
                if (kind == KIND_PLAIN || kind == KIND_VIAS)
                        assert_true(a.replies > a.sent / 10);
                if (kind >= KIND_ACK && kind != KIND_MALFORMED)
                        assert_int_equal(a.replies, 0);
                chain_destroy(chain);
        }
}

static void test_floods(void **state)
{
        with_challenges();
        floods("challenged");
        reset(state);
        with_rejections();
        floods("rejected");
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(test_corpora, reset),
            cmocka_unit_test_setup(test_floods, reset),
        };
        const char *given = getenv("SLUICE_PACKETS");

        (void)argc;
        if (given != NULL)
                packets = strtoul(given, NULL, 10);
        rng = rng_seeded("amplification");
        chain_eal_start(argv[0]);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
