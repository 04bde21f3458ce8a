/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_users.c - `sluicectl users list | add | passwd | remove`. */
#include <string.h>

#include "control/cli/args.h"
#include "control/cli/call.h"
#include "control/cli/field.h"
#include "control/cli/help.h"
#include "control/cli/password.h"
#include "control/cli/table.h"

int cp_cmd_users_list(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL, *users, *u;
        struct cp_table t;
        size_t i;
        int rc = cp_cli_call(cli, "users.list", NULL, &r);

        (void)args;
        if (rc != CP_CLI_YES)
                return rc;
        users = cp_field(r, "users");
        if (cli->json) {
                cp_cli_print_json(cli, r);
        } else {
                cp_table_init(&t, "llllll", 0);
                cp_table_cellf(&t, "NAME");
                cp_table_cellf(&t, "AOR");
                cp_table_cellf(&t, "ALGORITHMS");
                cp_table_cellf(&t, "FROM");
                cp_table_cellf(&t, "REFUSED");
                cp_table_cellf(&t, "FORWARD");
                json_array_foreach(users, i, u)
                {
                        cp_field_cell(&t, u, "name");
                        cp_field_cell(&t, u, "aor");
                        cp_field_cell(&t, u, "algorithms");
                        cp_field_cell(&t, u, "source");
                        cp_field_cell(&t, u, "refused");
                        cp_field_cell(&t, u, "forward");
                }
                cp_table_print(&t, cli->out, cli->width);
                cp_table_fini(&t);
        }
        json_decref(r);
        return CP_CLI_YES;
}

/* Ask control with a password, which is read first. The answer is a user. */
static int call_with_password(struct cp_cli *cli, const struct cp_cli_args *args,
                              const char *method, json_t *params)
{
        char password[CP_CLI_PASSWORD_BYTES];
        char why[128];
        json_t *r = NULL, *text;
        int rc;

        if (cp_cli_password(password, why, sizeof(why)) != 0) {
                json_decref(params);
                fprintf(cli->err, "sluicectl: %s\n", why);
                return CP_CLI_USAGE;
        }
        text = json_string(password);
        explicit_bzero(password, sizeof(password));
        if (!text) {
                json_decref(params);
                return cp_cli_usage(cli, args->cmd, "the password must be UTF-8");
        }
        json_object_set_new(params, "password", text);
        rc = cp_cli_call(cli, method, params, &r);
        if (rc != CP_CLI_YES)
                return rc;
        if (cli->json)
                cp_cli_print_json(cli, r);
        else
                fprintf(cli->out, "in force\n");
        json_decref(r);
        return CP_CLI_YES;
}

int cp_cmd_users_add(struct cp_cli *cli, const struct cp_cli_args *args)
{
        static const char *const options[] = {"aor", "forward"};
        json_t *params = json_pack("{s:s}", "name", args->word[0]);

        for (size_t i = 0; params && i < sizeof(options) / sizeof(options[0]); i++) {
                const char *value = cp_cli_opt_value(args, options[i]);

                if (value && json_object_set_new(params, options[i], json_string(value)) != 0) {
                        json_decref(params);
                        params = NULL;
                }
        }
        if (!params)
                return cp_cli_usage(cli, args->cmd, "names and URIs must be UTF-8");
        if (cp_cli_opt_value(args, "refused"))
                json_object_set_new(params, "refused", json_true());
        return call_with_password(cli, args, "users.add", params);
}

int cp_cmd_users_passwd(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *params = json_pack("{s:s}", "name", args->word[0]);

        if (!params)
                return cp_cli_usage(cli, args->cmd, "the name must be UTF-8");
        return call_with_password(cli, args, "users.passwd", params);
}

int cp_cmd_users_remove(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL, *params = json_pack("{s:s}", "name", args->word[0]);
        int rc;

        if (!params)
                return cp_cli_usage(cli, args->cmd, "the name must be UTF-8");
        rc = cp_cli_call(cli, "users.remove", params, &r);
        if (rc != CP_CLI_YES)
                return rc;
        if (cli->json)
                cp_cli_print_json(cli, r);
        else
                fprintf(cli->out, "removed, with %" JSON_INTEGER_FORMAT " bindings\n",
                        cp_field_int(r, "bindings_ended"));
        json_decref(r);
        return CP_CLI_YES;
}
