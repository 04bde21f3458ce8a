/* SPDX-License-Identifier: Apache-2.0 */
/* call.h - what every command that asks control does alike: connect, ask, tell what went wrong. */
#ifndef SLUICE_CONTROL_CLI_CALL_H
#define SLUICE_CONTROL_CLI_CALL_H

#include <jansson.h>

#include "control/cli/command.h"
#include "control/cli/rpc.h"

/*
 * One question on a connection of its own. params is stolen, NULL = {}. Returns CP_CLI_YES and
 * *result (the caller's), or another exit status after telling the user why.
 */
int cp_cli_call(struct cp_cli *cli, const char *method, json_t *params, json_t **result);

/* The same on a connection that stays open: rpc is open after CP_CLI_YES and closed otherwise. */
int cp_cli_call_on(struct cp_cli *cli, struct cp_rpc *rpc, const char *method, json_t *params,
                   json_t **result);

/* One line of JSON in ASCII. Borrows. */
void cp_cli_print_json(struct cp_cli *cli, const json_t *value);

#endif
