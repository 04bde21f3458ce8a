/* SPDX-License-Identifier: Apache-2.0 */
#include "control/link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

void cp_link_init(struct cp_link *l, const char *path)
{
        memset(l, 0, sizeof(*l));
        l->sock = -1;
        l->stats.fd = l->to_control.fd = l->to_dataplane.fd = -1;
        snprintf(l->path, sizeof(l->path), "%s", path);
}

/* Keep the text of the newest failure; `told` falls when it is another one. */
__attribute__((format(printf, 2, 3))) static void fail(struct cp_link *l, const char *fmt, ...)
{
        char text[sizeof(l->error)];
        va_list args;

        va_start(args, fmt);
        vsnprintf(text, sizeof(text), fmt, args);
        va_end(args);
        if (strcmp(text, l->error) != 0) {
                l->told = false;
                memcpy(l->error, text, sizeof(text));
        }
}

void cp_link_detach(struct cp_link *l)
{
        if (l->cnc != NULL)
                (void)shm_cnc_set_state(l->cnc, SHM_CNC_HALT);
        l->cnc = NULL;
        for (unsigned w = 0; w < SHM_WORKERS_MAX; w++)
                cp_cursor_fini(&l->cursor[w]);
        memset(l->req, 0, sizeof(l->req));
        memset(l->rep, 0, sizeof(l->rep));
        memset(l->evt, 0, sizeof(l->evt));
        memset(l->blobs, 0, sizeof(l->blobs));
        memset(&l->bindings, 0, sizeof(l->bindings));
        l->blobs_told = 0;
        l->rules_told = 0;
        shm_region_detach(&l->stats);
        shm_region_detach(&l->to_control);
        shm_region_detach(&l->to_dataplane);
        if (l->sock >= 0)
                close(l->sock);
        l->sock = -1;
        l->worker_cnt = 0;
        l->state = CP_LINK_STATE_DOWN;
        atomic_store(&l->broken, false);
}

/* Bind every ring of one worker. 0 or a negative errno. */
static int bind_worker(struct cp_link *l, uint16_t w)
{
        size_t req_bytes = 0;
        size_t evt_bytes = 0;
        size_t rep_bytes = 0;
        void *req = shm_region_part(&l->to_control, SHM_PART_RING_REQ, w, &req_bytes);
        void *evt = shm_region_part(&l->to_control, SHM_PART_RING_EVT, w, &evt_bytes);
        void *rep = shm_region_part(&l->to_dataplane, SHM_PART_RING_REP, w, &rep_bytes);
        void *rep_tail = shm_region_part(&l->to_control, SHM_PART_TAIL_REP, w, NULL);
        void *req_tail = shm_region_part(&l->to_dataplane, SHM_PART_TAIL_REQ, w, NULL);
        void *evt_tail = shm_region_part(&l->to_dataplane, SHM_PART_TAIL_EVT, w, NULL);
        int rc;

        if (rep_tail == NULL || req_tail == NULL || evt_tail == NULL)
                return -EBADMSG;
        rc = shm_ring_consumer_init(&l->req[w], req, req_bytes, req_tail);
        if (rc == 0)
                rc = shm_ring_consumer_init(&l->evt[w], evt, evt_bytes, evt_tail);
        if (rc == 0)
                rc = shm_ring_producer_init(&l->rep[w], rep, rep_bytes, rep_tail);
        return rc;
}

