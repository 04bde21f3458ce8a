/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/cli/fake_control.h"

#include <jansson.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/cli/run.h"

#define WORDS_MAX 32

static void put(int fd, const char *s, size_t n)
{
        while (n) {
                ssize_t done = send(fd, s, n, MSG_NOSIGNAL);

                if (done <= 0)
                        return;
                s += done;
                n -= (size_t)done;
        }
}

/* Returns whether the connection goes on. */
static int answer(struct fake_control *f, int fd, const char *line)
{
        json_t *req = json_loads(line, 0, NULL);
        const char *method = json_string_value(json_object_get(req, "method"));
        json_int_t id = json_integer_value(json_object_get(req, "id"));
        const struct fake_answer *a = f->answers;
        char *reply = NULL;
        int n;

        while (a->method && (!method || strcmp(a->method, method) != 0))
                a++;
        n = a->reply ? asprintf(&reply, "{\"jsonrpc\":\"2.0\",\"id\":%lld,%s}\n", (long long)id,
                                a->reply)
                     : -1;
        if (n > 0) {
                /* In two pieces: a client must not take a read for a line. */
                put(fd, reply, (size_t)n / 2);
                put(fd, reply + n / 2, (size_t)(n - n / 2));
                free(reply);
        }
        if (a->after)
                put(fd, a->after, strlen(a->after));
        json_decref(req);
        return n > 0 && !a->after;
}

static void serve(struct fake_control *f, int fd)
{
        char line[4096];
        size_t len = 0;

        for (;;) {
                struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = f->stop[0]}};
                char *end;
                ssize_t n;

                if (poll(p, 2, -1) < 0 || p[1].revents)
                        return;
                n = read(fd, line + len, sizeof(line) - 1 - len);
                if (n <= 0)
                        return;
                len += (size_t)n;
                line[len] = '\0';
                end = strchr(line, '\n');
                if (!end)
                        continue;
                f->asked_len += (size_t)snprintf(f->asked + f->asked_len,
                                                 sizeof(f->asked) - f->asked_len, "%s", line);
                *end = '\0';
                len = 0;
                if (!answer(f, fd, line))
                        return;
        }
}

static void *thread_main(void *arg)
{
        struct fake_control *f = arg;

        for (;;) {
                struct pollfd p[2] = {{.fd = f->listener, .events = POLLIN}, {.fd = f->stop[0]}};
                int fd;

                if (poll(p, 2, -1) < 0 || p[1].revents)
                        return NULL;
                fd = accept(f->listener, NULL, NULL);
                if (fd >= 0) {
                        serve(f, fd);
                        close(fd);
                }
        }
}

void fake_control_start(struct fake_control *f, const struct fake_answer *answers)
{
        struct sockaddr_un sa = {.sun_family = AF_UNIX};
        char dir[] = "/tmp/sluicectl-XXXXXX";

        memset(f, 0, sizeof(*f));
        f->answers = answers;
        assert_non_null(mkdtemp(dir));
        snprintf(f->path, sizeof(f->path), "%s/control.sock", dir);
        memcpy(sa.sun_path, f->path, sizeof(f->path));
        f->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(bind(f->listener, (const struct sockaddr *)&sa, sizeof(sa)), 0);
        assert_int_equal(listen(f->listener, 4), 0);
        assert_int_equal(pipe(f->stop), 0);
        assert_int_equal(pthread_create(&f->thread, NULL, thread_main, f), 0);
}

void fake_control_stop(struct fake_control *f)
{
        close(f->stop[1]);
        pthread_join(f->thread, NULL);
        close(f->stop[0]);
        close(f->listener);
        unlink(f->path);
        *strrchr(f->path, '/') = '\0';
        rmdir(f->path);
}

struct outcome run_argv(int argc, char *const *argv)
{
        struct outcome o = {.rc = -1};
        size_t out_len, err_len;
        FILE *out = open_memstream(&o.out, &out_len), *err = open_memstream(&o.err, &err_len);

        assert_non_null(out);
        assert_non_null(err);
        o.rc = cp_cli_run(argc, argv, out, err);
        fclose(out);
        fclose(err);
        return o;
}

struct outcome run_line(const struct fake_control *f, const char *words)
{
        char *argv[WORDS_MAX + 1] = {NULL}, *copy = strdup(words), *rest = copy, *word;
        char name[] = "sluicectl", opt[] = "--socket", path[sizeof(f->path)];
        struct outcome o;
        int argc = 0;

        argv[argc++] = name;
        if (f) {
                memcpy(path, f->path, sizeof(path));
                argv[argc++] = opt;
                argv[argc++] = path;
        }
        while (argc < WORDS_MAX && (word = strsep(&rest, " ")))
                argv[argc++] = word;
        if (!*words)
                argv[--argc] = NULL;
        o = run_argv(argc, argv);
        free(copy);
        return o;
}

void outcome_free(struct outcome *o)
{
        free(o->out);
        free(o->err);
}

void assert_golden(const char *name, const char *text)
{
        char path[512], want[16384];
        size_t n;
        FILE *f;

        snprintf(path, sizeof(path), "%s/tests/cli/golden/%s", SLUICE_SOURCE_ROOT, name);
        if (getenv("SLUICE_GOLDEN_UPDATE")) {
                f = fopen(path, "w");
                assert_non_null(f);
                fputs(text, f);
                fclose(f);
        }
        f = fopen(path, "r");
        if (!f)
                fail_msg("no golden file %s", path);
        n = fread(want, 1, sizeof(want) - 1, f);
        fclose(f);
        want[n] = '\0';
        assert_string_equal(text, want);
}
