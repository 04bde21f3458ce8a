/* SPDX-License-Identifier: Apache-2.0 */
/* check_cpu.c - instruction sets, cores and what disturbs them. */
#include <stdio.h>
#include <string.h>

#include "control/cli/doctor/doctor.h"
#include "control/cli/doctor/sysroot.h"

#define CPU_DIR "/sys/devices/system/cpu"

static void check_flags(struct cp_doctor *d)
{
        static const char *const want512[] = {"avx512f", "avx512bw", "avx512vl", "avx512_vbmi"};
        char flags[CP_SYS_TEXT_BYTES], have512[64] = "";

        if (!cp_sys_line(d->root, "/proc/cpuinfo", "flags", flags, sizeof(flags))) {
                cp_doctor_add(d, CP_DOCTOR_INFO, "cpu.flags",
                              "the CPU's flags cannot be read (not an x86 machine?)");
                return;
        }
        if (!cp_sys_has_word(flags, "sse4_2")) {
                cp_doctor_add(d, CP_DOCTOR_FAIL, "cpu.flags",
                              "the CPU lacks SSE4.2, which DPDK is built for");
                cp_doctor_mend(d, "use a CPU of 2010 or later; in a virtual machine: -cpu host");
                return;
        }
        for (size_t i = 0; i < sizeof(want512) / sizeof(want512[0]); i++) {
                size_t len = strlen(have512);

                if (cp_sys_has_word(flags, want512[i]))
                        snprintf(have512 + len, sizeof(have512) - len, " %s", want512[i]);
        }
        cp_doctor_add(d, CP_DOCTOR_INFO, "cpu.flags", "instruction sets: sse4_2%s%s",
                      cp_sys_has_word(flags, "avx2") ? " avx2" : ", no AVX2",
                      have512[0] ? have512 : ", no AVX-512");
}

static void check_cores(struct cp_doctor *d)
{
        unsigned workers = d->settings->worker_cnt, cores;
        char text[256];

        cp_sys_read(d->root, CPU_DIR "/online", text, sizeof(text));
        cores = cp_sys_cpulist_cnt(text);
        if (cores == 0) {
                cp_doctor_add(d, CP_DOCTOR_INFO, "cpu.cores", "the cores cannot be counted");
        } else if (cores < workers + 1) {
                cp_doctor_add(d, CP_DOCTOR_WARN, "cpu.cores",
                              "%u core%s for %u worker%s and the rest: they will wait for each "
                              "other",
                              cores, cores == 1 ? "" : "s", workers, workers == 1 ? "" : "s");
                if (cores > 1)
                        cp_doctor_mend(d, "in sluice.yaml: dataplane: {workers: %u}", cores - 1);
                else
                        cp_doctor_mend(d, "in sluice.yaml: dataplane: {idle: sleep}");
        } else {
                cp_doctor_add(d, CP_DOCTOR_OK, "cpu.cores", "%u cores for %u worker%s and the rest",
                              cores, workers, workers == 1 ? "" : "s");
        }
}

/* Isolation is for machines that have cores to spare: with two there is nothing to set apart. */
static void check_isolation(struct cp_doctor *d)
{
        unsigned workers = d->settings->worker_cnt;
        char isolated[256], quiet[256], online[256];

        cp_sys_read(d->root, CPU_DIR "/isolated", isolated, sizeof(isolated));
        cp_sys_read(d->root, CPU_DIR "/nohz_full", quiet, sizeof(quiet));
        cp_sys_read(d->root, CPU_DIR "/online", online, sizeof(online));
        if (strcmp(quiet, "(null)") == 0)
                quiet[0] = '\0';
        if (cp_sys_cpulist_cnt(isolated) >= workers && cp_sys_cpulist_cnt(quiet) >= workers) {
                cp_doctor_add(d, CP_DOCTOR_OK, "cpu.isolation",
                              "set apart for workers: isolcpus=%s nohz_full=%s", isolated, quiet);
                return;
        }
        if (cp_sys_cpulist_cnt(online) < workers + 3) {
                cp_doctor_add(d, CP_DOCTOR_INFO, "cpu.isolation",
                              "no cores are set apart for workers, and there are none to spare");
                return;
        }
        cp_doctor_add(d, CP_DOCTOR_WARN, "cpu.isolation",
                      "fewer cores are set apart (isolcpus, nohz_full) than there are workers: the "
                      "kernel interrupts them");
        cp_doctor_mend(d,
                       "add to GRUB_CMDLINE_LINUX: isolcpus=2-%u nohz_full=2-%u rcu_nocbs=2-%u; "
                       "then sudo update-grub && sudo reboot",
                       workers + 1, workers + 1, workers + 1);
}

struct governors {
        const struct cp_doctor *d;
        unsigned seen;
        char slow[32]; /* the first that is not "performance" */
};

static void look_at_governor(void *ctx, const char *name)
{
        struct governors *g = ctx;
        char path[512], text[32];

        if (strncmp(name, "cpu", 3) != 0)
                return;
        snprintf(path, sizeof(path), CPU_DIR "/%s/cpufreq/scaling_governor", name);
        if (cp_sys_read(g->d->root, path, text, sizeof(text)) <= 0)
                return;
        g->seen++;
        if (strcmp(text, "performance") != 0 && !g->slow[0])
                snprintf(g->slow, sizeof(g->slow), "%s", text);
}

static void check_governor(struct cp_doctor *d)
{
        struct governors g = {.d = d};

        cp_sys_each(d->root, CPU_DIR, look_at_governor, &g);
        if (g.seen == 0) {
                cp_doctor_add(d, CP_DOCTOR_INFO, "cpu.governor",
                              "no frequency governor here (a virtual machine, or set in firmware)");
        } else if (!g.slow[0]) {
                cp_doctor_add(d, CP_DOCTOR_OK, "cpu.governor", "frequency governor: performance");
        } else {
                cp_doctor_add(d, CP_DOCTOR_WARN, "cpu.governor",
                              "frequency governor: %s; clocks change while packets wait", g.slow);
                cp_doctor_mend(d, "echo performance | sudo tee "
                                  "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor");
        }
}

static void check_clock(struct cp_doctor *d)
{
        char source[64], flags[CP_SYS_TEXT_BYTES];

        cp_sys_read(d->root, "/sys/devices/system/clocksource/clocksource0/current_clocksource",
                    source, sizeof(source));
        cp_sys_line(d->root, "/proc/cpuinfo", "flags", flags, sizeof(flags));
        if (!source[0]) {
                cp_doctor_add(d, CP_DOCTOR_INFO, "cpu.clock", "the clock source cannot be read");
        } else if (strcmp(source, "tsc") == 0) {
                cp_doctor_add(d, CP_DOCTOR_OK, "cpu.clock", "clock source: tsc");
        } else if (cp_sys_has_word(flags, "constant_tsc") &&
                   cp_sys_has_word(flags, "nonstop_tsc")) {
                cp_doctor_add(d, CP_DOCTOR_INFO, "cpu.clock",
                              "clock source: %s; the TSC itself is constant, as workers need it",
                              source);
        } else {
                cp_doctor_add(
                    d, CP_DOCTOR_WARN, "cpu.clock",
                    "clock source: %s, and the TSC is not known to be constant: deadlines "
                    "may be off",
                    source);
                cp_doctor_mend(d, "cat /sys/devices/system/clocksource/clocksource0/"
                                  "available_clocksource    # take tsc if it is listed");
        }
}

void cp_doctor_check_cpu(struct cp_doctor *d)
{
        check_flags(d);
        check_cores(d);
        check_isolation(d);
        check_governor(d);
        check_clock(d);
}
