/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys.h - single keys from a terminal while a load runs. Does nothing where standard input is
 * none.
 */
#ifndef SLUICE_BENCH_HARNESS_REPORT_KEYS_H
#define SLUICE_BENCH_HARNESS_REPORT_KEYS_H

#include <stdbool.h>
#include <termios.h>

struct sb_keys {
        bool on;
        struct termios before;
};

void sb_keys_init(struct sb_keys *k, bool quiet);
/* The next key, or -1 when none was pressed. Never waits. */
int sb_keys_next(struct sb_keys *k);
void sb_keys_fini(struct sb_keys *k);

#endif
