/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/edge/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/random.h>
#include <sys/stat.h>

#define PATH_BYTES 256

static int read_key(int fd, struct dp_siphash_key *key)
{
        struct dp_siphash_key got;
        struct stat st;

        if (fstat(fd, &st) != 0)
                return -errno;
        if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077) != 0)
                return -EPERM;
        if (st.st_size != sizeof(got) || read(fd, &got, sizeof(got)) != sizeof(got))
                return -EINVAL;
        *key = got;
        return 0;
}

static bool write_key(int fd, const struct dp_siphash_key *key)
{
        bool good = write(fd, key, sizeof(*key)) == sizeof(*key) && fsync(fd) == 0;

        return close(fd) == 0 && good;
}

/* Whole or not at all: it is written beside its place and then put there. */
static int make_key(const char *path, struct dp_siphash_key *key)
{
        struct dp_siphash_key made;
        char beside[PATH_BYTES];
        int fd, rc = 0;

        if (snprintf(beside, sizeof(beside), "%s.new", path) >= (int)sizeof(beside))
                return -ENAMETOOLONG;
        if (getrandom(&made, sizeof(made), 0) != sizeof(made))
                return -EIO;
        fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return -errno;
        if (!write_key(fd, &made) || rename(beside, path) != 0)
                rc = errno != 0 ? -errno : -EIO;
        if (rc != 0)
                (void)unlink(beside);
        else
                *key = made;
        return rc;
}

int dp_key_file_load(const char *path, struct dp_siphash_key *key)
{
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        int rc;

        if (fd < 0)
                return errno == ENOENT ? make_key(path, key) : -errno;
        rc = read_key(fd, key);
        (void)close(fd);
        return rc;
}
