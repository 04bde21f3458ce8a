/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole requests against whole challenges; and that nobody can tell by the time an answer takes
 * whether a user is there: `test_control_digest --rounds N` for more than the usual rounds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control/identity/digest.h"
#include "control/identity/nonce.h"
#include "tests/contract/rng.h"
#include "tests/control/identity/client.h"

#define NOW UINT32_C(1800000000)
#define ALL ((1u << CP_DIGEST_ALGS) - 1)

static unsigned rounds = 20000;

static const struct cp_digest_from from = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7}}, 5060, NOW};

struct world {
        struct cp_users *users;
        struct cp_digest *digest;
        char nonce[SHM_NONCE_CHARS + 1];
        char challenge[CP_DIGEST_CHALLENGE_BYTES];
};

static void add_user(struct cp_users *users, const char *name, const char *password, bool refused)
{
        struct cp_digest_hash *h = cp_digest_hash_create(ALL);
        struct cp_user u = {.algs = ALL, .refused = refused};

        snprintf(u.name, sizeof(u.name), "%s", name);
        for (unsigned i = 0; i < CP_DIGEST_ALGS; i++)
                assert_true(cp_digest_ha1(h, (enum cp_digest_alg)i, name, "example.com", password,
                                          u.ha1[i]));
        assert_int_equal(cp_users_put(users, &u), 0);
        cp_digest_hash_destroy(h);
}

/* Ask without credentials and keep the nonce. */
static void challenge(struct world *w, bool stale)
{
        static const struct client nobody = {.user = NULL};
        struct client_request r;
        const char *at;

        client_request(&nobody, &r);
        assert_true(cp_digest_challenge(w->digest, &r.msg, &from, stale, w->challenge) > 0);
        at = strstr(w->challenge, "nonce=\"");
        assert_non_null(at);
        snprintf(w->nonce, sizeof(w->nonce), "%s", at + 7);
}

static struct world *world_create(unsigned algs, bool auth_int)
{
        const struct cp_digest_policy policy = {
            .realm = "example.com",
            .algs = algs,
            .auth_int = auth_int,
            .nonce_lifetime_s = 300,
            .nonce_entries = 1024,
        };
        struct world *w = calloc(1, sizeof(*w));

        w->users = cp_users_create();
        add_user(w->users, "alice", "wonderland", false);
        add_user(w->users, "mallory", "wonderland", true);
        w->digest = cp_digest_create(&policy, w->users);
        assert_non_null(w->digest);
        challenge(w, false);
        return w;
}

static void world_destroy(struct world *w)
{
        cp_digest_destroy(w->digest);
        cp_users_destroy(w->users);
        free(w);
}

static enum cp_digest_result try_at(struct world *w, struct client c,
                                    const struct cp_digest_from *at)
{
        struct client_request r;
        const struct cp_user *user;
        enum cp_digest_result got;

        if (c.nonce == NULL)
                c.nonce = w->nonce;
        if (c.user == NULL)
                c.user = "alice";
        if (c.password == NULL)
                c.password = "wonderland";
        client_request(&c, &r);
        got = cp_digest_check(w->digest, &r.msg, at, &user);
        if (got == CP_DIGEST_OK || got == CP_DIGEST_REPEATED)
                assert_string_equal(user->name, "alice");
        else
                assert_null(user);
        return got;
}

#define TRY(w, ...) try_at(w, (struct client){__VA_ARGS__}, &from)

static void challenges_strongest_first(void **state)
{
        struct world *w = world_create(ALL, true);
        const char *a = strstr(w->challenge, "algorithm=SHA-512-256");
        const char *b = strstr(w->challenge, "algorithm=SHA-256");
        const char *c = strstr(w->challenge, "algorithm=MD5");

        (void)state;
        assert_true(a != NULL && b > a && c > b);
        assert_non_null(strstr(w->challenge, "qop=\"auth,auth-int\""));
        assert_null(strstr(w->challenge, "stale"));
        challenge(w, true);
        assert_non_null(strstr(w->challenge, "stale=true"));
        world_destroy(w);
        w = world_create(1u << CP_DIGEST_SHA_256, false);
        assert_null(strstr(w->challenge, "MD5"));
        assert_non_null(strstr(w->challenge, "qop=\"auth\""));
        world_destroy(w);
}

static void who_knows_the_password_is_let_in(void **state)
{
        struct world *w = world_create(ALL, true);

        (void)state;
        assert_int_equal(TRY(w, .nc = 1), CP_DIGEST_OK);
        assert_int_equal(TRY(w, .nc = 2, .algorithm = "SHA-512-256"), CP_DIGEST_OK);
        assert_int_equal(TRY(w, .nc = 3, .algorithm = "MD5"), CP_DIGEST_OK);
        assert_int_equal(TRY(w, .nc = 4, .algorithm = ""), CP_DIGEST_OK);
        assert_int_equal(TRY(w, .nc = 5, .qop = "auth-int", .body = "hello"), CP_DIGEST_OK);
        assert_int_equal(TRY(w, .nc = 6, .method = "INVITE", .ruri = "sip:bob@example.com"),
                         CP_DIGEST_OK);
        assert_int_equal(TRY(w, .nc = 7, .ruri = "sip:example.com", .uri = "sip:EXAMPLE.com"),
                         CP_DIGEST_OK);
        world_destroy(w);
}

