/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "dataplane/state/cookie.h"
#include "tests/contract/rng.h"

#define REALM      "pbx.example.com"
#define LIFETIME_S 60u
#define NOW_S      UINT32_C(1700000000)

/* Nonces that are made and checked in the usual run; SLUICE_COOKIES asks for more. */
#define COOKIES 200000u

static struct dp_cookie_from from_random(struct rng *r)
{
        struct dp_cookie_from f;

        for (size_t i = 0; i < sizeof(f.addr.b); i++)
                f.addr.b[i] = (uint8_t)rng_next(r);
        f.port = (uint16_t)rng_next(r);
        return f;
}

static enum dp_cookie_result check(struct dp_cookie *c, const struct dp_cookie_from *f,
                                   uint32_t now_s, const char *nonce)
{
        return dp_cookie_check(c, f, now_s, (const uint8_t *)nonce, DP_COOKIE_CHARS);
}

struct both {
        struct dp_cookie_keys *keys;
        struct dp_cookie *cookie;
};

static struct both both_create(void)
{
        struct both b = {.keys = dp_cookie_keys_create()};

        assert_non_null(b.keys);
        b.cookie = dp_cookie_create(b.keys, REALM, LIFETIME_S);
        assert_non_null(b.cookie);
        return b;
}

static void both_destroy(struct both b)
{
        dp_cookie_destroy(b.cookie);
        dp_cookie_keys_destroy(b.keys);
}

static void test_only_its_own_source_in_time(void **state)
{
        struct both b = both_create();
        struct rng r = rng_seeded("cookie");
        const char *asked = getenv("SLUICE_COOKIES");
        unsigned long n = asked ? strtoul(asked, NULL, 10) : COOKIES;
        char nonce[DP_COOKIE_CHARS];

        (void)state;
        for (unsigned long i = 0; i < n; i++) {
                struct dp_cookie_from f = from_random(&r);
                struct dp_cookie_from other = f;

                dp_cookie_make(b.cookie, &f, NOW_S, nonce);
                assert_int_equal(check(b.cookie, &f, NOW_S, nonce), DP_COOKIE_VALID);
                if (i % 2 == 0)
                        other.port ^= (uint16_t)(1u << rng_below(&r, 16));
                else
                        other.addr.b[rng_below(&r, 16)] ^= (uint8_t)(1u << rng_below(&r, 8));
                assert_int_equal(check(b.cookie, &other, NOW_S, nonce), DP_COOKIE_INVALID);
        }
        printf("%lu nonces, each from its own source and from another\n", n);
        both_destroy(b);
}

static void test_age(void **state)
{
        static const struct {
                int64_t age_s;
                enum dp_cookie_result result;
        } rows[] = {
            {0, DP_COOKIE_VALID},
            {LIFETIME_S, DP_COOKIE_VALID},
            {LIFETIME_S + 1, DP_COOKIE_STALE},
            {1000000, DP_COOKIE_STALE},
            {-1, DP_COOKIE_VALID}, /* a worker whose clock is behind */
            {-2, DP_COOKIE_STALE},
        };
        struct both b = both_create();
        struct rng r = rng_seeded("cookie age");
        char nonce[DP_COOKIE_CHARS];

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct dp_cookie_from f = from_random(&r);

                dp_cookie_make(b.cookie, &f, NOW_S, nonce);
                assert_int_equal(
                    check(b.cookie, &f, (uint32_t)((int64_t)NOW_S + rows[i].age_s), nonce),
                    rows[i].result);
        }
        /* seconds that wrap in 2106 */
        struct dp_cookie_from f = from_random(&r);
        dp_cookie_make(b.cookie, &f, UINT32_MAX, nonce);
        assert_int_equal(check(b.cookie, &f, 5, nonce), DP_COOKIE_VALID);
        both_destroy(b);
}

/* Every character matters, and there is only one way to write a nonce. */
static void test_forged(void **state)
{
        struct both b = both_create();
        struct rng r = rng_seeded("cookie forged");
        struct dp_cookie_from f = from_random(&r);
        char nonce[DP_COOKIE_CHARS];
        char bad[DP_COOKIE_CHARS + 1];

        (void)state;
        dp_cookie_make(b.cookie, &f, NOW_S, nonce);
        for (unsigned i = 0; i < DP_COOKIE_CHARS; i++) {
                for (unsigned c = 0; c < 256; c++) {
                        memcpy(bad, nonce, sizeof(nonce));
                        if (bad[i] == (char)c)
                                continue;
                        bad[i] = (char)c;
                        assert_int_equal(check(b.cookie, &f, NOW_S, bad), DP_COOKIE_INVALID);
                }
        }
        memcpy(bad, nonce, sizeof(nonce));
        bad[DP_COOKIE_CHARS] = 'A';
        for (size_t len = 0; len <= DP_COOKIE_CHARS + 1; len++) {
                enum dp_cookie_result want =
                    len == DP_COOKIE_CHARS ? DP_COOKIE_VALID : DP_COOKIE_INVALID;

                assert_int_equal(dp_cookie_check(b.cookie, &f, NOW_S, (uint8_t *)bad, len), want);
        }
        both_destroy(b);
}

