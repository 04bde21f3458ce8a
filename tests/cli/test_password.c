/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords from a pipe and from a terminal, which shows nothing of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdbool.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/cli/password.h"

/* What is read of this input; NULL when it is refused. *left: octets that stay. */
static const char *read_from_pipe(const char *text, size_t len, size_t *left)
{
        static char out[CP_CLI_PASSWORD_BYTES];
        char why[128] = "", rest[1024];
        int before = dup(STDIN_FILENO), fds[2], rc;
        ssize_t n;

        assert_int_equal(pipe(fds), 0);
        assert_int_equal(write(fds[1], text, len), len);
        close(fds[1]);
        assert_int_equal(dup2(fds[0], STDIN_FILENO), STDIN_FILENO);
        rc = cp_cli_password(out, why, sizeof(why));
        n = read(STDIN_FILENO, rest, sizeof(rest));
        assert_true(n >= 0);
        *left = (size_t)n;
        close(fds[0]);
        dup2(before, STDIN_FILENO);
        close(before);
        assert_true((rc == 0) == (why[0] == '\0'));
        return rc == 0 ? out : NULL;
}

static void the_first_line_of_a_pipe(void **state)
{
        char text[300];
        size_t left;

        (void)state;
        assert_string_equal(read_from_pipe("se cret\nother\n", 14, &left), "se cret");
        assert_int_equal(left, 6);
        assert_string_equal(read_from_pipe("secret", 6, &left), "secret");
        assert_null(read_from_pipe("", 0, &left));
        assert_null(read_from_pipe("\nsecret\n", 8, &left));
        assert_null(read_from_pipe("a\0b\n", 4, &left));
        memset(text, 'x', sizeof(text));
        text[255] = '\n';
        assert_int_equal(strlen(read_from_pipe(text, 256, &left)), 255);
        text[255] = 'x';
        assert_null(read_from_pipe(text, 300, &left));
}

/* ---- a terminal ---- */

struct terminal {
        int master;
        int status;
        char seen[4096];
        size_t len;
};

static void open_terminal(struct terminal *t, int *slave)
{
        memset(t, 0, sizeof(*t));
        t->master = posix_openpt(O_RDWR | O_NOCTTY);
        assert_true(t->master >= 0);
        assert_int_equal(grantpt(t->master), 0);
        assert_int_equal(unlockpt(t->master), 0);
        *slave = open(ptsname(t->master), O_RDWR | O_NOCTTY);
        assert_true(*slave >= 0);
}

static void until_shown(struct terminal *t, const char *text)
{
        while (strstr(t->seen, text) == NULL) {
                ssize_t n = read(t->master, t->seen + t->len, sizeof(t->seen) - 1 - t->len);

                assert_true(n > 0);
                t->len += (size_t)n;
        }
}

static void type(struct terminal *t, const char *text)
{
        assert_int_equal(write(t->master, text, strlen(text)), strlen(text));
}

/* In the child: exit status 0 when the password is this. */
static pid_t ask_there(int slave, const char *want)
{
        pid_t pid;

        fflush(NULL);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                char out[CP_CLI_PASSWORD_BYTES], why[128];
                int rc;

                dup2(slave, STDIN_FILENO);
                dup2(slave, STDERR_FILENO);
                rc = cp_cli_password(out, why, sizeof(why));
                _exit(rc == 0 && strcmp(out, want) == 0 ? 0 : rc == 0 ? 1 : 2);
        }
        return pid;
}

static bool echoes(int slave)
{
        struct termios now;

        assert_int_equal(tcgetattr(slave, &now), 0);
        return (now.c_lflag & (tcflag_t)ECHO) != 0;
}

static void asked_twice_without_echo(void **state)
{
        static const struct {
                const char *again;
                int status;
        } rows[] = {{"hidden\n", 0}, {"hiddem\n", 2}};

        (void)state;
        for (size_t i = 0; i < 2; i++) {
                struct terminal t;
                int slave, status;
                pid_t pid;

                open_terminal(&t, &slave);
                pid = ask_there(slave, "hidden");
                until_shown(&t, "Password: ");
                assert_false(echoes(slave));
                type(&t, "hidden\n");
                until_shown(&t, "Once more: ");
                type(&t, rows[i].again);
                assert_int_equal(waitpid(pid, &status, 0), pid);
                assert_true(WIFEXITED(status));
                assert_int_equal(WEXITSTATUS(status), rows[i].status);
                assert_true(echoes(slave));
                assert_null(strstr(t.seen, "hidde"));
                close(slave);
                close(t.master);
        }
}

static void a_signal_leaves_the_terminal_as_it_was(void **state)
{
        struct terminal t;
        int slave, status;
        pid_t pid;

        (void)state;
        open_terminal(&t, &slave);
        pid = ask_there(slave, "hidden");
        until_shown(&t, "Password: ");
        assert_false(echoes(slave));
        assert_int_equal(kill(pid, SIGTERM), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
        assert_true(echoes(slave));
        close(slave);
        close(t.master);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(the_first_line_of_a_pipe),
            cmocka_unit_test(asked_twice_without_echo),
            cmocka_unit_test(a_signal_leaves_the_terminal_as_it_was),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
