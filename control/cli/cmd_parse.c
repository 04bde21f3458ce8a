/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_parse.c - `sluicectl parse`: hands its arguments on to the parser's own command. */
#include <stdlib.h>
#include <string.h>

#include "control/cli/command.h"
#include "control/cli/help.h"
#include "control/cli/parse.h"

int cp_cmd_parse(struct cp_cli *cli, const struct cp_cli_args *args)
{
        static char name[] = "parse", json[] = "--json";
        char **argv = calloc(args->word_cnt + 3, sizeof(*argv));
        int argc = 0, rc;

        if (!argv)
                return CP_CLI_NO;
        if (strcmp(args->word[0], "--help") == 0 || strcmp(args->word[0], "-h") == 0) {
                cp_cli_help_command(cli, args->cmd);
                free(argv);
                return CP_CLI_YES;
        }
        argv[argc++] = name;
        if (cli->json)
                argv[argc++] = json;
        for (size_t i = 0; i < args->word_cnt; i++)
                memcpy(&argv[argc++], &args->word[i], sizeof(*argv));
        fflush(cli->out);
        rc = cp_cli_parse(argc, argv);
        free(argv);
        return rc;
}
