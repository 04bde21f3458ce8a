/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_hash_flood.c - addresses chosen by somebody who knows CRC32C, jhash, and SipHash under a key
 * of zeros: in the table they lie like random ones.
 *
 * A million addresses for which the attacked function gives one value, or a sixteenth of its
 * values; the fullest set, which is the longest look-up, and the keys that find no room are
 * compared with those of a million random addresses.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rte_hash_crc.h>
#include <rte_jhash.h>

#include "dataplane/state/limits.h"
#include "dataplane/state/source.h"
#include "tests/contract/rng.h"

#define SECOND UINT64_C(1000000000)
#define START  (UINT64_C(1790000000) * SECOND)
#define KEYS   1000000u
#define SETS   2097152u

static struct rng rng;

static void put32(struct shm_ip *ip, unsigned word, uint32_t v)
{
        memcpy(ip->b + 4 * word, &v, sizeof(v));
}

static struct shm_ip random_ip(void)
{
        struct shm_ip ip;

        for (unsigned i = 0; i < 4; i++)
                put32(&ip, i, (uint32_t)rng_next(&rng));
        ip.b[0] = 0x20; /* no mapped IPv4 by accident */
        return ip;
}

static uint32_t crc_of(const struct shm_ip *ip, unsigned words)
{
        uint32_t crc = 0, w;

        for (unsigned i = 0; i < words; i++) {
                memcpy(&w, ip->b + 4 * i, sizeof(w));
                crc = rte_hash_crc_4byte(w, crc);
        }
        return crc;
}

/* CRC32C takes four octets at once: the last word that equals the state before it gives what an
 * empty state and an empty word give, for whatever came before. */
static struct shm_ip crc_ip(void)
{
        struct shm_ip ip = random_ip();

        put32(&ip, 3, crc_of(&ip, 3));
        return ip;
}

static uint32_t rotate(uint32_t v, unsigned by)
{
        return v << by | v >> (32 - by);
}

/* Backwards through the last mix of jhash (lookup3): any a and b lead to the same c. */
static struct shm_ip jhash_ip(void)
{
        uint32_t a = (uint32_t)rng_next(&rng), b = (uint32_t)rng_next(&rng), c = 0x5ca1ab1e;
        const uint32_t start = 0xdeadbeef + 12;
        struct shm_ip ip = random_ip();

        c = (c + rotate(b, 24)) ^ b;
        b = (b + rotate(a, 14)) ^ a;
        a = (a + rotate(c, 4)) ^ c;
        c = (c + rotate(b, 16)) ^ b;
        b = (b + rotate(a, 25)) ^ a;
        a = (a + rotate(c, 11)) ^ c;
        c = (c + rotate(b, 14)) ^ b;
        put32(&ip, 1, a - start);
        put32(&ip, 2, b - start);
        put32(&ip, 3, c - start);
        return ip;
}

static struct dp_key key_of(const struct dp_siphash_key *key, const struct shm_ip *ip)
{
        struct dp_source s;

        dp_source_of(key, ip, 5060, &s);
        return s.endpoint;
}

/* Those that a table without a secret key would put into its first sixteenth. */
static struct shm_ip zero_key_ip(void)
{
        static const struct dp_siphash_key zero = {{0, 0}};
        struct shm_ip ip;

        do
                ip = random_ip();
        while (key_of(&zero, &ip).w[0] >> 60 != 0);
        return ip;
}

struct result {
        unsigned fullest;
        uint64_t full_sets;
        uint64_t refused;
};

static struct result flood(const struct dp_siphash_key *key, struct shm_ip (*next)(void))
{
        struct dp_limits *l = dp_limits_create(SETS);
        struct dp_table_census census = {0};
        struct result r = {0, 0, 0};

        assert_non_null(l);
        for (uint32_t i = 0; i < KEYS; i++) {
                struct shm_ip ip = next();
                const struct dp_key k = key_of(key, &ip);
                const struct dp_rate rate = dp_rate_make(1, 3600 * SECOND, 1);
                struct dp_limit_claim c = dp_limits_claim(l, &k, &rate, 0);

                r.refused += dp_limits_charge(l, &c, START) == DP_LIMIT_FULL;
        }
        dp_limits_count(l, 0, dp_limits_sets(l), START, &census);
        r.fullest = census.fullest_set;
        r.full_sets = census.full_sets;
        dp_limits_destroy(l);
        return r;
}

static void test_forgeries(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 1000; i++) {
                struct shm_ip a = crc_ip(), b = jhash_ip();
                uint32_t w[4];

                assert_int_equal(crc_of(&a, 4), 0);
                memcpy(w, &b, sizeof(w));
                assert_int_equal(rte_jhash_3words(w[1], w[2], w[3], 0), 0x5ca1ab1e);
        }
}

static void test_flood(void **state)
{
        static const struct {
                const char *name;
                struct shm_ip (*next)(void);
        } rows[] = {{"CRC32C", crc_ip}, {"jhash", jhash_ip}, {"zero key", zero_key_ip}};
        const struct dp_siphash_key secret = {{rng_next(&rng), rng_next(&rng)}};
        const struct dp_siphash_key zero = {{0, 0}};
        struct result base = flood(&secret, random_ip);

        (void)state;
        print_message("random: fullest set %u, full sets %" PRIu64 ", refused %" PRIu64 "\n",
                      base.fullest, base.full_sets, base.refused);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct result r = flood(&secret, rows[i].next);

                print_message("%s: fullest set %u, full sets %" PRIu64 ", refused %" PRIu64 "\n",
                              rows[i].name, r.fullest, r.full_sets, r.refused);
                assert_true(r.fullest <= 2 * base.fullest);
                assert_true(r.full_sets <= 2 * base.full_sets + 8);
                assert_true(r.refused <= 2 * base.refused + 8);
        }
        /* the same keys do harm where the key is known: the test can see it */
        struct result weak = flood(&zero, zero_key_ip);

        print_message("zero key, known: fullest set %u, full sets %" PRIu64 ", refused %" PRIu64
                      "\n",
                      weak.fullest, weak.full_sets, weak.refused);
        assert_true(weak.refused > KEYS / 100);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_forgeries),
            cmocka_unit_test(test_flood),
        };

        rng = rng_seeded("hash flood");
        return cmocka_run_group_tests(tests, NULL, NULL);
}
