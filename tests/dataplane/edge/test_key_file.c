/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_key_file.c - the key is the same after a restart; a file that others could have written or
 * read, or that is no key, is not taken and not touched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include <cmocka.h>

#include "dataplane/edge/key_file.h"

static char dir[64], path[128];

static int open_dir(void **state)
{
        (void)state;
        snprintf(dir, sizeof(dir), "/tmp/key_file.XXXXXX");
        assert_non_null(mkdtemp(dir));
        snprintf(path, sizeof(path), "%s/proxy.key", dir);
        return 0;
}

static int close_dir(void **state)
{
        (void)state;
        (void)unlink(path);
        return rmdir(dir);
}

static void kept(void **state)
{
        struct dp_siphash_key first = {{0, 0}}, again = {{0, 0}};
        struct stat st;

        (void)state;
        assert_int_equal(dp_key_file_load(path, &first), 0);
        assert_true((first.k[0] | first.k[1]) != 0);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        assert_int_equal(dp_key_file_load(path, &again), 0);
        assert_memory_equal(&first, &again, sizeof(first));
        assert_int_equal(unlink(path), 0);
        assert_int_equal(dp_key_file_load(path, &again), 0);
        assert_memory_not_equal(&first, &again, sizeof(first));
}

static void refused(void **state)
{
        struct dp_siphash_key key = {{7, 7}};
        char elsewhere[160];

        (void)state;
        assert_int_equal(dp_key_file_load(path, &key), 0);
        assert_int_equal(chmod(path, 0640), 0);
        assert_int_equal(dp_key_file_load(path, &key), -EPERM);
        assert_int_equal(chmod(path, 0600), 0);
        assert_int_equal(truncate(path, 15), 0);
        key.k[0] = 7;
        assert_int_equal(dp_key_file_load(path, &key), -EINVAL);
        assert_int_equal(key.k[0], 7);
        assert_int_equal(truncate(path, 17), 0);
        assert_int_equal(dp_key_file_load(path, &key), -EINVAL);
        /* somebody's link */
        snprintf(elsewhere, sizeof(elsewhere), "%s/other", dir);
        assert_int_equal(rename(path, elsewhere), 0);
        assert_int_equal(symlink(elsewhere, path), 0);
        assert_int_equal(dp_key_file_load(path, &key), -ELOOP);
        assert_int_equal(unlink(elsewhere), 0);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(dp_key_file_load("/nonexistent/dir/proxy.key", &key), -ENOENT);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(kept, open_dir, close_dir),
            cmocka_unit_test_setup_teardown(refused, open_dir, close_dir),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
