/* SPDX-License-Identifier: Apache-2.0 */
/* paint.h - a word in colour, on a terminal that wants colour; plain everywhere else. */
#ifndef SLUICE_CONTROL_CLI_PAINT_H
#define SLUICE_CONTROL_CLI_PAINT_H

#include "control/cli/command.h"

enum cp_colour {
        CP_COLOUR_PLAIN = 0,
        CP_COLOUR_BAD = 31,  /* red */
        CP_COLOUR_GOOD = 32, /* green */
        CP_COLOUR_ODD = 33,  /* yellow */
};

/* text must be escaped already. */
static inline void cp_paint(struct cp_cli *cli, enum cp_colour colour, const char *text)
{
        if (cli->colour && colour != CP_COLOUR_PLAIN)
                fprintf(cli->out, "\033[%dm%s\033[0m", (int)colour, text);
        else
                fputs(text, cli->out);
}

#endif
