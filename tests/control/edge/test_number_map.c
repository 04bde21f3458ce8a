/* SPDX-License-Identifier: Apache-2.0 */
/* Longest prefixes against a search through the whole list; `--prefixes N` for a million. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "control/edge/number_map.h"
#include "tests/contract/rng.h"

static unsigned prefixes = 100000;
static char path[64];

static int load(const char *text, struct cp_number_map **m, struct cp_config_error *err)
{
        FILE *f = fopen(path, "w");

        assert_non_null(f);
        fputs(text, f);
        fclose(f);
        *m = NULL;
        return cp_number_map_load(m, path, err);
}

static const char *find(const struct cp_number_map *m, const char *user, unsigned want)
{
        unsigned matched;
        const char *target = cp_number_map_find(m, user, strlen(user), &matched);

        assert_int_equal(matched, want);
        return target;
}

static void the_longest_wins(void **state)
{
        struct cp_number_map *m;
        struct cp_config_error err;

        (void)state;
        assert_int_equal(load("# prefix,target\n"
                              "+49,de.example.net\n"
                              "+4930,gw1.example.net:5070;transport=udp\r\n"
                              "  +4930123 , [2001:db8::1]:5060 \n"
                              "0,local\n*100#,features\n",
                              &m, &err),
                         0);
        assert_int_equal(cp_number_map_count(m), 5);
        assert_string_equal(find(m, "+4940", 3), "de.example.net");
        assert_string_equal(find(m, "+4930", 5), "gw1.example.net:5070;transport=udp");
        assert_string_equal(find(m, "+49(30)12-4", 5), "gw1.example.net:5070;transport=udp");
        assert_string_equal(find(m, "+49(30)12-3.99", 8), "[2001:db8::1]:5060");
        assert_string_equal(find(m, "0", 1), "local");
        assert_string_equal(find(m, "*100#1", 5), "features");
        assert_null(find(m, "*100", 0));
        assert_null(find(m, "+4", 0));
        assert_null(find(m, "", 0));
        assert_null(find(m, "alice", 0));
        assert_string_equal(find(m, "+49x30", 3), "de.example.net");
        cp_number_map_destroy(m);
}

static void bad_files(void **state)
{
        static const struct {
                const char *text;
                unsigned line;
                const char *says;
        } rows[] = {
            {"+49\n", 1, "PREFIX,TARGET"},
            {"\n,gw\n", 2, "PREFIX,TARGET"},
            {"+4a,gw\n", 1, "PREFIX,TARGET"},
            {"012345678901234567890123456789012,gw\n", 1, "at most 32"},
            {"1,gw\n2,\n", 2, "PREFIX,TARGET"},
            {"1,gw host\n", 1, "PREFIX,TARGET"},
            {"1,gw>\n", 1, "PREFIX,TARGET"},
            {"1,a@gw\n", 1, "PREFIX,TARGET"},
            {"1,gw?x=y\n", 1, "PREFIX,TARGET"},
            {"1,gw\n12,gw\n1,other\n", 3, "line 1 already"},
        };
        struct cp_number_map *m;
        struct cp_config_error err;

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                assert_int_equal(load(rows[i].text, &m, &err), -EINVAL);
                assert_null(m);
                assert_int_equal(err.line, rows[i].line);
                assert_non_null(strstr(err.text, rows[i].says));
        }
        assert_int_equal(cp_number_map_load(&m, "/no/such/file", &err), -ENOENT);
        assert_int_equal(load("", &m, &err), 0);
        assert_null(find(m, "1", 0));
        cp_number_map_destroy(m);
}

static void against_the_whole_list(void **state)
{
        struct rng r = rng_seeded("against_the_whole_list");
        static char list[2000][12];
        unsigned cnt = 0;
        FILE *f = fopen(path, "w");
        struct cp_number_map *m = NULL;
        struct cp_config_error err;

        (void)state;
        while (cnt < 2000) {
                unsigned len = 1 + (unsigned)rng_below(&r, 7);
                bool twice = false;

                for (unsigned i = 0; i < len; i++)
                        list[cnt][i] = (char)('0' + rng_below(&r, 5));
                list[cnt][len] = '\0';
                for (unsigned i = 0; i < cnt; i++)
                        twice |= strcmp(list[i], list[cnt]) == 0;
                if (!twice)
                        fprintf(f, "%s,t%u\n", list[cnt], cnt), cnt++;
        }
        fclose(f);
        assert_int_equal(cp_number_map_load(&m, path, &err), 0);
        for (unsigned n = 0; n < 20000; n++) {
                char number[12], want[16] = "";
                size_t longest = 0;
                unsigned matched;
                const char *got;

                for (unsigned i = 0; i < 10; i++)
                        number[i] = (char)('0' + rng_below(&r, 6));
                number[10] = '\0';
                for (unsigned i = 0; i < cnt; i++) {
                        size_t len = strlen(list[i]);

                        if (len > longest && strncmp(list[i], number, len) == 0) {
                                longest = len;
                                snprintf(want, sizeof(want), "t%u", i);
                        }
                }
                got = cp_number_map_find(m, number, 10, &matched);
                assert_int_equal(matched, longest);
                if (longest != 0)
                        assert_string_equal(got, want);
                else
                        assert_null(got);
        }
        cp_number_map_destroy(m);
}

static double now(void)
{
        struct timespec ts;

        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
        return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void many(void **state)
{
        struct rng r = {1};
        FILE *f = fopen(path, "w");
        struct cp_number_map *m = NULL;
        struct cp_config_error err;
        unsigned found = 0, looked = 1000000;
        double from;

        (void)state;
        for (unsigned i = 0; i < prefixes; i++)
                fprintf(f, "+%07u,gw%u.example.net\n", i * 7u, i % 50);
        fclose(f);
        from = now();
        assert_int_equal(cp_number_map_load(&m, path, &err), 0);
        printf("%u prefixes loaded in %.2f s, %zu octets: %zu a prefix\n", prefixes, now() - from,
               cp_number_map_bytes(m), cp_number_map_bytes(m) / prefixes);
        from = now();
        for (unsigned i = 0; i < looked; i++) {
                char number[16];
                unsigned matched;
                uint64_t v = rng_below(&r, (uint64_t)prefixes * 7u);

                number[0] = '+';
                for (unsigned d = 7; d > 0; d--, v /= 10)
                        number[d] = (char)('0' + v % 10);
                memcpy(number + 8, "1234", 4);
                found += cp_number_map_find(m, number, 12, &matched) != NULL;
        }
        printf("%u random look-ups, %u found: %.0f ns each\n", looked, found,
               (now() - from) / looked * 1e9);
        assert_true(found > looked / 8 && found < looked / 6);
        cp_number_map_destroy(m);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(the_longest_wins),
            cmocka_unit_test(bad_files),
            cmocka_unit_test(against_the_whole_list),
            cmocka_unit_test(many),
        };
        int rc, fd;

        if (argc == 3 && strcmp(argv[1], "--prefixes") == 0)
                prefixes = (unsigned)strtoul(argv[2], NULL, 10);
        snprintf(path, sizeof(path), "/tmp/sluice-numbers-XXXXXX");
        fd = mkstemp(path);
        if (fd < 0)
                return 1;
        close(fd);
        rc = cmocka_run_group_tests(tests, NULL, NULL);
        unlink(path);
        return rc;
}
