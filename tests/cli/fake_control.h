/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_control.h - a control that says what a test wants, on a thread and a socket of its own; and
 * sluicectl run in this process, its two outputs caught.
 */
#ifndef SLUICE_TESTS_CLI_FAKE_CONTROL_H
#define SLUICE_TESTS_CLI_FAKE_CONTROL_H

#include <pthread.h>
#include <stddef.h>

struct fake_answer {
        const char *method; /* NULL ends a list */
        const char *reply;  /* "result": ... or "error": ..., as JSON; NULL = hang up instead */
        const char *after;  /* lines to send behind the reply before hanging up; NULL = none */
};

struct fake_control {
        char path[64]; /* the socket, in a directory of its own */
        const struct fake_answer *answers;
        int listener;
        int stop[2]; /* a pipe: closing its end wakes the thread */
        pthread_t thread;
        char asked[8192]; /* every request, a line each; read after fake_control_stop() */
        size_t asked_len;
};

void fake_control_start(struct fake_control *f, const struct fake_answer *answers);
void fake_control_stop(struct fake_control *f);

struct outcome {
        int rc;
        char *out;
        char *err;
};

/* Run "sluicectl words..."; blanks separate, no quoting. With f, --socket names it. */
struct outcome run_line(const struct fake_control *f, const char *words);
struct outcome run_argv(int argc, char *const *argv);
void outcome_free(struct outcome *o);

/* Compare with tests/cli/golden/NAME; with SLUICE_GOLDEN_UPDATE=1 in the environment, write it. */
void assert_golden(const char *name, const char *text);

#endif