static uint64_t monotonic_ns(void)
{
        struct timespec ts;

        clock_gettime(CLOCK_MONOTONIC, &ts);
        return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Both ring segments are mapped: take them into use. */
static int bind_rings(struct cp_link *l, uint32_t generation)
{
        uint16_t workers = l->to_control.header.worker_cnt;
        int rc = 0;

        if (workers == 0 || workers > SHM_WORKERS_MAX ||
            workers != l->to_dataplane.header.worker_cnt ||
            l->to_control.header.incarnation != l->to_dataplane.header.incarnation)
                return -EBADMSG;
        l->cnc = shm_region_part(&l->to_dataplane, SHM_PART_CNC, 0, NULL);
        if (l->cnc == NULL)
                return -EBADMSG;
        for (uint16_t w = 0; w < workers && rc == 0; w++) {
                rc = bind_worker(l, w);
                cp_cursor_init(&l->cursor[w], generation);
        }
        if (rc != 0)
                return rc;
        l->worker_cnt = workers;
        l->incarnation = l->to_dataplane.header.incarnation;
        shm_cnc_init(l->cnc, l->incarnation, (uint64_t)getpid(), monotonic_ns());
        return shm_cnc_set_state(l->cnc, SHM_CNC_RUN);
}

/* A descriptor is what its header says it is, wherever it stood in the message. */
static int attach_fd(struct cp_link *l, int fd)
{
        const struct {
                struct shm_region *region;
                enum shm_region_kind kind;
                bool writable;
        } kinds[] = {
            {&l->stats, SHM_REGION_STATS, false},
            {&l->to_control, SHM_REGION_TO_CONTROL, false},
            {&l->to_dataplane, SHM_REGION_TO_DATAPLANE, true},
        };
        int rc = -EPROTO;

        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
                if (kinds[i].region->base != NULL)
                        continue;
                rc = shm_region_attach(kinds[i].region, fd, kinds[i].kind, kinds[i].writable);
                if (rc == 0)
                        return 0;
        }
        return rc;
}

int cp_link_bind(struct cp_link *l, int to_control_fd, int to_dataplane_fd)
{
        const int given[2] = {to_control_fd, to_dataplane_fd};
        int rc = 0;

        for (int i = 0; i < 2 && rc == 0; i++) {
                int fd = fcntl(given[i], F_DUPFD_CLOEXEC, 0);

                if (fd < 0)
                        return -errno;
                rc = attach_fd(l, fd);
                if (rc != 0)
                        close(fd);
        }
        if (rc == 0)
                rc = l->to_control.base == NULL || l->to_dataplane.base == NULL ? -EBADMSG
                                                                                : bind_rings(l, 0);
        if (rc == 0)
                l->state = CP_LINK_STATE_ATTACHED;
        else
                cp_link_detach(l);
        return rc;
}

bool cp_link_peer(const struct cp_link *l, struct shm_cnc_view *out)
{
        const struct shm_cnc *cnc =
            l->stats.base == NULL ? NULL : shm_region_part(&l->stats, SHM_PART_CNC, 0, NULL);

        if (cnc == NULL)
                return false;
        shm_cnc_read(cnc, out);
        return true;
}

static enum cp_link_news give_up(struct cp_link *l)
{
        cp_link_detach(l);
        return CP_LINK_REFUSED;
}

static enum cp_link_news greet(struct cp_link *l)
{
        struct sockaddr_un addr = {.sun_family = AF_UNIX};
        struct shm_attach_msg hello;
        int rc;

        _Static_assert(sizeof(addr.sun_path) == sizeof(((struct cp_link *)0)->path), "path fits");
        memcpy(addr.sun_path, l->path, sizeof(l->path));
        l->sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (l->sock < 0 || connect(l->sock, (const struct sockaddr *)&addr, sizeof(addr)) != 0) {
                fail(l, "cannot connect: %s", strerror(errno));
                return give_up(l);
        }
        shm_attach_msg_init(&hello, SHM_ATTACH_HELLO);
        hello.pid = (uint64_t)getpid();
        rc = shm_attach_send(l->sock, &hello, NULL, 0);
        if (rc != 0) {
                fail(l, "cannot greet: %s", strerror(-rc));
                return give_up(l);
        }
        l->state = CP_LINK_STATE_GREETING;
        return CP_LINK_SAME;
}

static int take_welcome(struct cp_link *l, const struct shm_attach_msg *m, int *fds, size_t fd_cnt)
{
        struct shm_cnc_view peer = {0};
        int rc = fd_cnt == SHM_ATTACH_FDS_MAX ? 0 : -EPROTO;

        for (size_t i = 0; i < fd_cnt && rc == 0; i++) {
                rc = attach_fd(l, fds[i]);
                if (rc == 0)
                        fds[i] = -1; /* taken over */
        }
        if (rc != 0)
                return rc;
        if (l->to_dataplane.header.incarnation != m->incarnation)
                return -EBADMSG;
        l->peer_pid = m->pid;
        (void)cp_link_peer(l, &peer);
        return bind_rings(l, (uint32_t)peer.generation);
}

static enum cp_link_news read_answer(struct cp_link *l)
{
        struct shm_attach_msg m;
        int fds[SHM_ATTACH_FDS_MAX];
        size_t fd_cnt = 0;
        int rc;

