/* SPDX-License-Identifier: Apache-2.0 */
/* `sluicectl doctor` on machines that are a few files in a directory. */
#include <ftw.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/cli/doctor/doctor.h"
#include "control/cli/doctor/sysroot.h"
#include "tests/cli/fake_control.h"

#define NIC0  "sys/bus/pci/devices/0000:03:00.0"
#define NIC1  "sys/bus/pci/devices/0000:03:00.1"
#define HUGE  "sys/kernel/mm/hugepages/hugepages-2048kB"
#define THP   "sys/kernel/mm/transparent_hugepage/enabled"
#define CPU   "sys/devices/system/cpu"
#define CLOCK "sys/devices/system/clocksource/clocksource0/current_clocksource"
#define PMD   "usr/lib/x86_64-linux-gnu/dpdk/pmds-23.0/librte_net_af_packet.so.23"

struct entry {
        const char *path; /* NULL ends a tree */
        const char *text; /* "-> X" = a symbolic link to X, "=>" = a UNIX socket */
};

/* A server that was set up with care. */
static const struct entry good_tree[] = {
    {HUGE "/nr_hugepages", "512\n"},
    {HUGE "/free_hugepages", "400\n"},
    {"sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages", "0\n"},
    {"proc/mounts", "proc /proc proc rw 0 0\nnodev /dev/hugepages hugetlbfs rw 0 0\n"},
    {THP, "always [madvise] never\n"},
    {"proc/self/status", "Name:\tx\nCapEff:\t000001ffffffffff\n"},
    {"proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu sse4_2 avx2 avx512f avx512bw constant_tsc "
                     "nonstop_tsc\n"},
    {CPU "/online", "0-7\n"},
    {CPU "/isolated", "2-4\n"},
    {CPU "/nohz_full", "2-4\n"},
    {CPU "/cpu0/cpufreq/scaling_governor", "performance\n"},
    {CLOCK, "tsc\n"},
    {NIC0 "/class", "0x020000\n"},
    {NIC0 "/driver", "-> ../../drivers/vfio-pci"},
    {NIC1 "/class", "0x020000\n"},
    {NIC1 "/driver", "-> ../../drivers/mlx5_core"},
    {"sys/bus/pci/devices/0000:00:1f.2/class", "0x010601\n"},
    {"sys/class/iommu/dmar0/x", ""},
    {"sys/module/vfio_pci/x", ""},
    {PMD, ""},
    {"proc/net/packet", ""},
    {"proc/sys/kernel/osrelease", "6.1.0-28-amd64\n"},
    {"proc/100/comm", "bash\n"},
    {"proc/200/comm", "sluice-dataplan\n"},
    {"proc/201/comm", "sluice-control\n"},
    {"run/sluice/control.sock", "=>"},
    {"run/sluice/dataplane.sock", "=>"},
    {NULL, NULL}};

/* Everything wrong that can be. */
static const struct entry poor_tree[] = {
    {HUGE "/nr_hugepages", "0\n"},
    {THP, "[always] madvise never\n"},
    {"proc/self/status", "CapEff:\t0000000000000000\n"},
    {"proc/self/limits", "Limit                     Soft Limit           Hard Limit   Units\n"
                         "Max locked memory         8388608              8388608      bytes\n"},
    {"proc/cpuinfo", "flags\t: fpu sse4_1\n"},
    {CPU "/online", "0-7\n"},
    {CPU "/isolated", "\n"},
    {CPU "/nohz_full", "(null)\n"},
    {CPU "/cpu0/cpufreq/scaling_governor", "performance\n"},
    {CPU "/cpu1/cpufreq/scaling_governor", "powersave\n"},
    {CLOCK, "hpet\n"},
    {NIC0 "/class", "0x020000\n"},
    {NIC0 "/driver", "-> ../../drivers/ixgbe"},
    {NIC1 "/class", "0x020000\n"},
    {NIC1 "/driver", "-> ../../drivers/vfio-pci"},
    {"sys/bus/pci/devices/0000:04:00.0/class", "0x020000\n"},
    {"sys/bus/pci/devices/0000:04:00.0/driver", "-> ../../drivers/uio_pci_generic"},
    {"proc/sys/kernel/osrelease", "4.19.0-27-amd64\n"},
    {"proc/200/comm", "sluice-dataplan\n"},
    {NULL, NULL}};

