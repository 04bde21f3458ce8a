/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h - the API's socket: clients, lines, followers of events.
 *
 * Runs on a libuv loop, in its thread. Memory per client is bounded: a request line by
 * CP_RPC_REQUEST_MAX, what waits to be sent by CP_CLIENT_SEND_MAX (then the client is cut off;
 * event notifications are left out much earlier and counted).
 */
#ifndef SLUICE_CONTROL_API_SERVER_H
#define SLUICE_CONTROL_API_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "control/api/rpc.h"
#include "control/events/event_queue.h"

#define CP_CLIENTS_MAX       64u
#define CP_CLIENT_SEND_MAX   (64u << 20)
#define CP_CLIENT_EVENTS_MAX (1u << 20) /* octets waiting above which events are left out */

enum cp_follow {
        CP_FOLLOW_NONE = 0,
        CP_FOLLOW_ALL,
        CP_FOLLOW_DROPS,
};

struct cp_client;

struct cp_server {
        uv_loop_t *loop;
        const struct cp_rpc_method *methods;
        void *ctx; /* for the methods */
        struct cp_event_queue *queue;
        uv_pipe_t pipe;
        uv_async_t wake;
        struct cp_client *clients; /* list */
        unsigned client_cnt;
};

/*
 * Serve on a listening socket (taken over). methods and ctx as in cp_rpc_line(); each method finds
 * its client in call->client. 0 or a negative errno.
 */
int cp_server_start(struct cp_server *s, uv_loop_t *loop, int listen_fd);
/* Close everything; the loop must run on until it has nothing left to do. */
void cp_server_stop(struct cp_server *s);

/* From a method: what events this client is sent from now on. */
void cp_client_follow(struct cp_client *c, enum cp_follow follow);

#endif
