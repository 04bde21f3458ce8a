/* SPDX-License-Identifier: Apache-2.0 */
/* Users of the store, added, changed and removed while the registrar runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/control/edge/edge_world.h"

#define CONFIG                                                                                  \
        "edge:\n  domains: [example.com]\n  algorithms: [SHA-256, MD5]\n  calls: proxy\n"       \
        "  authenticate: [INVITE]\n"                                                            \
        "  users: [{name: alice, password: wonderland}, {name: mallory, password: m, refused: " \
        "true}]\n"

static char dir[64];
static unsigned count;

static int add(struct edge_world *f, const char *name, const char *password, const char *forward)
{
        const struct cp_edge_account a = {.name = name, .password = password, .forward = forward};
        struct cp_user u;
        char why[200];
        int rc = cp_edge_user_make(f->edge, &a, &u, why, sizeof(why));

        if (rc == 0)
                rc = cp_edge_user_write(f->edge, &u);
        return rc != 0 ? rc : cp_edge_user_take(f->edge, &u);
}

static int passwd(struct edge_world *f, const char *name, const char *password)
{
        struct cp_user u;
        char why[200];
        int rc = cp_edge_user_renew(f->edge, name, password, &u, why, sizeof(why));

        if (rc == 0)
                rc = cp_edge_user_write(f->edge, &u);
        return rc != 0 ? rc : cp_edge_user_take(f->edge, &u);
}

static int remove_user(struct edge_world *f, const char *name, unsigned *ended)
{
        char why[200];
        int rc = cp_edge_user_is_stored(f->edge, name, why, sizeof(why));

        if (rc == 0)
                rc = cp_edge_user_erase(f->edge, name);
        if (rc == 0)
                *ended = cp_edge_user_drop(f->edge, name);
        return rc;
}

/* What a REGISTER with these credentials gets. */
static unsigned log_in(struct edge_world *f, const char *name, const char *password,
                       const char *algorithm)
{
        char from[64], contact[64], call_id[32];
        struct client c = {.user = name,
                           .password = password,
                           .algorithm = algorithm,
                           .from = from,
                           .contact = contact,
                           .call_id = call_id};

        snprintf(from, sizeof(from), "sip:%s@example.com", name);
        snprintf(contact, sizeof(contact), "<sip:%s@192.0.2.7>", name);
        snprintf(call_id, sizeof(call_id), "%u@192.0.2.7", ++count);
        assert_true(ASK(f, .user = NULL));
        assert_int_equal(edge_code(f), 401);
        edge_take_nonce(f);
        c.nonce = f->nonce;
        if (!edge_ask_as(f, &c, SHM_CLASS_OTHER)) {
                for (unsigned i = 0; i < 5000 && !fake_dp_reply(&f->dp, 0, &f->r, NULL); i++) {
                        (void)edge_release(f);
                        usleep(1000);
                }
        }
        assert_int_equal(f->r.id, f->id);
        return edge_code(f);
}

static struct edge_world *start(bool empty, const char *config)
{
        char command[128];

        snprintf(command, sizeof(command), "rm -rf %s/*", dir);
        if (empty)
                assert_int_equal(system(command), 0);
        return edge_make(config, dir);
}

static bool is_registered(struct edge_world *f, const char *aor)
{
        struct cp_aor *a = cp_bindings_find(cp_location_bindings(cp_edge_location(f->edge)),
                                            (struct cp_text){aor, strlen(aor)});

        return a != NULL && a->first != NULL;
}

static void in_force_at_once_and_after_a_restart(void **state)
{
        struct edge_world *f = start(true, CONFIG);
        unsigned ended = 0;

        (void)state;
        assert_int_equal(log_in(f, "bob", "builder", "SHA-256"), 401);
        assert_int_equal(add(f, "bob", "builder", NULL), 0);
        assert_int_equal(log_in(f, "bob", "builder", "SHA-256"), 200);
        assert_int_equal(log_in(f, "bob", "builder", "MD5"), 200);
        assert_int_equal(log_in(f, "bob", "guess", "SHA-256"), 401);
        assert_int_equal(log_in(f, "alice", "wonderland", "SHA-256"), 200);
        assert_int_equal(passwd(f, "bob", "sponge"), 0);
        assert_int_equal(log_in(f, "bob", "builder", "SHA-256"), 401);
        assert_int_equal(log_in(f, "bob", "sponge", "MD5"), 200);
        edge_drop(f);
        f = start(false, CONFIG);
        assert_int_equal(log_in(f, "bob", "builder", "SHA-256"), 401);
        assert_int_equal(log_in(f, "bob", "sponge", "SHA-256"), 200);
        assert_true(is_registered(f, "sip:bob@example.com"));
        assert_int_equal(remove_user(f, "bob", &ended), 0);
        assert_int_equal(ended, 1);
        assert_false(is_registered(f, "sip:bob@example.com"));
        assert_true(is_registered(f, "sip:alice@example.com"));
        assert_int_equal(log_in(f, "bob", "sponge", "SHA-256"), 401);
        assert_int_equal(remove_user(f, "bob", &ended), -ENOENT);
        edge_drop(f);
        f = start(false, CONFIG);
        assert_null(cp_users_get(cp_edge_users(f->edge), "bob"));
        assert_int_equal(log_in(f, "bob", "sponge", "SHA-256"), 401);
        edge_drop(f);
}

