/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/call.h"

#include <stdlib.h>
#include <string.h>

#include "control/cli/escape.h"
#include "control/cli/field.h"

#define RPC_INVALID_PARAMS (-32602) /* JSON-RPC 2.0, section 5.1 */

/* A fault in a file is told as compilers tell it. */
static void tell_refusal(struct cp_cli *cli, const json_t *error)
{
        char *message = cp_field_text(error, "message", 0);
        char *file = cp_field_text(error, "data.file", 0);
        char *text = cp_field_text(error, "data.text", 0);

        if (file)
                fprintf(cli->err,
                        "sluicectl: %s:%" JSON_INTEGER_FORMAT ":%" JSON_INTEGER_FORMAT ": %s\n",
                        file, cp_field_int(error, "data.line"), cp_field_int(error, "data.column"),
                        text ? text : "");
        else
                fprintf(cli->err, "sluicectl: %s\n", message ? message : "control refused");
        free(message);
        free(file);
        free(text);
}

static int judge(struct cp_cli *cli, const struct cp_rpc *rpc, enum cp_rpc_result r, json_t *answer)
{
        bool our_fault;

        if (r == CP_RPC_OK)
                return CP_CLI_YES;
        if (r != CP_RPC_REFUSED) {
                char *why = cp_cli_escape(rpc->text, strlen(rpc->text), 0);

                fprintf(cli->err, "sluicectl: %s\n", why);
                free(why);
                return CP_CLI_USAGE;
        }
        our_fault = cp_field_int(answer, "code") == RPC_INVALID_PARAMS;
        if (cli->json) {
                json_t *wrapped = json_pack("{s:O}", "error", answer);

                cp_cli_print_json(cli, wrapped);
                json_decref(wrapped);
        }
        tell_refusal(cli, answer);
        json_decref(answer);
        return our_fault ? CP_CLI_USAGE : CP_CLI_NO;
}

int cp_cli_call_on(struct cp_cli *cli, struct cp_rpc *rpc, const char *method, json_t *params,
                   json_t **result)
{
        json_t *answer = NULL;
        enum cp_rpc_result r = cp_rpc_open(rpc, cli->socket_path);
        int rc;

        if (r == CP_RPC_OK)
                r = cp_rpc_call(rpc, method, params, &answer);
        else
                json_decref(params);
        rc = judge(cli, rpc, r, answer);
        if (rc == CP_CLI_YES)
                *result = answer;
        else
                cp_rpc_close(rpc);
        return rc;
}

int cp_cli_call(struct cp_cli *cli, const char *method, json_t *params, json_t **result)
{
        struct cp_rpc rpc;
        int rc = cp_cli_call_on(cli, &rpc, method, params, result);

        cp_rpc_close(&rpc);
        return rc;
}

void cp_cli_print_json(struct cp_cli *cli, const json_t *value)
{
        json_dumpf(value, cli->out, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
        fputc('\n', cli->out);
}
