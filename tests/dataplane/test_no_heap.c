/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_no_heap.c - a worker that runs calls no heap function and takes no memory, whatever comes:
 * every packet from another source, with another Call-ID, of every kind.
 *
 * And challenges leave nothing behind: no entry in any table, and what is shown in place of a
 * cookie that went to its sender is never taken for one.
 *
 * The heap is watched by functions of the same names in this program. SLUICE_PACKETS sets how many
 * packets, SLUICE_CHALLENGES how many challenges; the figure of a campaign is ten million each.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/dataplane/chain.h"
#include "tests/dataplane/frame.h"
#include "tests/dataplane/own_memory.h"

#if defined(__SANITIZE_ADDRESS__)
#define HEAP_IS_WATCHED 0 /* the sanitizer has its own */
#else
#define HEAP_IS_WATCHED 1
#endif

static _Atomic unsigned long heap_calls;
static _Atomic bool watching;

#if HEAP_IS_WATCHED
/* glibc's own entries to what these replace */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);

static void note(void)
{
        if (atomic_load_explicit(&watching, memory_order_relaxed))
                atomic_fetch_add(&heap_calls, 1);
}

void *malloc(size_t n)
{
        note();
        return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
        note();
        return __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
        note();
        return __libc_realloc(p, n);
}

void free(void *p)
{
        if (p != NULL)
                note();
        __libc_free(p);
}
#endif

static unsigned long packets = 200000;

/* The n-th packet: its source, Call-ID, branch and user are of n. */
static size_t packet(unsigned long n, uint8_t *out)
{
        static const char *const methods[] = {"INVITE", "REGISTER", "OPTIONS", "BYE",
                                              "ACK",    "MESSAGE",  "NONSENSE"};
        const char *method = methods[n % 7];
        char text[1024];
        struct frame f;
        int len = snprintf(text, sizeof(text),
                           "%s sip:u%lu@example.com SIP/2.0\r\n"
                           "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK%lu\r\n"
                           "From: <sip:a%lu@example.com>;tag=%lu\r\n"
                           "To: <sip:u%lu@example.com>%s\r\n"
                           "Call-ID: c%lu@example.com\r\nCSeq: 1 %s\r\n%s"
                           "Content-Length: 0\r\n\r\n",
                           method, n, n, n, n, n, n % 3 == 0 ? ";tag=x" : "", n, method,
                           n % 11 == 0 ? "CSeq: 2 BYE\r\n" : "Max-Forwards: 70\r\n");

        if (n % 13 == 0)
                len = (int)(n % 40); /* a piece: unclear, a keep-alive, or nothing */
        frame_eth(&f, n % 2 ? 0x86dd : 0x0800);
        if (n % 2)
                frame_ip6(&f, 17);
        else
                frame_ip4(&f, 17, 0);
        for (unsigned i = 0; i < 4; i++)
                f.b[f.l3 + (n % 2 ? 14u : 12u) + i] = (uint8_t)(n >> (24 - 8 * i));
        f.b[f.l3 + 12] |= 1; /* no 0.0.0.0 */
        frame_udp(&f, text, (size_t)len);
        frame_seal(&f, 1);
        memcpy(out, f.b, f.len);
        return f.len;
}

static uint64_t drained(void)
{
        uint8_t frame[FRAME_MAX];
        uint64_t n = 0;

        for (unsigned side = 0; side < SHM_SIDE_CNT; side++)
                while (chain_receive(side, frame, sizeof(frame)) != 0)
                        n++;
        return n;
}

static void run(struct chain *c, unsigned long from, unsigned long to)
{
        uint8_t frame[FRAME_MAX];

        for (unsigned long n = from; n < to; n++) {
                size_t len = packet(n, frame);

                chain_send_bytes(SHM_SIDE_OUTSIDE, frame, len);
                if (n % 32 == 31) {
                        chain_turn(c);
                        drained();
                        chain_pass_ms(c, 1);
                }
        }
        chain_turn(c);
        drained();
}

