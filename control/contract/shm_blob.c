/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control/contract/shm_attach.h"
#include "control/contract/shm_memfd.h"

#define SEALS_BLOB (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)

static int write_all(int fd, const char *data, size_t bytes)
{
        while (bytes > 0) {
                ssize_t n = write(fd, data, bytes);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : -EIO;
                data += n;
                bytes -= (size_t)n;
        }
        return 0;
}

int shm_blob_create(const char *name, const void *data, size_t bytes)
{
        int err;
        int fd;

        if (bytes == 0 || bytes > SHM_BLOB_BYTES_MAX)
                return -EINVAL;
        fd = shm_memfd_open(name);
        if (fd < 0)
                return fd;
        /* Written through the descriptor: F_SEAL_WRITE wants no writable mapping to exist. */
        err = write_all(fd, data, bytes);
        if (!err && fcntl(fd, F_ADD_SEALS, SEALS_BLOB) != 0)
                err = -errno;
        if (err) {
                close(fd);
                return err;
        }
        return fd;
}

int shm_blob_map(int fd, uint64_t bytes, const void **data)
{
        struct stat st;
        void *base;
        int seals = fcntl(fd, F_GET_SEALS);

        if (seals < 0)
                return errno == EBADF ? -EBADF : -EPERM;
        if ((seals & SEALS_BLOB) != SEALS_BLOB)
                return -EPERM;
        if (fstat(fd, &st) != 0)
                return -errno;
        if (bytes == 0 || bytes > SHM_BLOB_BYTES_MAX || (uint64_t)st.st_size != bytes)
                return -EBADMSG;
        /* MAP_PRIVATE: before Linux 6.7 a shared mapping of a write-sealed file is refused even
         * when it is read-only. The pages are the same. */
        base = mmap(NULL, (size_t)bytes, PROT_READ, MAP_PRIVATE, fd, 0);
        if (base == MAP_FAILED)
                return -errno;
        *data = base;
        return 0;
}
