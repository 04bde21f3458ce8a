/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/ctl_server.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <rte_malloc.h>

#include "control/contract/shm_attach.h"
#include "control/contract/shm_cnc.h"
#include "dataplane/blob_intake.h"
#include "dataplane/blocklist_swap.h"
#include "dataplane/rules_swap.h"
#include "dataplane/clock.h"
#include "dataplane/log.h"

/* Control beats at least every 100 ms; ten missed beats are a hang. */
#define HEARTBEAT_LIMIT_NS UINT64_C(1000000000)
/* From connecting to READY: there is one seat, and who only sits in it keeps a working control out.
 */
#define HANDSHAKE_LIMIT_NS UINT64_C(1000000000)
/* Who polls this late stood still itself, perhaps with the whole machine: then nobody else is late.
 */
#define STALL_NS           UINT64_C(250000000)

struct dp_ctl_server {
        struct dp_link_slot slot;
        struct shm_region stats;
        struct shm_ring_sizes sizes;
        struct dp_link *offered;                   /* segments sent, READY not yet seen */
        struct dp_link *retired;                   /* waiting for quiescence */
        struct dp_blob_sink sinks[SHM_BLOB_KINDS]; /* who takes tables that come as a whole */
        uint64_t incarnation;
        uint16_t worker_cnt;
        int listener; /* -1: local */
        int client;   /* -1: nobody */
        uint64_t client_since_ns;
        uint64_t polled_ns;
        uint64_t awake_ns; /* since then there was no stall of this thread */
        uid_t owner;       /* of the socket's directory */
        char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
};

/* ---- links ---- */

static void link_free(struct dp_link *l)
{
        if (l == NULL)
                return;
        shm_region_detach(&l->to_control);
        shm_region_detach(&l->to_dataplane);
        free(l);
}

static int link_bind(struct dp_link *l, uint16_t i)
{
        struct shm_region *out = &l->to_control;
        const struct shm_region *in = &l->to_dataplane;
        struct dp_link_worker *w = &l->worker[i];
        size_t req, evt, rep, tail;
        void *req_mem = shm_region_part(out, SHM_PART_RING_REQ, i, &req);
        void *evt_mem = shm_region_part(out, SHM_PART_RING_EVT, i, &evt);
        const void *rep_mem = shm_region_part(in, SHM_PART_RING_REP, i, &rep);
        int rc = shm_ring_producer_init(&w->req, req_mem, req,
                                        shm_region_part(in, SHM_PART_TAIL_REQ, i, &tail));

        if (rc == 0)
                rc = shm_ring_producer_init(&w->evt, evt_mem, evt,
                                            shm_region_part(in, SHM_PART_TAIL_EVT, i, &tail));
        if (rc == 0)
                rc = shm_ring_consumer_init(&w->rep, rep_mem, rep,
                                            shm_region_part(out, SHM_PART_TAIL_REP, i, &tail));
        return rc;
}

static struct shm_cnc *link_cnc(const struct shm_region *r)
{
        size_t bytes;

        return shm_region_part(r, SHM_PART_CNC, 0, &bytes);
}

static int link_create(struct dp_ctl_server *s, struct dp_link **out)
{
        struct dp_link *l = calloc(1, sizeof(*l) + s->worker_cnt * sizeof(l->worker[0]));
        int rc;

        if (l == NULL)
                return -ENOMEM;
        l->to_control.fd = -1;
        l->to_dataplane.fd = -1;
        l->worker_cnt = s->worker_cnt;
        l->incarnation = ++s->incarnation;
        rc = shm_region_create_to_control(&l->to_control, s->worker_cnt, l->incarnation, s->sizes);
        if (rc == 0)
                rc = shm_region_create_to_dataplane(&l->to_dataplane, s->worker_cnt, l->incarnation,
                                                    s->sizes);
        if (rc == 0)
                rc = shm_region_publish(&l->to_control);
        if (rc == 0)
                rc = shm_region_publish(&l->to_dataplane);
        for (uint16_t i = 0; rc == 0 && i < s->worker_cnt; i++)
                rc = link_bind(l, i);
        if (rc != 0) {
                link_free(l);
                return rc;
        }
        shm_cnc_init(link_cnc(&l->to_control), l->incarnation, (uint64_t)getpid(),
                     dp_clock_monotonic_ns());
        (void)shm_cnc_set_state(link_cnc(&l->to_control), SHM_CNC_RUN);
        *out = l;
        return 0;
}

static struct dp_link *current_link(struct dp_ctl_server *s)
{
        return atomic_load_explicit(&s->slot.link, memory_order_relaxed);
}

