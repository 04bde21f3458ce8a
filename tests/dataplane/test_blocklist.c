/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/state/blocklist.h"
#include "tests/contract/rng.h"

static struct shm_blocklist_prefix prefix(const char *text, unsigned len, uint16_t list)
{
        struct shm_blocklist_prefix p = {.list = list};

        if (strchr(text, ':') != NULL) {
                assert_int_equal(inet_pton(AF_INET6, text, p.ip.b), 1);
                p.prefix_len = (uint8_t)len;
        } else {
                p.ip.b[10] = p.ip.b[11] = 0xff;
                assert_int_equal(inet_pton(AF_INET, text, p.ip.b + 12), 1);
                p.prefix_len = (uint8_t)(96 + len);
        }
        return p;
}

static uint16_t ask(const struct dp_blocklist *b, const char *text)
{
        struct shm_blocklist_prefix p = prefix(text, 0, 1);
        const struct shm_ip *ip = &p.ip;
        uint16_t list = 99;

        dp_blocklist_lookup(b, &ip, 1, &list);
        return list;
}

static struct dp_blocklist *make(const struct shm_blocklist_prefix *p, size_t n)
{
        struct dp_blocklist *b = NULL;
        size_t bad = 0;

        assert_int_equal(dp_blocklist_create(&b, p, n, &bad), 0);
        assert_non_null(b);
        return b;
}

static void test_nesting(void **state)
{
        const struct shm_blocklist_prefix p[] = {
            prefix("10.0.0.0", 8, 1),
            prefix("10.1.0.0", 16, 2),
            prefix("10.1.2.3", 32, 3),
            prefix("10.1.2.3", 32, 4),       /* named before: 3 stays */
            prefix("10.255.255.255", 32, 5), /* ends where the outer one ends */
            prefix("11.0.0.0", 8, 1),        /* goes on where it ended, same answer */
            prefix("2001:db8::", 32, 6),
            prefix("2001:db8:0:1::", 64, 7),
            prefix("2001:db8:0:1::9", 128, 8),
        };
        struct dp_blocklist *b = make(p, sizeof(p) / sizeof(p[0]));

        (void)state;
        assert_int_equal(ask(b, "9.255.255.255"), 0);
        assert_int_equal(ask(b, "10.0.0.0"), 1);
        assert_int_equal(ask(b, "10.1.0.0"), 2);
        assert_int_equal(ask(b, "10.1.2.2"), 2);
        assert_int_equal(ask(b, "10.1.2.3"), 3);
        assert_int_equal(ask(b, "10.1.2.4"), 2);
        assert_int_equal(ask(b, "10.2.0.0"), 1);
        assert_int_equal(ask(b, "10.255.255.255"), 5);
        assert_int_equal(ask(b, "11.0.0.0"), 1);
        assert_int_equal(ask(b, "11.255.255.255"), 1);
        assert_int_equal(ask(b, "12.0.0.0"), 0);
        assert_int_equal(ask(b, "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff"), 0);
        assert_int_equal(ask(b, "2001:db8::"), 6);
        assert_int_equal(ask(b, "2001:db8:0:1::8"), 7);
        assert_int_equal(ask(b, "2001:db8:0:1::9"), 8);
        assert_int_equal(ask(b, "2001:db8:0:1::a"), 7);
        assert_int_equal(ask(b, "2001:db8:0:2::"), 6);
        assert_int_equal(ask(b, "2001:db9::"), 0);
        dp_blocklist_destroy(b);
}

