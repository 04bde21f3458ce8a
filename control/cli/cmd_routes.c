/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_routes.c - `sluicectl routes list | check | diff | rollback` and `sluicectl gateways list`.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "control/cli/args.h"
#include "control/cli/call.h"
#include "control/cli/escape.h"
#include "control/cli/field.h"
#include "control/cli/table.h"

static int ask(struct cp_cli *cli, const char *method, json_t **r)
{
        int rc = cp_cli_call(cli, method, NULL, r);

        if (rc == CP_CLI_YES && cli->json)
                cp_cli_print_json(cli, *r);
        return rc;
}

/* Conditions on one line: "method INVITE, MESSAGE; host example.com". */
static void match_cell(struct cp_table *t, const json_t *match)
{
        char text[512] = "";
        size_t at = 0;
        const char *key;
        json_t *value;

        json_object_foreach((json_t *)(uintptr_t)match, key, value)
        {
                size_t i, cnt = json_is_array(value) ? json_array_size(value) : 1;

                for (i = 0; i < cnt && at < sizeof(text); i++) {
                        const json_t *one = json_is_array(value) ? json_array_get(value, i) : value;

                        at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s%s",
                                               i != 0    ? ", "
                                               : at != 0 ? "; "
                                                         : "",
                                               i != 0 ? "" : key, i != 0 ? "" : " ");
                        if (at < sizeof(text))
                                at += (size_t)snprintf(text + at, sizeof(text) - at, "%s",
                                                       json_string_value(one));
                }
        }
        cp_table_cellf(t, "%s", at != 0 ? text : "everything");
}

/* What it says: "forward carrier", "reject 603", "redirect 302 sip:gw.example.net". */
static void action_cell(struct cp_table *t, const json_t *route)
{
        const json_t *contact = json_array_get(cp_field(route, "contacts"), 0);
        json_int_t code = cp_field_int(route, "code");
        char number[24] = "";

        if (code != 0)
                snprintf(number, sizeof(number), " %d", (int)code);
        cp_table_cellf(t, "%s%s%s%s", cp_field_raw(route, "action", "?"), number,
                       cp_field(route, "gateways") || contact ? " " : "",
                       contact ? cp_field_raw(contact, "uri", "")
                               : cp_field_raw(route, "gateways", ""));
}

int cp_cmd_routes_list(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL, *route;
        struct cp_table t;
        size_t i, cnt;
        int rc = ask(cli, "routes.list", &r);

        (void)args;
        if (rc != CP_CLI_YES)
                return rc;
        cnt = json_array_size(cp_field(r, "routes"));
        if (!cli->json && cnt == 0) {
                fputs("there are no routes\n", cli->out);
        } else if (!cli->json) {
                cp_table_init(&t, "rlll", 0);
                cp_table_cellf(&t, "N");
                cp_table_cellf(&t, "NAME");
                cp_table_cellf(&t, "ACTION");
                cp_table_cellf(&t, "MATCH");
                json_array_foreach(cp_field(r, "routes"), i, route)
                {
                        cp_table_cellf(&t, "%zu", i + 1);
                        cp_table_cellf(&t, "%s", cp_field_raw(route, "name", "-"));
                        action_cell(&t, route);
                        match_cell(&t, cp_field(route, "match"));
                }
                cp_table_print(&t, cli->out, cli->width);
                cp_table_fini(&t);
        }
        json_decref(r);
        return cnt != 0 ? CP_CLI_YES : CP_CLI_NO;
}

static void print_failing(struct cp_cli *cli, const json_t *name)
{
        const char *address = cp_field_raw(name, "address", "");
        char *text = cp_cli_escape(address, strlen(address), 0);

        fprintf(cli->out, "%s can not be looked up (%s): its addresses of before stay\n",
                text != NULL ? text : "?", cp_field_raw(name, "error", ""));
        free(text);
}

int cp_cmd_gateways_list(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL, *set, *hop, *name;
        struct cp_table t;
        size_t i, k, cnt;
        int rc = ask(cli, "gateways.list", &r);

        (void)args;
        if (rc != CP_CLI_YES)
                return rc;
        cnt = json_array_size(cp_field(r, "gateways"));
        if (!cli->json && cnt == 0) {
                fputs("there are no gateways\n", cli->out);
        } else if (!cli->json) {
                cp_table_init(&t, "llrlr", 0);
                cp_table_cellf(&t, "NAME");
                cp_table_cellf(&t, "ADDRESS");
                cp_table_cellf(&t, "PORT");
                cp_table_cellf(&t, "TRANSPORT");
                cp_table_cellf(&t, "WEIGHT");
                json_array_foreach(cp_field(r, "gateways"), i, set)
                {
                        json_array_foreach(cp_field(set, "hops"), k, hop)
                        {
                                cp_field_cell(&t, set, "name");
                                cp_field_cell(&t, hop, "address");
                                cp_field_cell(&t, hop, "port");
                                cp_field_cell(&t, hop, "transport");
                                cp_field_cell(&t, hop, "weight");
                        }
                }
                cp_table_print(&t, cli->out, cli->width);
                cp_table_fini(&t);
                json_array_foreach(cp_field(r, "failing"), i, name) print_failing(cli, name);
        }
        json_decref(r);
        return cnt != 0 ? CP_CLI_YES : CP_CLI_NO;
}

int cp_cmd_routes_check(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL;
        int rc = cp_cli_call(cli, "routes.diff", NULL, &r);

        (void)args;
        if (rc != CP_CLI_YES)
                return rc;
        if (cli->json)
                fputs("{\"ok\":true}\n", cli->out);
        else
                fprintf(cli->out, "%" JSON_INTEGER_FORMAT " routes, all sound\n",
                        cp_field_int(r, "routes"));
        json_decref(r);
        return CP_CLI_YES;
}

int cp_cmd_routes_diff(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL, *change;
        bool same, moved;
        size_t i;
        int rc = ask(cli, "routes.diff", &r);

        (void)args;
        if (rc != CP_CLI_YES)
                return rc;
        moved = json_is_true(cp_field(r, "reordered"));
        same = json_array_size(cp_field(r, "changes")) == 0 && !moved;
        if (!cli->json) {
                struct cp_table t;

                cp_table_init(&t, "lrl", 0);
                json_array_foreach(cp_field(r, "changes"), i, change)
                {
                        char *text = json_dumps(cp_field(change, "entry"), JSON_COMPACT);

                        cp_field_cell(&t, change, "change");
                        cp_field_cell(&t, change, "number");
                        cp_table_cellf(&t, "%s", text != NULL ? text : "");
                        free(text);
                }
                cp_table_print(&t, cli->out, cli->width);
                cp_table_fini(&t);
                if (moved)
                        fputs("the order of routes is another\n", cli->out);
                if (same)
                        fputs("no difference\n", cli->out);
        }
        json_decref(r);
        return same ? CP_CLI_YES : CP_CLI_NO;
}

int cp_cmd_routes_rollback(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL;
        int rc = ask(cli, "routes.rollback", &r);

        (void)args;
        if (rc != CP_CLI_YES)
                return rc;
        if (!cli->json)
                fprintf(cli->out,
                        "policy generation %" JSON_INTEGER_FORMAT
                        " is in force, with %" JSON_INTEGER_FORMAT " routes\n",
                        cp_field_int(r, "generation"), cp_field_int(r, "routes"));
        json_decref(r);
        return CP_CLI_YES;
}
