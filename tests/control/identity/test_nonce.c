/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "control/identity/nonce.h"
#include "control/identity/nonce_count.h"
#include "tests/contract/rng.h"

#define NOW UINT32_C(1800000000)

static const struct shm_ip addr = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7}};

static enum cp_nonce_result check(struct cp_nonces *n, const char *nonce, uint16_t port,
                                  uint32_t now_s)
{
        const struct cp_nonce_text t = {(const uint8_t *)nonce, SHM_NONCE_CHARS, addr, port};
        uint32_t made_s;

        return cp_nonces_check(n, &t, now_s, &made_s);
}

static void good_for_whom_and_when(void **state)
{
        struct cp_nonces *n = cp_nonces_create("example.com", 300);
        struct cp_nonces *other = cp_nonces_create("example.com", 300);
        char nonce[SHM_NONCE_CHARS];

        (void)state;
        assert_true(cp_nonces_make(n, &addr, 5060, NOW, nonce));
        assert_int_equal(check(n, nonce, 5060, NOW), CP_NONCE_VALID);
        assert_int_equal(check(n, nonce, 5060, NOW + 300), CP_NONCE_VALID);
        assert_int_equal(check(n, nonce, 5060, NOW + 301), CP_NONCE_STALE);
        assert_int_equal(check(n, nonce, 5060, NOW - 1), CP_NONCE_VALID);
        assert_int_equal(check(n, nonce, 5060, NOW - 2), CP_NONCE_STALE);
        assert_int_equal(check(n, nonce, 5061, NOW), CP_NONCE_INVALID);
        assert_int_equal(check(other, nonce, 5060, NOW), CP_NONCE_INVALID);
        for (unsigned i = 0; i < SHM_NONCE_CHARS; i++) {
                char bad[SHM_NONCE_CHARS];

                memcpy(bad, nonce, sizeof(bad));
                bad[i] = bad[i] == 'A' ? 'B' : 'A';
                assert_int_equal(check(n, bad, 5060, NOW), CP_NONCE_INVALID);
                bad[i] = '"';
                assert_int_equal(check(n, bad, 5060, NOW), CP_NONCE_INVALID);
        }
        cp_nonces_destroy(n);
        cp_nonces_destroy(other);
}

/* A key that replaces another leaves its nonces good for the rest of their life. */
static void keys_go_round(void **state)
{
        struct cp_nonces *n = cp_nonces_create("example.com", 300);
        char old[SHM_NONCE_CHARS], new[SHM_NONCE_CHARS];

        (void)state;
        assert_true(cp_nonces_make(n, &addr, 5060, NOW, old));
        assert_true(cp_nonces_make(n, &addr, 5060, NOW + 299, old));
        assert_true(cp_nonces_make(n, &addr, 5060, NOW + 300, new));
        /* the second and the third say that they are a second and two old */
        assert_int_equal(check(n, old, 5060, NOW + 598), CP_NONCE_VALID);
        assert_int_equal(check(n, new, 5060, NOW + 598), CP_NONCE_VALID);
        assert_int_equal(check(n, old, 5060, NOW + 599), CP_NONCE_STALE);
        cp_nonces_destroy(n);
}

/* Asked twice in a second: another nonce, whose counts begin at one. None is of since_s or before.
 */
static void another_each_time(void **state)
{
        struct cp_nonces *n = cp_nonces_create("example.com", 300);
        char nonce[16][SHM_NONCE_CHARS];

        (void)state;
        for (unsigned i = 0; i < 16; i++) {
                assert_true(cp_nonces_make(n, &addr, 5060, NOW, nonce[i]));
                assert_int_equal(check(n, nonce[i], 5060, NOW), CP_NONCE_VALID);
                for (unsigned k = 0; k < i; k++)
                        assert_memory_not_equal(nonce[i], nonce[k], SHM_NONCE_CHARS);
        }
        cp_nonces_since(n, NOW - 4);
        for (unsigned i = 0; i < 32; i++) {
                uint32_t id, made_s;

                assert_true(cp_nonces_make(n, &addr, 5060, NOW, nonce[0]));
                assert_true(
                    shm_nonce_head((const uint8_t *)nonce[0], SHM_NONCE_CHARS, &id, &made_s));
                assert_in_range(made_s, NOW - 3, NOW);
        }
        /* In that second itself: one that is good, and still is when since_s no longer counts. */
        cp_nonces_since(n, NOW);
        for (unsigned i = 0; i < 16; i++) {
                uint32_t id, made_s;

                assert_true(cp_nonces_make(n, &addr, 5060, NOW, nonce[0]));
                assert_true(
                    shm_nonce_head((const uint8_t *)nonce[0], SHM_NONCE_CHARS, &id, &made_s));
                assert_int_equal(made_s, NOW + 1);
                assert_int_equal(check(n, nonce[0], 5060, NOW), CP_NONCE_VALID);
        }
        cp_nonces_destroy(n);
}

