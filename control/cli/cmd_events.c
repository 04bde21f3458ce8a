/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_events.c - `sluicectl events`: the last messages out of control's memory, then, with -f, what
 * comes. Control remembers verdicts by address, so the past is asked for as two prefixes that
 * together hold every address.
 */
#include <stdlib.h>
#include <string.h>

#include "control/cli/args.h"
#include "control/cli/call.h"
#include "control/cli/eve_text.h"
#include "control/cli/field.h"
#include "control/cli/help.h"

#define LIMIT_MAX 1000

static void print_event(struct cp_cli *cli, const json_t *event)
{
        if (cli->json)
                cp_cli_print_json(cli, event);
        else
                cp_eve_print_line(cli, event);
}

static bool is_drop(const json_t *event)
{
        return strcmp(cp_field_raw(event, "verdict.action", "drop"), "pass") != 0;
}

/* Timestamps are of one form and in UTC, so their order is that of their text. */
static int by_time(const void *a, const void *b)
{
        return strcmp(cp_field_raw(*(json_t *const *)a, "timestamp", ""),
                      cp_field_raw(*(json_t *const *)b, "timestamp", ""));
}

/* Add what control remembers of a prefix, oldest first; borrowed from *owner. */
static int collect(struct cp_cli *cli, const char *prefix, json_t **owner, json_t **event,
                   size_t *cnt)
{
        json_t *list;
        int rc = cp_cli_call(cli, "why", json_pack("{s:s, s:i}", "key", prefix, "limit", LIMIT_MAX),
                             owner);

        if (rc != CP_CLI_YES)
                return rc;
        list = cp_field(*owner, "verdicts");
        for (size_t n = json_array_size(list); n-- > 0 && *cnt < 2 * (size_t)LIMIT_MAX;)
                event[(*cnt)++] = json_array_get(list, n);
        return CP_CLI_YES;
}

static int print_past(struct cp_cli *cli, size_t limit, bool drops)
{
        json_t *event[2 * LIMIT_MAX], *four = NULL, *six = NULL;
        size_t cnt = 0, keep = 0;
        int rc = collect(cli, "0.0.0.0/0", &four, event, &cnt);

        if (rc == CP_CLI_YES)
                rc = collect(cli, "::/0", &six, event, &cnt);
        if (rc == CP_CLI_YES) {
                for (size_t i = 0; i < cnt; i++)
                        if (!drops || is_drop(event[i]))
                                event[keep++] = event[i];
                qsort(event, keep, sizeof(event[0]), by_time);
                if (keep == 0 && !cli->json)
                        fputs("no message is remembered\n", cli->out);
                for (size_t i = keep > limit ? keep - limit : 0; i < keep; i++)
                        print_event(cli, event[i]);
        }
        json_decref(four);
        json_decref(six);
        return rc;
}

/* Ends only when control goes away, or by a signal. */
static int follow(struct cp_cli *cli, bool drops)
{
        json_t *answer = NULL, *note = NULL;
        struct cp_rpc rpc;
        int rc = cp_cli_call_on(cli, &rpc, "events.subscribe",
                                json_pack("{s:s}", "filter", drops ? "drops" : "all"), &answer);

        if (rc != CP_CLI_YES)
                return rc;
        json_decref(answer);
        while (cp_rpc_next(&rpc, -1, &note) == CP_RPC_OK) {
                json_int_t lost = cp_field_int(note, "lost");

                if (lost && !cli->json)
                        fprintf(cli->out, "-- %" JSON_INTEGER_FORMAT " not shown: too many\n",
                                lost);
                if (cp_field(note, "params"))
                        print_event(cli, cp_field(note, "params"));
                json_decref(note);
                if (fflush(cli->out) != 0)
                        break;
        }
        if (!ferror(cli->out))
                fprintf(cli->err, "sluicectl: %s\n", rpc.text);
        cp_rpc_close(&rpc);
        return CP_CLI_USAGE;
}

int cp_cmd_events(struct cp_cli *cli, const struct cp_cli_args *args)
{
        bool drops = cp_cli_opt_value(args, "drops") != NULL;
        bool go_on = cp_cli_opt_value(args, "follow") != NULL;
        long limit = go_on ? 0 : 10;
        int rc = CP_CLI_YES;

        if (cp_cli_opt_number(args, "limit", 0, LIMIT_MAX, &limit) != 0)
                return cp_cli_usage(cli, args->cmd, "--limit is a number from 0 to 1000");
        if (limit > 0)
                rc = print_past(cli, (size_t)limit, drops);
        if (rc == CP_CLI_YES && go_on)
                rc = follow(cli, drops);
        return rc;
}
