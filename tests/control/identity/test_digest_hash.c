/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "control/identity/digest_hash.h"
#include "control/siphash.h"

#define ALL ((1u << CP_DIGEST_ALGS) - 1)

static struct cp_digest_text text(const char *s)
{
        return (struct cp_digest_text){s, strlen(s)};
}

struct row {
        enum cp_digest_alg alg;
        const char *user, *realm, *password, *uri, *nonce, *cnonce, *response;
};

/* The examples of RFC 7616 3.9.1 and 3.9.2, the latter as erratum 4897 has it (the RFC's own number
 * comes from a SHA-512 that was cut, which is another function), and of RFC 2617 3.5. */
static const struct row rows[] = {
    {CP_DIGEST_MD5, "Mufasa", "http-auth@example.org", "Circle of Life", "/dir/index.html",
     "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
     "8ca523f5e9506fed4657c9700eebdbec"},
    {CP_DIGEST_SHA_256, "Mufasa", "http-auth@example.org", "Circle of Life", "/dir/index.html",
     "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
     "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"},
    {CP_DIGEST_SHA_512_256, "J\303\244s\303\270n Doe", "api@example.org", "Secret, or not?",
     "/doe.json", "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
     "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
     "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"},
    {CP_DIGEST_MD5, "Mufasa", "testrealm@host.com", "Circle Of Life", "/dir/index.html",
     "dcd98b7102dd2f0e8b11d0f600bfb0c093", "0a4f113b", "6629fae49393a05397450978507c4ef1"},
};

static void published_examples(void **state)
{
        struct cp_digest_hash *h = cp_digest_hash_create(ALL);

        (void)state;
        assert_non_null(h);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                const struct row *r = &rows[i];
                struct cp_digest_in in = {.method = text("GET"),
                                          .uri = text(r->uri),
                                          .nonce = text(r->nonce),
                                          .nc = text("00000001"),
                                          .cnonce = text(r->cnonce)};
                uint8_t ha1[CP_DIGEST_BYTES_MAX];
                char hex[2 * CP_DIGEST_BYTES_MAX + 1] = {0};

                assert_true(cp_digest_ha1(h, r->alg, r->user, r->realm, r->password, ha1));
                assert_true(cp_digest_response(h, r->alg, ha1, &in, hex));
                assert_string_equal(hex, r->response);
                in.auth_int = true;
                in.body = text("");
                assert_true(cp_digest_response(h, r->alg, ha1, &in, hex));
                assert_string_not_equal(hex, r->response);
        }
        cp_digest_hash_destroy(h);
}

static void what_was_not_asked_for_is_refused(void **state)
{
        struct cp_digest_hash *h = cp_digest_hash_create(1u << CP_DIGEST_SHA_256);
        uint8_t ha1[CP_DIGEST_BYTES_MAX];

        (void)state;
        assert_true(cp_digest_ha1(h, CP_DIGEST_SHA_256, "a", "b", "c", ha1));
        assert_false(cp_digest_ha1(h, CP_DIGEST_MD5, "a", "b", "c", ha1));
        cp_digest_hash_destroy(h);
}

static void names(void **state)
{
        (void)state;
        for (unsigned i = 0; i < CP_DIGEST_ALGS; i++) {
                const char *n = cp_digest_alg_name((enum cp_digest_alg)i);

                assert_int_equal(cp_digest_alg_of(n, strlen(n)), i);
        }
        assert_int_equal(cp_digest_alg_of("sha-256", 7), CP_DIGEST_SHA_256);
        assert_int_equal(cp_digest_alg_of("SHA-256-sess", 12), CP_DIGEST_ALGS);
        assert_int_equal(cp_digest_alg_of("MD", 2), CP_DIGEST_ALGS);
}

/* The vector of the paper, appendix A, and those of the empty input and of eight octets. */
static void siphash_as_published(void **state)
{
        const struct cp_siphash_key key = {
            {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)}};
        const uint8_t in[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};

        (void)state;
        assert_true(cp_siphash(&key, in, sizeof(in)) == UINT64_C(0xa129ca6149be45e5));
        assert_true(cp_siphash(&key, NULL, 0) == UINT64_C(0x726fdb47dd0e0e31));
        assert_true(cp_siphash(&key, in, 8) == UINT64_C(0x93f5f5799a932462));
        assert_true(cp_siphash_chain(&key, 1, in, 8) != cp_siphash_chain(&key, 2, in, 8));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(published_examples),
            cmocka_unit_test(what_was_not_asked_for_is_refused),
            cmocka_unit_test(names),
            cmocka_unit_test(siphash_as_published),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
