/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_location.c - `sluicectl location list | status | remove | repair` and `routes find`. */
#include <string.h>

#include "control/cli/args.h"
#include "control/cli/call.h"
#include "control/cli/field.h"
#include "control/cli/help.h"
#include "control/cli/table.h"
#include "control/location/location.h"

#define TO_SECOND 19u /* strlen("2026-01-02T03:04:05") */

static void until_cell(struct cp_table *t, const json_t *binding)
{
        const char *when = cp_field_raw(binding, "expires", "");

        if (strlen(when) > TO_SECOND)
                cp_table_cellf(t, "%.10s %.8sZ", when, when + TO_SECOND - 8);
        else
                cp_table_cellf(t, "%s", when);
}

int cp_cmd_location_list(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL, *bindings, *b, *params;
        long limit = 100;
        struct cp_table t;
        size_t i, cnt;
        int rc;

        if (cp_cli_opt_number(args, "limit", 1, 1000, &limit) != 0)
                return cp_cli_usage(cli, args->cmd, "--limit is a number from 1 to 1000");
        params = args->word_cnt != 0
                     ? json_pack("{s:i, s:s}", "limit", (int)limit, "aor", args->word[0])
                     : json_pack("{s:i}", "limit", (int)limit);
        if (!params)
                return cp_cli_usage(cli, args->cmd, "the address-of-record must be UTF-8");
        rc = cp_cli_call(cli, "location.list", params, &r);
        if (rc != CP_CLI_YES)
                return rc;
        bindings = cp_field(r, "bindings");
        cnt = json_array_size(bindings);
        if (cli->json) {
                cp_cli_print_json(cli, r);
        } else if (cnt == 0) {
                fputs("nobody is registered\n", cli->out);
        } else {
                cp_table_init(&t, "lrlll", 0);
                cp_table_cellf(&t, "AOR");
                cp_table_cellf(&t, "Q");
                cp_table_cellf(&t, "UNTIL");
                cp_table_cellf(&t, "FROM");
                cp_table_cellf(&t, "CONTACT");
                json_array_foreach(bindings, i, b)
                {
                        cp_field_cell(&t, b, "aor");
                        cp_table_cellf(&t, "%.3f", json_real_value(cp_field(b, "q")));
                        until_cell(&t, b);
                        cp_field_cell(&t, b, "source");
                        cp_field_cell(&t, b, "contact");
                }
                cp_table_print(&t, cli->out, cli->width);
                cp_table_fini(&t);
        }
        json_decref(r);
        return cnt != 0 ? CP_CLI_YES : CP_CLI_NO;
}

int cp_cmd_location_status(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL, *value;
        struct cp_table t;
        const char *key;
        int rc = cp_cli_call(cli, "location.status", NULL, &r);

        (void)args;
        if (rc != CP_CLI_YES)
                return rc;
        if (cli->json) {
                cp_cli_print_json(cli, r);
        } else {
                cp_table_init(&t, "lr", 0);
                json_object_foreach(r, key, value)
                {
                        if (json_is_null(value))
                                continue;
                        cp_table_cellf(&t, "%s", key);
                        cp_field_cell(&t, r, key);
                }
                cp_table_print(&t, cli->out, cli->width);
                cp_table_fini(&t);
        }
        rc = json_is_null(cp_field(r, "store_error")) ? CP_CLI_YES : CP_CLI_NO;
        json_decref(r);
        return rc;
}

int cp_cmd_location_remove(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL, *params = json_pack("{s:s}", "aor", args->word[0]);
        json_int_t removed;
        int rc;

        if (!params)
                return cp_cli_usage(cli, args->cmd, "the address-of-record must be UTF-8");
        rc = cp_cli_call(cli, "location.remove", params, &r);
        if (rc != CP_CLI_YES)
                return rc;
        removed = cp_field_int(r, "removed");
        if (cli->json)
                cp_cli_print_json(cli, r);
        else
                fprintf(cli->out, "%" JSON_INTEGER_FORMAT " removed\n", removed);
        json_decref(r);
        return removed != 0 ? CP_CLI_YES : CP_CLI_NO;
}

int cp_cmd_location_repair(struct cp_cli *cli, const struct cp_cli_args *args)
{
        struct cp_store_repair repair = {.sound = cp_location_row_sound,
                                         .sound_user = cp_location_user_sound};
        char why[512] = "";

        if (cp_store_sqlite_repair(&repair, args->word[0], why, sizeof(why)) != 0) {
                fprintf(cli->err, "sluicectl: %s\n", why);
                return CP_CLI_NO;
        }
        if (cli->json) {
                json_t *r =
                    json_pack("{s:I, s:I, s:I, s:I}", "kept", (json_int_t)repair.kept, "lost",
                              (json_int_t)repair.lost, "users_kept", (json_int_t)repair.users_kept,
                              "users_lost", (json_int_t)repair.users_lost);

                cp_cli_print_json(cli, r);
                json_decref(r);
        } else {
                fprintf(cli->out,
                        "where %llu users are kept, %llu rows of that lost; "
                        "%llu log-ins kept, %llu lost; the damaged file is location.db.damaged\n",
                        (unsigned long long)repair.kept, (unsigned long long)repair.lost,
                        (unsigned long long)repair.users_kept,
                        (unsigned long long)repair.users_lost);
        }
        return CP_CLI_YES;
}

int cp_cmd_routes_find(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL, *params = json_pack("{s:s}", "number", args->word[0]);
        const char *target;
        int rc;

        if (!params)
                return cp_cli_usage(cli, args->cmd, "the number must be UTF-8");
        rc = cp_cli_call(cli, "routes.find", params, &r);
        if (rc != CP_CLI_YES)
                return rc;
        target = cp_field_raw(r, "target", NULL);
        if (cli->json)
                cp_cli_print_json(cli, r);
        else if (target)
                fprintf(cli->out, "%.*s -> %s\n", (int)cp_field_int(r, "matched"), args->word[0],
                        target);
        else
                fputs("no prefix of it is in the list\n", cli->out);
        rc = target ? CP_CLI_YES : CP_CLI_NO;
        json_decref(r);
        return rc;
}
