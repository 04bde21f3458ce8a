/* SPDX-License-Identifier: Apache-2.0 */
/* check_kernel.c - what the contract between the two processes asks of the kernel. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "control/cli/doctor/doctor.h"
#include "control/cli/doctor/sysroot.h"

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010 /* linux/fcntl.h, since 5.1 */
#endif

/* The seals of shm_region.h on a segment of one page. 0 or the errno. */
static int try_seals(void)
{
        int fd = memfd_create("sluice-doctor", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        int err = 0;

        if (fd < 0)
                return errno;
        if (ftruncate(fd, 4096) != 0 ||
            fcntl(fd, F_ADD_SEALS,
                  F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) != 0)
                err = errno;
        close(fd);
        return err;
}

/* Where the kernel itself cannot be asked, its version tells. */
static bool is_old(const char *release)
{
        unsigned major = 0, minor = 0;

        return sscanf(release, "%u.%u", &major, &minor) == 2 &&
               (major < 5 || (major == 5 && minor < 1));
}

void cp_doctor_check_kernel(struct cp_doctor *d)
{
        char release[128];
        int err = d->live ? try_seals() : 0;

        cp_sys_read(d->root, "/proc/sys/kernel/osrelease", release, sizeof(release));
        if (!d->live && !release[0]) {
                cp_doctor_add(d, CP_DOCTOR_INFO, "kernel.seals",
                              "the kernel's version cannot be read");
        } else if (err || (!d->live && is_old(release))) {
                cp_doctor_add(d, CP_DOCTOR_FAIL, "kernel.seals",
                              "kernel %s cannot seal shared memory against writing (%s)", release,
                              err ? strerror(err) : "older than 5.1");
                cp_doctor_mend(d, "sudo apt install linux-image-amd64 && sudo reboot");
        } else {
                cp_doctor_add(d, CP_DOCTOR_OK, "kernel.seals",
                              "kernel %s can seal shared memory against writing", release);
        }
}