static void test_no_heap(void **state)
{
        struct dp_config config;
        struct chain *c;
        long before, after;

        (void)state;
        assert_int_equal(dp_config_load(NULL, &config), 0);
        for (unsigned cls = 0; cls < SHM_CLASS_CNT; cls++)
                config.exceptions[cls] = DP_POLICY_PASS;
        /* from unproven sources alone, so that many pass: each meets the limits of its endpoint and
         * user */
        for (unsigned cls = 0; cls < DP_LIMIT_CLASS_CNT; cls++)
                for (unsigned key = DP_LIMIT_ADDRESS; key < DP_LIMIT_KEY_CNT; key++)
                        config.limits.rates[SHM_LANE_UNPROVEN][cls][key] = (struct dp_rate){0, 0};
        c = chain_create(&config, false);
        run(c, 1, 20000); /* libraries bind their symbols, stacks grow to their size */
        before = own_memory_kib();
        atomic_store(&watching, true);
        run(c, 20000, 20000 + packets);
        atomic_store(&watching, false);
        after = own_memory_kib();
        const struct shm_counters *n = chain_counters(c);

        print_message("%lu packets: %lu heap calls, %+ld KiB; passed %" PRIu64
                      ", over limit %" PRIu64 ", over budget %" PRIu64 ", malformed %" PRIu64 "\n",
                      packets, atomic_load(&heap_calls), after - before, n->sent, n->limit_over,
                      n->dropped[SHM_REASON_OVER_BUDGET], n->malformed);
        assert_int_equal(atomic_load(&heap_calls), 0);
        if (HEAP_IS_WATCHED)
                assert_int_equal(after - before, 0);
        /* six in ten are answered, one in seven is malformed */
        assert_true(n->sent > packets / 5 && n->malformed > packets / 50);
        chain_destroy(c);
        dp_config_free(&config);
}

/* ---- challenges ---- */

#if HEAP_IS_WATCHED
static unsigned long challenges = 1000000;
#else
static unsigned long challenges = 50000;
#endif

/* A request of the n-th source, which has no neighbour; with this nonce, or none. */
static void stranger(unsigned long n, const char *nonce)
{
        static const char *const methods[] = {"INVITE", "REGISTER", "OPTIONS"};
        const char *method = methods[n % 3];
        char text[1024], credentials[256] = "";
        struct frame f;

        if (nonce != NULL)
                snprintf(
                    credentials, sizeof(credentials),
                    "Authorization: Digest username=\"a\",realm=\"r\",nonce=\"%s\",uri=\"sip:r\","
                    "response=\"0123456789abcdef0123456789abcdef\"\r\n",
                    nonce);
        int len = snprintf(text, sizeof(text),
                           "%s sip:u@example.com SIP/2.0\r\n"
                           "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK%lu;rport\r\n"
                           "From: <sip:a@example.com>;tag=%lu\r\nTo: <sip:u@example.com>\r\n"
                           "Call-ID: c%lu@example.com\r\nCSeq: 1 %s\r\nMax-Forwards: 70\r\n%s"
                           "Contact: <sip:a@192.0.2.1>\r\nContent-Length: 0\r\n\r\n",
                           method, n, n, n, method, credentials);

        frame_eth(&f, n % 2 ? 0x86dd : 0x0800);
        if (n % 2)
                frame_ip6(&f, 17);
        else
                frame_ip4(&f, 17, 0);
        for (unsigned i = 0; i < 4; i++)
                f.b[f.l3 + 12u + i] = (uint8_t)(n >> (24 - 8 * i));
        f.b[f.l3 + 12] = (uint8_t)(11 + (f.b[f.l3 + 12] & 63));
        frame_udp(&f, text, (size_t)len);
        frame_seal(&f, 1);
        chain_send_bytes(SHM_SIDE_OUTSIDE, f.b, f.len);
}

/* Take the replies off the port; the nonce of the last one. */
static void nonce_take(char nonce[DP_COOKIE_CHARS + 1])
{
        uint8_t frame[FRAME_MAX];
        size_t len;

        while ((len = chain_receive(SHM_SIDE_OUTSIDE, frame, sizeof(frame))) != 0) {
                const char *at = memmem(frame, len, "nonce=\"", 7);

                assert_non_null(at);
                memcpy(nonce, at + 7, DP_COOKIE_CHARS);
        }
        nonce[DP_COOKIE_CHARS] = '\0';
        assert_int_equal(chain_receive(SHM_SIDE_INSIDE, frame, sizeof(frame)), 0);
}

