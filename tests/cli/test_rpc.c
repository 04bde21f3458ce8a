/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/cli/rpc.h"
#include "tests/cli/fake_control.h"

/* A client at one end of a pair; the test writes what control says to the other beforehand. */
static void pair_up(struct cp_rpc *rpc, int *peer)
{
        int fd[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
        *rpc = (struct cp_rpc){.fd = fd[0], .timeout_ms = 50};
        *peer = fd[1];
}

static void say(int peer, const char *text)
{
        assert_int_equal(write(peer, text, strlen(text)), (ssize_t)strlen(text));
}

static void test_answers(void **state)
{
        json_t *a = NULL;
        struct cp_rpc rpc;
        int peer;

        (void)state;
        pair_up(&rpc, &peer);
        say(peer, "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{}}\n"
                  "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":\"another's\"}\n"
                  "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"a\\u0000b\"}\n"
                  "{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":-32000,\"message\":\"no\"}}\n"
                  "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700}}\n"
                  "{\"jsonrpc\":\"2.0\",\"id\":4}\n");
        assert_int_equal(cp_rpc_call(&rpc, "m", NULL, &a), CP_RPC_OK);
        assert_int_equal(json_string_length(a), 3);
        json_decref(a);
        assert_int_equal(cp_rpc_call(&rpc, "m", json_object(), &a), CP_RPC_REFUSED);
        assert_int_equal(json_integer_value(json_object_get(a, "code")), -32000);
        json_decref(a);
        assert_int_equal(cp_rpc_call(&rpc, "m", NULL, &a), CP_RPC_REFUSED);
        json_decref(a);
        assert_int_equal(cp_rpc_call(&rpc, "m", NULL, &a), CP_RPC_BROKEN);
        cp_rpc_close(&rpc);
        cp_rpc_close(&rpc);
        close(peer);
}

static void test_silence_hangup_and_garbage(void **state)
{
        static const char *const garbage[] = {"hello\n", "[1]\n", "\n", "{\"id\":1,\n"};
        json_t *a = NULL;
        struct cp_rpc rpc;
        int peer;

        (void)state;
        pair_up(&rpc, &peer);
        assert_int_equal(cp_rpc_call(&rpc, "m", NULL, &a), CP_RPC_BROKEN);
        assert_non_null(strstr(rpc.text, "does not answer"));
        shutdown(peer, SHUT_WR);
        assert_int_equal(cp_rpc_call(&rpc, "m", NULL, &a), CP_RPC_BROKEN);
        assert_non_null(strstr(rpc.text, "hung up"));
        cp_rpc_close(&rpc);
        close(peer);
        for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
                pair_up(&rpc, &peer);
                say(peer, garbage[i]);
                assert_int_equal(cp_rpc_call(&rpc, "m", NULL, &a), CP_RPC_BROKEN);
                assert_non_null(strstr(rpc.text, "not JSON-RPC"));
                cp_rpc_close(&rpc);
                close(peer);
        }
}

static void test_notifications(void **state)
{
        json_t *n = NULL;
        struct cp_rpc rpc;
        int peer;

        (void)state;
        pair_up(&rpc, &peer);
        say(peer, "{\"id\":1,\"result\":1}\n{\"method\":\"event\",\"params\":{\"a\":1}}\n"
                  "{\"method\":\"event\",\"par");
        assert_int_equal(cp_rpc_next(&rpc, 50, &n), CP_RPC_OK);
        assert_non_null(json_object_get(n, "params"));
        json_decref(n);
        assert_int_equal(cp_rpc_next(&rpc, 20, &n), CP_RPC_BROKEN);
        say(peer, "ams\":{}}\n");
        assert_int_equal(cp_rpc_next(&rpc, 50, &n), CP_RPC_OK);
        json_decref(n);
        cp_rpc_close(&rpc);
        close(peer);
}

static void test_nobody_there(void **state)
{
        static const struct fake_answer none[] = {{.method = NULL}};
        struct fake_control f;
        struct cp_rpc rpc;
        char path[sizeof(f.path)], longer[200];

        (void)state;
        assert_int_equal(cp_rpc_open(&rpc, "/nonexistent/control.sock"), CP_RPC_BROKEN);
        assert_string_equal(rpc.text,
                            "control is not running: there is no socket /nonexistent/control.sock");
        memset(longer, 'x', sizeof(longer) - 1);
        longer[sizeof(longer) - 1] = '\0';
        assert_int_equal(cp_rpc_open(&rpc, longer), CP_RPC_BROKEN);
        assert_non_null(strstr(rpc.text, "longer than 107"));

        /* A socket file whose owner is gone. */
        fake_control_start(&f, none);
        memcpy(path, f.path, sizeof(path));
        close(f.listener);
        assert_int_equal(cp_rpc_open(&rpc, path), CP_RPC_BROKEN);
        assert_non_null(strstr(rpc.text, "nobody listens at"));
        f.listener = -1;
        fake_control_stop(&f);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_answers),
            cmocka_unit_test(test_silence_hangup_and_garbage),
            cmocka_unit_test(test_notifications),
            cmocka_unit_test(test_nobody_there),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
