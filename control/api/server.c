/* SPDX-License-Identifier: Apache-2.0 */
#include "control/api/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 16

struct cp_client {
        uv_pipe_t pipe;
        struct cp_server *server;
        struct cp_client *next;
        struct cp_client **link; /* what points here */
        enum cp_follow follow;
        bool closing;
        uint64_t lost; /* events not sent since the last one that was */
        size_t len;
        char line[CP_RPC_REQUEST_MAX];
};

struct sending {
        uv_write_t req;
        char *text;
        bool last; /* close behind it */
};

/* The event thread must make lines only while somebody reads them. */
static void update_wanted(struct cp_server *s)
{
        bool wanted = false;

        for (const struct cp_client *c = s->clients; c != NULL; c = c->next)
                wanted |= c->follow != CP_FOLLOW_NONE;
        atomic_store(&s->queue->wanted, wanted);
}

static void on_closed(uv_handle_t *h)
{
        free(h->data);
}

static void close_client(struct cp_client *c)
{
        if (c->closing)
                return;
        c->closing = true;
        *c->link = c->next;
        if (c->next != NULL)
                c->next->link = c->link;
        c->server->client_cnt--;
        update_wanted(c->server);
        uv_close((uv_handle_t *)&c->pipe, on_closed);
}

static void on_sent(uv_write_t *req, int status)
{
        struct sending *w = (struct sending *)req;
        struct cp_client *c = req->handle->data;

        if (status < 0 || w->last)
                close_client(c);
        free(w->text);
        free(w);
}

/* Takes the heap text over. */
static void send_text(struct cp_client *c, char *text, bool last)
{
        struct sending *w = text == NULL ? NULL : malloc(sizeof(*w));
        uv_buf_t buf;

        if (w == NULL) {
                free(text);
                close_client(c);
                return;
        }
        buf = uv_buf_init(text, (unsigned)strlen(text));
        w->text = text;
        w->last = last;
        if (uv_write(&w->req, (uv_stream_t *)&c->pipe, &buf, 1, on_sent) != 0) {
                free(text);
                free(w);
                close_client(c);
                return;
        }
        if (uv_stream_get_write_queue_size((uv_stream_t *)&c->pipe) > CP_CLIENT_SEND_MAX)
                close_client(c);
}

/* Answer every whole line that is in the buffer. */
static void take_lines(struct cp_client *c)
{
        struct cp_server *s = c->server;
        char *start = c->line;
        char *end = c->line + c->len;
        char *newline;

        while (!c->closing && (newline = memchr(start, '\n', (size_t)(end - start))) != NULL) {
                size_t len = (size_t)(newline - start);

                if (len != 0 && start[len - 1] == '\r')
                        len--;
                if (len != 0) {
                        char *answer = cp_rpc_line(s->methods, s->ctx, c, start, len);

                        if (answer != NULL)
                                send_text(c, answer, false);
                }
                start = newline + 1;
        }
        c->len = (size_t)(end - start);
        memmove(c->line, start, c->len);
}

static void on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
        struct cp_client *c = h->data;

        (void)suggested;
        *buf = uv_buf_init(c->line + c->len, (unsigned)(sizeof(c->line) - c->len));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
        struct cp_client *c = stream->data;

        (void)buf;
        if (n < 0) {
                close_client(c);
                return;
        }
        c->len += (size_t)n;
        take_lines(c);
        if (c->closing || c->len < sizeof(c->line))
                return;
        uv_read_stop(stream);
        send_text(c, cp_rpc_error_line(CP_RPC_INVALID_REQUEST, "request longer than 65536 octets"),
                  true);
}

