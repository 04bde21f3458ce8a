/* SPDX-License-Identifier: Apache-2.0 */
/* help.h - help and usage errors, made from the command table. */
#ifndef SLUICE_CONTROL_CLI_HELP_H
#define SLUICE_CONTROL_CLI_HELP_H

#include "control/cli/command.h"

void cp_cli_help_all(struct cp_cli *cli);
void cp_cli_help_command(struct cp_cli *cli, const struct cp_cli_cmd *cmd);

/* Tell cli->err what is wrong with the command line (cmd may be NULL); returns CP_CLI_USAGE. */
int cp_cli_usage(struct cp_cli *cli, const struct cp_cli_cmd *cmd, const char *what);

#endif
