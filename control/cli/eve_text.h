/* SPDX-License-Identifier: Apache-2.0 */
/* eve_text.h - an EVE object of a SIP message as text for people. Everything in it is hostile. */
#ifndef SLUICE_CONTROL_CLI_EVE_TEXT_H
#define SLUICE_CONTROL_CLI_EVE_TEXT_H

#include <jansson.h>

#include "control/cli/command.h"

/* A paragraph: verdict, addresses, message. */
void cp_eve_print_full(struct cp_cli *cli, const json_t *event);
/* One line of at most cli->width columns, the end cut off if need be. */
void cp_eve_print_line(struct cp_cli *cli, const json_t *event);

#endif