/* The configuration's go before, and are never touched. */
static void names_of_both(void **state)
{
        struct edge_world *f = start(true, CONFIG);
        struct cp_config *c;
        unsigned ended = 9;
        char why[512];

        (void)state;
        assert_int_equal(add(f, "alice", "other", NULL), -EEXIST);
        assert_int_equal(passwd(f, "alice", "other"), -EPERM);
        assert_int_equal(remove_user(f, "alice", &ended), -EPERM);
        assert_int_equal(passwd(f, "bob", "other"), -ENOENT);
        assert_int_equal(add(f, "bob", "stored", NULL), 0);
        assert_int_equal(add(f, "bob", "again", NULL), -EEXIST);
        c = edge_config("edge:\n  domains: [example.com]\n  algorithms: [SHA-256]\n"
                        "  users: [{name: bob, password: configured}]\n");
        assert_int_equal(cp_edge_reload(f->edge, &c->edge, why, sizeof(why)), 0);
        assert_int_equal(log_in(f, "bob", "stored", "SHA-256"), 401);
        assert_int_equal(log_in(f, "bob", "configured", "SHA-256"), 200);
        assert_int_equal(passwd(f, "bob", "new"), -EPERM);
        assert_int_equal(cp_edge_reload(f->edge, &f->policy->config->edge, why, sizeof(why)), 0);
        assert_int_equal(log_in(f, "bob", "stored", "SHA-256"), 200);
        assert_int_equal(cp_edge_reload(f->edge, &c->edge, why, sizeof(why)), 0);
        assert_int_equal(remove_user(f, "bob", &ended), 0); /* the store's alone */
        assert_int_equal(ended, 0);
        assert_true(is_registered(f, "sip:bob@example.com"));
        assert_int_equal(log_in(f, "bob", "configured", "SHA-256"), 200);
        cp_config_free(c);
        edge_drop(f);
}

/* HA1s are of one realm: with another nobody of the store is let in, until he has a new password.
 */
static void another_realm(void **state)
{
        struct edge_world *f = start(true, CONFIG);
        struct cp_config *c;
        char why[512];

        (void)state;
        assert_int_equal(add(f, "bob", "builder", NULL), 0);
        c = edge_config("edge:\n  domains: [example.com]\n  realm: other.example\n"
                        "  algorithms: [SHA-256]\n");
        assert_int_equal(cp_edge_reload(f->edge, &c->edge, why, sizeof(why)), 0);
        assert_int_equal(cp_users_get(cp_edge_users(f->edge), "bob")->algs, 0);
        assert_int_equal(passwd(f, "bob", "builder"), 0);
        assert_int_not_equal(cp_users_get(cp_edge_users(f->edge), "bob")->algs, 0);
        assert_int_equal(cp_edge_reload(f->edge, &f->policy->config->edge, why, sizeof(why)), 0);
        assert_int_equal(log_in(f, "bob", "builder", "SHA-256"), 401);
        cp_config_free(c);
        edge_drop(f);
}

/* No password, in whatever form but HA1, is in the file. */
static void no_password_is_kept(void **state)
{
        struct edge_world *f = start(true, CONFIG);
        char command[160];

        (void)state;
        assert_int_equal(add(f, "bob", "correct-horse-battery", NULL), 0);
        edge_drop(f);
        snprintf(command, sizeof(command), "grep -qa bob %s/location.db", dir);
        assert_int_equal(system(command), 0);
        snprintf(command, sizeof(command), "grep -qa correct-horse %s/*", dir);
        assert_int_not_equal(system(command), 0);
}