/* Whom a wrong one is meant for: us when all of it is of the form and the key is live. Worker and
 * control read the same of it. */
static void test_meant_for_us(void **state)
{
        struct both b = both_create();
        struct rng r = rng_seeded("cookie meant");
        struct dp_cookie_from f = from_random(&r);
        char nonce[DP_COOKIE_CHARS];
        uint32_t id, time_s;

        (void)state;
        dp_cookie_make(b.cookie, &f, NOW_S, nonce);
        for (unsigned i = 0; i < DP_COOKIE_CHARS; i++) {
                for (unsigned c = 0; c < 256; c++) {
                        bool digit =
                            c != 0 && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                             "0123456789-_",
                                             (int)c) != NULL;
                        uint8_t bad[DP_COOKIE_CHARS];

                        memcpy(bad, nonce, sizeof(bad));
                        bad[i] = (uint8_t)c;
                        assert_int_equal(shm_nonce_head(bad, sizeof(bad), &id, &time_s), digit);
                        if (i > 5) /* the number of the key ends in the sixth */
                                assert_int_equal(dp_cookie_is_ours(b.cookie, bad, sizeof(bad)),
                                                 digit);
                        else if (!digit)
                                assert_false(dp_cookie_is_ours(b.cookie, bad, sizeof(bad)));
                }
        }
        assert_true(shm_nonce_head((const uint8_t *)nonce, sizeof(nonce), &id, &time_s));
        assert_int_equal(time_s, NOW_S);
        assert_false(dp_cookie_is_ours(b.cookie, (const uint8_t *)nonce, sizeof(nonce) - 1));
        both_destroy(b);
}

/* Another firewall, or this one before it was restarted; and another realm under the same keys. */
static void test_other_keys_and_realm(void **state)
{
        struct both b = both_create();
        struct both other = both_create();
        struct dp_cookie *realm = dp_cookie_create(b.keys, "other.example.com", LIFETIME_S);
        struct rng r = rng_seeded("cookie other");
        struct dp_cookie_from f = from_random(&r);
        char nonce[DP_COOKIE_CHARS];

        (void)state;
        assert_non_null(realm);
        dp_cookie_make(b.cookie, &f, NOW_S, nonce);
        assert_int_equal(check(other.cookie, &f, NOW_S, nonce), DP_COOKIE_INVALID);
        assert_int_equal(check(realm, &f, NOW_S, nonce), DP_COOKIE_INVALID);
        dp_cookie_destroy(realm);
        both_destroy(other);
        both_destroy(b);
}

static void test_rotation(void **state)
{
        struct both b = both_create();
        struct rng r = rng_seeded("cookie rotation");
        struct dp_cookie_from f = from_random(&r);
        char nonce[DP_COOKIE_CHARS];

        (void)state;
        for (unsigned i = 0; i < 20; i++) {
                uint32_t now_s = NOW_S + i * LIFETIME_S;

                dp_cookie_make(b.cookie, &f, now_s, nonce);
                assert_true(dp_cookie_keys_rotate(b.keys));
                assert_int_equal(check(b.cookie, &f, now_s + LIFETIME_S, nonce), DP_COOKIE_VALID);
                assert_true(dp_cookie_keys_rotate(b.keys));
                assert_int_equal(check(b.cookie, &f, now_s + 1, nonce), DP_COOKIE_INVALID);
        }
        both_destroy(b);
}

static void test_arguments(void **state)
{
        struct dp_cookie_keys *k = dp_cookie_keys_create();
        char realm[DP_COOKIE_REALM_BYTES + 2];
        struct dp_cookie *c;

        (void)state;
        memset(realm, 'r', sizeof(realm));
        realm[DP_COOKIE_REALM_BYTES + 1] = '\0';
        assert_null(dp_cookie_create(k, realm, LIFETIME_S));
        realm[DP_COOKIE_REALM_BYTES] = '\0';
        c = dp_cookie_create(k, realm, LIFETIME_S);
        assert_non_null(c);
        dp_cookie_destroy(c);
        assert_null(dp_cookie_create(k, "", LIFETIME_S));
        assert_null(dp_cookie_create(k, REALM, 0));
        dp_cookie_destroy(NULL);
        dp_cookie_keys_destroy(k);
        dp_cookie_keys_destroy(NULL);
}

