/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands.h - what sluice-bench does. Each returns the exit status: 0 done, 1 something failed, 2
 * set-up, 3 done but not to be trusted.
 */
#ifndef SLUICE_BENCH_HARNESS_COMMANDS_H
#define SLUICE_BENCH_HARNESS_COMMANDS_H

#include <jansson.h>

#include "bench/harness/options.h"

enum sb_exit { SB_EXIT_OK = 0, SB_EXIT_FAILED, SB_EXIT_SETUP, SB_EXIT_DOUBT };

struct sb_main {
        struct sb_options options;
        int argc;
        char **argv;
};

int sb_command_run(struct sb_main *m);
int sb_command_search(struct sb_main *m);
int sb_command_attack(struct sb_main *m);
int sb_command_replay(struct sb_main *m);
int sb_command_report(struct sb_main *m);
int sb_command_compare(struct sb_main *m);
int sb_command_micro(struct sb_main *m);

/* EAL, ports and scenarios up, and SIGINT set to end the run; NULL: told. */
struct sb_bench *sb_command_begin(struct sb_main *m);
void sb_command_end(struct sb_bench *b);
/* Write the document wherever the options want it. SB_EXIT_OK or SB_EXIT_SETUP. */
int sb_command_write(const struct sb_main *m, const json_t *document);

#endif