static void what_is_no_user(void **state)
{
        struct edge_world *f = start(true, CONFIG);
        char longer[300];

        (void)state;
        memset(longer, 'x', sizeof(longer));
        longer[128] = '\0';
        assert_int_equal(add(f, "", "p", NULL), -EINVAL);
        assert_int_equal(add(f, "a\nb", "p", NULL), -EINVAL);
        assert_int_equal(add(f, longer, "p", NULL), -EINVAL);
        assert_int_equal(add(f, "bob", "", NULL), -EINVAL);
        assert_int_equal(add(f, "bob", "p\r", NULL), -EINVAL);
        assert_int_equal(add(f, "bob", "p", "<sip:x@y>"), -EINVAL);
        assert_int_equal(add(f, "bob", "p", longer), -EINVAL);
        longer[127] = '\0';
        assert_int_equal(add(f, longer, "p", NULL), 0);
        memset(longer, 'y', sizeof(longer));
        longer[256] = '\0';
        assert_int_equal(add(f, "bob", longer, NULL), -EINVAL);
        longer[255] = '\0';
        assert_int_equal(add(f, "bob", longer, NULL), 0);
        assert_int_equal(log_in(f, "bob", longer, "SHA-256"), 200);
        edge_drop(f);
        f = edge_make(CONFIG, "");
        assert_int_equal(add(f, "bob", "p", NULL), -EROFS);
        edge_drop(f);
}

/* A call for a name goes elsewhere from the moment that its user is there. */
static void decisions_change_with_users(void **state)
{
        struct edge_world *f = start(true, CONFIG);
        uint64_t flushes = cp_edge_flushes(f->edge);
        unsigned ended;

        (void)state;
        assert_true(ASK(f, .method = "INVITE", .ruri = "sip:bob@example.com",
                        .from = "sip:x@elsewhere.example"));
        assert_int_equal(f->r.code, 404);
        assert_int_equal(add(f, "bob", "p", "sip:bob@192.0.2.99"), 0);
        assert_true(cp_edge_flushes(f->edge) > flushes);
        flushes = cp_edge_flushes(f->edge);
        assert_true(ASK(f, .method = "INVITE", .ruri = "sip:bob@example.com",
                        .from = "sip:x@elsewhere.example"));
        assert_int_equal(f->r.code, 302);
        assert_non_null(strstr(f->dp.lines, "sip:bob@192.0.2.99"));
        assert_int_equal(remove_user(f, "bob", &ended), 0);
        assert_true(cp_edge_flushes(f->edge) > flushes);
        assert_true(ASK(f, .method = "INVITE", .ruri = "sip:bob@example.com",
                        .from = "sip:x@elsewhere.example"));
        assert_int_equal(f->r.code, 404);
        edge_drop(f);
}

static unsigned bad_log_in(struct edge_world *f, const char *name, char lines[4096])
{
        char *at;
        unsigned code = log_in(f, name, "guess", "SHA-256");

        snprintf(lines, 4096, "%s", f->dp.lines);
        while ((at = strstr(lines, "nonce=\"")) != NULL)
                memset(at, '-', 7 + 32);
        return code;
}

/* Of the store or not, unknown or refused: the same answer. */
static void known_unknown_and_refused_look_the_same(void **state)
{
        static const char *const names[] = {"alice", "mallory", "bob", "carol", "nobody"};
        static char first[4096], lines[4096];
        struct edge_world *f = start(true, CONFIG);
        const struct cp_edge_account refused = {.name = "carol", .password = "p", .refused = true};
        struct cp_user u;
        char why[200];

        (void)state;
        assert_int_equal(add(f, "bob", "builder", NULL), 0);
        assert_int_equal(cp_edge_user_make(f->edge, &refused, &u, why, sizeof(why)), 0);
        assert_int_equal(cp_edge_user_write(f->edge, &u), 0);
        assert_int_equal(cp_edge_user_take(f->edge, &u), 0);
        assert_int_equal(log_in(f, "carol", "p", "SHA-256"), 401);
        assert_int_equal(bad_log_in(f, names[0], first), 401);
        for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++) {
                assert_int_equal(bad_log_in(f, names[i], lines), 401);
                assert_string_equal(lines, first);
        }
        edge_drop(f);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(in_force_at_once_and_after_a_restart),
            cmocka_unit_test(names_of_both),
            cmocka_unit_test(another_realm),
            cmocka_unit_test(no_password_is_kept),
            cmocka_unit_test(what_is_no_user),
            cmocka_unit_test(decisions_change_with_users),
            cmocka_unit_test(known_unknown_and_refused_look_the_same),
        };
        char command[128];
        int rc;

        snprintf(dir, sizeof(dir), "/tmp/sluice-users-XXXXXX");
        if (mkdtemp(dir) == NULL)
                return 1;
        rc = cmocka_run_group_tests(tests, NULL, NULL);
        snprintf(command, sizeof(command), "rm -rf %s", dir);
        return system(command) != 0 ? 1 : rc;
}
