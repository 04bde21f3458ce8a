/* SPDX-License-Identifier: Apache-2.0 */
/* A nonce of the dataplane is good for control, and the other way round, when both have the same
 * secret: over hours, and no longer than it should be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "control/contract/shm_secret.h"
#include "control/identity/digest.h"
#include "control/identity/nonce.h"
#include "dataplane/state/challenge.h"
#include "tests/control/identity/client.h"

#define REALM "example.com"
#define HOUR  3600u
#define NOW   (500000u * HOUR + 1800u)
#define LIFE  300u

static const uint8_t secret[SHM_SECRET_BYTES] = {1, 2, 3, 0xff};
static const uint8_t other[SHM_SECRET_BYTES] = {1, 2, 3, 0xfe};
static const struct dp_cookie_from from = {{{[10] = 0xff, [11] = 0xff, [12] = 192}}, 5061};

struct both {
        struct dp_cookie_keys *keys;
        struct dp_challenge *worker;
        struct cp_users *users;
        struct cp_digest *control;
};

static struct both make(const uint8_t *of_control, uint32_t now_s, uint32_t counts_from_s)
{
        const struct cp_digest_policy policy = {
            .realm = REALM,
            .algs = 1u << CP_DIGEST_SHA_256,
            .nonce_lifetime_s = LIFE,
            .nonce_entries = 64,
            .nonce_secret = of_control,
            .counts_from_s = counts_from_s,
        };
        struct cp_user alice = {.name = "alice", .algs = 1u << CP_DIGEST_SHA_256};
        char hex[65], pair[3] = "";
        struct both b;

        client_hash("SHA-256", "alice:" REALM ":wonderland", hex);
        for (unsigned i = 0; i < 32; i++) {
                memcpy(pair, hex + 2 * i, 2);
                alice.ha1[CP_DIGEST_SHA_256][i] = (uint8_t)strtoul(pair, NULL, 16);
        }
        b.keys = dp_cookie_keys_shared_create(secret, now_s);
        assert_non_null(b.keys);
        b.worker = dp_challenge_create(b.keys, REALM, DP_CHALLENGE_SHA_256, LIFE);
        b.users = cp_users_create();
        assert_int_equal(cp_users_put(b.users, &alice), 0);
        b.control = cp_digest_create(&policy, b.users);
        assert_non_null(b.worker);
        assert_non_null(b.control);
        return b;
}

static void drop(struct both *b)
{
        dp_challenge_destroy(b->worker);
        dp_cookie_keys_destroy(b->keys);
        cp_digest_destroy(b->control);
        cp_users_destroy(b->users);
}

static void nonce_in(const char *lines, char nonce[33])
{
        const char *at = strstr(lines, "nonce=\"");

        assert_non_null(at);
        snprintf(nonce, 33, "%s", at + 7);
}

static void of_worker(const struct both *b, uint32_t now_s, char nonce[33])
{
        const struct dp_challenge_text text = {.status = 401};
        char lines[DP_CHALLENGE_BYTES];

        dp_challenge_write(b->worker, &text, &from, now_s, lines);
        nonce_in(lines, nonce);
}

static struct client_request *answer_to(const char *nonce, unsigned nc)
{
        static struct client_request r;
        const struct client c = {
            .user = "alice", .password = "wonderland", .nonce = nonce, .nc = nc};

        client_request(&c, &r);
        return &r;
}

static enum cp_digest_result at_control(const struct both *b, const char *nonce, unsigned nc,
                                        uint32_t now_s)
{
        const struct cp_digest_from who = {from.addr, from.port, now_s};
        const struct cp_user *user;

        return cp_digest_check(b->control, &answer_to(nonce, nc)->msg, &who, &user);
}

static enum dp_challenge_answer at_worker(const struct both *b, const char *nonce, uint32_t now_s)
{
        uint8_t hdr;

        return dp_challenge_check(b->worker, &answer_to(nonce, 1)->msg, &from, now_s, &hdr);
}

static void of_control(const struct both *b, uint32_t now_s, char nonce[33])
{
        const struct cp_digest_from who = {from.addr, from.port, now_s};
        static struct client_request r;
        char lines[CP_DIGEST_CHALLENGE_BYTES];

        client_request(&(struct client){.user = NULL}, &r);
        assert_true(cp_digest_challenge(b->control, &r.msg, &who, false, lines) != 0);
        nonce_in(lines, nonce);
}

static void one_challenge_is_good_for_both(void **state)
{
        struct both b = make(secret, NOW, 0);
        char nonce[33], second[33];

        (void)state;
        of_worker(&b, NOW, nonce);
        assert_int_equal(at_control(&b, nonce, 1, NOW + 1), CP_DIGEST_OK);
        assert_int_equal(at_control(&b, nonce, 1, NOW + 1), CP_DIGEST_REPEATED);
        assert_int_equal(at_control(&b, nonce, 2, NOW + LIFE), CP_DIGEST_OK);
        assert_int_equal(at_control(&b, nonce, 3, NOW + LIFE + 1), CP_DIGEST_STALE);
        of_control(&b, NOW, second);
        assert_string_equal(nonce, second); /* of one second and one source there is one nonce */
        assert_int_equal(at_worker(&b, second, NOW + 1), DP_CHALLENGE_ECHOED);
        assert_int_equal(at_worker(&b, second, NOW + LIFE + 1), DP_CHALLENGE_STALE);
        drop(&b);
}

