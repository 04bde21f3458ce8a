/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_version.c - `sluicectl version`: what is installed, and what runs. */
#include <stdlib.h>

#include "control/cli/call.h"
#include "control/cli/field.h"
#include "control/contract/shm_base.h"

int cp_cmd_version(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *answer = NULL, *both;
        struct cp_rpc rpc;
        enum cp_rpc_result r = cp_rpc_open(&rpc, cli->socket_path);
        char *text;

        (void)args;
        if (r == CP_RPC_OK)
                r = cp_rpc_call(&rpc, "version", NULL, &answer);
        cp_rpc_close(&rpc);
        both = json_pack("{s:s, s:o}", "sluicectl", SLUICE_VERSION, "control",
                         r == CP_RPC_OK ? answer : json_null());
        if (cli->json) {
                cp_cli_print_json(cli, both);
                goto out;
        }
        fprintf(cli->out, "sluicectl  %s, contract %u.%u\n", SLUICE_VERSION, SHM_ABI_MAJOR,
                SHM_ABI_MINOR);
        text = cp_field_text(both, "control.version", 40);
        if (text)
                fprintf(cli->out, "control    %s", text);
        else
                fputs("control    not running", cli->out);
        free(text);
        text = cp_field_text(both, "control.abi", 20);
        if (text)
                fprintf(cli->out, ", contract %s", text);
        free(text);
        text = cp_field_text(both, "control.parser.scan", 20);
        if (text)
                fprintf(cli->out, ", scan %s", text);
        free(text);
        if (r == CP_RPC_OK)
                fprintf(cli->out, ", pid %" JSON_INTEGER_FORMAT, cp_field_int(both, "control.pid"));
        fputc('\n', cli->out);
out:
        json_decref(both);
        if (r == CP_RPC_REFUSED)
                json_decref(answer);
        return CP_CLI_YES;
}
