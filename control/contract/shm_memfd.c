/* SPDX-License-Identifier: Apache-2.0 */
#include "control/contract/shm_memfd.h"

#include <errno.h>
#include <sys/mman.h>

#ifndef MFD_NOEXEC_SEAL /* Linux 6.3 */
#define MFD_NOEXEC_SEAL 0x0008U
#endif

int shm_memfd_open(const char *name)
{
        const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
        int fd = memfd_create(name, flags | MFD_NOEXEC_SEAL);

        if (fd < 0 && errno == EINVAL) /* a kernel older than the flag */
                fd = memfd_create(name, flags);
        return fd < 0 ? -errno : fd;
}
