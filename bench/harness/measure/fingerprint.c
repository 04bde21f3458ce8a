/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/measure/fingerprint.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_version.h>

#include "bench/harness/git_id.h"

/* The value of a line "name : value" of /proc/cpuinfo. */
static void cpuinfo(const char *name, char *out, size_t room)
{
        FILE *f = fopen("/proc/cpuinfo", "re");
        char line[8192];

        out[0] = '\0';
        while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
                const char *colon = strchr(line, ':');

                if (colon == NULL || strncmp(line, name, strlen(name)) != 0)
                        continue;
                snprintf(out, room, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
                break;
        }
        if (f != NULL)
                fclose(f);
}

static json_t *simd_flags(void)
{
        static const char *const names[] = {"sse4_2",   "avx2",        "bmi2",      "avx512f",
                                            "avx512bw", "avx512_vbmi", "hypervisor"};
        char flags[8192];
        json_t *list = json_array();

        cpuinfo("flags", flags, sizeof(flags));
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                char padded[64];
                const char *at;

                snprintf(padded, sizeof(padded), "%s", names[i]);
                at = strstr(flags, padded);
                if (at != NULL && (at[strlen(padded)] == ' ' || at[strlen(padded)] == '\0'))
                        json_array_append_new(list, json_string(names[i]));
        }
        return list;
}

json_t *sb_fingerprint(int argc, char **argv)
{
        struct utsname host;
        char cpu[256], when[64];
        json_t *words = json_array(), *out;
        time_t now = time(NULL);
        struct tm tm;

        memset(&host, 0, sizeof(host));
        uname(&host);
        gmtime_r(&now, &tm);
        strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
        cpuinfo("model name", cpu, sizeof(cpu));
        for (int i = 0; i < argc; i++)
                json_array_append_new(words, json_string(argv[i]));
        out = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:b, s:s, s:s, s:s}", "time", when, "host",
                        host.nodename, "kernel", host.release, "cpu", cpu, "cpus",
                        (json_int_t)sysconf(_SC_NPROCESSORS_ONLN), "tsc_hz",
                        (json_int_t)rte_get_tsc_hz(), "huge_pages", rte_eal_has_hugepages() != 0,
                        "dpdk", rte_version(), "version", SLUICE_VERSION, "git", SLUICE_GIT_ID);
        json_object_set_new(out, "cpu_flags", simd_flags());
        json_object_set_new(out, "command", words);
#ifdef __OPTIMIZE__
        json_object_set_new(out, "optimised", json_true());
#else
        json_object_set_new(out, "optimised", json_false());
#endif
        json_object_set_new(out, "compiler", json_string(__VERSION__));
        return out;
}
