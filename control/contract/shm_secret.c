/* SPDX-License-Identifier: Apache-2.0 */
#include "control/contract/shm_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIGITS (2u * SHM_SECRET_BYTES)

static int digit(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int parse(const char *text, size_t len, uint8_t out[SHM_SECRET_BYTES])
{
        if (len < DIGITS || len > DIGITS + 1 || (len == DIGITS + 1 && text[DIGITS] != '\n'))
                return -EINVAL;
        for (size_t i = 0; i < SHM_SECRET_BYTES; i++) {
                int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

                if (high < 0 || low < 0)
                        return -EINVAL;
                out[i] = (uint8_t)(high << 4 | low);
        }
        return 0;
}

int shm_secret_load(const char *path, uint8_t out[SHM_SECRET_BYTES])
{
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        char text[DIGITS + 2];
        struct stat st;
        ssize_t len = 0;
        int rc = 0;

        if (fd < 0)
                return -errno;
        if (fstat(fd, &st) != 0)
                rc = -errno;
        else if (!S_ISREG(st.st_mode) || (st.st_mode & 07) != 0)
                rc = -EPERM;
        else if ((len = read(fd, text, sizeof(text))) < 0)
                rc = -errno;
        (void)close(fd);
        return rc != 0 ? rc : parse(text, (size_t)len, out);
}
