/* SPDX-License-Identifier: Apache-2.0 */
/*
 * password.h - a password from standard input: on a terminal asked for twice, without echo; else
 * its first line. Never from the command line, which every user of the machine may read.
 */
#ifndef SLUICE_CONTROL_CLI_PASSWORD_H
#define SLUICE_CONTROL_CLI_PASSWORD_H

#include <stddef.h>

#define CP_CLI_PASSWORD_BYTES 256u /* with its end */

/* 0, or -EINVAL and one line in `why`: none, one too long or with a NUL, or two that differ. A
 * signal that comes while the terminal does not echo is acted on when it does again. */
int cp_cli_password(char out[CP_CLI_PASSWORD_BYTES], char *why, size_t why_len);

#endif
