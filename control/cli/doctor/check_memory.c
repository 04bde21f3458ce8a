/* SPDX-License-Identifier: Apache-2.0 */
/* check_memory.c - huge pages, and the right to lock memory. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/cli/doctor/doctor.h"
#include "control/cli/doctor/sysroot.h"

#define HUGE_DIR          "/sys/kernel/mm/hugepages"
#define CAP_IPC_LOCK      14u
#define MEMLOCK_BYTES_MIN (UINT64_C(256) << 20) /* the default mempool, and rings, with room */

struct huge {
        const struct cp_doctor *d;
        uint64_t kib;
        uint64_t free_kib;
        char text[256]; /* "512 of 2048 kB (400 free)" */
};

static void add_size(void *ctx, const char *name)
{
        struct huge *h = ctx;
        uint64_t kib, total = 0, unused = 0;
        size_t len = strlen(h->text);
        char path[512];

        if (strncmp(name, "hugepages-", 10) != 0)
                return;
        kib = strtoull(name + 10, NULL, 10);
        snprintf(path, sizeof(path), HUGE_DIR "/%s/nr_hugepages", name);
        cp_sys_number(h->d->root, path, &total);
        snprintf(path, sizeof(path), HUGE_DIR "/%s/free_hugepages", name);
        cp_sys_number(h->d->root, path, &unused);
        if (total == 0)
                return;
        h->kib += total * kib;
        h->free_kib += unused * kib;
        snprintf(h->text + len, sizeof(h->text) - len,
                 "%s%" PRIu64 " of %" PRIu64 " kB (%" PRIu64 " free)", len ? ", " : "", total, kib,
                 unused);
}

/* A line of /proc/mounts: device, place, type, ... */
static bool hugetlbfs_mounted(const struct cp_doctor *d)
{
        char text[4 * CP_SYS_TEXT_BYTES];

        return cp_sys_read(d->root, "/proc/mounts", text, sizeof(text)) > 0 &&
               strstr(text, " hugetlbfs ") != NULL;
}

static void check_hugepages(struct cp_doctor *d)
{
        struct huge h = {.d = d};

        cp_sys_each(d->root, HUGE_DIR, add_size, &h);
        if (h.kib == 0) {
                cp_doctor_add(d, CP_DOCTOR_WARN, "memory.hugepages",
                              "no huge pages: the dataplane needs --no-huge, and every table "
                              "lookup costs more");
                cp_doctor_mend(d, "echo 512 | sudo tee /proc/sys/vm/nr_hugepages");
                return;
        }
        if (h.free_kib == 0) {
                cp_doctor_add(d, CP_DOCTOR_WARN, "memory.hugepages",
                              "huge pages: %s; a dataplane that starts now gets none", h.text);
                cp_doctor_mend(d, "echo 512 | sudo tee -a /proc/sys/vm/nr_hugepages");
        } else {
                cp_doctor_add(d, CP_DOCTOR_OK, "memory.hugepages", "huge pages: %s", h.text);
        }
        if (hugetlbfs_mounted(d)) {
                cp_doctor_add(d, CP_DOCTOR_OK, "memory.hugetlbfs", "hugetlbfs is mounted");
        } else {
                cp_doctor_add(d, CP_DOCTOR_WARN, "memory.hugetlbfs",
                              "hugetlbfs is not mounted: only --in-memory can use the huge pages");
                cp_doctor_mend(d, "sudo mkdir -p /dev/hugepages && "
                                  "sudo mount -t hugetlbfs nodev /dev/hugepages");
        }
}

static void check_thp(struct cp_doctor *d)
{
        char text[128];

        if (cp_sys_read(d->root, "/sys/kernel/mm/transparent_hugepage/enabled", text,
                        sizeof(text)) <= 0) {
                cp_doctor_add(d, CP_DOCTOR_INFO, "memory.thp",
                              "this kernel has no transparent huge pages");
        } else if (strstr(text, "[always]")) {
                cp_doctor_add(d, CP_DOCTOR_WARN, "memory.thp",
                              "transparent huge pages are always on: the kernel may stop a worker "
                              "to move its memory");
                cp_doctor_mend(d, "echo madvise | sudo tee "
                                  "/sys/kernel/mm/transparent_hugepage/enabled");
        } else {
                cp_doctor_add(d, CP_DOCTOR_OK, "memory.thp", "transparent huge pages: %s", text);
        }
}

static void check_memlock(struct cp_doctor *d)
{
        char text[128];
        uint64_t soft;

        if (cp_doctor_has_cap(d, CAP_IPC_LOCK)) {
                cp_doctor_add(d, CP_DOCTOR_OK, "memory.memlock",
                              "locked memory: no limit (CAP_IPC_LOCK)");
                return;
        }
        if (!cp_sys_line(d->root, "/proc/self/limits", "Max locked memory", text, sizeof(text))) {
                cp_doctor_add(d, CP_DOCTOR_INFO, "memory.memlock",
                              "the limit on locked memory cannot be read");
                return;
        }
        text[strcspn(text, " ")] = '\0';
        soft = strtoull(text, NULL, 10);
        if (strcmp(text, "unlimited") == 0 || soft >= MEMLOCK_BYTES_MIN) {
                cp_doctor_add(d, CP_DOCTOR_OK, "memory.memlock", "locked memory: %s", text);
                return;
        }
        cp_doctor_add(d, CP_DOCTOR_WARN, "memory.memlock",
                      "only %" PRIu64 " KiB of memory may be locked: VFIO cannot map the packet "
                      "buffers of this user",
                      soft >> 10);
        cp_doctor_mend(d, "ulimit -l unlimited    # in a systemd unit: LimitMEMLOCK=infinity");
}

void cp_doctor_check_memory(struct cp_doctor *d)
{
        check_hugepages(d);
        check_thp(d);
        check_memlock(d);
}