/* Root, or the user that we are. 0, or -EPERM. */
static int check_peer(struct cp_client *c)
{
        struct ucred cred = {.uid = (uid_t)-1};
        socklen_t len = sizeof(cred);
        uv_os_fd_t fd;

        if (uv_fileno((uv_handle_t *)&c->pipe, &fd) != 0 ||
            getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
                return -EPERM;
        return cred.uid == 0 || cred.uid == geteuid() ? 0 : -EPERM;
}

static void on_connection(uv_stream_t *stream, int status)
{
        struct cp_server *s = stream->data;
        struct cp_client *c;

        if (status < 0)
                return;
        c = calloc(1, sizeof(*c));
        if (c == NULL)
                return;
        uv_pipe_init(s->loop, &c->pipe, 0);
        c->pipe.data = c;
        c->server = s;
        c->next = s->clients;
        c->link = &s->clients;
        if (c->next != NULL)
                c->next->link = &c->next;
        s->clients = c;
        s->client_cnt++;
        if (uv_accept(stream, (uv_stream_t *)&c->pipe) != 0)
                close_client(c);
        else if (check_peer(c) != 0)
                send_text(c,
                          cp_rpc_error_line(CP_RPC_REFUSED,
                                            "only root and the user of sluice-control may ask"),
                          true);
        else if (s->client_cnt > CP_CLIENTS_MAX)
                send_text(c, cp_rpc_error_line(CP_RPC_REFUSED, "too many clients"), true);
        else
                uv_read_start((uv_stream_t *)&c->pipe, on_alloc, on_read);
}

void cp_client_follow(struct cp_client *c, enum cp_follow follow)
{
        c->follow = follow;
        update_wanted(c->server);
}

static void notify(struct cp_client *c, const char *line, size_t len)
{
        static const char head[] = "{\"jsonrpc\":\"2.0\",\"method\":\"event\",";
        char lost[40] = "";
        char *text;
        size_t size;

        if (uv_stream_get_write_queue_size((uv_stream_t *)&c->pipe) > CP_CLIENT_EVENTS_MAX) {
                c->lost++;
                return;
        }
        if (c->lost != 0)
                snprintf(lost, sizeof(lost), "\"lost\":%llu,", (unsigned long long)c->lost);
        c->lost = 0;
        size = sizeof(head) + sizeof(lost) + len + 16;
        text = malloc(size);
        if (text != NULL)
                snprintf(text, size, "%s%s\"params\":%.*s}\n", head, lost, (int)len, line);
        send_text(c, text, false);
}

static void on_event(void *arg, const char *line, size_t len, bool drop)
{
        struct cp_server *s = arg;
        struct cp_client *next;

        for (struct cp_client *c = s->clients; c != NULL; c = next) {
                next = c->next; /* sending may close c */
                if (c->follow == CP_FOLLOW_ALL || (c->follow == CP_FOLLOW_DROPS && drop))
                        notify(c, line, len);
        }
}

static void on_wake(uv_async_t *a)
{
        struct cp_server *s = a->data;
        uint64_t lost = cp_event_queue_take(s->queue, on_event, s);

        for (struct cp_client *c = s->clients; c != NULL; c = c->next) {
                if (c->follow != CP_FOLLOW_NONE)
                        c->lost += lost;
        }
}

/* Event thread. */
static void wake(void *arg)
{
        uv_async_send(arg);
}

int cp_server_start(struct cp_server *s, uv_loop_t *loop, int listen_fd)
{
        int rc;

        s->loop = loop;
        s->clients = NULL;
        s->client_cnt = 0;
        uv_pipe_init(loop, &s->pipe, 0);
        s->pipe.data = s;
        uv_async_init(loop, &s->wake, on_wake);
        s->wake.data = s;
        rc = uv_pipe_open(&s->pipe, listen_fd);
        if (rc != 0)
                close(listen_fd);
        else
                rc = uv_listen((uv_stream_t *)&s->pipe, BACKLOG, on_connection);
        s->queue->wake_arg = &s->wake;
        s->queue->wake = wake;
        return rc;
}

void cp_server_stop(struct cp_server *s)
{
        while (s->clients != NULL)
                close_client(s->clients);
        uv_close((uv_handle_t *)&s->pipe, NULL);
        uv_close((uv_handle_t *)&s->wake, NULL);
}