static void test_whole_families(void **state)
{
        const struct shm_blocklist_prefix v4[] = {prefix("1.2.3.4", 0, 1),
                                                  prefix("255.255.255.255", 32, 2)};
        const struct shm_blocklist_prefix v6[] = {prefix("::", 0, 1), prefix("ffff::", 16, 2)};
        struct dp_blocklist *b = make(v4, 2);

        (void)state;
        assert_int_equal(ask(b, "0.0.0.0"), 1);
        assert_int_equal(ask(b, "255.255.255.254"), 1);
        assert_int_equal(ask(b, "255.255.255.255"), 2);
        assert_int_equal(ask(b, "::"), 0);
        assert_int_equal(ask(b, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 0);
        dp_blocklist_destroy(b);

        b = make(v6, 2);
        assert_int_equal(ask(b, "::"), 1);
        assert_int_equal(ask(b, "fffe::"), 1);
        assert_int_equal(ask(b, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 2);
        assert_int_equal(ask(b, "0.0.0.0"), 0); /* IPv4 is not part of ::/0 */
        assert_int_equal(ask(b, "255.255.255.255"), 0);
        dp_blocklist_destroy(b);

        b = make(v4, 0);
        assert_int_equal(ask(b, "1.2.3.4"), 0);
        assert_int_equal(ask(b, "::1"), 0);
        assert_int_equal(dp_blocklist_boundaries(b), 0);
        dp_blocklist_destroy(b);
}

static void test_refused(void **state)
{
        struct shm_blocklist_prefix p[3] = {prefix("10.0.0.0", 8, 1), prefix("10.0.0.0", 8, 1),
                                            prefix("10.0.0.0", 8, 1)};
        struct dp_blocklist *b = NULL;
        size_t bad = 99;

        (void)state;
        p[1].prefix_len = 129;
        assert_int_equal(dp_blocklist_create(&b, p, 3, &bad), -EINVAL);
        assert_int_equal(bad, 1);
        p[1].prefix_len = 128;
        p[2].list = 0;
        assert_int_equal(dp_blocklist_create(&b, p, 3, &bad), -EINVAL);
        assert_int_equal(bad, 2);
        assert_null(b);
}

/* ---- against a list that is walked from end to end ---- */

static bool covers(const struct shm_blocklist_prefix *p, const struct shm_ip *ip)
{
        static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
        bool v4 = memcmp(ip->b, mapped, sizeof(mapped)) == 0;

        if (v4 != (p->prefix_len >= 96 && memcmp(p->ip.b, mapped, sizeof(mapped)) == 0))
                return false;
        for (unsigned i = 0; i < p->prefix_len; i++) {
                if ((p->ip.b[i / 8] ^ ip->b[i / 8]) >> (7 - i % 8) & 1)
                        return false;
        }
        return true;
}

static uint16_t walk(const struct shm_blocklist_prefix *p, size_t n, const struct shm_ip *ip)
{
        const struct shm_blocklist_prefix *best = NULL;

        for (size_t i = 0; i < n; i++) {
                if (covers(&p[i], ip) && (best == NULL || p[i].prefix_len > best->prefix_len))
                        best = &p[i];
        }
        return best == NULL ? 0 : best->list;
}

/* Few different octets, so that prefixes nest, touch and repeat. */
static struct shm_ip random_ip(struct rng *r, bool v4)
{
        static const uint8_t octets[] = {0, 1, 0x7f, 0x80, 0xfe, 0xff};
        struct shm_ip ip = {{[10] = 0xff, [11] = 0xff}};

        for (unsigned i = v4 ? 12 : 0; i < 16; i++)
                ip.b[i] = octets[rng_below(r, sizeof(octets))];
        if (!v4)
                ip.b[0] = 0x20;
        return ip;
}

static void test_random(void **state)
{
        struct rng r = rng_seeded("blocklist");
        const char *asked = getenv("SLUICE_BLOCKLISTS");
        unsigned long rounds = asked ? strtoul(asked, NULL, 10) : 300;
        unsigned long listed = 0, looked = 0;

        (void)state;
        for (unsigned long round = 0; round < rounds; round++) {
                struct shm_blocklist_prefix p[120];
                size_t n = rng_below(&r, 120);
                struct dp_blocklist *b;

                for (size_t i = 0; i < n; i++) {
                        bool v4 = rng_below(&r, 2) == 0;

                        p[i] = (struct shm_blocklist_prefix){
                            .ip = random_ip(&r, v4),
                            .prefix_len =
                                (uint8_t)(v4 ? 96 + rng_below(&r, 33) : rng_below(&r, 129)),
                            .list = (uint16_t)(1 + rng_below(&r, 3)),
                        };
                }
                b = make(p, n);
                for (unsigned k = 0; k < 20; k++) {
                        struct shm_ip ip[DP_BLOCKLIST_BURST];
                        const struct shm_ip *at[DP_BLOCKLIST_BURST];
                        uint16_t list[DP_BLOCKLIST_BURST];
                        uint32_t cnt = (uint32_t)rng_below(&r, DP_BLOCKLIST_BURST + 1);

                        for (uint32_t i = 0; i < cnt; i++) {
                                ip[i] = random_ip(&r, rng_below(&r, 2) == 0);
                                at[i] = &ip[i];
                        }
                        dp_blocklist_lookup(b, at, cnt, list);
                        for (uint32_t i = 0; i < cnt; i++) {
                                assert_int_equal(list[i], walk(p, n, &ip[i]));
                                listed += list[i] != 0;
                        }
                        looked += cnt;
                }
                dp_blocklist_destroy(b);
        }
        printf("%lu look-ups, %lu listed\n", looked, listed);
        assert_true(listed > looked / 20 && listed < looked);
}

/* What feeds hold: a million addresses. */
static void test_million(void **state)
{
        const size_t n = 1000000;
        struct shm_blocklist_prefix *p = calloc(n, sizeof(*p));
        struct rng r = rng_seeded("blocklist million");
        struct dp_blocklist *b;

        (void)state;
        assert_non_null(p);
        for (size_t i = 0; i < n; i++) {
                bool v4 = i % 2 == 0;

                for (unsigned k = v4 ? 12 : 0; k < 16; k++)
                        p[i].ip.b[k] = (uint8_t)rng_next(&r);
                if (v4)
                        p[i].ip.b[10] = p[i].ip.b[11] = 0xff;
                p[i].prefix_len = (uint8_t)(v4 ? 128 : 64);
                p[i].list = (uint16_t)(1 + i % 7);
        }
        b = make(p, n);
        printf("%zu prefixes: %zu boundaries, %zu octets\n", n, dp_blocklist_boundaries(b),
               dp_blocklist_bytes(b));
        for (size_t i = 0; i < n; i++) {
                const struct shm_ip *ip = &p[i].ip;
                uint16_t list;

                dp_blocklist_lookup(b, &ip, 1, &list);
                assert_int_not_equal(list, 0);
        }
        dp_blocklist_destroy(b);
        free(p);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_nesting), cmocka_unit_test(test_whole_families),
            cmocka_unit_test(test_refused), cmocka_unit_test(test_random),
            cmocka_unit_test(test_million),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
