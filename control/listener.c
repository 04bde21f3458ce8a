/* SPDX-License-Identifier: Apache-2.0 */
#include "control/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* /run/sluice may not be there yet; opening the lock tells if this did not work. */
static void make_parent(const char *path)
{
        char dir[sizeof(((struct cp_listener *)0)->path)];
        char *slash;

        snprintf(dir, sizeof(dir), "%s", path);
        slash = strrchr(dir, '/');
        if (slash != NULL && slash != dir) {
                *slash = '\0';
                (void)mkdir(dir, 0755);
        }
}

static int take_lock(struct cp_listener *l, char *why, size_t why_len)
{
        char path[sizeof(l->path) + 8];

        snprintf(path, sizeof(path), "%s.lock", l->path);
        l->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (l->lock_fd < 0) {
                int e = errno;

                snprintf(why, why_len, "%s: %s", path, strerror(e));
                return -e;
        }
        if (flock(l->lock_fd, LOCK_EX | LOCK_NB) == 0)
                return 0;
        snprintf(why, why_len, "another sluice-control serves %s", l->path);
        return -EADDRINUSE;
}

static int bind_socket(struct cp_listener *l)
{
        struct sockaddr_un addr = {.sun_family = AF_UNIX};
        struct stat st;
        mode_t before;
        int rc = 0;

        _Static_assert(sizeof(addr.sun_path) == sizeof(l->path), "path fits");
        memcpy(addr.sun_path, l->path, sizeof(l->path));
        if (lstat(l->path, &st) == 0) {
                if (!S_ISSOCK(st.st_mode))
                        return -EEXIST;
                if (unlink(l->path) != 0)
                        return -errno;
        }
        l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (l->fd < 0)
                return -errno;
        before = umask(0117);
        if (bind(l->fd, (const struct sockaddr *)&addr, sizeof(addr)) != 0)
                rc = -errno;
        umask(before);
        return rc;
}

int cp_listener_open(struct cp_listener *l, const char *path, char *why, size_t why_len)
{
        int rc;

        memset(l, 0, sizeof(*l));
        l->fd = -1;
        snprintf(l->path, sizeof(l->path), "%s", path);
        make_parent(path);
        rc = take_lock(l, why, why_len);
        if (rc == 0) {
                rc = bind_socket(l);
                if (rc != 0)
                        snprintf(why, why_len, "%s: %s", path, strerror(-rc));
        }
        if (rc != 0) {
                if (l->fd >= 0)
                        close(l->fd);
                if (l->lock_fd >= 0)
                        close(l->lock_fd);
        }
        return rc;
}

void cp_listener_close(struct cp_listener *l)
{
        (void)unlink(l->path);
        if (l->fd >= 0)
                close(l->fd);
        close(l->lock_fd); /* the lock file stays: removing it would let two hold "the" lock */
}