static void link_publish(struct dp_ctl_server *s, struct dp_link *l)
{
        struct dp_link *old = atomic_exchange_explicit(&s->slot.link, l, memory_order_acq_rel);

        if (old == NULL)
                return;
        old->retired_token = s->slot.qsbr != NULL ? rte_rcu_qsbr_start(s->slot.qsbr) : 0;
        old->next_retired = s->retired;
        s->retired = old;
}

/* Unmap the retired links that no worker can be using any more. */
static void links_reclaim(struct dp_ctl_server *s)
{
        struct dp_link **at = &s->retired;

        while (*at != NULL) {
                struct dp_link *l = *at;

                if (s->slot.qsbr != NULL &&
                    rte_rcu_qsbr_check(s->slot.qsbr, l->retired_token, false) == 0) {
                        at = &l->next_retired;
                        continue;
                }
                *at = l->next_retired;
                link_free(l);
        }
}

/* ---- one client at a time ---- */

static void client_drop(struct dp_ctl_server *s, const char *why)
{
        if (s->client < 0)
                return;
        DP_LOG(NOTICE, "control detached: %s\n", why);
        close(s->client);
        s->client = -1;
        link_free(s->offered);
        s->offered = NULL;
        link_publish(s, NULL);
}

static void refuse(int sock, int status, const char *text)
{
        struct shm_attach_msg m;

        shm_attach_msg_init(&m, SHM_ATTACH_REFUSE);
        m.status = status;
        strncpy(m.text, text, sizeof(m.text) - 1);
        (void)shm_attach_send(sock, &m, NULL, 0);
        DP_LOG(WARNING, "control refused: %s\n", text);
        close(sock);
}

