/* SPDX-License-Identifier: Apache-2.0 */
/* JSON-RPC without a transport. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "control/api/rpc.h"

static int echo(struct cp_rpc_call *call)
{
        const char *text = cp_rpc_text(call, "text");
        json_int_t n;

        if (text == NULL)
                return -1;
        n = cp_rpc_number(call, "n", 10, 3);
        if (n < 0)
                return -1;
        call->result = json_pack("{s:s, s:I}", "text", text, "n", n);
        return 0;
}

static int fails(struct cp_rpc_call *call)
{
        call->data = json_pack("{s:i}", "line", 4);
        return cp_rpc_fail(call, CP_RPC_FAILED, "no: %s", "because");
}

static const struct cp_rpc_method methods[] = {
    {"echo", "text n", echo},
    {"fails", "", fails},
    {NULL, NULL, NULL},
};

#define REQ(rest)      "{\"jsonrpc\":\"2.0\"," rest "}"
#define OK(id, result) "{\"jsonrpc\":\"2.0\",\"result\":" result ",\"id\":" id "}\n"
#define ERR(id, code, text)                                                                      \
        "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":" code ",\"message\":\"" text "\"},\"id\":" id \
        "}\n"

static void test_lines(void **state)
{
        static const struct {
                const char *in;
                const char *out; /* NULL = silence */
        } rows[] = {
            {REQ("\"id\":1,\"method\":\"echo\",\"params\":{\"text\":\"a\"}"),
             OK("1", "{\"text\":\"a\",\"n\":3}")},
            {REQ("\"id\":\"x\",\"method\":\"echo\",\"params\":{\"text\":\"a\",\"n\":10}"),
             OK("\"x\"", "{\"text\":\"a\",\"n\":10}")},
            {REQ("\"id\":1,\"method\":\"echo\",\"params\":{\"text\":\"a\",\"n\":11}"),
             ERR("1", "-32602", "parameter 'n' must be a whole number from 0 to 10")},
            {REQ("\"id\":1,\"method\":\"echo\",\"params\":{\"text\":\"a\",\"n\":-1}"),
             ERR("1", "-32602", "parameter 'n' must be a whole number from 0 to 10")},
            {REQ("\"id\":1,\"method\":\"echo\",\"params\":{\"text\":5}"),
             ERR("1", "-32602", "parameter 'text' must be a text")},
            {REQ("\"id\":1,\"method\":\"echo\""),
             ERR("1", "-32602", "parameter 'text' must be a text")},
            {REQ("\"id\":1,\"method\":\"echo\",\"params\":{\"tex\":\"a\"}"),
             ERR("1", "-32602", "echo does not know the parameter 'tex'")},
            {REQ("\"id\":1,\"method\":\"echo\",\"params\":[\"a\"]"),
             ERR("1", "-32602", "params must be an object")},
            {REQ("\"id\":1,\"method\":\"ech\""), ERR("1", "-32601", "no method 'ech'")},
            {REQ("\"id\":1,\"method\":\"fails\""),
             "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32000,\"message\":\"no: because\",\"data\":"
             "{\"line\":4}},\"id\":1}\n"},
            {REQ("\"method\":\"fails\""), NULL},
            {REQ("\"method\":\"echo\",\"params\":{\"text\":\"a\"}"), NULL},
            {REQ("\"method\":\"nothing\""), NULL},
            {"{\"id\":1,\"method\":\"echo\"}", ERR("1", "-32600", "not a JSON-RPC 2.0 request")},
            {REQ("\"id\":{},\"method\":\"fails\""),
             "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32000,\"message\":\"no: because\",\"data\":"
             "{\"line\":4}},\"id\":null}\n"},
            {"5", ERR("null", "-32600", "not a JSON-RPC 2.0 request")},
            {"{", ERR("null", "-32700", "not JSON (octet 1)")},
            {"\"\xff\"", ERR("null", "-32700", "not JSON (octet 1)")},
            {"[]", ERR("null", "-32600", "a batch holds 1 to 64 requests")},
            {"[1]", "[{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"not a JSON-RPC "
                    "2.0 request\"},\"id\":null}]\n"},
            {"[" REQ("\"method\":\"fails\"") "]", NULL},
            {"[" REQ("\"method\":\"fails\"") "," REQ("\"id\":2,\"method\":\"x\"") "]",
             "[{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32601,\"message\":\"no method "
             "'x'\"},\"id\":2}]\n"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char *out = cp_rpc_line(methods, NULL, NULL, rows[i].in, strlen(rows[i].in));

                print_message("%s\n", rows[i].in);
                if (rows[i].out == NULL)
                        assert_null(out);
                else
                        assert_string_equal(out, rows[i].out);
                free(out);
        }
}

/* Whatever comes: no crash, and an answer is a line of JSON. */
static void test_noise(void **state)
{
        static const char seed[] =
            REQ("\"id\":1,\"method\":\"echo\",\"params\":{\"text\":\"a\",\"n\":10}");

        (void)state;
        for (unsigned round = 0; round < 20000; round++) {
                char text[sizeof(seed)];
                char *out;

                memcpy(text, seed, sizeof(seed));
                for (int k = rand() % 4; k >= 0; k--)
                        text[(size_t)rand() % (sizeof(seed) - 1)] = (char)rand();
                out = cp_rpc_line(methods, NULL, NULL, text, sizeof(seed) - 1);
                if (out != NULL) {
                        json_t *o = json_loads(out, 0, NULL);

                        assert_non_null(o);
                        assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
                        json_decref(o);
                }
                free(out);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_lines),
            cmocka_unit_test(test_noise),
        };

        srand(20260106);
        print_message("seed 20260106\n");
        return cmocka_run_group_tests(tests, NULL, NULL);
}
