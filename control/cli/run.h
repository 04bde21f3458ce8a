/* SPDX-License-Identifier: Apache-2.0 */
/* run.h - sluicectl as a function: a command line in, text and an exit status out. */
#ifndef SLUICE_CONTROL_CLI_RUN_H
#define SLUICE_CONTROL_CLI_RUN_H

#include <stdio.h>

/*
 * Run one command line; argv[0] is skipped, argv[argc] is NULL. Reads the environment variables
 * SLUICE_SOCKET and NO_COLOR. Returns the exit status (enum cp_cli_exit). One thread.
 */
int cp_cli_run(int argc, char *const *argv, FILE *out, FILE *err);

#endif
