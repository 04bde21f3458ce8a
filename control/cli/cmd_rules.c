/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules family: files are checked here, without control; the rest is control's.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "control/cli/call.h"
#include "control/cli/command.h"
#include "control/cli/field.h"
#include "control/rules/compile.h"
#include "control/rules/read.h"

/* ---- check ---- */

static void check_json(struct cp_cli *cli, const struct cp_rule_errors *errors, size_t bytes)
{
        json_t *list = json_array();
        json_t *r;

        for (uint32_t i = 0; i < errors->cnt; i++) {
                const struct cp_config_error *e = &errors->e[i];

                json_array_append_new(list, json_pack("{s:s, s:i, s:i, s:s}", "file", e->file,
                                                      "line", (int)e->line, "column",
                                                      (int)e->column, "text", e->text));
        }
        r = json_pack("{s:b, s:I, s:I, s:o}", "good", errors->all == 0, "image_bytes",
                      (json_int_t)bytes, "error_count", (json_int_t)errors->all, "errors", list);
        cp_cli_print_json(cli, r);
        json_decref(r);
}

static void check_text(struct cp_cli *cli, const struct cp_rule_errors *errors, size_t bytes)
{
        for (uint32_t i = 0; i < errors->cnt; i++) {
                const struct cp_config_error *e = &errors->e[i];

                if (e->line != 0)
                        fprintf(cli->out, "%s:%u:%u: %s\n", e->file, e->line, e->column, e->text);
                else
                        fprintf(cli->out, "%s%s%s\n", e->file, e->file[0] != '\0' ? ": " : "",
                                e->text);
        }
        if (errors->all > errors->cnt)
                fprintf(cli->out, "and %u more\n", errors->all - errors->cnt);
        if (errors->all == 0)
                fprintf(cli->out, "good: an image of %zu octets\n", bytes);
}

int cp_cmd_rules_check(struct cp_cli *cli, const struct cp_cli_args *args)
{
        struct cp_rule_errors *errors = calloc(1, sizeof(*errors));
        const struct cp_compile c = {
            .files = args->word,
            .file_cnt = (uint32_t)args->word_cnt,
            .vars = &cp_rule_default_vars,
            .memory_mb = CP_COMPILE_MEMORY_MB,
            .seconds = CP_COMPILE_SECONDS,
        };
        struct cp_image image = {0};
        int rc;

        if (errors == NULL)
                return CP_CLI_USAGE;
        rc = cp_compile_files(&c, &image, errors);
        if (cli->json)
                check_json(cli, errors, image.bytes);
        else
                check_text(cli, errors, image.bytes);
        free(image.at);
        free(errors);
        return rc == 0 ? CP_CLI_YES : CP_CLI_NO;
}

/* ---- what control has ---- */

static int ask(struct cp_cli *cli, const char *method, json_t **r)
{
        int rc = cp_cli_call(cli, method, NULL, r);

        if (rc == CP_CLI_YES && cli->json)
                cp_cli_print_json(cli, *r);
        return rc;
}

/* "2026-01-02T03:04:05Z", "-" for never. */
static const char *when(json_int_t ns, char text[32])
{
        time_t s = (time_t)(ns / 1000000000);
        struct tm tm;

        if (ns <= 0 || gmtime_r(&s, &tm) == NULL ||
            strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
                return "-";
        return text;
}

/* What the list shows of one rule; texts escaped, as a rule's msg is what somebody wrote. */
static void print_rule(struct cp_cli *cli, const json_t *rule)
{
        char *msg = cp_field_text(rule, "msg", 0);
        char last[32];

        fprintf(cli->out,
                "%10" JSON_INTEGER_FORMAT "  %10" JSON_INTEGER_FORMAT "  %10" JSON_INTEGER_FORMAT
                "  %10" JSON_INTEGER_FORMAT "  %6" JSON_INTEGER_FORMAT "  %-20s  ",
                cp_field_int(rule, "sid"), cp_field_int(rule, "hits"),
                cp_field_int(rule, "dropped"), cp_field_int(rule, "would_drop"),
                cp_field_int(rule, "later_proven"), when(cp_field_int(rule, "last_hit_ns"), last));
        if (cp_field_int(rule, "cost.samples") != 0)
                fprintf(cli->out, "%7" JSON_INTEGER_FORMAT "  %5.1f%%",
                        cp_field_int(rule, "cost.cycles"),
                        json_number_value(cp_field(rule, "cost.share")));
        else
                fprintf(cli->out, "%7s  %6s", "-", "-");
        fprintf(cli->out, "  %-9s  %-7s  %s\n", cp_field_raw(rule, "action", ""),
                cp_field_raw(rule, "mode", ""), msg ? msg : "");
        free(msg);
}

int cp_cmd_rules_hits(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL;
        json_t *rule;
        size_t i;
        int rc = ask(cli, "rules.hits", &r);

        (void)args;
        if (rc != CP_CLI_YES)
                return rc;
        if (!cli->json) {
                fprintf(cli->out, "%10s  %10s  %10s  %10s  %6s  %-20s  %7s  %6s  %-9s  %-7s  %s\n",
                        "sid", "hits", "dropped", "would", "proven", "last hit", "cycles", "share",
                        "action", "mode", "message");
                json_array_foreach(cp_field(r, "rules"), i, rule) print_rule(cli, rule);
        }
        json_decref(r);
        return CP_CLI_YES;
}

int cp_cmd_rules_diff(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL;
        json_t *change;
        size_t i, n;
        int rc = ask(cli, "rules.diff", &r);

        (void)args;
        if (rc != CP_CLI_YES)
                return rc;
        n = json_array_size(cp_field(r, "changes"));
        if (!cli->json) {
                json_array_foreach(cp_field(r, "changes"), i, change)
                    fprintf(cli->out, "%-8s %" JSON_INTEGER_FORMAT "  %s\n",
                            cp_field_raw(change, "change", ""), cp_field_int(change, "sid"),
                            cp_field_raw(change, "msg", ""));
                if (n == 0)
                        fputs("no difference\n", cli->out);
        }
        json_decref(r);
        return n == 0 ? CP_CLI_YES : CP_CLI_NO;
}

static int change(struct cp_cli *cli, const char *method)
{
        json_t *r = NULL;
        int rc = ask(cli, method, &r);

        if (rc != CP_CLI_YES)
                return rc;
        if (!cli->json)
                fprintf(cli->out,
                        "rule set %" JSON_INTEGER_FORMAT " is in force: %" JSON_INTEGER_FORMAT
                        " rules\n",
                        cp_field_int(r, "generation"), cp_field_int(r, "rules"));
        json_decref(r);
        return CP_CLI_YES;
}

int cp_cmd_rules_apply(struct cp_cli *cli, const struct cp_cli_args *args)
{
        (void)args;
        return change(cli, "rules.apply");
}

int cp_cmd_rules_rollback(struct cp_cli *cli, const struct cp_cli_args *args)
{
        (void)args;
        return change(cli, "rules.rollback");
}
