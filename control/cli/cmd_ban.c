/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_ban.c - `sluicectl ban add | lift | list | why`. */
#include <stdlib.h>
#include <string.h>

#include "control/cli/args.h"
#include "control/cli/call.h"
#include "control/cli/duration.h"
#include "control/cli/field.h"
#include "control/cli/help.h"
#include "control/cli/table.h"

#define TO_MINUTE 16u /* strlen("2026-01-02T03:04") */

/* Control's times are "2026-01-02T03:04:05.678901+0000", null = never; minutes are enough here. */
static void time_cell(struct cp_table *t, const json_t *ban, const char *key)
{
        const char *when = cp_field_raw(ban, key, NULL);

        if (!when)
                cp_table_cellf(t, "never");
        else if (strlen(when) > TO_MINUTE)
                cp_table_cellf(t, "%.10s %.5sZ", when, when + TO_MINUTE - 5);
        else
                cp_table_cellf(t, "%s", when);
}

/* `from`: the member that says where it stands. */
static void add_entry(struct cp_table *t, const json_t *ban, const char *from)
{
        cp_field_cell(t, ban, "prefix");
        cp_field_cell(t, ban, from);
        time_cell(t, ban, "expires");
        if (cp_field(ban, "rate") != NULL)
                cp_table_cellf(t, "%lld a minute", (long long)cp_field_int(ban, "rate"));
        else
                cp_table_cellf(t, "none");
        if (cp_field(ban, "evidence") != NULL)
                cp_table_cellf(t, "%s (%s, %s)", cp_field_raw(ban, "reason", ""),
                               cp_field_raw(ban, "origin", ""), cp_field_raw(ban, "evidence", ""));
        else
                cp_field_cell(t, ban, "reason");
}

static void init_list(struct cp_table *t)
{
        cp_table_init(t, "lllll", 0);
        cp_table_cellf(t, "PREFIX");
        cp_table_cellf(t, "FROM");
        cp_table_cellf(t, "UNTIL");
        cp_table_cellf(t, "ADMITTED");
        cp_table_cellf(t, "REASON");
}

int cp_cmd_ban_add(struct cp_cli *cli, const struct cp_cli_args *args)
{
        const char *ttl = cp_cli_opt_value(args, "ttl");
        const char *reason = cp_cli_opt_value(args, "reason");
        uint32_t ttl_s = 0;
        long rate = 0;
        json_t *r = NULL, *params;
        struct cp_table t;
        int rc;

        if (ttl && cp_duration_parse(ttl, &ttl_s) != 0)
                return cp_cli_usage(cli, args->cmd,
                                    "--ttl is a time such as 90s, 15m, 1h30m or 7d");
        if (cp_cli_opt_number(args, "rate", 1, 60000, &rate) != 0)
                return cp_cli_usage(cli, args->cmd, "--rate is a number from 1 to 60000");
        params = json_pack("{s:s, s:I, s:s}", "prefix", args->word[0], "ttl_s", (json_int_t)ttl_s,
                           "reason", reason ? reason : "");
        if (!params)
                return cp_cli_usage(cli, args->cmd, "the prefix and the reason must be UTF-8");
        if (rate != 0)
                json_object_set_new(params, "rate", json_integer(rate));
        rc = cp_cli_call(cli, "ban.add", params, &r);
        if (rc != CP_CLI_YES)
                return rc;
        if (cli->json) {
                cp_cli_print_json(cli, r);
        } else {
                init_list(&t);
                add_entry(&t, r, "source");
                cp_table_print(&t, cli->out, cli->width);
                cp_table_fini(&t);
        }
        json_decref(r);
        return CP_CLI_YES;
}

int cp_cmd_ban_lift(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL, *params = json_pack("{s:s}", "prefix", args->word[0]);
        bool lifted;
        int rc;

        if (!params)
                return cp_cli_usage(cli, args->cmd, "the prefix must be UTF-8");
        rc = cp_cli_call(cli, "ban.lift", params, &r);
        if (rc != CP_CLI_YES)
                return rc;
        lifted = json_is_true(cp_field(r, "lifted"));
        if (cli->json)
                cp_cli_print_json(cli, r);
        else
                fprintf(cli->out, "%s\n", lifted ? "lifted" : "there was no such ban");
        json_decref(r);
        return lifted ? CP_CLI_YES : CP_CLI_NO;
}

int cp_cmd_ban_why(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL, *entries, *e, *params = json_pack("{s:s}", "address", args->word[0]);
        struct cp_table t;
        size_t i, cnt;
        int rc;

        if (!params)
                return cp_cli_usage(cli, args->cmd, "the address must be UTF-8");
        rc = cp_cli_call(cli, "ban.why", params, &r);
        if (rc != CP_CLI_YES)
                return rc;
        entries = cp_field(r, "entries");
        cnt = json_array_size(entries);
        if (cli->json) {
                cp_cli_print_json(cli, r);
        } else if (cnt == 0) {
                fputs("nothing stands about it\n", cli->out);
        } else {
                init_list(&t);
                json_array_foreach(entries, i, e) add_entry(&t, e, "table");
                cp_table_print(&t, cli->out, cli->width);
                cp_table_fini(&t);
        }
        json_decref(r);
        return cnt ? CP_CLI_YES : CP_CLI_NO;
}

int cp_cmd_ban_list(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL, *bans, *ban;
        struct cp_table t;
        size_t i;
        int rc = cp_cli_call(cli, "ban.list", NULL, &r);

        (void)args;
        if (rc != CP_CLI_YES)
                return rc;
        bans = cp_field(r, "bans");
        if (cli->json) {
                cp_cli_print_json(cli, r);
        } else if (json_array_size(bans) == 0) {
                fputs("no bans\n", cli->out);
        } else {
                init_list(&t);
                json_array_foreach(bans, i, ban) add_entry(&t, ban, "source");
                cp_table_print(&t, cli->out, cli->width);
                cp_table_fini(&t);
        }
        json_decref(r);
        return CP_CLI_YES;
}