static uint64_t live(struct chain *c)
{
        const struct shm_counters *n = chain_counters(c);
        struct dp_tables *t = chain_tables(c);
        uint64_t now_ns = UINT64_C(1700000000000000000), sum;
        struct dp_table_census limits = {.fullest_set = 0}, trust = {.fullest_set = 0};

        dp_limits_count(t->limits, 0, dp_limits_sets(t->limits), now_ns, &limits);
        dp_trust_count(t->trust, 0, dp_trust_sets(t->trust), now_ns, &trust);
        sum = n->transactions_added + n->dialogs_added;
        for (unsigned i = 0; i < DP_TABLE_LEVELS; i++)
                sum += limits.live[i] + trust.live[i];
        return sum;
}

static void strangers(struct chain *c, unsigned long from, unsigned long to, const char *shown,
                      char nonce[DP_COOKIE_CHARS + 1])
{
        for (unsigned long n = from; n < to; n++) {
                stranger(n, shown);
                if (n % 32 == 31 || n + 1 == to) {
                        chain_turn(c);
                        nonce_take(nonce);
                }
        }
}

static void test_challenges(void **state)
{
        char nonce[DP_COOKIE_CHARS + 1], forged[DP_COOKIE_CHARS + 1];
        const struct shm_counters *n;
        struct dp_config config;
        struct chain *c;
        long before, more;

        (void)state;
        assert_int_equal(dp_config_load(NULL, &config), 0);
        chain_config_unlimited(
            &config); /* guard counts the packets of a source, whatever they are */
        config.challenge.mode = DP_CHALLENGE_ALWAYS;
        config.challenge.realm = "example.com";
        c = chain_create(&config, false);
        n = chain_counters(c);
        strangers(c, 0, 20000, NULL, nonce);
        assert_int_equal(n->challenges, 20000);
        before = own_memory_kib();
        atomic_store(&heap_calls, 0);
        atomic_store(&watching, true);
        strangers(c, 20000, 20000 + challenges, NULL, nonce);
        atomic_store(&watching, false);
        more = own_memory_kib() - before;
        print_message("%lu challenges: %lu heap calls, %+ld KiB, %" PRIu64 " entries\n", challenges,
                      atomic_load(&heap_calls), more, live(c));
        assert_int_equal(n->challenges, 20000 + challenges);
        assert_int_equal(live(c), 0);
        assert_int_equal(atomic_load(&heap_calls), 0);
        if (HEAP_IS_WATCHED)
                assert_int_equal(more, 0);

        /* somebody else's, one with an octet changed, and one's own when it is too old */
        const unsigned long mine = 20000 + challenges - 1, tries = challenges / 30;

        strangers(c, 0, tries, nonce, forged);
        for (unsigned long i = 0; i < tries; i++) {
                memcpy(forged, nonce, sizeof(forged));
                forged[i % DP_COOKIE_CHARS] =
                    (char)(forged[i % DP_COOKIE_CHARS] == 'A' ? 'B' : 'A');
                stranger(mine, forged);
                chain_turn(c);
                nonce_take(forged);
        }
        assert_int_equal(n->cookies_echoed + live(c), 0);
        chain_pass_ms(c, 61000);
        for (unsigned long i = 0; i < 1000; i++) {
                stranger(mine, nonce);
                chain_turn(c);
                nonce_take(forged);
        }
        print_message("%lu of others, %lu forged, 1000 expired: %" PRIu64 " accepted\n", tries,
                      tries, n->cookies_echoed);
        assert_int_equal(n->cookies_expired, 1000);
        assert_int_equal(n->cookies_echoed + live(c), 0);
        stranger(mine, forged); /* the one that it got last: all else was as it should be */
        chain_turn(c);
        assert_int_equal(n->cookies_echoed, 1);
        chain_destroy(c);
        dp_config_free(&config);
}

/* The watch sees what it is there for. */
static void test_watch(void **state)
{
        void *volatile p;

        (void)state;
        if (!HEAP_IS_WATCHED)
                return;
        atomic_store(&heap_calls, 0);
        atomic_store(&watching, true);
        p = malloc(1);
        free(p);
        atomic_store(&watching, false);
        assert_int_equal(atomic_load(&heap_calls), 2);
        atomic_store(&heap_calls, 0);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_watch),
            cmocka_unit_test(test_no_heap),
            cmocka_unit_test(test_challenges),
        };
        const char *given = getenv("SLUICE_PACKETS"), *asked = getenv("SLUICE_CHALLENGES");

        (void)argc;
        if (given != NULL)
                packets = strtoul(given, NULL, 10);
        if (asked != NULL)
                challenges = strtoul(asked, NULL, 10);
        chain_eal_start(argv[0]);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
