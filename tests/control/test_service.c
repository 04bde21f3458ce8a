/* SPDX-License-Identifier: Apache-2.0 */
/* sluice-control as a process: its socket, its signals, its life with a dataplane. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/control/fake_dataplane.h"
#include "tests/control/messages.h"
#include "tests/control/process.h"

#define DEADLINE_NS UINT64_C(10000000000)

static uint64_t now_ns(void)
{
        struct timespec ts;

        clock_gettime(CLOCK_MONOTONIC, &ts);
        return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static json_int_t number(const json_t *o, const char *key)
{
        const json_t *v = json_object_get(o, key);

        assert_true(json_is_integer(v));
        return json_integer_value(v);
}

static const char *text_of(const json_t *o, const char *key)
{
        const char *s = json_string_value(json_object_get(o, key));

        assert_non_null(s);
        return s;
}

static size_t ban_count(struct client *c)
{
        json_t *r = client_result(c, "ban.list", NULL);
        size_t n = json_array_size(json_object_get(r, "bans"));

        json_decref(r);
        return n;
}

static void add_ban(struct client *c, const char *prefix)
{
        json_t *r = client_result(
            c, "ban.add",
            json_pack("{s:s, s:i, s:s}", "prefix", prefix, "ttl_s", 600, "reason", "r"));

        assert_string_equal(text_of(r, "prefix"), prefix);
        assert_string_equal(text_of(r, "source"), "operator");
        json_decref(r);
}

static void test_methods(void **state)
{
        struct process p;
        struct client c;
        struct stat st;
        json_t *r;

        (void)state;
        process_make(&p);
        process_configure(&p, "  deny: [{prefix: 203.0.113.7, reason: abuse}]\n");
        process_start(&p);
        assert_int_equal(stat(p.api, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0660);
        client_open(&c, &p);

        r = client_result(&c, "version", NULL);
        assert_string_equal(text_of(r, "abi"), "1.0");
        assert_int_equal(number(r, "pid"), p.pid);
        json_decref(r);

        r = client_result(&c, "status", json_object());
        assert_int_equal(number(json_object_get(r, "policy"), "deny"), 1);
        assert_int_equal(number(json_object_get(r, "policy"), "generation"), 1);
        assert_true(json_is_false(
            json_object_get(json_array_get(json_object_get(r, "dataplanes"), 0), "attached")));
        json_decref(r);

        r = client_result(&c, "stats", NULL);
        assert_int_equal(json_array_size(json_object_get(r, "dataplanes")), 0);
        assert_int_equal(number(json_object_get(r, "control"), "requests"), 0);
        json_decref(r);

        assert_int_equal(ban_count(&c), 1);
        add_ban(&c, "192.0.2.0/24");
        add_ban(&c, "2001:db8::/32");
        add_ban(&c, "192.0.2.0/24"); /* replaces */
        assert_int_equal(ban_count(&c), 3);
        r = client_result(&c, "ban.lift", json_pack("{s:s}", "prefix", "192.0.2.77/24"));
        assert_true(json_is_true(json_object_get(r, "lifted")));
        json_decref(r);
        r = client_result(&c, "ban.lift", json_pack("{s:s}", "prefix", "192.0.2.0/24"));
        assert_true(json_is_false(json_object_get(r, "lifted")));
        json_decref(r);
        assert_int_equal(ban_count(&c), 2);

        r = client_result(&c, "why", json_pack("{s:s, s:i}", "key", "10.0.0.1", "limit", 5));
        assert_int_equal(json_array_size(json_object_get(r, "verdicts")), 0);
        json_decref(r);
        r = client_result(&c, "events.subscribe", json_pack("{s:s}", "filter", "drops"));
        json_decref(r);

        assert_int_equal(client_error(&c, "nothing", NULL), -32601);
        assert_int_equal(client_error(&c, "ban.add", NULL), -32602);
        assert_int_equal(client_error(&c, "ban.add", json_pack("{s:s}", "prefix", "x")), -32602);
        assert_int_equal(
            client_error(&c, "ban.add", json_pack("{s:s, s:i}", "prefix", "10.0.0.1", "ttl_s", -1)),
            -32602);
        assert_int_equal(client_error(&c, "ban.lift", json_pack("{s:i}", "prefix", 1)), -32602);
        assert_int_equal(client_error(&c, "why", NULL), -32602);
        assert_int_equal(client_error(&c, "events.subscribe", json_pack("{s:s}", "filter", "some")),
                         -32602);
        assert_int_equal(client_error(&c, "attach", json_pack("{s:s}", "socket", "/none")), -32000);
        assert_int_equal(client_error(&c, "attach", json_pack("{s:s}", "socket", p.dataplane)),
                         -32000);
        client_close(&c);
        assert_int_equal(process_end(&p, SIGTERM), 0);
        assert_int_equal(stat(p.api, &st), -1); /* the socket goes with it */
        process_free(&p);
}

