/* SPDX-License-Identifier: Apache-2.0 */
/*
 * args.h - a command line against the command table.
 *
 * Options may stand before, between and after the words, as --name VALUE, --name=VALUE, -n VALUE or
 * -nVALUE; "--" ends them. A command of CP_CLI_RAW gets everything after its name as words.
 */
#ifndef SLUICE_CONTROL_CLI_ARGS_H
#define SLUICE_CONTROL_CLI_ARGS_H

#include "control/cli/command.h"

struct cp_cli_line {
        struct cp_cli_args args; /* args.cmd is NULL when only options were given */
        const char **word;
        struct cp_cli_given *given;
};

/*
 * Read argv[1..argc). 0, or -EINVAL with one line in why. Texts stay in argv. Call
 * cp_cli_line_fini() either way.
 */
int cp_cli_line_parse(struct cp_cli_line *line, int argc, char *const *argv, char *why,
                      size_t why_cap);
void cp_cli_line_fini(struct cp_cli_line *line);

/* The value of an option by its long name: NULL = not given, "" = given and takes none. The last
 * one wins. */
const char *cp_cli_opt_value(const struct cp_cli_args *args, const char *name);

/* The same as a number from min to max; *value stays as it is when the option was not given.
 * 0, or -EINVAL. */
int cp_cli_opt_number(const struct cp_cli_args *args, const char *name, long min, long max,
                      long *value);

#endif
