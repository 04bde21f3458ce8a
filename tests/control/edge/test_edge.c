/* SPDX-License-Identifier: Apache-2.0 */
/* The registrar and redirect server behind real rings: what goes in, what comes out, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/control/edge/edge_world.h"

#define YAML                                                                 \
        "edge:\n  domains: [example.com]\n  algorithms: [SHA-256, MD5]\n"    \
        "  authenticate: [MESSAGE]\n  users:\n"                              \
        "    - {name: alice, password: wonderland}\n"                        \
        "    - {name: bob, password: x, forward: 'sip:bob@elsewhere.net'}\n" \
        "    - {name: carol, password: x}\n"                                 \
        "    - {name: mallory, password: x, refused: true}\n"

static char dir[64];

static void a_register_is_challenged_and_stored(void **state)
{
        struct edge_world *f = edge_make(YAML, dir);
        struct cp_edge_stats s;

        (void)state;
        assert_true(ASK(f, .user = NULL));
        assert_int_equal(edge_code(f), 401);
        assert_int_equal(f->r.reason, SHM_REASON_AUTHENTICATE);
        assert_non_null(strstr(f->dp.lines, "WWW-Authenticate: Digest realm=\"example.com\""));
        assert_true(strstr(f->dp.lines, "SHA-256") < strstr(f->dp.lines, "MD5"));
        edge_take_nonce(f);
        /* The answer waits for the store... */
        assert_false(ASK(f, .user = "alice", .password = "wonderland", .nonce = f->nonce));
        assert_false(fake_dp_reply(&f->dp, 0, &f->r, NULL));
        /* ...and so does the one to its retransmission. */
        assert_false(ASK(f, .user = "alice", .password = "wonderland", .nonce = f->nonce));
        while (!fake_dp_reply(&f->dp, 0, &f->r, NULL)) {
                (void)edge_release(f);
                usleep(200);
        }
        /* ...and says what is bound. */
        assert_int_equal(edge_code(f), 200);
        assert_int_equal(f->r.proven, 1);
        assert_int_equal(f->r.reason, SHM_REASON_REGISTRAR);
        assert_string_equal(f->dp.lines, "Contact: <sip:alice@192.0.2.7>;expires=3600\r\n");
        while (!fake_dp_reply(&f->dp, 0, &f->r, NULL))
                (void)edge_release(f);
        assert_int_equal(edge_code(f), 200);
        assert_int_equal(f->r.id, f->id);
        assert_true(ASK(f, .user = "alice", .password = "guess", .nonce = f->nonce, .nc = 2));
        assert_int_equal(edge_code(f), 401);
        assert_int_equal(f->r.reason, SHM_REASON_CREDENTIALS);
        assert_int_equal(f->r.proven, 1); /* it came back with a nonce of his */
        assert_null(strstr(f->dp.lines, "stale"));
        /* The same octets again are a retransmission, and are told the same... */
        assert_true(ASK(f, .user = "alice", .password = "wonderland", .nonce = f->nonce));
        assert_int_equal(edge_code(f), 200);
        assert_string_equal(f->dp.lines, "Contact: <sip:alice@192.0.2.7>;expires=3600\r\n");
        /* ...but nothing else with the same credentials. */
        assert_true(
            ASK(f, .user = "alice", .password = "wonderland", .nonce = f->nonce, .body = "x"));
        assert_int_equal(edge_code(f), 401);
        assert_non_null(strstr(f->dp.lines, "stale=true"));
        cp_edge_stats(f->edge, &s);
        assert_int_equal(s.registers, 1);
        assert_int_equal(s.repeated, 2);
        assert_int_equal(s.challenged, 3);
        assert_int_equal(s.refused, 1);
        assert_int_equal(s.stale, 1);
        edge_drop(f);
}

