/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - sluicectl, the operator's command. */
#include <locale.h>

#include "control/cli/run.h"

int main(int argc, char **argv)
{
        /* Only what the terminal shows follows the locale; numbers and parsing stay in C. */
        setlocale(LC_CTYPE, "");
        return cp_cli_run(argc, argv, stdout, stderr);
}
