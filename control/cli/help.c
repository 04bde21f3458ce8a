/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/help.h"

#include <stdlib.h>
#include <string.h>

#include "control/cli/escape.h"
#include "control/cli/table.h"

static void list_opts(struct cp_cli *cli, const char *title, const struct cp_cli_opt *o)
{
        struct cp_table t;

        cp_table_init(&t, "ll", 2);
        for (; o->name; o++) {
                if (!o->help)
                        continue;
                if (o->letter)
                        cp_table_cellf(&t, "-%c, --%s%s%s", o->letter, o->name, o->arg ? " " : "",
                                       o->arg ? o->arg : "");
                else
                        cp_table_cellf(&t, "    --%s%s%s", o->name, o->arg ? " " : "",
                                       o->arg ? o->arg : "");
                cp_table_cellf(&t, "%s", o->help);
        }
        if (t.cell_cnt) {
                fprintf(cli->out, "\n%s\n", title);
                cp_table_print(&t, cli->out, cli->width);
        }
        cp_table_fini(&t);
}

void cp_cli_help_all(struct cp_cli *cli)
{
        struct cp_table t;

        fputs("usage: sluicectl [OPTION...] COMMAND [ARGUMENT...]\n\n"
              "See and steer a running Sluice. A word of a command may be shortened as long as\n"
              "it stays unique.\n\ncommands\n",
              cli->out);
        cp_table_init(&t, "ll", 2);
        for (size_t i = 0; i < cp_cli_command_cnt; i++) {
                const struct cp_cli_cmd *cmd = &cp_cli_commands[i];

                cp_table_cellf(&t, "%s%s%s", cmd->name, *cmd->args ? " " : "", cmd->args);
                cp_table_cellf(&t, "%s", cmd->summary);
        }
        cp_table_print(&t, cli->out, cli->width);
        cp_table_fini(&t);
        list_opts(cli, "options, before or after the command", cp_cli_global_opts);
        fputs("\nexit status\n"
              "  0  done, or the answer is yes\n"
              "  1  the answer is no, or control refused\n"
              "  2  the command line is wrong, or control cannot be reached\n",
              cli->out);
}

static void usage_line(const struct cp_cli_cmd *cmd, FILE *out)
{
        fprintf(out, "usage: sluicectl %s", cmd->name);
        for (const struct cp_cli_opt *o = cmd->opts; o->name; o++)
                if (o->help)
                        fprintf(out, " [--%s%s%s]", o->name, o->arg ? " " : "",
                                o->arg ? o->arg : "");
        fprintf(out, "%s%s\n", *cmd->args ? " " : "", cmd->args);
}

void cp_cli_help_command(struct cp_cli *cli, const struct cp_cli_cmd *cmd)
{
        const struct cp_wrap page = {.width = cli->width};

        usage_line(cmd, cli->out);
        fputc('\n', cli->out);
        cp_cli_wrap(cli->out, page, cmd->summary);
        if (cmd->detail)
                cp_cli_wrap(cli->out, page, cmd->detail);
        list_opts(cli, "options", cmd->opts);
        if (!(cmd->flags & CP_CLI_RAW))
                list_opts(cli, "options of every command", cp_cli_global_opts);
}

int cp_cmd_help(struct cp_cli *cli, const struct cp_cli_args *args)
{
        const struct cp_cli_cmd *cmd;
        char why[256];
        size_t used;

        if (args->word_cnt == 0) {
                cp_cli_help_all(cli);
                return CP_CLI_YES;
        }
        cmd = cp_cli_find(args->word, args->word_cnt, &used, why, sizeof(why));
        if (!cmd)
                return cp_cli_usage(cli, NULL, why);
        cp_cli_help_command(cli, cmd);
        return CP_CLI_YES;
}

int cp_cli_usage(struct cp_cli *cli, const struct cp_cli_cmd *cmd, const char *what)
{
        char *shown = cp_cli_escape(what, strlen(what), 0);

        fprintf(cli->err, "sluicectl: %s\n", shown);
        free(shown);
        if (cmd)
                usage_line(cmd, cli->err);
        else
                fputs("See: sluicectl help\n", cli->err);
        return CP_CLI_USAGE;
}