static const struct entry empty_tree[] = {{NULL, NULL}};

static void put_entry(const char *root, const struct entry *e)
{
        char path[512];
        FILE *f;

        snprintf(path, sizeof(path), "%s/%s", root, e->path);
        for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
                *slash = '\0';
                mkdir(path, 0755);
                *slash = '/';
        }
        if (strncmp(e->text, "-> ", 3) == 0) {
                assert_int_equal(symlink(e->text + 3, path), 0);
                return;
        }
        if (strcmp(e->text, "=>") == 0) {
                struct sockaddr_un sa = {.sun_family = AF_UNIX};
                int fd = socket(AF_UNIX, SOCK_STREAM, 0);

                snprintf(sa.sun_path, sizeof(sa.sun_path), "%.100s", path);
                assert_int_equal(bind(fd, (const struct sockaddr *)&sa, sizeof(sa)), 0);
                close(fd);
                return;
        }
        f = fopen(path, "w");
        assert_non_null(f);
        fputs(e->text, f);
        fclose(f);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
        (void)st;
        (void)type;
        (void)at;
        return remove(path);
}

static void remove_tree(const char *root)
{
        nftw(root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* Free space differs between machines: "12345 MiB" becomes "N MiB". */
static void mask_room(char *text)
{
        for (char *at = text; (at = strstr(at, " MiB are free")); at++) {
                char *start = at;

                while (start > text && start[-1] >= '0' && start[-1] <= '9')
                        start--;
                *start = 'N';
                memmove(start + 1, at, strlen(at) + 1);
                at = start + 1;
        }
}

/* The tree has another name each time. */
static void mask_root(char *text)
{
        static const char root[] = "/tmp/sluicectl-root-";

        for (char *at = text; (at = strstr(at, root));)
                memmove(at, at + sizeof(root) + 5, strlen(at + sizeof(root) + 5) + 1);
}

static struct outcome run_on(const struct entry *tree, const char *yaml, const char *opts)
{
        char root[] = "/tmp/sluicectl-root-XXXXXX", line[256], path[sizeof(root) + 16];
        struct outcome o;
        FILE *f;

        assert_non_null(mkdtemp(root));
        for (; tree->path; tree++)
                put_entry(root, tree);
        snprintf(path, sizeof(path), "%s/sluice.yaml", root);
        f = fopen(path, "w");
        assert_non_null(f);
        fputs(yaml, f);
        fclose(f);
        snprintf(line, sizeof(line), "doctor --sysroot %s -c %s%s", root, path, opts);
        o = run_line(NULL, line);
        remove_tree(root);
        mask_room(o.out);
        return o;
}

static void test_good_machine(void **state)
{
        struct outcome o = run_on(good_tree,
                                  "dpdk: {interfaces: [{interface: '0000:03:00.0'}]}\n"
                                  "dataplane: {workers: 3}\n"
                                  "control: {eve-file: '', state-dir: /proc}\n",
                                  "");

        (void)state;
        assert_string_equal(o.err, "");
        assert_golden("doctor_good.txt", o.out);
        assert_int_equal(o.rc, 0);
        outcome_free(&o);
}

/* What a running control says is told, too. */
static void test_load(void **state)
{
        static const struct fake_answer answers[] = {
            {"status",
             "\"result\": {\"dataplanes\": ["
             "{\"socket\": \"/run/a.sock\", \"attached\": true, \"workers\": 2,"
             " \"shedding\": {\"unproven\": 5, \"proven\": 6, \"refresh\": 7, \"dialog\": 8,"
             " \"workers_now\": 1},"
             " \"challenge\": {\"given\": 40, \"echoed\": 30, \"workers_now\": 2}},"
             "{\"socket\": \"/run/b.sock\", \"attached\": true, \"workers\": 1},"
             "{\"socket\": \"/run/c.sock\", \"attached\": false, \"last_error\": \"refused\"}]}",
             NULL},
            {NULL, NULL, NULL}};
        static const struct fake_answer none[] = {{"status", NULL, NULL}, {NULL, NULL, NULL}};
        struct entry tree[2] = {{"run/sluice/control.sock", NULL}, {NULL, NULL}};
        const struct fake_answer *said[] = {answers, none};
        const char *const golden[] = {"doctor_load.txt", "doctor_silent.txt"};

        (void)state;
        for (size_t i = 0; i < 2; i++) {
                struct fake_control f;
                char link[sizeof(f.path) + 3];

                fake_control_start(&f, said[i]);
                snprintf(link, sizeof(link), "-> %s", f.path);
                tree[0].text = link;
                struct outcome o = run_on(tree, "control: {eve-file: '', state-dir: ''}\n", "");

                mask_root(o.out);
                assert_string_equal(o.err, "");
                assert_golden(golden[i], o.out);
                outcome_free(&o);
                fake_control_stop(&f);
        }
}

static void test_poor_machine(void **state)
{
        struct outcome o = run_on(poor_tree,
                                  "dpdk: {interfaces: [{interface: '03:00.0,x=y'}]}\n"
                                  "dataplane: {workers: 3}\n",
                                  "");

        (void)state;
        assert_string_equal(o.err, "");
        assert_golden("doctor_poor.txt", o.out);
        assert_int_equal(o.rc, 1);
        outcome_free(&o);
}

static void test_nothing_readable(void **state)
{
        struct outcome o = run_on(empty_tree, "control: {eve-file: '', state-dir: ''}\n", "");

        (void)state;
        assert_golden("doctor_empty.txt", o.out);
        assert_int_equal(o.rc, 0);
        outcome_free(&o);
}

static void test_json(void **state)
{
        struct outcome o = run_on(poor_tree, "control: {eve-file: ''}\n", " --json");
        json_t *all = json_loads(o.out, 0, NULL), *check;
        size_t i, fails = 0;

        (void)state;
        assert_non_null(all);
        assert_int_equal(o.rc, 1);
        assert_ptr_equal(strchr(o.out, '\n'), o.out + strlen(o.out) - 1);
        json_array_foreach(json_object_get(all, "checks"), i, check)
        {
                const char *level = json_string_value(json_object_get(check, "level"));
                bool mends = json_is_string(json_object_get(check, "mend"));

                assert_non_null(json_string_value(json_object_get(check, "id")));
                assert_non_null(json_string_value(json_object_get(check, "what")));
                fails += strcmp(level, "fail") == 0;
                /* What is wrong can be mended, and the command is named. */
                if (strcmp(level, "fail") == 0 || strcmp(level, "warn") == 0)
                        assert_true(mends);
        }
        assert_true(fails > 0);
        assert_int_equal(json_integer_value(json_object_get(all, "fail")), fails);
        json_decref(all);
        outcome_free(&o);
}

/* On the machine of the test, whatever it is: every check ends, and says something. */
static void test_this_machine(void **state)
{
        struct cp_settings settings;
        struct cp_doctor d;

        (void)state;
        cp_settings_init(&settings);
        cp_doctor_run(&d, "", &settings);
        assert_true(d.cnt >= 14);
        for (size_t i = 0; i < d.cnt; i++) {
                assert_true(d.finding[i].level < CP_DOCTOR_LEVEL_CNT);
                assert_true(strlen(d.finding[i].what) > 0);
        }
        cp_doctor_fini(&d);
}

static void test_cpulists(void **state)
{
        (void)state;
        assert_int_equal(cp_sys_cpulist_cnt(""), 0);
        assert_int_equal(cp_sys_cpulist_cnt("0"), 1);
        assert_int_equal(cp_sys_cpulist_cnt("0-3,8,10-11"), 7);
        assert_int_equal(cp_sys_cpulist_cnt("3-1"), 0);
        assert_int_equal(cp_sys_cpulist_cnt("0-"), 0);
        assert_int_equal(cp_sys_cpulist_cnt("a"), 0);
        assert_int_equal(cp_sys_cpulist_cnt("0-99999999999"), 0);
        assert_true(cp_sys_has_word("fpu avx512f avx2", "avx2"));
        assert_false(cp_sys_has_word("fpu avx512f", "avx"));
        assert_false(cp_sys_has_word("xavx2", "avx2"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_good_machine),
            cmocka_unit_test(test_poor_machine),
            cmocka_unit_test(test_nothing_readable),
            cmocka_unit_test(test_json),
            cmocka_unit_test(test_this_machine),
            cmocka_unit_test(test_cpulists),
            cmocka_unit_test(test_load),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
