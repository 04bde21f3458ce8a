/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/cli/settings.h"

static int load(struct cp_settings *s, const char *text, char *error)
{
        char path[] = "/tmp/sluicectl-yaml-XXXXXX";
        int fd = mkstemp(path), rc;

        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
        close(fd);
        rc = cp_settings_load(s, path, error);
        unlink(path);
        return rc;
}

/* sluice.yaml says of itself that every value in it is the default. */
static void test_defaults_are_those_of_the_file(void **state)
{
        struct cp_settings file, built_in;
        char error[CP_SETTINGS_ERROR_BYTES];

        (void)state;
        cp_settings_init(&built_in);
        if (cp_settings_load(&file, SLUICE_SOURCE_ROOT "/control/sluice.yaml", error) != 0)
                fail_msg("%s", error);
        assert_string_equal(file.control_socket, built_in.control_socket);
        assert_string_equal(file.eve_file, built_in.eve_file);
        assert_string_equal(file.state_dir, built_in.state_dir);
        assert_int_equal(file.worker_cnt, built_in.worker_cnt);
        assert_int_equal(file.dataplane_cnt, built_in.dataplane_cnt);
        assert_string_equal(file.dataplane[0], built_in.dataplane[0]);
        assert_int_equal(file.interface_cnt, 0);
        cp_settings_fini(&file);
}

static void test_values(void **state)
{
        struct cp_settings s;
        char error[CP_SETTINGS_ERROR_BYTES];

        (void)state;
        assert_int_equal(load(&s,
                              "dpdk: {interfaces: [{interface: 0000:03:00.0, role: outside}]}\n"
                              "dataplane: {workers: 3, mode: inline}\n"
                              "control: {socket: /a, dataplanes: [/b, /c], eve-file: '',"
                              " state-dir: /d, no-such-key: 1}\n",
                              error),
                         0);
        assert_string_equal(s.control_socket, "/a");
        assert_int_equal(s.dataplane_cnt, 2);
        assert_string_equal(s.dataplane[1], "/c");
        assert_string_equal(s.eve_file, "");
        assert_string_equal(s.state_dir, "/d");
        assert_int_equal(s.worker_cnt, 3);
        assert_int_equal(s.interface_cnt, 1);
        assert_string_equal(s.interface[0], "0000:03:00.0");
        cp_settings_fini(&s);
        assert_string_equal(s.control_socket, "/run/sluice/control.sock");
}

static void test_faults_are_placed(void **state)
{
        struct cp_settings s;
        char error[CP_SETTINGS_ERROR_BYTES];

        (void)state;
        assert_int_not_equal(load(&s, "control:\n  socket: [1]\n", error), 0);
        assert_non_null(strstr(error, "line: 2"));
        assert_int_not_equal(load(&s, "control: {\n", error), 0);
        assert_true(strlen(error) > 0);
        assert_int_not_equal(cp_settings_load(&s, "/nonexistent.yaml", error), 0);
        assert_true(strlen(error) > 0);
        /* A file of comments alone is a file of defaults. */
        assert_int_equal(load(&s, "# nothing here\n", error), 0);
        assert_string_equal(s.control_socket, "/run/sluice/control.sock");
        cp_settings_fini(&s);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_defaults_are_those_of_the_file),
            cmocka_unit_test(test_values),
            cmocka_unit_test(test_faults_are_placed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
