/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/control/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 10000

static void wait_readable(int fd)
{
        struct pollfd p = {.fd = fd, .events = POLLIN};

        assert_int_equal(poll(&p, 1, WAIT_MS), 1);
}

void process_make(struct process *p)
{
        struct sockaddr_un addr = {.sun_family = AF_UNIX};

        memset(p, 0, sizeof(*p));
        snprintf(p->dir, sizeof(p->dir), "/tmp/sluice-test-XXXXXX");
        assert_non_null(mkdtemp(p->dir));
        snprintf(p->config, sizeof(p->config), "%s/sluice.yaml", p->dir);
        snprintf(p->api, sizeof(p->api), "%s/api.sock", p->dir);
        snprintf(p->dataplane, sizeof(p->dataplane), "%s/dp.sock", p->dir);
        snprintf(p->eve, sizeof(p->eve), "%s/eve.json", p->dir);
        snprintf(p->log, sizeof(p->log), "%s/log", p->dir);
        snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/notify", p->dir);
        p->notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        assert_true(p->notify >= 0);
        assert_int_equal(bind(p->notify, (const struct sockaddr *)&addr, sizeof(addr)), 0);
        process_configure(p, "");
}

void process_free(struct process *p)
{
        char cmd[96];

        if (p->pid != 0)
                process_end(p, SIGKILL);
        close(p->notify);
        snprintf(cmd, sizeof(cmd), "rm -rf %s", p->dir);
        assert_int_equal(system(cmd), 0);
}

void process_configure(struct process *p, const char *policy)
{
        FILE *f = fopen(p->config, "w");

        assert_non_null(f);
        fprintf(f, "control:\n  socket: %s\n  dataplanes: [%s]\n  state-dir: %s/state\n", p->api,
                p->dataplane, p->dir);
        fprintf(f, "  eve-file: %s\n  why-entries: 1000\n", p->eve);
        if (policy[0] != '\0')
                fprintf(f, "policy:\n%s", policy);
        fprintf(f, "detections:\n  scanner_agent: {mode: off}\n");
        fclose(f);
}

static pid_t spawn(const struct process *p, const char *log, bool notify)
{
        const char *program = getenv("SLUICE_CONTROL");
        pid_t pid;

        assert_non_null(program);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                char path[96];
                int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);

                snprintf(path, sizeof(path), "%s/notify", p->dir);
                if (notify)
                        setenv("NOTIFY_SOCKET", path, 1);
                unsetenv("JOURNAL_STREAM");
                dup2(fd, STDERR_FILENO);
                execl(program, program, "-c", p->config, (char *)NULL);
                _exit(127);
        }
        return pid;
}

void process_start(struct process *p)
{
        char text[64] = "";

        p->pid = spawn(p, p->log, true);
        do {
                ssize_t n;

                wait_readable(p->notify);
                n = recv(p->notify, text, sizeof(text) - 1, 0);
                assert_true(n > 0);
                text[n] = '\0';
        } while (strcmp(text, "READY=1") != 0); /* STOPPING=1 of the one before may come first */
}

int process_end(struct process *p, int signum)
{
        int status = 0;

        assert_int_equal(kill(p->pid, signum), 0);
        assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
        p->pid = 0;
        return status;
}

int process_second(struct process *p, char *text, size_t len)
{
        char log[96];
        int status = 0;
        FILE *f;
        pid_t pid;

        snprintf(log, sizeof(log), "%s/second", p->dir);
        pid = spawn(p, log, false);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        f = fopen(log, "r");
        assert_non_null(f);
        text[fread(text, 1, len - 1, f)] = '\0';
        fclose(f);
        assert_true(WIFEXITED(status));
        return WEXITSTATUS(status);
}

void client_open(struct client *c, const struct process *p)
{
        struct sockaddr_un addr = {.sun_family = AF_UNIX};

        memset(c, 0, sizeof(*c));
        snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", p->api);
        c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_true(c->fd >= 0);
        assert_int_equal(connect(c->fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
}

void client_close(struct client *c)
{
        close(c->fd);
        free(c->buf);
}

void client_send(struct client *c, const char *text, size_t len)
{
        while (len != 0) {
                ssize_t n = send(c->fd, text, len, MSG_NOSIGNAL);

                assert_true(n > 0);
                text += n;
                len -= (size_t)n;
        }
}

json_t *client_read(struct client *c)
{
        for (;;) {
                char *end = c->len == 0 ? NULL : memchr(c->buf, '\n', c->len);
                ssize_t n;

                if (end != NULL) {
                        size_t len = (size_t)(end - c->buf);
                        json_t *o = json_loadb(c->buf, len, JSON_ALLOW_NUL, NULL);

                        assert_non_null(o);
                        c->len -= len + 1;
                        memmove(c->buf, end + 1, c->len);
                        return o;
                }
                if (c->cap - c->len < 65536) {
                        c->cap += 1 << 20;
                        c->buf = realloc(c->buf, c->cap);
                        assert_non_null(c->buf);
                }
                wait_readable(c->fd);
                n = recv(c->fd, c->buf + c->len, c->cap - c->len, 0);
                if (n <= 0)
                        return NULL;
                c->len += (size_t)n;
        }
}

json_t *client_call(struct client *c, const char *method, json_t *params)
{
        json_t *request =
            json_pack("{s:s, s:i, s:s}", "jsonrpc", "2.0", "id", 42, "method", method);
        json_t *response;
        char *text;

        if (params != NULL)
                json_object_set_new(request, "params", params);
        text = json_dumps(request, JSON_COMPACT);
        client_send(c, text, strlen(text));
        client_send(c, "\n", 1);
        free(text);
        json_decref(request);
        response = client_read(c);
        assert_non_null(response);
        assert_int_equal(json_integer_value(json_object_get(response, "id")), 42);
        return response;
}

json_t *client_result(struct client *c, const char *method, json_t *params)
{
        json_t *response = client_call(c, method, params);
        json_t *result = json_object_get(response, "result");

        if (result == NULL) {
                char *text = json_dumps(response, 0);

                print_message("%s: %s\n", method, text);
                free(text);
        }
        assert_non_null(result);
        json_incref(result);
        json_decref(response);
        return result;
}

int client_error(struct client *c, const char *method, json_t *params)
{
        json_t *response = client_call(c, method, params);
        json_t *error = json_object_get(response, "error");
        int code;

        assert_non_null(error);
        assert_true(strlen(json_string_value(json_object_get(error, "message"))) > 0);
        code = (int)json_integer_value(json_object_get(error, "code"));
        json_decref(response);
        return code;
}
