/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/rpc.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static enum cp_rpc_result broken(struct cp_rpc *rpc, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static enum cp_rpc_result broken(struct cp_rpc *rpc, const char *fmt, ...)
{
        va_list ap;

        va_start(ap, fmt);
        vsnprintf(rpc->text, sizeof(rpc->text), fmt, ap);
        va_end(ap);
        return CP_RPC_BROKEN;
}

static int64_t now_ms(void)
{
        struct timespec ts;

        clock_gettime(CLOCK_MONOTONIC, &ts);
        return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Milliseconds of a wait that are left, as poll() wants them. */
static int left_ms(int64_t deadline_ms)
{
        int64_t left = deadline_ms - now_ms();

        if (deadline_ms < 0)
                return -1;
        return left > 0 ? (int)left : 0;
}

static enum cp_rpc_result wait_for(struct cp_rpc *rpc, short events, int64_t deadline_ms)
{
        struct pollfd p = {.fd = rpc->fd, .events = events};
        int n;

        do {
                n = poll(&p, 1, left_ms(deadline_ms));
        } while (n < 0 && errno == EINTR); /* being stopped and continued ends a poll, too */
        if (n == 0)
                return broken(rpc, "control does not answer: it hangs, or has too much to do");
        return n > 0 ? CP_RPC_OK : broken(rpc, "poll: %s", strerror(errno));
}

enum cp_rpc_result cp_rpc_open(struct cp_rpc *rpc, const char *path)
{
        struct sockaddr_un sa = {.sun_family = AF_UNIX};
        int err;

        *rpc = (struct cp_rpc){.fd = -1, .timeout_ms = CP_RPC_TIMEOUT_MS};
        if (strlen(path) >= sizeof(sa.sun_path))
                return broken(rpc, "socket path longer than %zu octets: %.100s...",
                              sizeof(sa.sun_path) - 1, path);
        memcpy(sa.sun_path, path, strlen(path) + 1);
        rpc->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (rpc->fd < 0)
                return broken(rpc, "socket: %s", strerror(errno));
        if (connect(rpc->fd, (const struct sockaddr *)&sa, sizeof(sa)) == 0)
                return CP_RPC_OK;
        err = errno;
        cp_rpc_close(rpc);
        if (err == ENOENT)
                return broken(rpc, "control is not running: there is no socket %s", path);
        if (err == ECONNREFUSED)
                return broken(rpc, "control is not running: nobody listens at %s", path);
        if (err == EACCES)
                return broken(rpc, "no permission for %s: be root or the user of sluice-control",
                              path);
        return broken(rpc, "cannot connect to %s: %s", path, strerror(err));
}

static enum cp_rpc_result send_all(struct cp_rpc *rpc, const char *s, size_t n, int64_t deadline_ms)
{
        while (n) {
                ssize_t done = send(rpc->fd, s, n, MSG_NOSIGNAL | MSG_DONTWAIT);
                enum cp_rpc_result r;

                if (done >= 0) {
                        s += done;
                        n -= (size_t)done;
                        continue;
                }
                if (errno != EAGAIN && errno != EINTR)
                        return broken(rpc, "control hung up: %s", strerror(errno));
                r = wait_for(rpc, POLLOUT, deadline_ms);
                if (r != CP_RPC_OK)
                        return r;
        }
        return CP_RPC_OK;
}

static enum cp_rpc_result receive_some(struct cp_rpc *rpc, int64_t deadline_ms)
{
        enum cp_rpc_result r = wait_for(rpc, POLLIN, deadline_ms);
        ssize_t n;

        if (r != CP_RPC_OK)
                return r;
        if (rpc->cap - rpc->len < 4096) {
                size_t cap = rpc->cap ? 2 * rpc->cap : 16384;
                char *more = cap <= 2 * CP_RPC_LINE_BYTES_MAX ? realloc(rpc->buf, cap) : NULL;

                if (!more)
                        return broken(rpc, "control's answer is too long");
                rpc->buf = more;
                rpc->cap = cap;
        }
        n = recv(rpc->fd, rpc->buf + rpc->len, rpc->cap - rpc->len, MSG_DONTWAIT);
        if (n > 0)
                rpc->len += (size_t)n;
        else if (n == 0)
                return broken(rpc, "control hung up");
        else if (errno != EAGAIN && errno != EINTR)
                return broken(rpc, "control hung up: %s", strerror(errno));
        return CP_RPC_OK;
}

/* Take one line off the connection and read it as a JSON object. */
static enum cp_rpc_result receive_object(struct cp_rpc *rpc, int64_t deadline_ms, json_t **out)
{
        size_t searched = 0;
        json_error_t err;
        char *end;

        while (!(end = rpc->len > searched ? memchr(rpc->buf + searched, '\n', rpc->len - searched)
                                           : NULL)) {
                enum cp_rpc_result r;

                searched = rpc->len;
                if (searched > CP_RPC_LINE_BYTES_MAX)
                        return broken(rpc, "control's answer is too long");
                r = receive_some(rpc, deadline_ms);
                if (r != CP_RPC_OK)
                        return r;
        }
        *out = json_loadb(rpc->buf, (size_t)(end - rpc->buf), JSON_ALLOW_NUL, &err);
        rpc->len -= (size_t)(end + 1 - rpc->buf);
        memmove(rpc->buf, end + 1, rpc->len);
        if (json_is_object(*out))
                return CP_RPC_OK;
        json_decref(*out);
        *out = NULL;
        return broken(rpc, "control's answer is not JSON-RPC");
}

enum cp_rpc_result cp_rpc_call(struct cp_rpc *rpc, const char *method, json_t *params,
                               json_t **answer)
{
        int64_t deadline = now_ms() + rpc->timeout_ms;
        json_t *req = json_pack("{s:s, s:I, s:s, s:o}", "jsonrpc", "2.0", "id", ++rpc->id, "method",
                                method, "params", params ? params : json_object());
        char *line = req ? json_dumps(req, JSON_COMPACT) : NULL;
        enum cp_rpc_result r = CP_RPC_OK;

        json_decref(req);
        if (!line)
                return broken(rpc, "the request cannot be written as JSON (is it UTF-8?)");
        /* Who refuses a client says so and hangs up without reading: what was said counts then, not
         * that the request found no reader. */
        if (send_all(rpc, line, strlen(line), deadline) == CP_RPC_OK)
                send_all(rpc, "\n", 1, deadline);
        free(line);
        while (r == CP_RPC_OK) {
                json_t *o = NULL, *error, *result;

                r = receive_object(rpc, deadline, &o);
                if (r != CP_RPC_OK)
                        break;
                error = json_object_get(o, "error");
                result = json_object_get(o, "result");
                /* A request that could not be read is refused with the id null. */
                if (json_integer_value(json_object_get(o, "id")) == rpc->id || error) {
                        if (!error && !result)
                                r = broken(rpc, "control's answer is not JSON-RPC");
                        else
                                r = error ? CP_RPC_REFUSED : CP_RPC_OK;
                        *answer = json_incref(error ? error : result);
                        json_decref(o);
                        return r;
                }
                json_decref(o);
        }
        return r;
}

enum cp_rpc_result cp_rpc_next(struct cp_rpc *rpc, int timeout_ms, json_t **notification)
{
        int64_t deadline = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;

        for (;;) {
                enum cp_rpc_result r = receive_object(rpc, deadline, notification);

                if (r != CP_RPC_OK || json_object_get(*notification, "method"))
                        return r;
                json_decref(*notification);
        }
}

void cp_rpc_close(struct cp_rpc *rpc)
{
        if (rpc->fd >= 0)
                close(rpc->fd);
        free(rpc->buf);
        rpc->fd = -1;
        rpc->buf = NULL;
        rpc->len = rpc->cap = 0;
}
