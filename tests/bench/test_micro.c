/* SPDX-License-Identifier: Apache-2.0 */
/* The bench_* programs of a directory, gathered into one report: programs of the test stand for
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <jansson.h>

#include "bench/harness/commands.h"

static char folder[] = "/tmp/test-micro-XXXXXX";

static void program(const char *name, const char *text, mode_t mode)
{
        char path[256];
        FILE *f;

        snprintf(path, sizeof(path), "%s/%s", folder, name);
        f = fopen(path, "we");
        assert_non_null(f);
        fputs(text, f);
        assert_int_equal(fclose(f), 0);
        assert_int_equal(chmod(path, mode), 0);
}

static void unlink_program(const char *name)
{
        char path[256];

        snprintf(path, sizeof(path), "%s/%s", folder, name);
        unlink(path);
}

static const char *filter;

static int gather(json_t **out)
{
        char path[256];
        char *files[] = {folder};
        char words[2][16] = {"sluice-bench", "micro"};
        char *argv[] = {words[0], words[1], folder};
        struct sb_main m = {.argc = 3, .argv = argv};
        json_error_t error;
        int status;

        snprintf(path, sizeof(path), "%s/out.json", folder);
        unlink(path);
        m.options.command = "micro";
        m.options.files = files;
        m.options.file_cnt = 1;
        m.options.json = path;
        m.options.filter = filter;
        status = sb_command_micro(&m);
        *out = json_load_file(path, 0, &error);
        return status;
}

static json_t *row(json_t *document, const char *name)
{
        json_t *r;
        size_t i;

        json_array_foreach(json_object_get(document, "micro"), i,
                           r) if (strcmp(json_string_value(json_object_get(r, "name")), name) ==
                                  0) return r;
        return NULL;
}

#define SCRIPT(json) "#!/bin/sh\ncat <<'EOF'\n" json "\nEOF\n"

static void programs_are_gathered(void **state)
{
        json_t *d, *r;

        (void)state;
        program("bench_a",
                SCRIPT("{\"benchmarks\": [{\"name\": \"one\", \"cpu_time\": 12.5, "
                       "\"time_unit\": \"ns\"}, {\"name\": \"two\", \"cpu_time\": 3, "
                       "\"time_unit\": \"us\"}, {\"name\": \"both/real_time\", \"cpu_time\": 1, "
                       "\"real_time\": 7, \"time_unit\": \"ns\"}, {\"name\": \"many\", "
                       "\"cpu_time\": 1, \"time_unit\": \"ms\", \"items_per_second\": 5e7}]}"),
                0755);
        program("bench_b",
                SCRIPT("{\"benchmarks\": [{\"name\": \"bad\", \"cpu_time\": 1, \"time_unit\": "
                       "\"ms\", \"error_occurred\": true}]}"),
                0755);
        program("bench_c", "#!/bin/sh\necho no figures\n", 0755);
        program("bench_d", "not to be run", 0644);
        program("other", "#!/bin/sh\ntouch \"$(dirname \"$0\")/was_run\"\n", 0755);
        assert_int_equal(gather(&d), SB_EXIT_OK);
        assert_int_equal(json_array_size(json_object_get(d, "micro")), 5);
        r = row(d, "bench_a one");
        assert_non_null(r);
        assert_true(json_number_value(json_object_get(r, "ns")) > 12.4 &&
                    json_number_value(json_object_get(r, "ns")) < 12.6);
        assert_true(json_is_false(json_object_get(r, "error")));
        r = row(d, "bench_a two");
        assert_true(json_number_value(json_object_get(r, "ns")) > 2999.0);
        r = row(d, "bench_a both/real_time");
        assert_true(json_number_value(json_object_get(r, "ns")) > 6.9);
        r = row(d, "bench_a many"); /* an item, not an iteration */
        assert_true(json_number_value(json_object_get(r, "ns")) > 19.9 &&
                    json_number_value(json_object_get(r, "ns")) < 20.1);
        r = row(d, "bench_b bad");
        assert_true(json_number_value(json_object_get(r, "ns")) > 999999.0);
        assert_true(json_is_true(json_object_get(r, "error")));
        assert_string_equal(json_string_value(json_object_get(d, "kind")), "micro");
        assert_non_null(json_object_get(d, "fingerprint"));
        json_decref(d);
        assert_true(access(strcat(strcpy((char[256]){0}, folder), "/was_run"), F_OK) != 0);
}

/* The filter goes on as Google Benchmark takes it; a program that has nothing of it is no error. */
static void a_filter_is_handed_on(void **state)
{
        json_t *d;

        (void)state;
        program("bench_a",
                "#!/bin/sh\nfor a; do case $a in --benchmark_filter=*) f=${a#*=};; esac; done\n"
                "echo '{\"benchmarks\": [{\"name\": \"'$f'\", \"cpu_time\": 1}]}'\n",
                0755);
        program("bench_b", "#!/bin/sh\necho nothing matches >&2\n", 0755);
        unlink_program("bench_c");
        filter = "^one$";
        assert_int_equal(gather(&d), SB_EXIT_OK);
        filter = NULL;
        assert_int_equal(json_array_size(json_object_get(d, "micro")), 1);
        assert_non_null(row(d, "bench_a ^one$"));
        json_decref(d);
}

static void none_is_an_error(void **state)
{
        static const char *const names[] = {"bench_a", "bench_b", "bench_c",
                                            "bench_d", "other",   "out.json"};
        json_t *d;

        (void)state;
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                unlink_program(names[i]);
        assert_int_equal(gather(&d), SB_EXIT_SETUP);
        assert_null(d);
}

static int set_up(void **state)
{
        (void)state;
        return mkdtemp(folder) == NULL;
}

static int tear_down(void **state)
{
        (void)state;
        return rmdir(folder);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(programs_are_gathered),
            cmocka_unit_test(a_filter_is_handed_on),
            cmocka_unit_test(none_is_an_error),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
