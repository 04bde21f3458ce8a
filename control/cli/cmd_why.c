/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_why.c - `sluicectl why`: the verdicts that control remembers on an address or a call. */
#include "control/cli/args.h"
#include "control/cli/call.h"
#include "control/cli/eve_text.h"
#include "control/cli/field.h"
#include "control/cli/help.h"

int cp_cmd_why(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL, *verdicts, *v, *params;
        long limit = 10;
        size_t i, cnt;
        int rc;

        if (cp_cli_opt_number(args, "limit", 1, 1000, &limit) != 0)
                return cp_cli_usage(cli, args->cmd, "--limit is a number from 1 to 1000");
        params = json_pack("{s:s, s:i}", "key", args->word[0], "limit", (int)limit);
        if (!params)
                return cp_cli_usage(cli, args->cmd, "the address or Call-ID must be UTF-8");
        rc = cp_cli_call(cli, "why", params, &r);
        if (rc != CP_CLI_YES)
                return rc;
        verdicts = cp_field(r, "verdicts");
        cnt = json_array_size(verdicts);
        if (cli->json)
                cp_cli_print_json(cli, r);
        else if (cnt == 0)
                fputs("no verdict on it is remembered\n", cli->out);
        else
                json_array_foreach(verdicts, i, v)
                {
                        if (i)
                                fputc('\n', cli->out);
                        cp_eve_print_full(cli, v);
                }
        json_decref(r);
        return cnt ? CP_CLI_YES : CP_CLI_NO;
}