static void with_another_secret_it_is_not(void **state)
{
        struct both b = make(other, NOW, 0), own = make(NULL, NOW, 0);
        char nonce[33];

        (void)state;
        of_worker(&b, NOW, nonce);
        assert_int_equal(at_control(&b, nonce, 1, NOW), CP_DIGEST_STALE);
        assert_int_equal(at_control(&own, nonce, 1, NOW), CP_DIGEST_STALE);
        of_control(&b, NOW, nonce);
        assert_int_equal(at_worker(&b, nonce, NOW), DP_CHALLENGE_FOREIGN);
        drop(&b);
        drop(&own);
}

/* The hour changes: both follow, one after the other or not, and the hour before stays good. */
static void over_the_hours(void **state)
{
        const uint32_t last = NOW / HOUR * HOUR + HOUR - 1;
        struct both b = make(secret, NOW, 0);
        char old[33], nonce[33];

        (void)state;
        of_worker(&b, last, old);
        assert_int_equal(at_control(&b, old, 1, last + 2), CP_DIGEST_OK);
        of_worker(&b, last + 2, nonce); /* the worker has not looked at its clock yet */
        assert_int_equal(at_control(&b, nonce, 1, last + 2), CP_DIGEST_OK);
        assert_true(dp_cookie_keys_follow(b.keys, last + 3));
        assert_int_equal(at_worker(&b, old, last + 3), DP_CHALLENGE_ECHOED);
        of_control(&b, last + 3, nonce);
        assert_int_equal(at_worker(&b, nonce, last + 3), DP_CHALLENGE_ECHOED);
        assert_true(dp_cookie_keys_follow(b.keys, last + 4));
        assert_int_equal(at_worker(&b, nonce, last + 4), DP_CHALLENGE_ECHOED);
        /* Two hours on, also after a leap, nobody knows its key. */
        assert_true(dp_cookie_keys_follow(b.keys, last + 5 * HOUR));
        assert_int_equal(at_worker(&b, nonce, last + 5 * HOUR), DP_CHALLENGE_FOREIGN);
        assert_int_equal(at_control(&b, nonce, 2, last + 5 * HOUR), CP_DIGEST_STALE);
        of_worker(&b, last + 5 * HOUR, nonce);
        assert_int_equal(at_control(&b, nonce, 1, last + 5 * HOUR), CP_DIGEST_OK);
        drop(&b);
}

