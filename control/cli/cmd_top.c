/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_top.c - `sluicectl top`: who sends the most, of all messages or of one purpose. */
#include "control/cli/args.h"
#include "control/cli/call.h"
#include "control/cli/field.h"
#include "control/cli/help.h"
#include "control/cli/table.h"

static void print_rows(struct cp_cli *cli, const json_t *rows)
{
        static const char *const column[] = {"messages", "dropped"};
        struct cp_table t;
        const json_t *row;
        size_t i;

        cp_table_init(&t, "rrl", 0);
        cp_table_cellf(&t, "MESSAGES");
        cp_table_cellf(&t, "DROPPED");
        cp_table_cellf(&t, "WHO");
        json_array_foreach(rows, i, row)
        {
                const json_t *key = cp_field(row, "key");

                for (size_t c = 0; c < sizeof(column) / sizeof(column[0]); c++)
                        cp_field_cell(&t, row, column[c]);
                cp_table_cell(&t, json_string_value(key), json_string_length(key));
        }
        cp_table_print(&t, cli->out, cli->width);
        cp_table_fini(&t);
}

int cp_cmd_top(struct cp_cli *cli, const struct cp_cli_args *args)
{
        const char *by = cp_cli_opt_value(args, "by"), *purpose = cp_cli_opt_value(args, "purpose");
        json_t *r = NULL, *params;
        long limit = 10;
        int rc;

        if (cp_cli_opt_number(args, "limit", 1, 1000, &limit) != 0)
                return cp_cli_usage(cli, args->cmd, "--limit is a number from 1 to 1000");
        params = json_pack("{s:s, s:i}", "by", by != NULL ? by : "source", "limit", (int)limit);
        if (params != NULL && purpose != NULL)
                json_object_set_new(params, "purpose", json_string(purpose));
        if (params == NULL)
                return cp_cli_usage(cli, args->cmd, "--by and --purpose must be UTF-8");
        rc = cp_cli_call(cli, "top", params, &r);
        if (rc != CP_CLI_YES)
                return rc;
        const json_t *rows = cp_field(r, "top");

        if (cli->json)
                cp_cli_print_json(cli, r);
        else if (json_array_size(rows) == 0)
                fputs("no message in the last two minutes\n", cli->out);
        else
                print_rows(cli, rows);
        json_decref(r);
        return CP_CLI_YES;
}