/* The text that shm_nonce.h promises, by OpenSSL's own HMAC. */
static void as_the_contract_says(void **state)
{
        struct cp_nonces *n = cp_nonces_create("example.com", 300);
        uint8_t key[SHM_NONCE_KEY_BYTES], covered[SHM_NONCE_FIXED_BYTES + 11], mac[32];
        uint8_t raw[SHM_NONCE_BYTES];
        char nonce[SHM_NONCE_CHARS], b64[SHM_NONCE_CHARS + 1];

        (void)state;
        memset(key, 0x5a, sizeof(key));
        cp_nonces_key(n, 7, key, NOW);
        assert_true(cp_nonces_make(n, &addr, 5060, NOW + 9, nonce));
        shm_nonce_fixed(7, NOW + 9, &addr, 5060, covered);
        memcpy(covered + SHM_NONCE_FIXED_BYTES, "example.com", 11);
        assert_non_null(HMAC(EVP_sha256(), key, sizeof(key), covered, sizeof(covered), mac, NULL));
        memcpy(raw, covered, SHM_NONCE_HEAD_BYTES);
        memcpy(raw + SHM_NONCE_HEAD_BYTES, mac, SHM_NONCE_MAC_BYTES);
        EVP_EncodeBlock((unsigned char *)b64, raw, sizeof(raw));
        for (unsigned i = 0; i < SHM_NONCE_CHARS; i++)
                b64[i] = b64[i] == '+' ? '-' : b64[i] == '/' ? '_' : b64[i];
        assert_memory_equal(nonce, b64, SHM_NONCE_CHARS);
        cp_nonces_destroy(n);
}

static void counts_in_and_out_of_order(void **state)
{
        struct cp_nonce_counts *c = cp_nonce_counts_create(64);

        (void)state;
        assert_true(cp_nonce_counts_use(c, 1, 1, NOW, NOW - 300));
        assert_false(cp_nonce_counts_use(c, 1, 1, NOW, NOW - 300));
        assert_true(cp_nonce_counts_use(c, 1, 3, NOW, NOW - 300));
        assert_true(cp_nonce_counts_use(c, 1, 2, NOW, NOW - 300));
        assert_false(cp_nonce_counts_use(c, 1, 2, NOW, NOW - 300));
        assert_true(cp_nonce_counts_use(c, 1, 100, NOW, NOW - 300));
        assert_false(cp_nonce_counts_use(c, 1, 36, NOW, NOW - 300));
        assert_true(cp_nonce_counts_use(c, 1, 37, NOW, NOW - 300));
        assert_false(cp_nonce_counts_use(c, 1, 0, NOW, NOW - 300));
        assert_true(cp_nonce_counts_use(c, 1, UINT32_MAX, NOW, NOW - 300));
        assert_false(cp_nonce_counts_use(c, 1, 100, NOW, NOW - 300));
        assert_false(cp_nonce_counts_use(c, 2, 1, NOW - 301, NOW - 300));
        cp_nonce_counts_destroy(c);
}

#define KEYS 512u

/* Far more keys than entries, over and over: whatever the table forgets, nothing is taken twice. */
static void nothing_twice(void **state)
{
        struct rng r = rng_seeded("nothing_twice");
        struct cp_nonce_counts *c = cp_nonce_counts_create(64);
        static uint8_t used[KEYS][16];
        static uint32_t made_s[KEYS];
        uint32_t now_s = NOW;
        uint64_t taken = 0;

        (void)state;
        for (uint32_t k = 0; k < KEYS; k++)
                made_s[k] = NOW + (uint32_t)rng_below(&r, 20);
        for (unsigned i = 0; i < 400000; i++) {
                uint32_t k = (uint32_t)rng_below(&r, KEYS);
                uint32_t nc = 1 + (uint32_t)rng_below(&r, 15);

                now_s += i % 20000 == 0;
                if (cp_nonce_counts_use(c, (k + 1) * UINT64_C(0x9e3779b97f4a7c15), nc, made_s[k],
                                        now_s - 30)) {
                        assert_int_equal(used[k][nc], 0);
                        used[k][nc] = 1;
                        taken++;
                }
        }
        assert_true(taken > 64);
        cp_nonce_counts_destroy(c);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(good_for_whom_and_when),     cmocka_unit_test(keys_go_round),
            cmocka_unit_test(another_each_time),          cmocka_unit_test(as_the_contract_says),
            cmocka_unit_test(counts_in_and_out_of_order), cmocka_unit_test(nothing_twice),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