/* ---- two threads ---- */

struct racer {
        struct dp_cookie_keys *keys;
        _Atomic bool stop;
        _Atomic unsigned long made;
        unsigned long lost;
};

static void *race(void *arg)
{
        struct racer *w = arg;
        struct dp_cookie *c = dp_cookie_create(w->keys, REALM, LIFETIME_S);
        struct rng r = {.state = 7};
        char nonce[DP_COOKIE_CHARS];

        while (!atomic_load(&w->stop)) {
                struct dp_cookie_from f = from_random(&r);

                dp_cookie_make(c, &f, NOW_S, nonce);
                if (check(c, &f, NOW_S, nonce) != DP_COOKIE_VALID)
                        w->lost++;
                atomic_fetch_add_explicit(&w->made, 1, memory_order_release);
        }
        dp_cookie_destroy(c);
        return NULL;
}

static unsigned long made_by(struct racer *w)
{
        return atomic_load_explicit(&w->made, memory_order_acquire);
}

/* At most one rotation between making and checking: none of them loses a nonce. */
static void test_rotation_under_load(void **state)
{
        struct racer w = {.keys = dp_cookie_keys_create()};
        pthread_t t;

        (void)state;
        assert_int_equal(pthread_create(&t, NULL, race, &w), 0);
        for (unsigned i = 0; i < 1000; i++) {
                unsigned long seen;

                assert_true(dp_cookie_keys_rotate(w.keys));
                seen =
                    made_by(&w); /* behind the rotation: two more begin and end before the next */
                while (made_by(&w) < seen + 2)
                        sched_yield();
        }
        atomic_store(&w.stop, true);
        pthread_join(t, NULL);
        printf("1000 rotations, %lu nonces\n", made_by(&w));
        assert_int_equal(w.lost, 0);
        dp_cookie_keys_destroy(w.keys);
}

/* ---- OpenSSL's own HMAC, as the peer ---- */

/* The key is secret even from tests: so the nonce is taken apart and the MAC is made again from a
 * key that this test gives, by way of getrandom(2). */
static uint8_t given_key[32];
static bool give_key;

ssize_t getrandom(void *buf, size_t n, unsigned flags)
{
        if (give_key && n == sizeof(given_key)) {
                memcpy(buf, given_key, n);
                return (ssize_t)n;
        }
        return syscall(SYS_getrandom, buf, n, flags);
}

static void test_hmac(void **state)
{
        static const uint8_t addr[16] = {[10] = 0xff, 0xff, 192, 0, 2, 7};
        struct dp_cookie_from f = {.port = 0x1388};
        uint8_t msg[8 + 18 + sizeof(REALM) - 1];
        uint8_t mac[32], raw[26];
        char nonce[DP_COOKIE_CHARS + 1] = "";
        struct both b;

        (void)state;
        for (size_t i = 0; i < sizeof(given_key); i++)
                given_key[i] = (uint8_t)(i * 7 + 1);
        give_key = true;
        b = both_create();
        give_key = false;
        memcpy(f.addr.b, addr, sizeof(addr));
        dp_cookie_make(b.cookie, &f, NOW_S, nonce);
        for (char *p = nonce; *p; p++)
                *p = (char)(*p == '-' ? '+' : *p == '_' ? '/' : *p);
        assert_int_equal(EVP_DecodeBlock(raw, (const uint8_t *)nonce, DP_COOKIE_CHARS), 24);

        memcpy(msg, raw, 8);
        memcpy(msg + 8, addr, 16);
        msg[24] = 0x13, msg[25] = 0x88;
        memcpy(msg + 26, REALM, sizeof(REALM) - 1);
        assert_non_null(
            HMAC(EVP_sha256(), given_key, sizeof(given_key), msg, sizeof(msg), mac, NULL));
        assert_memory_equal(raw + 8, mac, 16);
        both_destroy(b);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_only_its_own_source_in_time),
            cmocka_unit_test(test_age),
            cmocka_unit_test(test_forged),
            cmocka_unit_test(test_meant_for_us),
            cmocka_unit_test(test_other_keys_and_realm),
            cmocka_unit_test(test_rotation),
            cmocka_unit_test(test_arguments),
            cmocka_unit_test(test_rotation_under_load),
            cmocka_unit_test(test_hmac),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
