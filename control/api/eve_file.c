/* SPDX-License-Identifier: Apache-2.0 */
#include "control/api/eve_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int open_path(struct cp_eve_file *f, int flags)
{
        f->fd = -1;
        if (f->path[0] == '\0')
                return 0;
        if (strcmp(f->path, "-") == 0)
                f->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
        else
                f->fd = open(f->path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0640);
        f->error = f->fd < 0 ? errno : 0;
        return -f->error;
}

int cp_eve_file_open(struct cp_eve_file *f, const char *path, bool truncate)
{
        f->len = 0;
        f->lines = 0;
        f->lost = 0;
        f->error = 0;
        atomic_init(&f->reopen, false);
        snprintf(f->path, sizeof(f->path), "%s", path);
        return open_path(f, truncate ? O_TRUNC : O_APPEND);
}

/* Write all of it, or count its lines as lost. */
static int write_out(struct cp_eve_file *f, const char *data, size_t len)
{
        size_t done = 0;

        while (done < len && f->fd >= 0) {
                ssize_t n = write(f->fd, data + done, len - done);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0) {
                        f->error = n < 0 ? errno : EIO;
                        break;
                }
                done += (size_t)n;
        }
        if (done == len) {
                f->error = 0;
                return 0;
        }
        for (size_t i = done; i < len; i++)
                f->lost += data[i] == '\n';
        return -f->error;
}

int cp_eve_file_flush(struct cp_eve_file *f)
{
        int rc = 0;

        if (f->len != 0)
                rc = write_out(f, f->buf, f->len);
        f->len = 0;
        if (atomic_exchange(&f->reopen, false)) {
                if (f->fd >= 0)
                        close(f->fd);
                rc = open_path(f, O_APPEND);
        }
        return rc;
}

void cp_eve_file_write(struct cp_eve_file *f, const char *line, size_t len)
{
        if (f->path[0] == '\0')
                return;
        if (len > sizeof(f->buf) - f->len)
                (void)cp_eve_file_flush(f);
        f->lines++;
        if (len > sizeof(f->buf)) {
                (void)write_out(f, line, len);
                return;
        }
        memcpy(f->buf + f->len, line, len);
        f->len += len;
}

void cp_eve_file_reopen(struct cp_eve_file *f)
{
        atomic_store(&f->reopen, true);
}

void cp_eve_file_close(struct cp_eve_file *f)
{
        (void)cp_eve_file_flush(f);
        if (f->fd >= 0)
                close(f->fd);
        f->fd = -1;
}
