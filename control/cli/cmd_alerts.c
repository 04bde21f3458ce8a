/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_alerts.c - `sluicectl alerts`: the attacks that go on, and the last ones that ended. */
#include <stdlib.h>
#include <string.h>

#include "control/cli/args.h"
#include "control/cli/call.h"
#include "control/cli/field.h"
#include "control/cli/table.h"

/* "2026-01-02T03:04:05.678901+0000": seconds are enough. */
static void time_cell(struct cp_table *t, const json_t *alert, const char *path)
{
        const char *when = cp_field_raw(alert, path, NULL);

        if (when == NULL)
                cp_table_cellf(t, "goes on");
        else if (strlen(when) > 19)
                cp_table_cellf(t, "%.10s %.8sZ", when, when + 11);
        else
                cp_table_cellf(t, "%s", when);
}

static void key_cell(struct cp_table *t, const json_t *alert)
{
        const char *detail = cp_field_raw(alert, "detection.detail", NULL);
        const char *key = cp_field_raw(alert, "detection.key", "");

        if (strcmp(key, "aor") == 0)
                cp_field_cell(t, alert, "detection.aor");
        else if (strcmp(key, "call") == 0)
                cp_field_cell(t, alert, "detection.call_id");
        else if (strcmp(key, "all") == 0)
                cp_table_cellf(t, "%s", detail != NULL ? detail : "all");
        else if (detail != NULL)
                cp_table_cellf(t, "%s %s", cp_field_raw(alert, "detection.address", "?"), detail);
        else
                cp_field_cell(t, alert, "detection.address");
}

static void add_alert(struct cp_table *t, const json_t *alert)
{
        const char *ban = cp_field_raw(alert, "detection.ban", NULL);

        cp_field_cell(t, alert, "detection.name");
        key_cell(t, alert);
        cp_table_cellf(t, "%" JSON_INTEGER_FORMAT "/%" JSON_INTEGER_FORMAT,
                       cp_field_int(alert, "detection.peak"),
                       cp_field_int(alert, "detection.threshold"));
        time_cell(t, alert, "detection.started");
        time_cell(t, alert, "detection.stopped");
        if (ban != NULL)
                cp_table_cellf(t, "%s, ban: %s", cp_field_raw(alert, "detection.mode", ""), ban);
        else
                cp_field_cell(t, alert, "detection.mode");
}

static void print_alerts(struct cp_cli *cli, const json_t *list)
{
        struct cp_table t;
        const json_t *a;
        size_t i;

        cp_table_init(&t, "llrlll", 0);
        cp_table_cellf(&t, "ATTACK");
        cp_table_cellf(&t, "KEY");
        cp_table_cellf(&t, "PEAK");
        cp_table_cellf(&t, "FROM");
        cp_table_cellf(&t, "UNTIL");
        cp_table_cellf(&t, "MODE");
        json_array_foreach(list, i, a) add_alert(&t, a);
        cp_table_print(&t, cli->out, cli->width);
        cp_table_fini(&t);
}

int cp_cmd_alerts(struct cp_cli *cli, const struct cp_cli_args *args)
{
        bool active_only = cp_cli_opt_value(args, "active") != NULL;
        json_t *r = NULL, *list, *a;
        size_t i, active = 0;
        int rc = cp_cli_call(cli, "alerts", NULL, &r);

        if (rc != CP_CLI_YES)
                return rc;
        list = cp_field(r, "alerts");
        for (i = 0; i < json_array_size(list);) {
                a = json_array_get(list, i);
                active += json_is_true(cp_field(a, "active"));
                if (active_only && !json_is_true(cp_field(a, "active")))
                        json_array_remove(list, i);
                else
                        i++;
        }
        if (cli->json)
                cp_cli_print_json(cli, r);
        else if (json_array_size(list) == 0)
                fputs("no attack\n", cli->out);
        else
                print_alerts(cli, list);
        json_decref(r);
        return active != 0 ? CP_CLI_NO : CP_CLI_YES;
}