static void test_bad_clients(void **state)
{
        struct process p;
        struct client c;
        struct client d;
        char *big = malloc(100000);
        json_t *r;

        (void)state;
        memset(big, 'x', 100000);
        process_make(&p);
        process_start(&p);
        client_open(&c, &p);
        client_send(&c, "{nonsense}\n\r\n\n", 14);
        r = client_read(&c);
        assert_int_equal(number(json_object_get(r, "error"), "code"), -32700);
        json_decref(r);
        json_decref(client_result(&c, "version", NULL)); /* the connection goes on */
        client_send(&c, big, 65536);
        r = client_read(&c);
        assert_int_equal(number(json_object_get(r, "error"), "code"), -32600);
        json_decref(r);
        assert_null(client_read(&c)); /* and then it is closed */
        client_close(&c);

        client_open(&c, &p); /* half a request, then away */
        client_send(&c, "{\"jsonrpc\"", 10);
        client_close(&c);

        client_open(&c, &p); /* many at once, in pieces */
        for (int i = 0; i < 2000; i++) {
                const char one[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"version\"}\n";

                client_send(&c, one, 20);
                client_send(&c, one + 20, sizeof(one) - 21);
        }
        for (int i = 0; i < 2000; i++)
                json_decref(client_read(&c));
        client_open(&d, &p);
        json_decref(client_result(&d, "status", NULL));
        client_close(&d);
        client_close(&c);
        process_free(&p);
        free(big);
}

static void test_second_instance_and_kill(void **state)
{
        struct process p;
        struct client c;
        char text[1024];

        (void)state;
        process_make(&p);
        process_start(&p);
        client_open(&c, &p);
        add_ban(&c, "192.0.2.1");
        assert_int_equal(process_second(&p, text, sizeof(text)), 1);
        print_message("%s", text);
        assert_non_null(strstr(text, "another sluice-control serves"));
        assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1); /* one line */
        json_decref(client_result(&c, "version", NULL));               /* undisturbed */
        for (int i = 0; i < 5; i++) {
                char prefix[32];

                process_end(&p, SIGKILL);
                client_close(&c);
                process_start(&p); /* over the stale socket */
                client_open(&c, &p);
                assert_int_equal(ban_count(&c), 1 + (size_t)i);
                snprintf(prefix, sizeof(prefix), "192.0.2.%d", 10 + i);
                add_ban(&c, prefix);
        }
        client_close(&c);
        process_free(&p);
}

