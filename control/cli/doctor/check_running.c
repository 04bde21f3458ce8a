/* SPDX-License-Identifier: Apache-2.0 */
/* check_running.c - the two processes, their sockets, and room for what control writes. */
#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "control/cli/doctor/doctor.h"
#include "control/cli/doctor/sysroot.h"
#include "control/config/config.h"

#define COMM_BYTES     15u /* the kernel cuts a process's name to this */
#define DISK_BYTES_MIN (UINT64_C(1) << 30)

static const char *const program[] = {"sluice-control", "sluice-dataplane"};

enum { CONTROL, DATAPLANE, PROGRAM_CNT };

struct search {
        const struct cp_doctor *d;
        unsigned long pid[PROGRAM_CNT]; /* 0 = not found */
};

static void look_at_process(void *ctx, const char *name)
{
        struct search *s = ctx;
        char path[512], comm[64];

        if (!isdigit((unsigned char)*name))
                return;
        snprintf(path, sizeof(path), "/proc/%s/comm", name);
        if (cp_sys_read(s->d->root, path, comm, sizeof(comm)) <= 0)
                return;
        for (size_t i = 0; i < PROGRAM_CNT; i++)
                if (!s->pid[i] && strncmp(comm, program[i], COMM_BYTES) == 0)
                        s->pid[i] = strtoul(name, NULL, 10);
}

static bool is_socket(const struct cp_doctor *d, const char *path)
{
        char full[PATH_MAX];
        struct stat st;
        int n = snprintf(full, sizeof(full), "%s%s", d->root, path);

        return n > 0 && (size_t)n < sizeof(full) && stat(full, &st) == 0 && S_ISSOCK(st.st_mode);
}

static void check_socket(struct cp_doctor *d, const char *who, bool runs, const char *path)
{
        bool there = is_socket(d, path);

        if (runs && there) {
                cp_doctor_add(d, CP_DOCTOR_OK, "running.socket", "%s listens at %s", who, path);
        } else if (runs) {
                cp_doctor_add(d, CP_DOCTOR_WARN, "running.socket",
                              "%s runs, but there is no socket %s: another configuration?", who,
                              path);
                cp_doctor_mend(d, "sluicectl -c FILE doctor    # with the sluice.yaml it was "
                                  "started with");
        } else if (there) {
                cp_doctor_add(d, CP_DOCTOR_INFO, "running.socket",
                              "%s is left over: %s does not run", path, who);
        }
}

static void check_processes(struct cp_doctor *d)
{
        struct search s = {.d = d};

        cp_sys_each(d->root, "/proc", look_at_process, &s);
        for (size_t i = 0; i < PROGRAM_CNT; i++) {
                if (s.pid[i]) {
                        cp_doctor_add(d, CP_DOCTOR_OK, "running.process", "%s runs, pid %lu",
                                      program[i], s.pid[i]);
                        continue;
                }
                cp_doctor_add(d, CP_DOCTOR_INFO, "running.process", "%s does not run", program[i]);
                cp_doctor_mend(d, "sudo %s%s -c " CP_CONFIG_DEFAULT_PATH, program[i],
                               i == DATAPLANE ? " --" : "");
        }
        check_socket(d, program[CONTROL], s.pid[CONTROL] != 0, d->settings->control_socket);
        for (size_t i = 0; i < d->settings->dataplane_cnt; i++)
                check_socket(d, program[DATAPLANE], s.pid[DATAPLANE] != 0,
                             d->settings->dataplane[i]);
}

/* Is there a directory to write in, and room in it? */
static void check_room(struct cp_doctor *d, const char *id, const char *what, const char *dir)
{
        char full[PATH_MAX];
        struct statvfs fs;
        uint64_t room;
        int n = snprintf(full, sizeof(full), "%s%s", d->root, dir);

        if (n < 0 || (size_t)n >= sizeof(full) || statvfs(full, &fs) != 0) {
                cp_doctor_add(d, CP_DOCTOR_WARN, id, "the directory of %s is missing: %s", what,
                              dir);
                cp_doctor_mend(d, "sudo install -d %s", dir);
                return;
        }
        room = (uint64_t)fs.f_bavail * fs.f_frsize;
        if (room < DISK_BYTES_MIN) {
                cp_doctor_add(d, CP_DOCTOR_WARN, id, "only %" PRIu64 " MiB are free for %s in %s",
                              room >> 20, what, dir);
                cp_doctor_mend(d,
                               "df -h %s    # then make room, or name another place in "
                               "sluice.yaml",
                               dir);
        } else {
                cp_doctor_add(d, CP_DOCTOR_OK, id, "%" PRIu64 " MiB are free for %s in %s",
                              room >> 20, what, dir);
        }
}

static void check_disk(struct cp_doctor *d)
{
        const char *eve = d->settings->eve_file;
        const char *slash = strrchr(eve, '/');
        char *dir;

        if (!*eve) {
                cp_doctor_add(d, CP_DOCTOR_INFO, "disk.eve", "no event file is configured");
        } else {
                dir = slash ? strndup(eve, slash > eve ? (size_t)(slash - eve) : 1) : strdup(".");
                if (dir)
                        check_room(d, "disk.eve", "events", dir);
                free(dir);
        }
        if (*d->settings->state_dir)
                check_room(d, "disk.state", "control's state", d->settings->state_dir);
        else
                cp_doctor_add(d, CP_DOCTOR_INFO, "disk.state",
                              "no state directory is configured: bans end with control");
}

void cp_doctor_check_running(struct cp_doctor *d)
{
        check_processes(d);
        check_disk(d);
}