/* Another start finds what the last one promised. */
static void a_call_is_redirected_also_after_a_restart(void **state)
{
        struct edge_world *f = edge_make(YAML, dir);

        (void)state;
        assert_true(ASK(f, .method = "INVITE", .ruri = "sip:alice@EXAMPLE.com"));
        assert_int_equal(edge_code(f), 302);
        assert_int_equal(f->r.reason, SHM_REASON_LOCATION);
        /* It registered from a port that its Via did not name. */
        assert_non_null(
            strstr(f->dp.lines, "Contact: <sip:alice@192.0.2.7:5061>;q=1.000;expires="));
        assert_true(ASK(f, .method = "INVITE", .ruri = "sip:bob@example.com"));
        assert_int_equal(edge_code(f), 302);
        assert_string_equal(f->dp.lines, "Contact: <sip:bob@elsewhere.net>\r\n");
        assert_true(ASK(f, .method = "INVITE", .ruri = "sip:carol@example.com"));
        assert_int_equal(edge_code(f), 404); /* to strangers she is nobody */
        assert_true(ASK(f, .method = "INVITE", .ruri = "sip:zorro@example.com"));
        assert_int_equal(edge_code(f), 404);
        assert_true(ASK(f, .method = "SUBSCRIBE", .ruri = "sip:alice@example.com"));
        assert_int_equal(edge_code(f), 302);
        edge_drop(f);
}

static void what_is_not_ours_passes(void **state)
{
        struct edge_world *f = edge_make(YAML, "");
        const struct client call = {.method = "INVITE", .ruri = "sip:alice@example.com"};

        (void)state;
        assert_true(ASK(f, .method = "INVITE", .ruri = "sip:alice@example.org"));
        assert_int_equal(edge_code(f), 0);
        assert_true(ASK(f, .ruri = "sip:example.org"));
        assert_int_equal(edge_code(f), 0);
        assert_true(ASK(f, .method = "OPTIONS", .ruri = "sip:example.com"));
        assert_int_equal(edge_code(f), 0);
        assert_true(ASK(f, .method = "ACK", .ruri = "sip:alice@example.com"));
        assert_int_equal(edge_code(f), 0);
        assert_true(edge_ask_as(f, &call, SHM_CLASS_EMERGENCY));
        assert_int_equal(edge_code(f), 0);
        assert_true(edge_ask_as(f, &call, SHM_CLASS_IN_DIALOG));
        assert_int_equal(edge_code(f), 0);
        assert_true(edge_ask_as(f, &call, SHM_CLASS_INVITE));
        assert_int_equal(edge_code(f), 404);
        edge_drop(f);
}

static void only_for_oneself(void **state)
{
        struct edge_world *f = edge_make(YAML, "");

        (void)state;
        assert_true(ASK(f, .user = NULL));
        edge_take_nonce(f);
        /* carol may log in, but the To is alice's */
        assert_true(ASK(f, .user = "carol", .password = "x", .nonce = f->nonce));
        assert_int_equal(edge_code(f), 403);
        assert_true(ASK(f, .user = "mallory", .password = "x", .nonce = f->nonce));
        assert_int_equal(edge_code(f), 401);
        assert_null(strstr(f->dp.lines, "stale"));
        edge_drop(f);
}

/* A method that is to be authenticated is, when it comes from one of our domains. */
static void other_methods(void **state)
{
        struct edge_world *f = edge_make(YAML, "");

        (void)state;
        assert_true(ASK(f, .method = "MESSAGE", .ruri = "sip:carol@example.com"));
        assert_int_equal(edge_code(f), 407);
        assert_non_null(strstr(f->dp.lines, "Proxy-Authenticate: Digest"));
        edge_take_nonce(f);
        assert_true(ASK(f, .method = "MESSAGE", .ruri = "sip:carol@example.com", .user = "alice",
                        .password = "wonderland", .nonce = f->nonce));
        assert_int_equal(edge_code(f), 480); /* who has logged in may know that she exists */
        edge_drop(f);
        f = edge_make(YAML "  calls: pass\n", "");
        assert_true(ASK(f, .method = "MESSAGE", .ruri = "sip:carol@example.com"));
        assert_int_equal(edge_code(f), 407);
        edge_take_nonce(f);
        assert_true(ASK(f, .method = "MESSAGE", .ruri = "sip:carol@example.com", .user = "alice",
                        .password = "wonderland", .nonce = f->nonce));
        assert_int_equal(edge_code(f), 0);
        assert_int_equal(f->r.scopes, 0); /* the next one is asked again */
        assert_true(ASK(f, .method = "INVITE", .ruri = "sip:carol@example.com"));
        assert_int_equal(edge_code(f), 0);
        edge_drop(f);
}

static void write_numbers(const char *text)
{
        char path[128];
        FILE *f;

        snprintf(path, sizeof(path), "%s/numbers", dir);
        f = fopen(path, "w");
        assert_non_null(f);
        fputs(text, f);
        fclose(f);
}