static void test_routes(void **state)
{
        struct process p;
        struct client c;
        json_t *r, *one;

        (void)state;
        process_make(&p);
        process_configure(&p, "  gateways: [{name: gw, hops: [{address: 192.0.2.1, weight: 5}]}]\n"
                              "  routes:\n"
                              "    - {match: {method: [INVITE]}, action: forward, gateways: gw}\n"
                              "    - {name: no, action: reject, code: 603}\n");
        process_start(&p);
        client_open(&c, &p);
        r = client_result(&c, "routes.list", NULL);
        assert_int_equal(json_array_size(json_object_get(r, "routes")), 2);
        one = json_array_get(json_object_get(r, "routes"), 0);
        assert_string_equal(text_of(one, "action"), "forward");
        assert_string_equal(text_of(one, "gateways"), "gw");
        json_decref(r);
        r = client_result(&c, "gateways.list", NULL);
        one = json_array_get(json_object_get(r, "gateways"), 0);
        one = json_array_get(json_object_get(one, "hops"), 0);
        assert_string_equal(text_of(one, "address"), "192.0.2.1");
        assert_int_equal(number(one, "weight"), 5);
        json_decref(r);
        assert_int_equal(client_error(&c, "routes.rollback", NULL), -32000);
        /* What a reload would change, before it does. */
        r = client_result(&c, "routes.diff", NULL);
        assert_int_equal(json_array_size(json_object_get(r, "changes")), 0);
        json_decref(r);
        process_configure(&p, "  routes:\n    - {name: no, action: reject, code: 604}\n");
        r = client_result(&c, "routes.diff", NULL);
        assert_int_equal(json_array_size(json_object_get(r, "changes")), 4);
        json_decref(r);
        r = client_result(&c, "routes.list", NULL);
        assert_int_equal(json_array_size(json_object_get(r, "routes")), 2);
        json_decref(r);
        json_decref(client_result(&c, "reload", NULL));
        r = client_result(&c, "routes.list", NULL);
        assert_int_equal(json_array_size(json_object_get(r, "routes")), 1);
        json_decref(r);
        /* Back, and forth. */
        r = client_result(&c, "routes.rollback", NULL);
        assert_int_equal(number(r, "routes"), 2);
        json_decref(r);
        r = client_result(&c, "routes.rollback", NULL);
        assert_int_equal(number(r, "routes"), 1);
        json_decref(r);
        /* A fault is shown with its place, and changes nothing. */
        process_configure(&p, "  routes:\n    - {action: forward, gateways: nowhere}\n");
        r = client_call(&c, "routes.diff", NULL);
        one = json_object_get(json_object_get(r, "error"), "data");
        assert_string_equal(text_of(one, "text"), "there are no gateways 'nowhere'");
        assert_true(number(one, "line") > 1);
        assert_true(number(one, "column") > 1);
        json_decref(r);
        client_close(&c);
        process_free(&p);
}

static void test_reload(void **state)
{
        struct process p;
        struct client c;
        json_t *r;
        json_t *data;

        (void)state;
        process_make(&p);
        process_start(&p);
        client_open(&c, &p);
        process_configure(&p, "  default: drop\n");
        r = client_result(&c, "reload", NULL);
        assert_int_equal(number(r, "generation"), 2);
        json_decref(r);
        process_configure(&p, "  default: drop\n  deny:\n    - {prefix: nowhere}\n");
        r = client_call(&c, "reload", NULL);
        data = json_object_get(json_object_get(r, "error"), "data");
        assert_string_equal(text_of(data, "file"), p.config);
        assert_int_equal(number(data, "line"), 10);
        assert_int_equal(number(data, "column"), 16);
        assert_non_null(strstr(text_of(data, "text"), "nowhere"));
        json_decref(r);
        process_configure(&p, "  default: pass\n  deny: [{prefix: 10.0.0.1}]\n");
        kill(p.pid, SIGHUP);
        for (uint64_t end = now_ns() + DEADLINE_NS;;) {
                json_int_t generation;

                r = client_result(&c, "status", NULL);
                generation = number(json_object_get(r, "policy"), "generation");
                json_decref(r);
                if (generation == 3)
                        break;
                assert_true(now_ns() < end);
        }
        client_close(&c);
        process_free(&p);
}