        memset(&m, 0, sizeof(m));
        rc = shm_attach_recv(l->sock, &m, fds, &fd_cnt);
        if (rc == -EAGAIN)
                return CP_LINK_SAME;
        if (rc == -EPROTO && (m.type == SHM_ATTACH_WELCOME || m.type == SHM_ATTACH_REFUSE)) {
                fail(l, "it speaks ABI %u.%u, which does not fit our %u.%u: %s", m.abi_major,
                     m.abi_minor, SHM_ABI_MAJOR, SHM_ABI_MINOR,
                     m.text[0] != '\0' ? m.text : "update the older of the two");
        } else if (rc != 0) {
                fail(l, "handshake broken off: %s", strerror(-rc));
        } else if (m.type == SHM_ATTACH_REFUSE) {
                fail(l, "it refuses: %s", m.text);
        } else if (m.type != SHM_ATTACH_WELCOME) {
                fail(l, "handshake: unexpected message %u", m.type);
        } else {
                rc = take_welcome(l, &m, fds, fd_cnt);
                if (rc != 0)
                        fail(l, "segments not usable: %s", strerror(-rc));
                else
                        l->state = CP_LINK_STATE_BOUND;
        }
        for (size_t i = 0; rc != -EPROTO && i < fd_cnt; i++) {
                if (fds[i] >= 0)
                        close(fds[i]);
        }
        return l->state == CP_LINK_STATE_BOUND ? CP_LINK_BOUND : give_up(l);
}

int cp_link_ready(struct cp_link *l)
{
        struct shm_attach_msg ready;
        int rc;

        shm_attach_msg_init(&ready, SHM_ATTACH_READY);
        ready.incarnation = l->incarnation;
        rc = shm_attach_send(l->sock, &ready, NULL, 0);
        if (rc != 0) {
                fail(l, "cannot say ready: %s", strerror(-rc));
                return rc;
        }
        l->state = CP_LINK_STATE_ATTACHED;
        l->error[0] = '\0';
        l->told = false;
        return 0;
}

int cp_link_offer(struct cp_link *l, const struct cp_blob *b)
{
        struct cp_link_blob *mine = &l->blobs[b->kind];
        struct shm_attach_msg m;
        int rc;

        if (mine->offered == b->generation)
                return 0;
        shm_attach_msg_init(&m, SHM_ATTACH_BLOB);
        m.blob_kind = b->kind;
        m.generation = b->generation;
        m.bytes = b->bytes;
        memcpy(m.digest, b->digest, sizeof(m.digest));
        rc = shm_attach_send(l->sock, &m, &b->fd, 1);
        if (rc != -EAGAIN)
                mine->offered = b->generation;
        return rc;
}

static void take_ack(struct cp_link *l, const struct shm_attach_msg *m)
{
        l->blobs[m->blob_kind].answered = m->generation;
        l->blobs[m->blob_kind].status = m->status;
}

/* From an attached dataplane come its answers to blobs, and its hang-up. */
static enum cp_link_news watch(struct cp_link *l)
{
        struct shm_attach_msg m;
        int fds[SHM_ATTACH_FDS_MAX];
        size_t fd_cnt = 0;
        int rc;

        if (atomic_load(&l->broken)) {
                fail(l, "it broke the ring protocol");
                return CP_LINK_LOST;
        }
        rc = shm_attach_recv(l->sock, &m, fds, &fd_cnt);
        if (rc == -EAGAIN)
                return CP_LINK_SAME;
        if (rc == 0 && m.type == SHM_ATTACH_BLOB_ACK) {
                take_ack(l, &m);
                return CP_LINK_SAME;
        }
        for (size_t i = 0; rc == 0 && i < fd_cnt; i++)
                close(fds[i]);
        if (rc == -ECONNRESET)
                fail(l, "it hung up");
        else
                fail(l, "unexpected message %u", rc == 0 ? m.type : 0u);
        return CP_LINK_LOST;
}

enum cp_link_news cp_link_step(struct cp_link *l)
{
        enum cp_link_news news = CP_LINK_SAME;

        if (l->state == CP_LINK_STATE_DOWN)
                news = greet(l);
        if (news == CP_LINK_SAME && l->state == CP_LINK_STATE_GREETING)
                return read_answer(l);
        if (news == CP_LINK_SAME && l->state == CP_LINK_STATE_ATTACHED)
                return watch(l);
        return news;
}
