/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/password.h"

#include <errno.h>
#include <poll.h>
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

/* Wait for input with this signal mask, which lets in what is kept out at all other times: so a
 * signal can not come unseen between a look at `caught` and the wait. False when one came. */
static bool wait_with(const sigset_t *mask)
{
        struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
        int n;

        do
                n = ppoll(&in, 1, NULL, mask);
        while (n < 0 && errno == EINTR && caught == 0);
        return n > 0;
}

/* A line without its end, octet by octet: what follows it stays for others. mask: NULL = do not
 * look at signals. */
static int read_line(const sigset_t *mask, char out[CP_CLI_PASSWORD_BYTES], char *why,
                     size_t why_len)
{
        size_t len = 0;
        char c;

        for (;;) {
                ssize_t n =
                    mask == NULL || wait_with(mask) ? read(STDIN_FILENO, &c, 1) : (ssize_t)-1;

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

static int ask(const sigset_t *mask, const char *prompt, char out[CP_CLI_PASSWORD_BYTES], char *why,
               size_t why_len)
{
        int rc;

        fputs(prompt, stderr);
        fflush(stderr);
        rc = read_line(mask, out, why, why_len);
        fputc('\n', stderr);
        return rc;
}

static int ask_twice(const sigset_t *mask, char out[CP_CLI_PASSWORD_BYTES], char *why,
                     size_t why_len)
{
        char again[CP_CLI_PASSWORD_BYTES];
        int rc = ask(mask, "Password: ", out, why, why_len);

        if (rc == 0)
                rc = ask(mask, "Once more: ", again, why, why_len);
        if (rc == 0 && strcmp(out, again) != 0)
                rc = fail(why, why_len, "these are two passwords; nothing is changed");
        explicit_bzero(again, sizeof(again));
        return rc;
}

static int without_echo(const struct termios *before, char out[CP_CLI_PASSWORD_BYTES], char *why,
                        size_t why_len)
{
        static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
        const struct sigaction catch = {.sa_handler = note};
        struct sigaction old[sizeof(signals) / sizeof(signals[0])];
        struct termios quiet = *before;
        sigset_t kept_out, mask;
        int rc;

        caught = 0;
        sigemptyset(&kept_out);
        for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
                sigaddset(&kept_out, signals[i]);
                sigaction(signals[i], &catch, &old[i]);
        }
        sigprocmask(SIG_BLOCK, &kept_out, &mask);
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
        rc = ask_twice(&mask, out, why, why_len);
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, before);
        for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
                sigaction(signals[i], &old[i], NULL);
        sigprocmask(SIG_SETMASK, &mask, NULL);
        if (caught != 0)
                raise(caught);
        return rc;
}

int cp_cli_password(char out[CP_CLI_PASSWORD_BYTES], char *why, size_t why_len)
{
        struct termios before;
        int rc = tcgetattr(STDIN_FILENO, &before) == 0 ? without_echo(&before, out, why, why_len)
                                                       : read_line(NULL, out, why, why_len);

        if (rc != 0)
                explicit_bzero(out, CP_CLI_PASSWORD_BYTES);
        return rc;
}
