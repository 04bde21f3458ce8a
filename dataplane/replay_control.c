/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/replay_control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "dataplane/blocklist_swap.h"
#include "dataplane/clock.h"
#include "dataplane/rules_swap.h"

#define PATIENCE_NS UINT64_C(1000000000)
#define POLL_MS     1

static int told(int rc)
{
        fprintf(stderr, "sluice-dataplane: shared memory: %s\n", strerror(-rc));
        return rc;
}

static int blocklist_take(struct dp_replay_control *c)
{
        size_t bytes;
        const void *blob = cp_inproc_blocklist(c->local, &bytes);

        return dp_blocklist_swap_take(&dp_ctl_server_slot(c->local_server)->blocklist, blob, bytes);
}

static int rules_take(struct dp_replay_control *c)
{
        size_t bytes;
        const void *image = cp_inproc_rules(c->local, &bytes);

        return dp_rules_swap_take(dp_ctl_server_slot(c->local_server), image, bytes);
}

static int local_start(struct dp_replay_control *c, const struct cp_inproc_args *args)
{
        const struct shm_ring_sizes sizes = DP_CTL_RING_SIZES;
        int to_control, to_dataplane;
        int rc = cp_inproc_create(&c->local, args); /* tells its own errors */

        if (rc != 0)
                return rc;
        rc = dp_ctl_server_create_local(&c->local_server, 1, &sizes);
        if (rc == 0)
                rc = dp_ctl_server_local_fds(c->local_server, &to_control, &to_dataplane);
        if (rc == 0)
                rc = cp_inproc_attach(c->local, to_control, to_dataplane);
        if (rc == 0)
                rc = blocklist_take(c);
        if (rc == 0)
                rc = rules_take(c);
        if (rc != 0)
                return told(rc);
        dp_ctl_server_local_ready(c->local_server);
        return 0;
}

/* ---- the control process ---- */

static int api_connect(const char *path)
{
        struct sockaddr_un addr = {.sun_family = AF_UNIX};
        int sock;

        if (strlen(path) >= sizeof(addr.sun_path))
                return -ENAMETOOLONG;
        strcpy(addr.sun_path, path);
        sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (sock < 0)
                return -errno;
        if (connect(sock, (struct sockaddr *)&addr, sizeof(addr)) != 0) {
                int rc = -errno;

                close(sock);
                return rc;
        }
        return sock;
}

/* The process must be able to reach our socket: as root, give it the directory. */
static int dir_hand_over(int api, const char *dir)
{
        struct ucred peer;
        socklen_t len = sizeof(peer);

        if (geteuid() != 0)
                return 0;
        if (getsockopt(api, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0 ||
            chown(dir, peer.uid, peer.gid) != 0)
                return -errno;
        return 0;
}

static int attach_ask(int api, const char *socket_path)
{
        char line[256];
        int n = snprintf(line, sizeof(line),
                         "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"attach\","
                         "\"params\":{\"socket\":\"%s\"}}\n",
                         socket_path);

        if (n < 0 || (size_t)n >= sizeof(line))
                return -ENAMETOOLONG;
        return send(api, line, (size_t)n, MSG_NOSIGNAL) == n ? 0 : -EPIPE;
}

static bool attached(struct dp_ctl_server *server)
{
        return atomic_load(&dp_ctl_server_slot(server)->link) != NULL;
}

/* Serve the handshake until the link is up and the block list is there, so that no frame is judged
 * without it. An answer of the API that comes before the link is a refusal. */
static int attach_wait(struct dp_ctl_server *server, int api)
{
        uint64_t deadline_ns = dp_clock_monotonic_ns() + 2 * PATIENCE_NS;
        char answer[512];

        while (!dp_ctl_server_has_blocklist(server)) {
                ssize_t n =
                    attached(server) ? -1 : recv(api, answer, sizeof(answer) - 1, MSG_DONTWAIT);

                dp_ctl_server_poll(server, POLL_MS);
                if (n == 0 || dp_clock_monotonic_ns() > deadline_ns)
                        return -ETIMEDOUT;
                if (n > 0 && memmem(answer, (size_t)n, "\"error\"", 7) != NULL)
                        return -EACCES;
        }
        return 0;
}

static int process_attach(struct dp_replay_control *c, int api, const char *dir)
{
        char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
        int n = snprintf(path, sizeof(path), "%s/attach.sock", dir);
        int rc = n > 0 && (size_t)n < sizeof(path) ? dir_hand_over(api, dir) : -ENAMETOOLONG;

        if (rc == 0)
                rc = dp_ctl_server_create(&c->process_server, path, 1);
        if (rc == 0)
                rc = attach_ask(api, path);
        if (rc == 0)
                rc = attach_wait(c->process_server, api);
        return rc;
}

static void process_start(struct dp_replay_control *c, const char *api_socket, const char *dir)
{
        int api = api_connect(api_socket);
        int rc;

        if (api < 0)
                return; /* nobody is there */
        rc = process_attach(c, api, dir);
        close(api);
        if (rc == 0) {
                fprintf(stderr, "sluice-dataplane: sluice-control at %s decides\n", api_socket);
                return;
        }
        fprintf(stderr,
                "sluice-dataplane: sluice-control at %s does not attach (%s): deciding here\n",
                api_socket, strerror(-rc));
        dp_ctl_server_destroy(c->process_server);
        c->process_server = NULL;
}

/* ---- both ---- */

int dp_replay_control_start(struct dp_replay_control *c, const struct cp_inproc_args *args,
                            const char *api_socket, const char *dir)
{
        int rc;

        memset(c, 0, sizeof(*c));
        rc = local_start(c, args);
        if (rc == 0 && api_socket != NULL)
                process_start(c, api_socket, dir);
        return rc;
}

void dp_replay_control_fini(struct dp_replay_control *c)
{
        cp_inproc_destroy(c->local);
        dp_ctl_server_destroy(c->local_server);
        dp_ctl_server_destroy(c->process_server);
        memset(c, 0, sizeof(*c));
}

struct dp_ctl_server *dp_replay_control_decides(const struct dp_replay_control *c)
{
        return c->process_server != NULL ? c->process_server : c->local_server;
}

struct dp_ctl_server *dp_replay_control_reports(const struct dp_replay_control *c)
{
        return c->process_server != NULL ? c->local_server : NULL;
}

static int process_answer(struct dp_replay_control *c, uint64_t held)
{
        uint64_t now_ns = dp_clock_monotonic_ns();

        dp_ctl_server_poll(c->process_server, held != 0 ? POLL_MS : 0);
        if (held != c->waiting_held) {
                c->waiting_held = held;
                c->waiting_since_ns = now_ns;
        }
        return held != 0 && now_ns - c->waiting_since_ns < PATIENCE_NS;
}

int dp_replay_control_answer(struct dp_replay_control *c, uint64_t held)
{
        return c->process_server != NULL ? process_answer(c, held) : cp_inproc_decide(c->local);
}
