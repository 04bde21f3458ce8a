/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_explain.c - `sluicectl explain`: a capture through the dataplane's own chain, in a process of
 * its own (sluice-dataplane --replay CAPTURE --explain), whose events are shown. So what is said
 * here is what the dataplane does: no part of its judgement is repeated.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "control/cli/args.h"
#include "control/cli/call.h"
#include "control/cli/explain_text.h"
#include "control/cli/field.h"
#include "control/cli/help.h"
#include "control/config/config.h"

#define PROGRAM     "sluice-dataplane"
/* Words of its command line besides those that stand for options of ours. */
#define FIXED_WORDS 12u

extern char **environ;

/* ---- the program ---- */

/* Where it is installed, and where a build puts it, seen from sluicectl itself; else the PATH's. */
static void program_find(char path[PATH_MAX])
{
        static const char *const beside[] = {"", "../sbin/", "../../dataplane/"};
        char self[PATH_MAX - 64];
        ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
        char *slash;

        self[n > 0 ? n : 0] = '\0';
        slash = strrchr(self, '/');
        for (size_t i = 0; slash && i < sizeof(beside) / sizeof(beside[0]); i++) {
                snprintf(path, PATH_MAX, "%.*s/%s" PROGRAM, (int)(slash - self), self, beside[i]);
                if (access(path, X_OK) == 0)
                        return;
        }
        snprintf(path, PATH_MAX, PROGRAM);
}

/* Words for argv are not written to, whatever its type says. */
static char *word(const char *text)
{
        char *out;

        memcpy(&out, &text, sizeof(out));
        return out;
}

static char **command_line(const struct cp_cli_args *args, const char *program)
{
        const char *config = cp_cli_opt_value(args, "config");
        char **argv = calloc(FIXED_WORDS + 2 * args->given_cnt, sizeof(*argv));
        size_t n = 0;

        if (!argv)
                return NULL;
        if (!config && access(CP_CONFIG_DEFAULT_PATH, R_OK) == 0)
                config = CP_CONFIG_DEFAULT_PATH;
        argv[n++] = word(program);
        argv[n++] = word("--replay");
        argv[n++] = word(args->word[0]);
        argv[n++] = word("--explain");
        argv[n++] = word("--events");
        argv[n++] = word("-");
        if (config) {
                argv[n++] = word("--config");
                argv[n++] = word(config);
        }
        for (size_t i = 0; i < args->given_cnt; i++) {
                const char *name = args->given[i].opt->name;

                if (strcmp(name, "rules") != 0 && strcmp(name, "inside") != 0)
                        continue;
                argv[n++] = word(name[0] == 'r' ? "--rules" : "--inside");
                argv[n++] = word(args->given[i].value);
        }
        return argv;
}

struct child {
        pid_t pid;
        FILE *events;
        FILE *errors; /* what it says besides, unlinked */
};

/* 0 or an errno. */
static int child_start(struct child *c, const char *program, char **argv)
{
        posix_spawn_file_actions_t actions;
        int fd[2], rc;

        c->errors = tmpfile();
        if (!c->errors || pipe2(fd, O_CLOEXEC) != 0)
                return errno;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, fd[1], STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions, fileno(c->errors), STDERR_FILENO);
        rc = posix_spawnp(&c->pid, program, &actions, NULL, argv, environ);
        posix_spawn_file_actions_destroy(&actions);
        close(fd[1]);
        c->events = rc == 0 ? fdopen(fd[0], "r") : NULL;
        if (!c->events)
                close(fd[0]);
        return rc;
}

static void child_fini(struct child *c)
{
        if (c->events)
                fclose(c->events);
        if (c->errors)
                fclose(c->errors);
}

static void print_errors(struct cp_cli *cli, FILE *errors)
{
        char *line = NULL;
        size_t cap = 0;

        rewind(errors);
        while (getline(&line, &cap, errors) > 0)
                fputs(line, cli->err);
        free(line);
}

/* ---- its events ---- */

static void show(struct cp_cli *cli, const char *line)
{
        json_t *event = json_loads(line, JSON_ALLOW_NUL, NULL);

        if (cp_field(event, "frame") && cli->json)
                fputs(line, cli->out);
        else if (cp_field(event, "frame"))
                cp_explain_print(cli, event);
        json_decref(event);
}

static void show_all(struct cp_cli *cli, FILE *events)
{
        char *line = NULL;
        size_t cap = 0;

        while (getline(&line, &cap, events) > 0 && !ferror(cli->out))
                show(cli, line);
        free(line);
}

/* It ends 1 where its counters do not add up, and that is no answer either. */
static int ended_well(struct cp_cli *cli, const struct child *c)
{
        int status = 0;

        while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
                ;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
                return CP_CLI_YES;
        print_errors(cli, c->errors);
        return CP_CLI_USAGE;
}

int cp_cmd_explain(struct cp_cli *cli, const struct cp_cli_args *args)
{
        struct child c = {.pid = 0};
        char program[PATH_MAX];
        char **argv;
        int rc;

        if (strcmp(args->word[0], "") == 0)
                return cp_cli_usage(cli, args->cmd, "a capture is needed");
        program_find(program);
        argv = command_line(args, program);
        rc = argv ? child_start(&c, program, argv) : ENOMEM;
        if (rc != 0) {
                fprintf(cli->err, "sluicectl: %s: %s\n", program, strerror(rc));
                rc = CP_CLI_USAGE;
        } else {
                show_all(cli, c.events);
                fclose(c.events);
                c.events = NULL;
                rc = ended_well(cli, &c);
        }
        child_fini(&c);
        free(argv);
        return rc;
}