/* A number goes where its longest prefix says; a file that can not be read changes nothing. */
static void numbers_are_redirected(void **state)
{
        char yaml[1024], why[256] = "";
        struct edge_world *f;

        (void)state;
        snprintf(yaml, sizeof(yaml), "%s  numbers: %s/numbers\n", YAML, dir);
        write_numbers("+49,de.example.net\n+4930,gw.example.net:5070\n");
        f = edge_make(yaml, "");
        assert_true(ASK(f, .method = "INVITE", .ruri = "sip:+49-30-123@example.com"));
        assert_int_equal(edge_code(f), 302);
        assert_string_equal(f->dp.lines, "Contact: <sip:+49-30-123@gw.example.net:5070>\r\n");
        assert_true(ASK(f, .method = "INVITE", .ruri = "sip:+43@example.com"));
        assert_int_equal(edge_code(f), 404);
        write_numbers("+49,de.example.net\n+43\n");
        assert_int_not_equal(cp_edge_reload(f->edge, &f->policy->config->edge, why, sizeof(why)),
                             0);
        assert_non_null(strstr(why, "numbers:2:1: not PREFIX,TARGET"));
        assert_true(ASK(f, .method = "INVITE", .ruri = "sip:+4930@example.com"));
        assert_string_equal(f->dp.lines, "Contact: <sip:+4930@gw.example.net:5070>\r\n");
        edge_drop(f);
}

static void at_once_and_reload(void **state)
{
        char why[256];
        struct edge_world *f = edge_make(YAML "  answer: at-once\n", "");
        struct cp_config *c =
            edge_config("edge:\n  domains: [example.com]\n  users:\n"
                        "    - {name: alice, password: other}\n  answer: at-once\n");

        (void)state;
        edge_log_in(f, 1);
        assert_int_equal(edge_code(f), 200);
        assert_int_equal(cp_edge_reload(f->edge, &c->edge, why, sizeof(why)), 0);
        cp_config_free(c);
        edge_log_in(f, 1);
        assert_int_equal(edge_code(f), 401); /* the password is another now */
        assert_true(ASK(f, .method = "INVITE", .ruri = "sip:alice@example.com"));
        assert_int_equal(edge_code(f), 302); /* and the binding stays */
        edge_drop(f);
}

/* Answers for a dataplane that has gone are not sent to the next one. */
static void answers_of_a_lost_link(void **state)
{
        struct edge_world *f = edge_make(YAML, "");
        struct cp_link *links[] = {&f->link};
        const bool dead[] = {false};

        (void)state;
        assert_true(ASK(f, .user = NULL));
        edge_take_nonce(f);
        assert_false(ASK(f, .user = "alice", .password = "wonderland", .nonce = f->nonce));
        for (unsigned i = 0; i < 3; i++)
                (void)cp_edge_release(f->edge, links, dead, 1, NOW_S);
        (void)edge_release(f);
        assert_false(fake_dp_reply(&f->dp, 0, &f->r, NULL));
        edge_drop(f);
}

static void a_damaged_store_stops_the_start(void **state)
{
        struct cp_config *c = edge_config(YAML);
        struct cp_edge *e = NULL;
        char path[128], why[512] = "";
        int fd;

        (void)state;
        snprintf(path, sizeof(path), "%s/location.db", dir);
        fd = open(path, O_WRONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        assert_int_equal(pwrite(fd, "no database any more", 20, 0), 20);
        close(fd);
        assert_int_not_equal(cp_edge_create(&e, &c->edge, dir, why, sizeof(why)), 0);
        assert_null(e);
        assert_non_null(strstr(why, "sluicectl location repair"));
        cp_config_free(c);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_register_is_challenged_and_stored),
            cmocka_unit_test(a_call_is_redirected_also_after_a_restart),
            cmocka_unit_test(what_is_not_ours_passes),
            cmocka_unit_test(only_for_oneself),
            cmocka_unit_test(other_methods),
            cmocka_unit_test(numbers_are_redirected),
            cmocka_unit_test(at_once_and_reload),
            cmocka_unit_test(answers_of_a_lost_link),
            cmocka_unit_test(a_damaged_store_stops_the_start),
        };
        char command[128];
        int rc;

        snprintf(dir, sizeof(dir), "/tmp/sluice-edge-XXXXXX");
        if (mkdtemp(dir) == NULL)
                return 1;
        rc = cmocka_run_group_tests(tests, NULL, NULL);
        snprintf(command, sizeof(command), "rm -rf %s", dir);
        return system(command) != 0 ? 1 : rc;
}
