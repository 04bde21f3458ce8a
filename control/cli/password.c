/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/password.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static volatile sig_atomic_t caught;

static void note(int sig)
{
        caught = sig;
}

static int fail(char *why, size_t why_len, const char *text)
{
        snprintf(why, why_len, "%s", text);
        return -EINVAL;
}

/* A line without its end, octet by octet: what follows it stays for others. */
static int read_line(char out[CP_CLI_PASSWORD_BYTES], char *why, size_t why_len)
{
        size_t len = 0;
        char c;

        for (;;) {
                ssize_t n = read(STDIN_FILENO, &c, 1);

                if (n < 0 && errno == EINTR && caught == 0)
                        continue;
                if (n < 0)
                        return fail(why, why_len, "no password was read");
                if (n == 0 || c == '\n')
                        break;
                if (c == '\0' || len == CP_CLI_PASSWORD_BYTES - 1)
                        return fail(why, why_len, "a password has at most 255 octets, and no NUL");
                out[len++] = c;
        }
        out[len] = '\0';
        return len != 0 ? 0 : fail(why, why_len, "a password is expected on standard input");
}

static int ask(const char *prompt, const char *name, char out[CP_CLI_PASSWORD_BYTES], char *why,
               size_t why_len)
{
        int rc;

        fprintf(stderr, "%s%s: ", prompt, name);
        fflush(stderr);
        rc = read_line(out, why, why_len);
        fputc('\n', stderr);
        return rc;
}

static int ask_twice(const char *name, char out[CP_CLI_PASSWORD_BYTES], char *why, size_t why_len)
{
        char again[CP_CLI_PASSWORD_BYTES];
        int rc = ask("Password of ", name, out, why, why_len);

        if (rc == 0)
                rc = ask("Once more, of ", name, again, why, why_len);
        if (rc == 0 && strcmp(out, again) != 0)
                rc = fail(why, why_len, "these are two passwords; nothing is changed");
        explicit_bzero(again, sizeof(again));
        return rc;
}

static int without_echo(const struct termios *before, const char *name,
                        char out[CP_CLI_PASSWORD_BYTES], char *why, size_t why_len)
{
        static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
        const struct sigaction catch = {.sa_handler = note}; /* no SA_RESTART: read() ends */
        struct sigaction old[sizeof(signals) / sizeof(signals[0])];
        struct termios quiet = *before;
        int rc;

        caught = 0;
        for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
                sigaction(signals[i], &catch, &old[i]);
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
        rc = ask_twice(name, out, why, why_len);
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, before);
        for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
                sigaction(signals[i], &old[i], NULL);
        if (caught != 0)
                raise(caught);
        return rc;
}

int cp_cli_password(const char *name, char out[CP_CLI_PASSWORD_BYTES], char *why, size_t why_len)
{
        struct termios before;
        int rc = tcgetattr(STDIN_FILENO, &before) == 0
                     ? without_echo(&before, name, out, why, why_len)
                     : read_line(out, why, why_len);

        if (rc != 0)
                explicit_bzero(out, CP_CLI_PASSWORD_BYTES);
        return rc;
}