static void what_is_wrong_is_refused(void **state)
{
        struct world *w = world_create(ALL, false);
        unsigned accepted = 0;

#define REFUSED(...) accepted += TRY(w, __VA_ARGS__) == CP_DIGEST_OK
        (void)state;
        REFUSED(.password = "Wonderland");
        REFUSED(.user = "bob");
        REFUSED(.user = "mallory");
        REFUSED(.uri = "sip:example.org");
        REFUSED(.uri = "sip:alice@example.com");
        REFUSED(.uri = "");
        REFUSED(.realm = "example.org");
        REFUSED(.qop = "");
        REFUSED(.qop = "auth-int", .body = "hello");
        REFUSED(.qop = "auth-conf");
        REFUSED(.algorithm = "SHA-256-sess");
        REFUSED(.algorithm = "AKAv1-MD5");
        REFUSED(.algorithm = "SHA-1");
        REFUSED(.extra = ", userhash=true");
        REFUSED(.nonce = "");
        REFUSED(.nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c0");
        assert_int_equal(accepted, 0);
        assert_int_equal(TRY(w, .realm = "example.org"), CP_DIGEST_NONE);
        assert_int_equal(TRY(w, .nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c0"), CP_DIGEST_STALE);
        assert_int_equal(TRY(w, .nc = 1), CP_DIGEST_OK); /* nothing of that used the count up */
        world_destroy(w);
}

/* Who has the wrong password is told from who may only pretend: by the nonce, which is his. */
static void wrong_is_proven_by_the_nonce(void **state)
{
        struct world *w = world_create(ALL, false);
        const struct cp_digest_from other = {from.addr, (uint16_t)(from.port + 1), from.now_s};
        const struct client c = {.user = "alice", .password = "guess", .nonce = w->nonce};

        (void)state;
        assert_int_equal(try_at(w, c, &from), CP_DIGEST_WRONG);
        assert_int_equal(try_at(w, c, &other), CP_DIGEST_REFUSED);
        assert_int_equal(TRY(w, .password = "guess", .user = "zorro"), CP_DIGEST_WRONG);
        assert_int_equal(TRY(w, .password = "guess", .nonce = "forged"), CP_DIGEST_REFUSED);
        world_destroy(w);
}

/* MD5 and SHA-512/256 where the policy has SHA-256 alone; a user that has no HA1 for one. */
static void no_downgrade(void **state)
{
        struct world *w = world_create(1u << CP_DIGEST_SHA_256, false);
        struct cp_user u = *cp_users_get(w->users, "alice");

        (void)state;
        assert_int_equal(TRY(w, .algorithm = "MD5"), CP_DIGEST_REFUSED);
        assert_int_equal(TRY(w, .algorithm = ""), CP_DIGEST_REFUSED);
        assert_int_equal(TRY(w, .algorithm = "SHA-512-256"), CP_DIGEST_REFUSED);
        assert_int_equal(TRY(w, .nc = 1), CP_DIGEST_OK);
        world_destroy(w);
        w = world_create(ALL, false);
        u.algs = 1u << CP_DIGEST_SHA_256;
        assert_int_equal(cp_users_put(w->users, &u), 0);
        assert_int_equal(TRY(w, .algorithm = "MD5"), CP_DIGEST_WRONG);
        assert_int_equal(TRY(w, .nc = 1), CP_DIGEST_OK);
        world_destroy(w);
}

static void a_replay_is_refused(void **state)
{
        struct world *w = world_create(ALL, false);
        struct cp_digest_from later = from;
        struct cp_digest_from elsewhere = from;
        const struct client good = {.user = "alice", .password = "wonderland"};

        (void)state;
        assert_int_equal(TRY(w, .nc = 1), CP_DIGEST_OK);
        assert_int_equal(TRY(w, .nc = 1), CP_DIGEST_REPEATED);
        assert_int_equal(TRY(w, .nc = 70), CP_DIGEST_OK);
        assert_int_equal(TRY(w, .nc = 2), CP_DIGEST_REPEATED); /* below the window */
        elsewhere.port++;
        assert_int_equal(try_at(w, good, &elsewhere), CP_DIGEST_STALE);
        elsewhere = from;
        elsewhere.addr.b[15]++;
        assert_int_equal(try_at(w, good, &elsewhere), CP_DIGEST_STALE);
        later.now_s += 301;
        assert_int_equal(try_at(w, good, &later), CP_DIGEST_STALE);
        world_destroy(w);
}

/* Names as clients write them: escapes in the quoted string, octets of UTF-8. */
static void odd_names(void **state)
{
        struct world *w = world_create(ALL, false);
        char name[CP_USER_NAME_BYTES];

        (void)state;
        add_user(w->users, "j\303\244s\303\270n", "x", false);
        assert_non_null(cp_users_get(w->users, "j\303\244s\303\270n"));
        memset(name, 'a', sizeof(name) - 1);
        name[sizeof(name) - 1] = '\0';
        assert_int_equal(TRY(w, .user = name), CP_DIGEST_WRONG);
        assert_int_equal(TRY(w, .user = ""), CP_DIGEST_NONE);
        assert_int_equal(TRY(w, .user = "al\\ice", .password = "x"), CP_DIGEST_WRONG);
        assert_int_equal(TRY(w, .nc = 1), CP_DIGEST_OK);
        world_destroy(w);
}

/* ---- time ---- */

static double clock_ns(void)
{
        struct timespec ts;

        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
        return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
        double x = *(const double *)a;
        double y = *(const double *)b;

        return (x > y) - (x < y);
}

/* A wrong password of a user, a stranger and one who is refused, in turns. */
static void all_take_the_same_time(void **state)
{
        struct world *w = world_create(ALL, false);
        const char *names[] = {"alice", "zorro", "mallory"};
        struct client_request *r = calloc(3, sizeof(*r));
        double *took[3];
        double median[3];

        (void)state;
        for (unsigned k = 0; k < 3; k++) {
                const struct client c = {.user = names[k], .password = "guess", .nonce = w->nonce};

                client_request(&c, &r[k]);
                took[k] = calloc(rounds, sizeof(double));
        }
        for (unsigned i = 0; i < rounds; i++) {
                for (unsigned j = 0; j < 3; j++) {
                        unsigned k = (i + j) % 3;
                        const struct cp_user *user;
                        double from_ns = clock_ns();

                        assert_int_equal(cp_digest_check(w->digest, &r[k].msg, &from, &user),
                                         CP_DIGEST_WRONG);
                        took[k][i] = clock_ns() - from_ns;
                }
        }
        for (unsigned k = 0; k < 3; k++) {
                qsort(took[k], rounds, sizeof(double), by_value);
                median[k] = took[k][rounds / 2];
                free(took[k]);
        }
        printf("median ns of %u: wrong password %.0f, unknown user %.0f, refused user %.0f\n",
               rounds, median[0], median[1], median[2]);
        for (unsigned k = 1; k < 3; k++)
                assert_true(median[k] - median[0] < 5000 && median[0] - median[k] < 5000);
        free(r);
        world_destroy(w);
}

/* ---- users ---- */

static void users_against_a_list(void **state)
{
        struct rng r = rng_seeded("users_against_a_list");
        struct cp_users *u = cp_users_create();
        uint8_t there[200] = {0};
        uint32_t count = 0;

        (void)state;
        for (unsigned i = 0; i < 20000; i++) {
                uint32_t n = (uint32_t)rng_below(&r, 200);
                struct cp_user x = {.algs = 1u << CP_DIGEST_MD5};
                uint8_t ha1[CP_DIGEST_BYTES_MAX];

                snprintf(x.name, sizeof(x.name), "user-%u", n);
                x.ha1[CP_DIGEST_MD5][0] = (uint8_t)n;
                if (rng_below(&r, 2) != 0) {
                        assert_int_equal(cp_users_put(u, &x), 0);
                        count += !there[n];
                        there[n] = 1;
                } else {
                        assert_int_equal(cp_users_del(u, x.name), there[n] ? 0 : -2);
                        count -= there[n];
                        there[n] = 0;
                }
                n = (uint32_t)rng_below(&r, 200);
                snprintf(x.name, sizeof(x.name), "user-%u", n);
                const struct cp_user *got =
                    cp_users_find(u, x.name, strlen(x.name), CP_DIGEST_MD5, ha1);

                assert_true((got != NULL) == (there[n] != 0));
                if (got != NULL)
                        assert_int_equal(ha1[0], n);
                assert_null(cp_users_find(u, x.name, strlen(x.name), CP_DIGEST_SHA_256, ha1));
                assert_int_equal(cp_users_count(u), count);
        }
        uint32_t at = 0;

        while (cp_users_next(u, &at) != NULL)
                count--;
        assert_int_equal(count, 0);
        cp_users_destroy(u);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(challenges_strongest_first),
            cmocka_unit_test(who_knows_the_password_is_let_in),
            cmocka_unit_test(what_is_wrong_is_refused),
            cmocka_unit_test(wrong_is_proven_by_the_nonce),
            cmocka_unit_test(no_downgrade),
            cmocka_unit_test(a_replay_is_refused),
            cmocka_unit_test(odd_names),
            cmocka_unit_test(all_take_the_same_time),
            cmocka_unit_test(users_against_a_list),
        };

        if (argc == 3 && strcmp(argv[1], "--rounds") == 0)
                rounds = (unsigned)strtoul(argv[2], NULL, 10);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
