/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_nonce_shown.c - the nonce of credentials: rows, and what the parser's whole grammar says of
 * credentials made by chance. Values lie flush against pages that can not be read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/stages/nonce_shown.h"
#include "parser/sip_auth.h"
#include "tests/contract/rng.h"
#include "tests/parser/guard.h"

#define ROUNDS    20000u
#define VALUE_MAX 1024u

static void test_rows(void **state)
{
        static const struct {
                const char *value;
                const char *nonce; /* NULL: none */
        } rows[] = {
            {"Digest nonce=\"abc\"", "abc"},
            {"digest username=\"u\",realm=\"r\",nonce=\"abc\",uri=\"sip:x\"", "abc"},
            {"DIGEST\tNonce = \"abc\"", "abc"},
            {"Digest nonce=abc,uri=\"sip:x\"", "abc"},
            {"Digest nonce=abc uri=\"sip:x\"", "abc"},
            {"Digest \r\n nonce\r\n =\r\n \"abc\"", "abc"},
            {"Digest realm=\"a, nonce=\\\"x\\\"\", nonce=\"abc\"", "abc"},
            {"Digest realm=\"nonce=x\",nonce=\"a\\\"c\"", "a\\\"c"},
            {"Digest cnonce=\"x\",nextnonce=\"y\",nonce=\"abc\"", "abc"},
            {"Digest nonce,nonce=\"abc\"", "abc"},
            {"Digest ,, nonce=\"abc\"", "abc"},
            {"Digest nonce=\"abc\",nonce=\"def\"", "abc"},
            {"Digest nonce=\"abc", "abc"},
            {"Digest nonce=\"ab\\", "ab\\"},
            {"Digest nonce=\"\"", NULL},
            {"Digest nonce=", NULL},
            {"Digest nonce", NULL},
            {"Digest cnonce=\"abc\"", NULL},
            {"Digest realm=\"r", NULL},
            {"Digestnonce=\"abc\"", NULL},
            {"Basic nonce=\"abc\"", NULL},
            {"Digest", NULL},
            {"Diges", NULL},
            {"Digest ", NULL},
            {"Digest =\"x\"", NULL},
            {"", NULL},
        };
        struct guard g = guard_create(VALUE_MAX);

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                size_t len = strlen(rows[i].value);
                const uint8_t *value = guard_tail(&g, rows[i].value, len);
                struct dp_octets found = {.at = NULL};

                assert_int_equal(dp_nonce_shown(value, (uint16_t)len, &found),
                                 rows[i].nonce != NULL);
                if (rows[i].nonce == NULL) {
                        assert_null(found.at);
                        continue;
                }
                assert_int_equal(found.len, strlen(rows[i].nonce));
                assert_memory_equal(found.at, rows[i].nonce, found.len);
        }
        guard_destroy(&g);
}

/* ---- against the grammar ---- */

static size_t add(char *text, size_t at, const char *what)
{
        return at + (size_t)snprintf(text + at, VALUE_MAX - at, "%s", what);
}

static const char *some_blank(struct rng *r)
{
        static const char *const blanks[] = {"", "", "", " ", "\t", "\r\n ", "  "};

        return blanks[rng_below(r, sizeof(blanks) / sizeof(blanks[0]))];
}

/* What credentials must have, in any order, with what may stand between. */
static size_t make(struct rng *r, char *text)
{
        static const char *const params[] = {
            "username=\"nonce=\\\"u\\\"\"",
            "realm=\"a, nonce=b\"",
            "nonce=\"4711/=+-\"",
            "uri=\"sip:b@example.org\"",
            "response=\"0123456789abcdef0123456789abcdef\"",
            "algorithm=MD5",
            "opaque=\"\"",
        };
        enum { CNT = sizeof(params) / sizeof(params[0]) };
        unsigned order[CNT];
        size_t len = add(text, 0, "Digest ");

        for (unsigned i = 0; i < CNT; i++) {
                unsigned j = (unsigned)rng_below(r, i + 1);

                order[i] = order[j];
                order[j] = i;
        }
        for (unsigned i = 0; i < CNT; i++) {
                const char *eq = strchr(params[order[i]], '=');
                char name[16] = {0};

                memcpy(name, params[order[i]], (size_t)(eq - params[order[i]]));
                len = add(text, len, i == 0 ? "" : ",");
                len = add(text, len, some_blank(r));
                len = add(text, len, name);
                len = add(text, len, some_blank(r));
                len = add(text, len, "=");
                len = add(text, len, some_blank(r));
                len = add(text, len, eq + 1);
                len = add(text, len, some_blank(r));
        }
        return len;
}

static void test_as_the_grammar(void **state)
{
        struct guard g = guard_create(VALUE_MAX);
        struct rng r = rng_seeded("as_the_grammar");
        char text[VALUE_MAX];

        (void)state;
        for (unsigned round = 0; round < ROUNDS; round++) {
                size_t len = make(&r, text);
                const uint8_t *value = guard_tail(&g, text, len);
                struct sip_anom_set notes = {{0}};
                struct sip_cur c = {.buf = value, .end = (uint32_t)len, .notes = &notes};
                struct sip_auth auth;
                struct dp_octets found;

                assert_int_equal(sip_auth_parse(&c, SIP_AUTH_CREDENTIALS, &auth), SIP_VALUE_OK);
                assert_true(dp_nonce_shown(value, (uint16_t)len, &found));
                assert_ptr_equal(found.at, value + auth.nonce.off);
                assert_int_equal(found.len, auth.nonce.len);
        }
        guard_destroy(&g);
}

/* Octets changed and ends cut by chance: it stays inside, and what it finds lies inside. */
static void test_stays_inside(void **state)
{
        struct guard g = guard_create(VALUE_MAX);
        struct rng r = rng_seeded("stays_inside");
        char text[VALUE_MAX];

        (void)state;
        for (unsigned round = 0; round < ROUNDS; round++) {
                static const char octets[] = "\",=\\ \r\nn\0x";
                size_t len = rng_below(&r, make(&r, text) + 1);

                for (unsigned i = 0; i < 3 && len != 0; i++)
                        text[rng_below(&r, len)] = octets[rng_below(&r, sizeof(octets))];
                const uint8_t *value = guard_tail(&g, text, len);
                struct dp_octets found;

                if (!dp_nonce_shown(value, (uint16_t)len, &found))
                        continue;
                assert_true((const uint8_t *)found.at >= value && found.len != 0);
                assert_true((const uint8_t *)found.at + found.len <= value + len);
        }
        guard_destroy(&g);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_rows),
            cmocka_unit_test(test_as_the_grammar),
            cmocka_unit_test(test_stays_inside),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
