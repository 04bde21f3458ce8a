/* SPDX-License-Identifier: Apache-2.0 */
/* explain_text.h - an explained event as text for people. Everything in it is hostile. */
#ifndef SLUICE_CONTROL_CLI_EXPLAIN_TEXT_H
#define SLUICE_CONTROL_CLI_EXPLAIN_TEXT_H

#include <jansson.h>

#include "control/cli/command.h"

/* A paragraph: verdict and reason, the message, each rule that holds and where. */
void cp_explain_print(struct cp_cli *cli, const json_t *event);

#endif
