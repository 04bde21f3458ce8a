/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor.h - checks of the machine under Sluice: what is wrong, and the command that mends it.
 *
 * A check is a function that adds one finding or more. Everything is read through sysroot.h; the
 * few things that only a system call can tell are left out when root is not "" (live is false).
 */
#ifndef SLUICE_CONTROL_CLI_DOCTOR_DOCTOR_H
#define SLUICE_CONTROL_CLI_DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "control/cli/settings.h"

enum cp_doctor_level {
        CP_DOCTOR_OK,
        CP_DOCTOR_INFO, /* nothing to do, or a choice */
        CP_DOCTOR_WARN, /* it works, but slower or with less room than it could */
        CP_DOCTOR_FAIL, /* it does not work, or will not after the next start */
        CP_DOCTOR_LEVEL_CNT,
};

struct cp_doctor_finding {
        enum cp_doctor_level level;
        const char *id; /* stable, for scripts: "memory.hugepages" */
        char *what;     /* heap; one sentence */
        char *mend;     /* heap; a command or a line of configuration, NULL = nothing to mend */
};

struct cp_doctor {
        const char *root;
        bool live;
        const struct cp_settings *settings;
        struct cp_doctor_finding *finding;
        size_t cnt;
};

/* Run all checks. Out of memory ends the program. */
void cp_doctor_run(struct cp_doctor *d, const char *root, const struct cp_settings *settings);
void cp_doctor_fini(struct cp_doctor *d);

/* "ok", "info", "warn", "fail" */
const char *cp_doctor_level_name(enum cp_doctor_level level);

/* For the checks: add a finding; then, at will, say what mends the last one added. */
void cp_doctor_add(struct cp_doctor *d, enum cp_doctor_level level, const char *id, const char *fmt,
                   ...) __attribute__((format(printf, 4, 5)));
void cp_doctor_mend(struct cp_doctor *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The checks, by family; each in its own file. */
void cp_doctor_check_memory(struct cp_doctor *d);
void cp_doctor_check_cpu(struct cp_doctor *d);
void cp_doctor_check_devices(struct cp_doctor *d);
void cp_doctor_check_kernel(struct cp_doctor *d);
void cp_doctor_check_running(struct cp_doctor *d);
void cp_doctor_check_load(struct cp_doctor *d);

/* Does this process hold a capability (bit number of capability.h)? By /proc/self/status. */
bool cp_doctor_has_cap(const struct cp_doctor *d, unsigned cap);

#endif
