/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_reload.c - `sluicectl reload` and `sluicectl attach`: what control works with. */
#include "control/cli/call.h"
#include "control/cli/field.h"
#include "control/cli/help.h"

int cp_cmd_reload(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL;
        int rc = cp_cli_call(cli, "reload", NULL, &r);

        (void)args;
        if (rc == CP_CLI_NO)
                fputs("sluicectl: the old policy stays in force\n", cli->err);
        if (rc != CP_CLI_YES)
                return rc;
        if (cli->json)
                cp_cli_print_json(cli, r);
        else
                fprintf(cli->out, "policy generation %" JSON_INTEGER_FORMAT " is in force\n",
                        cp_field_int(r, "generation"));
        json_decref(r);
        return CP_CLI_YES;
}

int cp_cmd_attach(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL, *params = json_pack("{s:s}", "socket", args->word[0]);
        bool attached;
        int rc;

        if (!params)
                return cp_cli_usage(cli, args->cmd, "the path must be UTF-8");
        rc = cp_cli_call(cli, "attach", params, &r);
        if (rc != CP_CLI_YES)
                return rc;
        attached = json_is_true(cp_field(r, "attached"));
        if (cli->json)
                cp_cli_print_json(cli, r);
        else
                fprintf(cli->out, "%s\n", attached ? "attached" : "not attached");
        json_decref(r);
        return attached ? CP_CLI_YES : CP_CLI_NO;
}
