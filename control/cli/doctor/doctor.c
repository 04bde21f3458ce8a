/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/doctor/doctor.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "control/cli/doctor/sysroot.h"

static void *or_die(void *p)
{
        if (!p) {
                fputs("sluicectl: out of memory\n", stderr);
                abort();
        }
        return p;
}

static char *vformat(const char *fmt, va_list ap)
{
        char *text = NULL;

        return or_die(vasprintf(&text, fmt, ap) < 0 ? NULL : text);
}

void cp_doctor_add(struct cp_doctor *d, enum cp_doctor_level level, const char *id, const char *fmt,
                   ...)
{
        va_list ap;

        d->finding = or_die(reallocarray(d->finding, d->cnt + 1, sizeof(*d->finding)));
        va_start(ap, fmt);
        d->finding[d->cnt++] =
            (struct cp_doctor_finding){.level = level, .id = id, .what = vformat(fmt, ap)};
        va_end(ap);
}

void cp_doctor_mend(struct cp_doctor *d, const char *fmt, ...)
{
        va_list ap;

        va_start(ap, fmt);
        d->finding[d->cnt - 1].mend = vformat(fmt, ap);
        va_end(ap);
}

const char *cp_doctor_level_name(enum cp_doctor_level level)
{
        static const char *const name[CP_DOCTOR_LEVEL_CNT] = {"ok", "info", "warn", "fail"};

        return name[level];
}

bool cp_doctor_has_cap(const struct cp_doctor *d, unsigned cap)
{
        char hex[32];

        if (!cp_sys_line(d->root, "/proc/self/status", "CapEff:", hex, sizeof(hex)))
                return false;
        return (strtoull(hex, NULL, 16) >> cap) & 1;
}

void cp_doctor_run(struct cp_doctor *d, const char *root, const struct cp_settings *settings)
{
        *d = (struct cp_doctor){.root = root, .live = root[0] == '\0', .settings = settings};
        cp_doctor_check_memory(d);
        cp_doctor_check_cpu(d);
        cp_doctor_check_devices(d);
        cp_doctor_check_kernel(d);
        cp_doctor_check_running(d);
        cp_doctor_check_load(d);
}

void cp_doctor_fini(struct cp_doctor *d)
{
        for (size_t i = 0; i < d->cnt; i++) {
                free(d->finding[i].what);
                free(d->finding[i].mend);
        }
        free(d->finding);
        *d = (struct cp_doctor){.root = ""};
}