static void ask(struct fake_dp *dp, uint64_t id)
{
        const struct message m = {0};
        char text[4096];
        struct timespec ts;
        struct shm_request req = {
            .id = id, .flow = fake_flow("10.0.0.1"), .age_limit_us = 10000000};

        clock_gettime(CLOCK_REALTIME, &ts);
        req.time_ns = (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
        req.msg_len = (uint16_t)message_write(&m, text, sizeof(text));
        assert_true(fake_dp_ask(dp, 0, &req, text));
}

static void await_reply(struct fake_dp *dp, struct shm_reply *r, unsigned *updates)
{
        for (uint64_t end = now_ns() + DEADLINE_NS; !fake_dp_reply(dp, 0, r, updates);) {
                assert_true(now_ns() < end);
                sched_yield();
        }
}

/* Attach to the running process; returns how long that took. */
static uint64_t attach(struct fake_dp *dp, uint64_t incarnation)
{
        struct shm_attach_msg hello;
        struct shm_reply r;
        uint64_t start = now_ns();

        fake_dp_renew(dp, incarnation, 10);
        fake_dp_greeted(dp, &hello);
        fake_dp_welcome(dp);
        ask(dp, incarnation);
        await_reply(dp, &r, NULL);
        assert_int_equal(r.id, incarnation);
        assert_int_equal(r.action, SHM_ACTION_PASS);
        return now_ns() - start;
}

static void test_reattach(void **state)
{
        uint64_t incarnation = 1;
        uint64_t worst = 0;
        struct fake_dp dp;
        struct process p;

        (void)state;
        process_make(&p);
        fake_dp_make(&dp, 1, incarnation, 10);
        fake_dp_listen(&dp, p.dataplane);
        process_start(&p);
        attach(&dp, incarnation++);
        for (int i = 0; i < 5; i++) { /* the dataplane hangs up */
                uint64_t took;

                fake_dp_hang_up(&dp);
                took = attach(&dp, incarnation++);
                worst = took > worst ? took : worst;
        }
        for (int i = 0; i < 10; i++) { /* control is killed */
                uint64_t start = now_ns();

                process_end(&p, SIGKILL);
                fake_dp_hang_up(&dp);
                process_start(&p);
                attach(&dp, incarnation++);
                worst = now_ns() - start > worst ? now_ns() - start : worst;
        }
        print_message("attached again after at most %llu ms\n",
                      (unsigned long long)(worst / 1000000));
        assert_true(worst < 1000000000);
        assert_int_equal(process_end(&p, SIGTERM), 0);
        fake_dp_free(&dp);
        process_free(&p);
}

static void tell(struct fake_dp *dp, uint64_t serial, bool pass)
{
        const struct message m = {.call_id = pass ? "passed@x" : "dropped@x"};
        char text[4096];
        struct shm_event ev = {
            .time_ns = serial,
            .serial = serial,
            .flow = fake_flow("10.0.0.9"),
            .action = pass ? SHM_ACTION_PASS : SHM_ACTION_DROP,
            .reason = pass ? SHM_REASON_PASS_POLICY : SHM_REASON_SCANNER,
        };

        ev.msg_len = ev.full_len = (uint16_t)message_write(&m, text, sizeof(text));
        assert_true(fake_dp_tell(dp, 0, &ev, text));
}

static size_t why(struct client *c, const char *key)
{
        json_t *r = client_result(c, "why", json_pack("{s:s}", "key", key));
        size_t n = json_array_size(json_object_get(r, "verdicts"));

        json_decref(r);
        return n;
}

static size_t file_lines(const char *path)
{
        FILE *f = fopen(path, "r");
        size_t n = 0;
        int c;

        while (f != NULL && (c = fgetc(f)) != EOF)
                n += c == '\n';
        if (f != NULL)
                fclose(f);
        return n;
}

static void await_lines(const char *path, size_t n)
{
        for (uint64_t end = now_ns() + DEADLINE_NS; file_lines(path) != n;) {
                assert_true(now_ns() < end);
                sched_yield();
        }
}

static void test_events(void **state)
{
        char moved[128];
        struct fake_dp dp;
        struct process p;
        struct client c;
        struct client follower;
        json_t *note;

        (void)state;
        process_make(&p);
        fake_dp_make(&dp, 1, 1, 12);
        fake_dp_listen(&dp, p.dataplane);
        process_start(&p);
        attach(&dp, 1);
        client_open(&c, &p);
        client_open(&follower, &p);
        json_decref(
            client_result(&follower, "events.subscribe", json_pack("{s:s}", "filter", "drops")));
        for (uint64_t i = 0; i < 20; i++)
                tell(&dp, i, i % 2);
        for (int i = 0; i < 10; i++) {
                const json_t *event;

                note = client_read(&follower);
                assert_string_equal(text_of(note, "method"), "event");
                event = json_object_get(note, "params");
                assert_string_equal(text_of(event, "event_type"), "sip");
                assert_string_equal(text_of(json_object_get(event, "verdict"), "reason"),
                                    "scanner");
                json_decref(note);
        }
        await_lines(p.eve, 20);
        assert_int_equal(why(&c, "10.0.0.9"), 20);
        assert_int_equal(why(&c, "dropped@x"), 10);
        assert_int_equal(why(&c, "10.0.0.10"), 0);
        /* A rotator moves the file, then asks for a new one. */
        snprintf(moved, sizeof(moved), "%s.1", p.eve);
        assert_int_equal(rename(p.eve, moved), 0);
        kill(p.pid, SIGUSR1);
        for (uint64_t end = now_ns() + DEADLINE_NS; access(p.eve, F_OK) != 0;) {
                assert_true(now_ns() < end);
                sched_yield();
        }
        tell(&dp, 21, true);
        await_lines(p.eve, 1);
        assert_int_equal(file_lines(moved), 20);
        /* A dataplane that dies leaves its last events behind. */
        for (uint64_t i = 0; i < 50; i++)
                tell(&dp, 30 + i, true);
        fake_dp_hang_up(&dp);
        await_lines(p.eve, 51);
        client_close(&follower);
        client_close(&c);
        process_free(&p);
        fake_dp_free(&dp);
}

/* `attach` adds a dataplane for as long as it lives. */
static void test_attach_method(void **state)
{
        struct shm_attach_msg hello;
        struct shm_reply reply;
        struct fake_dp dp;
        struct process p;
        struct client c;
        char path[128];
        json_t *r;
        char *line = NULL;

        (void)state;
        process_make(&p);
        snprintf(path, sizeof(path), "%s/other.sock", p.dir);
        fake_dp_make(&dp, 1, 1, 10);
        fake_dp_listen(&dp, path);
        process_start(&p);
        client_open(&c, &p);
        assert_true(asprintf(&line,
                             "{\"jsonrpc\":\"2.0\",\"id\":42,\"method\":\"attach\",\"params\":{"
                             "\"socket\":\"%s\"}}\n",
                             path) > 0);
        client_send(&c, line, strlen(line));
        free(line);
        fake_dp_greeted(&dp, &hello);
        fake_dp_welcome(&dp);
        r = client_read(&c);
        assert_true(json_is_true(json_object_get(json_object_get(r, "result"), "attached")));
        json_decref(r);
        ask(&dp, 5);
        await_reply(&dp, &reply, NULL);
        assert_int_equal(reply.id, 5);
        fake_dp_hang_up(&dp);
        for (uint64_t end = now_ns() + DEADLINE_NS;;) {
                size_t n;

                r = client_result(&c, "status", NULL);
                n = json_array_size(json_object_get(r, "dataplanes"));
                json_decref(r);
                if (n == 1)
                        break;
                assert_true(now_ns() < end);
        }
        client_close(&c);
        process_free(&p);
        fake_dp_free(&dp);
}

/* Bans reach the worker's table at once, over the live rings. */
static void test_ban_is_published(void **state)
{
        struct shm_table_update u = {0};
        struct fake_dp dp;
        struct process p;
        struct client c;

        (void)state;
        process_make(&p);
        fake_dp_make(&dp, 1, 1, 10);
        fake_dp_listen(&dp, p.dataplane);
        process_start(&p);
        attach(&dp, 1);
        client_open(&c, &p);
        add_ban(&c, "198.51.100.0/24");
        for (uint64_t end = now_ns() + DEADLINE_NS; u.op != SHM_TABLE_ADD;) {
                assert_true(now_ns() < end);
                (void)fake_dp_update(&dp, 0, &u);
        }
        assert_int_equal(u.table, SHM_TABLE_BAN);
        assert_int_equal(u.prefix_len, 120);
        assert_int_equal(u.reason, SHM_REASON_BANNED);
        assert_true(u.expires_ns != 0);
        client_close(&c);
        process_free(&p);
        fake_dp_free(&dp);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_methods),
            cmocka_unit_test(test_bad_clients),
            cmocka_unit_test(test_second_instance_and_kill),
            cmocka_unit_test(test_reload),
            cmocka_unit_test(test_routes),
            cmocka_unit_test(test_reattach),
            cmocka_unit_test(test_events),
            cmocka_unit_test(test_attach_method),
            cmocka_unit_test(test_ban_is_published),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
