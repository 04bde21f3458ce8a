/* SPDX-License-Identifier: Apache-2.0 */
#include "control/contract/shm_attach.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "control/contract/shm_region.h"
#include "control/contract/shm_step.h"

/* Room for more descriptors than any message may have; the kernel closes what exceeds even that,
 * and says so (MSG_CTRUNC). */
#define FDS_ROOM 16u

union fd_room {
        struct cmsghdr align;
        char b[CMSG_SPACE(FDS_ROOM * sizeof(int))];
};

void shm_attach_msg_init(struct shm_attach_msg *m, enum shm_attach_type type)
{
        memset(m, 0, sizeof(*m));
        m->magic = SHM_MAGIC;
        m->type = (uint16_t)type;
        m->abi_major = SHM_ABI_MAJOR;
        m->abi_minor = SHM_ABI_MINOR;
        m->layout_hash = shm_layout_hash();
}

int shm_attach_send(int sock, const struct shm_attach_msg *m, const int *fds, size_t fd_cnt)
{
        struct shm_attach_msg copy = *m; /* sendmsg() takes no const */
        struct iovec iov = {.iov_base = &copy, .iov_len = sizeof(copy)};
        struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1};
        union fd_room room;
        ssize_t n;

        if (fd_cnt > SHM_ATTACH_FDS_MAX)
                return -EINVAL;
        if (fd_cnt > 0) {
                struct cmsghdr *c;

                memset(&room, 0, sizeof(room));
                h.msg_control = room.b;
                h.msg_controllen = CMSG_SPACE(fd_cnt * sizeof(int));
                c = CMSG_FIRSTHDR(&h);
                c->cmsg_level = SOL_SOCKET;
                c->cmsg_type = SCM_RIGHTS;
                c->cmsg_len = CMSG_LEN(fd_cnt * sizeof(int));
                memcpy(CMSG_DATA(c), fds, fd_cnt * sizeof(int));
        }
        SHM_STEP("attach: unsent");
        do {
                n = sendmsg(sock, &h, MSG_NOSIGNAL);
        } while (n < 0 && errno == EINTR);
        SHM_STEP("attach: sent");
        if (n < 0)
                return -errno;
        return n == (ssize_t)sizeof(copy) ? 0 : -EPROTO;
}

/* Take every descriptor that came, wanted or not: whoever is not named here leaks. */
static size_t fds_collect(struct msghdr *h, int fds[FDS_ROOM])
{
        size_t cnt = 0;

        for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
                size_t here;

                if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
                        continue;
                here = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
                if (here > FDS_ROOM - cnt)
                        here = FDS_ROOM - cnt; /* cannot be: the room has no more */
                memcpy(&fds[cnt], CMSG_DATA(c), here * sizeof(int));
                cnt += here;
        }
        return cnt;
}

static size_t fds_due(uint16_t type)
{
        switch (type) {
        case SHM_ATTACH_WELCOME:
                return 3;
        case SHM_ATTACH_BLOB:
                return 1;
        default:
                return 0;
        }
}

static bool frame_ok(const struct shm_attach_msg *m)
{
        return m->magic == SHM_MAGIC && m->type >= SHM_ATTACH_HELLO &&
               m->type <= SHM_ATTACH_BLOB_ACK;
}

/* The rule of shm_base.h: control attaches to a dataplane whose minor is not below its own. HELLO,
 * READY and BLOB come from control, the others from the dataplane. */
static bool version_ok(const struct shm_attach_msg *m)
{
        const uint16_t minor = SHM_ABI_MINOR;
        bool from_control = m->type == SHM_ATTACH_HELLO || m->type == SHM_ATTACH_READY ||
                            m->type == SHM_ATTACH_BLOB;

        if (m->abi_major != SHM_ABI_MAJOR || m->layout_hash != shm_layout_hash())
                return false;
        return from_control ? m->abi_minor <= minor : m->abi_minor >= minor;
}

static bool blob_kind_ok(uint16_t kind)
{
        return kind >= SHM_BLOB_RULES && kind < SHM_BLOB_KINDS;
}

static bool fields_ok(const struct shm_attach_msg *m)
{
        if (m->reserved != 0)
                return false;
        switch (m->type) {
        case SHM_ATTACH_WELCOME:
                return m->worker_cnt >= 1 && m->worker_cnt <= SHM_WORKERS_MAX;
        case SHM_ATTACH_REFUSE:
                return m->status < 0;
        case SHM_ATTACH_BLOB:
                return blob_kind_ok(m->blob_kind) && m->bytes >= 1 &&
                       m->bytes <= SHM_BLOB_BYTES_MAX;
        case SHM_ATTACH_BLOB_ACK:
                return blob_kind_ok(m->blob_kind) && m->status <= 0;
        default:
                return true;
        }
}

/* What a peer says about itself ends up in a log. */
static void text_tame(char *text, size_t room)
{
        size_t i;

        for (i = 0; i < room - 1 && text[i]; i++) {
                if (text[i] < ' ' || text[i] > '~')
                        text[i] = '?';
        }
        memset(&text[i], 0, room - i);
}

static int msg_judge(struct shm_attach_msg *m, size_t fd_cnt)
{
        if (!frame_ok(m)) {
                memset(m, 0, sizeof(*m));
                return -EPROTO;
        }
        text_tame(m->text, sizeof(m->text));
        if (!version_ok(m))
                return -EPROTO;
        if (!fields_ok(m) || fd_cnt != fds_due(m->type)) {
                memset(m, 0, sizeof(*m));
                return -EPROTO;
        }
        return 0;
}

int shm_attach_recv(int sock, struct shm_attach_msg *m, int *fds, size_t *fd_cnt)
{
        union fd_room room;
        struct iovec iov = {.iov_base = m, .iov_len = sizeof(*m)};
        struct msghdr h = {.msg_iov = &iov,
                           .msg_iovlen = 1,
                           .msg_control = room.b,
                           .msg_controllen = sizeof(room.b)};
        int got[FDS_ROOM];
        size_t got_cnt;
        ssize_t n;
        int err = 0;

        *fd_cnt = 0;
        memset(m, 0, sizeof(*m));
        do {
                n = recvmsg(sock, &h, MSG_CMSG_CLOEXEC);
        } while (n < 0 && errno == EINTR);
        if (n < 0)
                return errno == EPIPE ? -ECONNRESET : -errno;
        SHM_STEP("attach: received");
        got_cnt = fds_collect(&h, got);
        if (n == 0) {
                err = -ECONNRESET; /* the end, as far as a sequence of packets can tell */
        } else if (n != (ssize_t)sizeof(*m) || (h.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
                memset(m, 0, sizeof(*m));
                err = -EPROTO;
        } else {
                err = msg_judge(m, got_cnt);
        }
        if (err) {
                for (size_t i = 0; i < got_cnt; i++)
                        close(got[i]);
                return err;
        }
        for (size_t i = 0; i < got_cnt; i++)
                fds[i] = got[i]; /* fds_due() many, never above SHM_ATTACH_FDS_MAX */
        *fd_cnt = got_cnt;
        return 0;
}
