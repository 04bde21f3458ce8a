/* SPDX-License-Identifier: Apache-2.0 */
#include "control/service.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "control/api/methods.h"
#include "control/api/server.h"
#include "control/engine.h"
#include "control/listener.h"
#include "control/log.h"
#include "control/notify.h"
#include "control/supervisor.h"
#include "control/threads.h"

#define EXPIRE_MS  1000u
#define ENFORCE_MS 250u /* how long an alert waits for its ban */

static const int signals[] = {SIGHUP, SIGUSR1, SIGTERM, SIGINT};
#define SIGNAL_CNT (sizeof(signals) / sizeof(signals[0]))

struct service {
        uv_loop_t loop;
        uv_signal_t signal[SIGNAL_CNT];
        uv_timer_t attach;
        uv_timer_t expire;
        uv_timer_t enforce;
        struct cp_engine engine;
        struct cp_server server;
        struct cp_listener listener;
        struct cp_threads threads;
};

static void reload(struct service *s)
{
        struct cp_config_error err;
        char text[600];

        if (cp_engine_reload(&s->engine, &err) == 0)
                cp_log(CP_LOG_INFO, "policy reloaded: generation %u", s->engine.policy->generation);
        else
                cp_log(CP_LOG_ERROR, "the old policy stays: %s",
                       cp_config_error_print(&err, text, sizeof(text)));
}

static void on_signal(uv_signal_t *h, int signum)
{
        struct service *s = h->data;

        if (signum == SIGHUP)
                reload(s);
        else if (signum == SIGUSR1)
                cp_eve_file_reopen(&s->engine.writer->file);
        else
                uv_stop(&s->loop);
}

static void on_attach(uv_timer_t *t)
{
        struct service *s = t->data;

        uv_timer_start(t, on_attach, cp_supervisor_run(&s->engine), 0);
}

static void on_expire(uv_timer_t *t)
{
        struct service *s = t->data;

        cp_engine_expire(&s->engine);
        (void)cp_engine_names_run(&s->engine, cp_clock_mono_ns());
}

static void on_enforce(uv_timer_t *t)
{
        struct service *s = t->data;

        cp_auto_ban_run(&s->engine);
        cp_rule_bans_run(&s->engine);
}

static void start_handles(struct service *s)
{
        for (size_t i = 0; i < SIGNAL_CNT; i++) {
                uv_signal_init(&s->loop, &s->signal[i]);
                s->signal[i].data = s;
                uv_signal_start(&s->signal[i], on_signal, signals[i]);
        }
        uv_timer_init(&s->loop, &s->attach);
        s->attach.data = s;
        uv_timer_start(&s->attach, on_attach, 0, 0);
        uv_timer_init(&s->loop, &s->expire);
        s->expire.data = s;
        uv_timer_start(&s->expire, on_expire, EXPIRE_MS, EXPIRE_MS);
        uv_timer_init(&s->loop, &s->enforce);
        s->enforce.data = s;
        uv_timer_start(&s->enforce, on_enforce, ENFORCE_MS, ENFORCE_MS);
}

static void stop_handles(struct service *s)
{
        for (size_t i = 0; i < SIGNAL_CNT; i++)
                uv_close((uv_handle_t *)&s->signal[i], NULL);
        uv_close((uv_handle_t *)&s->attach, NULL);
        uv_close((uv_handle_t *)&s->expire, NULL);
        uv_close((uv_handle_t *)&s->enforce, NULL);
        cp_server_stop(&s->server);
        while (uv_run(&s->loop, UV_RUN_DEFAULT) != 0)
                ;
}

/* Everything is open: serve until stopped. */
static int serve(struct service *s, enum cp_idle idle)
{
        int rc;

        uv_loop_init(&s->loop);
        s->server.methods = cp_methods;
        s->server.ctx = &s->engine;
        s->server.queue = &s->engine.queue;
        rc = cp_server_start(&s->server, &s->loop, s->listener.fd);
        s->listener.fd = -1; /* the server's now */
        start_handles(s);
        if (rc == 0)
                rc = cp_threads_start(&s->threads, &s->engine, idle);
        if (rc == 0) {
                cp_log(CP_LOG_INFO, "version %s serves %s", SLUICE_VERSION, s->listener.path);
                cp_notify("READY=1");
                uv_run(&s->loop, UV_RUN_DEFAULT);
                cp_notify("STOPPING=1");
                cp_threads_stop(&s->threads);
                cp_log(CP_LOG_INFO, "stopped");
        } else {
                cp_log(CP_LOG_ERROR, "cannot serve %s: %s", s->listener.path, strerror(-rc));
        }
        stop_handles(s);
        uv_loop_close(&s->loop);
        return rc;
}

int cp_service_run(const char *config_path, struct cp_config *config)
{
        struct service *s = calloc(1, sizeof(*s));
        enum cp_idle idle = (enum cp_idle)config->control.idle;
        char why[256] = "";
        int rc;

        if (s == NULL) {
                cp_config_free(config);
                return -ENOMEM;
        }
        signal(SIGPIPE, SIG_IGN);
        /* First of all: a second instance must not touch the first one's state or events. */
        rc = cp_listener_open(&s->listener, config->control.socket, why, sizeof(why));
        if (rc != 0) {
                cp_log(CP_LOG_ERROR, "%s", why);
                cp_config_free(config);
                free(s);
                return rc;
        }
        rc = cp_engine_init(&s->engine, config_path, config);
        if (rc == 0)
                rc = serve(s, idle);
        cp_engine_fini(&s->engine);
        cp_listener_close(&s->listener);
        free(s);
        return rc;
}
