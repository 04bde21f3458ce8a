/* SPDX-License-Identifier: Apache-2.0 */
/* sluice-bench: loads a SIP system and says what it bore. */
#include <stdio.h>
#include <string.h>

#include "bench/harness/commands.h"

int main(int argc, char **argv)
{
        static const struct {
                const char *name;
                int (*run)(struct sb_main *m);
        } commands[] = {{"run", sb_command_run},       {"search", sb_command_search},
                        {"attack", sb_command_attack}, {"replay", sb_command_replay},
                        {"report", sb_command_report}, {"compare", sb_command_compare},
                        {"micro", sb_command_micro}};
        struct sb_main m = {.argc = argc, .argv = argv};
        int rc = sb_options_parse(&m.options, argc, argv);

        if (rc != 0)
                return rc == 1 ? SB_EXIT_OK : SB_EXIT_SETUP;
        for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
                if (strcmp(commands[i].name, m.options.command) == 0)
                        return commands[i].run(&m);
        fprintf(stderr, "sluice-bench: no command \"%s\" (see --help)\n", m.options.command);
        return SB_EXIT_SETUP;
}
