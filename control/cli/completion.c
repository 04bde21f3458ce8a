/* SPDX-License-Identifier: Apache-2.0 */
/* completion.c - `sluicectl completion bash`: the command table as a bash function. */
#include <ctype.h>
#include <string.h>

#include "control/cli/command.h"
#include "control/cli/help.h"

static void print_opts(FILE *out, const struct cp_cli_opt *o)
{
        for (; o->name; o++)
                if (o->help)
                        fprintf(out, " --%s", o->name);
}

static bool takes_any(const struct cp_cli_opt *o)
{
        return o->arg != NULL;
}

static bool takes_file(const struct cp_cli_opt *o)
{
        return o->arg && (strcmp(o->arg, "PATH") == 0 || strcmp(o->arg, "FILE") == 0);
}

/* Options that take something, as a pattern of case: --socket|-s|... */
static void print_takers(FILE *out, const struct cp_cli_opt *o,
                         bool (*takes)(const struct cp_cli_opt *o), const char **glue)
{
        for (; o->name; o++) {
                if (!o->help || !takes(o))
                        continue;
                fprintf(out, "%s--%s", *glue, o->name);
                if (o->letter)
                        fprintf(out, "|-%c", o->letter);
                *glue = "|";
        }
}

/* First words, each once; the table keeps the commands of a family together. */
static void print_first_words(FILE *out)
{
        const char *last = "";

        for (size_t i = 0; i < cp_cli_command_cnt; i++) {
                const char *name = cp_cli_commands[i].name;
                size_t n = strcspn(name, " ");

                if (strncmp(last, name, n) != 0 || last[n] != name[n])
                        fprintf(out, " %.*s", (int)n, name);
                last = name;
        }
}

static void print_second_words(FILE *out)
{
        for (size_t i = 0; i < cp_cli_command_cnt; i++) {
                const char *name = cp_cli_commands[i].name;
                const char *second = strchr(name, ' ');

                if (second)
                        fprintf(out, "        '%.*s') list+=' %s' ;;&\n", (int)(second - name),
                                name, second + 1);
        }
}

static void print_commands(FILE *out)
{
        for (size_t i = 0; i < cp_cli_command_cnt; i++) {
                const struct cp_cli_cmd *cmd = &cp_cli_commands[i];

                fprintf(out, "        '%s'", cmd->name);
                if (cmd->word_max)
                        fprintf(out, "|'%s '*", cmd->name);
                fputs(") opts+='", out);
                print_opts(out, cmd->opts);
                fputs("'", out);
                if (islower((unsigned char)*cmd->args)) /* a word to be typed as it is */
                        fprintf(out, "; list+=' %s'", cmd->args);
                if (cmd->flags & CP_CLI_FILES)
                        fputs("; files=1", out);
                fputs(" ;;&\n", out);
        }
}

int cp_cmd_completion(struct cp_cli *cli, const struct cp_cli_args *args)
{
        const char *glue = "";
        FILE *out = cli->out;

        if (strcmp(args->word[0], "bash") != 0)
                return cp_cli_usage(cli, args->cmd, "bash is the only shell it knows");
        fputs("# bash completion for sluicectl, made by: sluicectl completion bash\n"
              "_sluicectl()\n{\n"
              "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
              "    local words='' list='' opts='' files='' skip='' w i\n"
              "    COMPREPLY=()\n"
              "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
              "        w=${COMP_WORDS[i]}\n"
              "        if [ -n \"$skip\" ]; then skip=''; continue; fi\n"
              "        case $w in\n        ",
              out);
        print_takers(out, cp_cli_global_opts, takes_any, &glue);
        for (size_t i = 0; i < cp_cli_command_cnt; i++)
                print_takers(out, cp_cli_commands[i].opts, takes_any, &glue);
        fputs(") skip=1 ;;\n"
              "        -*) ;;\n"
              "        *) words=\"${words:+$words }$w\" ;;\n"
              "        esac\n"
              "    done\n"
              "    if [ -n \"$skip\" ]; then\n"
              "        case $prev in\n        ",
              out);
        glue = "";
        print_takers(out, cp_cli_global_opts, takes_file, &glue);
        fputs(") COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
              "        esac\n"
              "        return\n"
              "    fi\n"
              "    case $words in\n"
              "        ''|help) list+='",
              out);
        print_first_words(out);
        fputs("' ;;&\n", out);
        print_second_words(out);
        print_commands(out);
        fputs("    esac\n    opts+='", out);
        print_opts(out, cp_cli_global_opts);
        fputs("'\n"
              "    [[ $cur != -* ]] || list=$opts\n"
              "    COMPREPLY=($(compgen -W \"$list\" -- \"$cur\"))\n"
              "    [ -z \"$files\" ] || COMPREPLY+=($(compgen -f -- \"$cur\"))\n"
              "}\n"
              "complete -o filenames -F _sluicectl sluicectl\n",
              out);
        return CP_CLI_YES;
}