static bool may_attach(const struct dp_ctl_server *s, int sock)
{
        struct ucred cred;
        socklen_t len = sizeof(cred);

        if (getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
                return false;
        return cred.uid == 0 || cred.uid == geteuid() || cred.uid == s->owner;
}

static void client_seat(struct dp_ctl_server *s, int sock)
{
        s->client = sock;
        s->client_since_ns = dp_clock_monotonic_ns();
}

static void client_accept(struct dp_ctl_server *s)
{
        int sock = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (sock < 0)
                return;
        if (!may_attach(s, sock))
                refuse(sock, -EPERM, "this user may not attach");
        else if (s->client >= 0)
                refuse(sock, -EBUSY, "another control process is attached");
        else
                client_seat(s, sock);
}

static int welcome(struct dp_ctl_server *s)
{
        struct shm_attach_msg m;
        int rc = link_create(s, &s->offered);

        if (rc != 0)
                return rc;
        int fds[SHM_ATTACH_FDS_MAX] = {s->stats.fd, s->offered->to_control.fd,
                                       s->offered->to_dataplane.fd};

        shm_attach_msg_init(&m, SHM_ATTACH_WELCOME);
        m.incarnation = s->offered->incarnation;
        m.worker_cnt = s->worker_cnt;
        m.pid = (uint64_t)getpid();
        return shm_attach_send(s->client, &m, fds, SHM_ATTACH_FDS_MAX);
}

static void client_ready(struct dp_ctl_server *s, const struct shm_attach_msg *m)
{
        if (s->offered == NULL || m->incarnation != s->offered->incarnation) {
                client_drop(s, "READY for another incarnation");
                return;
        }
        DP_LOG(NOTICE, "control attached: incarnation %lu\n",
               (unsigned long)s->offered->incarnation);
        link_publish(s, s->offered);
        s->offered = NULL;
}

static void client_blob(struct dp_ctl_server *s, const struct shm_attach_msg *m, int fd)
{
        struct shm_attach_msg ack;

        shm_attach_msg_init(&ack, SHM_ATTACH_BLOB_ACK);
        ack.blob_kind = m->blob_kind;
        ack.generation = m->generation;
        ack.status = dp_blob_take(&s->sinks[m->blob_kind], m, fd);
        if (ack.status != 0)
                DP_LOG(WARNING, "a table of kind %u from control was not taken: %s\n", m->blob_kind,
                       strerror(-ack.status));
        if (shm_attach_send(s->client, &ack, NULL, 0) != 0)
                client_drop(s, "it does not read its socket");
}

static void client_read(struct dp_ctl_server *s)
{
        struct shm_attach_msg m;
        int fds[SHM_ATTACH_FDS_MAX];
        size_t fd_cnt = 0;
        int rc = shm_attach_recv(s->client, &m, fds, &fd_cnt);

        if (rc == -EAGAIN)
                return;
        if (rc == -EPROTO && current_link(s) == NULL) {
                refuse(s->client, rc, "contract version or layout differs");
                s->client = -1;
                link_free(s->offered);
                s->offered = NULL;
        } else if (rc != 0) {
                client_drop(s, rc == -ECONNRESET ? "it hung up" : strerror(-rc));
        } else if (m.type == SHM_ATTACH_HELLO && s->offered == NULL && current_link(s) == NULL) {
                rc = welcome(s);
                if (rc != 0)
                        client_drop(s, strerror(-rc));
        } else if (m.type == SHM_ATTACH_READY) {
                client_ready(s, &m);
        } else if (m.type == SHM_ATTACH_BLOB && current_link(s) != NULL) {
                client_blob(s, &m, fds[0]);
        } else {
                client_drop(s, "message out of order");
        }
        for (size_t i = 0; rc == 0 && i < fd_cnt; i++)
                close(fds[i]);
}

/* A peer that is connected but dead in the head, or that a worker caught lying. */
static void link_watch(struct dp_ctl_server *s, uint64_t now_ns)
{
        struct dp_link *l = current_link(s);
        bool long_awake = now_ns - s->awake_ns > HEARTBEAT_LIMIT_NS;
        struct shm_cnc_view peer;

        if (s->client < 0)
                return;
        if (l == NULL) {
                if (long_awake && now_ns - s->client_since_ns > HANDSHAKE_LIMIT_NS)
                        client_drop(s, "it did not finish attaching");
                return;
        }
        shm_cnc_beat(link_cnc(&l->to_control), now_ns);
        shm_cnc_read(link_cnc(&l->to_dataplane), &peer);
        if (atomic_load_explicit(&l->broken, memory_order_relaxed))
                client_drop(s, "it broke the ring protocol");
        else if (long_awake && now_ns > peer.heartbeat_ns &&
                 now_ns - peer.heartbeat_ns > HEARTBEAT_LIMIT_NS)
                client_drop(s, "its heart stopped");
}

void dp_ctl_server_poll(struct dp_ctl_server *s, int timeout_ms)
{
        struct pollfd fds[2] = {
            {.fd = s->client, .events = POLLIN},
            {.fd = s->listener, .events = POLLIN},
        };

        (void)poll(fds, 2, timeout_ms);
        /* the client first: a dead control's hang-up makes room for its successor */
        if (fds[0].revents != 0)
                client_read(s);
        if (fds[1].revents != 0)
                client_accept(s);
        uint64_t now_ns = dp_clock_monotonic_ns();

        if (now_ns - s->polled_ns > STALL_NS)
                s->awake_ns = now_ns;
        s->polled_ns = now_ns;
        shm_cnc_beat(link_cnc(&s->stats), now_ns);
        link_watch(s, now_ns);
        links_reclaim(s);
        dp_swap_reclaim(&s->slot.blocklist);
        dp_swap_reclaim(&s->slot.rules);
}

bool dp_ctl_server_has_blocklist(const struct dp_ctl_server *s)
{
        return s->sinks[SHM_BLOB_BLOCKLIST].taken;
}

void dp_ctl_server_set_running(struct dp_ctl_server *s)
{
        (void)shm_cnc_set_state(link_cnc(&s->stats), SHM_CNC_RUN);
}

void dp_ctl_server_set_generation(struct dp_ctl_server *s, uint32_t generation)
{
        shm_cnc_set_generation(link_cnc(&s->stats), generation);
}

/* ---- making it ---- */

static int rcu_create(struct dp_ctl_server *s)
{
        size_t bytes = rte_rcu_qsbr_get_memsize(s->worker_cnt);

        s->slot.qsbr = rte_zmalloc("dp_ctl_rcu", bytes, RTE_CACHE_LINE_SIZE);
        if (s->slot.qsbr == NULL)
                return -ENOMEM;
        dp_blocklist_swap_init(&s->slot.blocklist, s->slot.qsbr);
        s->sinks[SHM_BLOB_BLOCKLIST] =
            (struct dp_blob_sink){.fn = dp_blocklist_swap_take, .arg = &s->slot.blocklist};
        s->slot.worker_cnt = s->worker_cnt;
        dp_rules_swap_init(&s->slot.rules, s->slot.qsbr);
        s->sinks[SHM_BLOB_RULES] = (struct dp_blob_sink){.fn = dp_rules_swap_take, .arg = &s->slot};
        return rte_rcu_qsbr_init(s->slot.qsbr, s->worker_cnt) == 0 ? 0 : -EINVAL;
}

static int stats_create(struct dp_ctl_server *s)
{
        int rc = shm_region_create_stats(&s->stats, s->worker_cnt);

        if (rc == 0)
                rc = shm_region_publish(&s->stats);
        if (rc == 0)
                shm_cnc_init(link_cnc(&s->stats), 0, (uint64_t)getpid(), dp_clock_monotonic_ns());
        return rc;
}

int dp_ctl_server_create_local(struct dp_ctl_server **out, uint16_t worker_cnt,
                               const struct shm_ring_sizes *sizes)
{
        struct dp_ctl_server *s = calloc(1, sizeof(*s));
        int rc;

        if (s == NULL)
                return -ENOMEM;
        s->worker_cnt = worker_cnt;
        s->sizes = *sizes;
        s->listener = -1;
        s->client = -1;
        s->stats.fd = -1;
        rc = rcu_create(s);
        if (rc == 0)
                rc = stats_create(s);
        if (rc != 0) {
                dp_ctl_server_destroy(s);
                return rc;
        }
        *out = s;
        return 0;
}

/* A socket file that nobody listens on is left over from a killed process. */
static int stale_remove(const struct sockaddr_un *addr)
{
        int probe = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        int rc = 0;

        if (probe < 0)
                return -errno;
        if (connect(probe, (const struct sockaddr *)addr, sizeof(*addr)) == 0)
                rc = -EADDRINUSE;
        else if (errno == ECONNREFUSED && unlink(addr->sun_path) != 0)
                rc = -errno;
        close(probe);
        return rc;
}

/* The directory's owner may connect: that is how an unprivileged control is let in. */
static int socket_hand_over(struct dp_ctl_server *s)
{
        char dir[sizeof(s->path)];
        struct stat st;
        char *slash;

        memcpy(dir, s->path, sizeof(dir));
        slash = strrchr(dir, '/');
        if (slash == NULL || slash == dir)
                strcpy(dir, slash == NULL ? "." : "/");
        else
                *slash = '\0';
        if (stat(dir, &st) != 0)
                return -errno;
        s->owner = st.st_uid;
        if (geteuid() == 0 && chown(s->path, st.st_uid, st.st_gid) != 0)
                return -errno;
        return chmod(s->path, 0660) == 0 ? 0 : -errno;
}

static int listener_open(struct dp_ctl_server *s, const char *socket_path)
{
        struct sockaddr_un addr = {.sun_family = AF_UNIX};
        int rc;

        if (strlen(socket_path) >= sizeof(addr.sun_path))
                return -ENAMETOOLONG;
        strcpy(addr.sun_path, socket_path);
        rc = stale_remove(&addr);
        if (rc != 0)
                return rc;
        s->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (s->listener < 0 || bind(s->listener, (struct sockaddr *)&addr, sizeof(addr)) != 0)
                return -errno;
        strcpy(s->path, socket_path);
        rc = socket_hand_over(s);
        if (rc == 0 && listen(s->listener, 8) != 0)
                rc = -errno;
        return rc;
}

int dp_ctl_server_create(struct dp_ctl_server **out, const char *socket_path, uint16_t worker_cnt)
{
        struct shm_ring_sizes sizes = DP_CTL_RING_SIZES;
        int rc = dp_ctl_server_create_local(out, worker_cnt, &sizes);

        if (rc != 0)
                return rc;
        rc = listener_open(*out, socket_path);
        if (rc != 0) {
                dp_ctl_server_destroy(*out);
                *out = NULL;
        }
        return rc;
}

void dp_ctl_server_destroy(struct dp_ctl_server *s)
{
        if (s == NULL)
                return;
        if (s->client >= 0)
                close(s->client);
        if (s->listener >= 0)
                close(s->listener);
        if (s->path[0] != '\0')
                unlink(s->path);
        link_free(s->offered);
        link_free(current_link(s));
        while (s->retired != NULL) {
                struct dp_link *next = s->retired->next_retired;

                link_free(s->retired);
                s->retired = next;
        }
        dp_swap_fini(&s->slot.blocklist);
        dp_swap_fini(&s->slot.rules);
        shm_region_detach(&s->stats);
        rte_free(s->slot.qsbr);
        free(s);
}

struct dp_link_slot *dp_ctl_server_slot(struct dp_ctl_server *s)
{
        return &s->slot;
}

struct shm_stats_page *dp_ctl_server_stats(struct dp_ctl_server *s, uint16_t worker)
{
        size_t bytes;

        return shm_region_part(&s->stats, SHM_PART_STATS, worker, &bytes);
}

int dp_ctl_server_local_fds(struct dp_ctl_server *s, int *to_control_fd, int *to_dataplane_fd)
{
        int rc = link_create(s, &s->offered);

        if (rc != 0)
                return rc;
        *to_control_fd = s->offered->to_control.fd;
        *to_dataplane_fd = s->offered->to_dataplane.fd;
        return 0;
}

void dp_ctl_server_local_ready(struct dp_ctl_server *s)
{
        link_publish(s, s->offered);
        s->offered = NULL;
}

void dp_ctl_server_local_detach(struct dp_ctl_server *s)
{
        link_publish(s, NULL);
        links_reclaim(s);
}