/* Used counts do not outlive control: what was made before it began may be a replay. */
static void a_restart_forgives_no_replay(void **state)
{
        struct both b = make(secret, NOW, 0), again;
        char nonce[33];

        (void)state;
        of_worker(&b, NOW, nonce);
        assert_int_equal(at_control(&b, nonce, 1, NOW), CP_DIGEST_OK);
        again = make(secret, NOW, NOW);
        assert_int_equal(at_control(&again, nonce, 1, NOW + 1), CP_DIGEST_REPEATED);
        assert_int_equal(at_control(&again, nonce, 2, NOW + 1), CP_DIGEST_REPEATED);
        of_worker(&again, NOW + 1, nonce);
        assert_int_equal(at_control(&again, nonce, 1, NOW + 1), CP_DIGEST_OK);
        drop(&b);
        drop(&again);
}

/* The key that shm_secret.h promises, by OpenSSL's own HMAC. */
static void keys_as_the_contract_says(void **state)
{
        const uint32_t hour = NOW / HOUR;
        const uint8_t n[4] = {(uint8_t)(hour >> 24), (uint8_t)(hour >> 16), (uint8_t)(hour >> 8),
                              (uint8_t)hour};
        uint8_t text[16], id[32], key[32];
        struct both b = make(secret, NOW, 0);
        struct cp_nonces *plain = cp_nonces_create(REALM, LIFE);
        char nonce[33], want[SHM_NONCE_CHARS];

        (void)state;
        memcpy(text, "nonce id", 8);
        memcpy(text + 8, n, 4);
        assert_non_null(HMAC(EVP_sha256(), secret, sizeof(secret), text, 12, id, NULL));
        memcpy(text, "nonce key", 9);
        memcpy(text + 9, n, 4);
        assert_non_null(HMAC(EVP_sha256(), secret, sizeof(secret), text, 13, key, NULL));
        cp_nonces_key(plain, shm_nonce_get32(id), key, NOW);
        assert_true(cp_nonces_make(plain, &from.addr, from.port, NOW, want));
        of_worker(&b, NOW, nonce);
        assert_memory_equal(nonce, want, sizeof(want));
        cp_nonces_destroy(plain);
        drop(&b);
}

static int load(const char *path, const char *text, mode_t mode)
{
        uint8_t out[SHM_SECRET_BYTES];
        FILE *f = fopen(path, "w");

        assert_non_null(f);
        fputs(text, f);
        fclose(f);
        assert_int_equal(chmod(path, mode), 0);
        int rc = shm_secret_load(path, out);

        if (rc == 0)
                assert_true(out[0] == 0x01 && out[31] == 0xef);
        (void)unlink(path);
        return rc;
}

static void the_file(void **state)
{
#define DIGITS "0123456789abcdefABCDEF0000000000000000000000000000000000000000ef"
        char path[] = "/tmp/secretXXXXXX";
        uint8_t out[SHM_SECRET_BYTES];

        (void)state;
        close(mkstemp(path));
        assert_int_equal(load(path, DIGITS "\n", 0600), 0);
        assert_int_equal(load(path, DIGITS, 0640), 0);
        assert_int_equal(load(path, DIGITS "\n", 0644), -EPERM);
        assert_int_equal(load(path, DIGITS "\n\n", 0600), -EINVAL);
        assert_int_equal(load(path, DIGITS "0", 0600), -EINVAL);
        assert_int_equal(load(path, "x" DIGITS, 0600), -EINVAL);
        assert_int_equal(load(path, "", 0600), -EINVAL);
        assert_int_equal(shm_secret_load("/nowhere/at/all", out), -ENOENT);
        assert_int_equal(shm_secret_load("/", out), -EPERM);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(one_challenge_is_good_for_both),
            cmocka_unit_test(with_another_secret_it_is_not),
            cmocka_unit_test(over_the_hours),
            cmocka_unit_test(a_restart_forgives_no_replay),
            cmocka_unit_test(keys_as_the_contract_says),
            cmocka_unit_test(the_file),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
