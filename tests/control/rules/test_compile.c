/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From files to an image: what the compiling process may take (with real bombs), what canaries
 * refuse, what the cache of databases gives back and what it does not believe.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/rules/cache.h"
#include "control/rules/canary.h"
#include "control/rules/compile.h"
#include "control/rules/read.h"
#include "parser/match/match_seal.h"
#include "parser/match/match_set.h"

/* As in compile.c. */
#if defined(__SANITIZE_ADDRESS__)
#define LIMITS_MEMORY 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LIMITS_MEMORY 0
#endif
#endif
#ifndef LIMITS_MEMORY
#define LIMITS_MEMORY 1
#endif

static char dir[] = "/tmp/sluice-rules-XXXXXX";

static const char *path_of(const char *name)
{
        static char path[4][64];
        static unsigned turn;
        char *p = path[turn++ % 4];

        snprintf(p, sizeof(path[0]), "%s/%s", dir, name);
        return p;
}

static void write_file(const char *name, const char *text)
{
        FILE *f = fopen(path_of(name), "w");

        assert_non_null(f);
        assert_int_equal(fputs(text, f) >= 0, 1);
        assert_int_equal(fclose(f), 0);
}

/* Compile one file of the directory; *errors is the caller's. */
static int compile(const char *name, uint32_t memory_mb, uint32_t seconds,
                   struct cp_rule_errors **errors)
{
        const char *files[1] = {path_of(name)};
        const struct cp_compile c = {
            .files = files,
            .file_cnt = 1,
            .vars = &cp_rule_default_vars,
            .memory_mb = memory_mb,
            .seconds = seconds,
        };
        struct cp_image image;
        int rc;

        *errors = calloc(1, sizeof(**errors));
        assert_non_null(*errors);
        rc = cp_compile_files(&c, &image, *errors);
        assert_int_equal(rc == 0, image.at != NULL);
        free(image.at);
        return rc;
}

static void refused_with(const char *name, uint32_t memory_mb, uint32_t seconds, const char *text)
{
        struct cp_rule_errors *e;

        assert_int_equal(compile(name, memory_mb, seconds, &e), -EINVAL);
        assert_int_equal(e->all, 1);
        assert_string_equal(e->e[0].text, text);
        free(e);
}

/* ---- bombs ---- */

/* Thousands of counted repetitions: minutes of compiling, and gigabytes. */
static void write_bomb(void)
{
        FILE *f = fopen(path_of("bomb.rules"), "w");

        assert_non_null(f);
        for (int i = 1; i <= 2000; i++)
                fprintf(f,
                        "alert sip any any -> any any (sip.from; "
                        "pcre:\"/[a-z]{2,90}%d[^b]{5,400}%d/s\"; sid:%d;)\n",
                        i, i, i);
        assert_int_equal(fclose(f), 0);
}

static void bombs_end_their_process_alone(void **state)
{
        struct cp_rule_errors *e;

        (void)state;
        write_bomb();
        write_file("good.rules",
                   "alert sip any any -> any any (sip.from; content:\"a\"; sid:1;)\n");
        refused_with("bomb.rules", 0, 1, "compiling takes more than 1 seconds");
        if (LIMITS_MEMORY)
                refused_with("bomb.rules", 24, 60, "compiling takes more than 24 MiB of memory");
        else
                print_message("a sanitizer maps more than a limit allows: no bomb of memory\n");
        assert_int_equal(compile("good.rules", CP_COMPILE_MEMORY_MB, CP_COMPILE_SECONDS, &e), 0);
        assert_int_equal(e->all, 0);
        free(e);
}

/* ---- canaries ---- */

#define MESSAGE(ua)                                                                             \
        "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n" \
        "From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n"           \
        "User-Agent: " ua "\r\nContent-Length: 0\r\n\r\n"

static void write_canaried(const char *match, const char *miss)
{
        char text[512];

        snprintf(text, sizeof(text),
                 "# one line\nalert sip any any -> any any (sip.user_agent; pcre:\"/scan[0-9]/\"; "
                 "metadata:canary_match %s/%s, canary_miss %s/%s; sid:1;)\n",
                 dir, match, dir, miss);
        write_file("canary.rules", text);
}

static void canaries_are_tried(void **state)
{
        struct cp_rule_errors *e;

        (void)state;
        write_file("yes", MESSAGE("scan7"));
        write_file("no", MESSAGE("phone"));
        write_canaried("yes", "no");
        assert_int_equal(compile("canary.rules", 0, 60, &e), 0);
        free(e);
        write_canaried("no", "yes");
        assert_int_equal(compile("canary.rules", 0, 60, &e), -EINVAL);
        assert_int_equal(e->all, 2);
        assert_string_equal(e->e[0].file, path_of("canary.rules"));
        assert_int_equal(e->e[0].line, 2);
        assert_int_equal(e->e[0].column, 1);
        assert_non_null(strstr(e->e[0].text, "canary: matches"));
        assert_non_null(strstr(e->e[1].text, "canary: does not match"));
        free(e);
        write_canaried("yes", "nowhere");
        assert_int_equal(compile("canary.rules", 0, 60, &e), -EINVAL);
        assert_non_null(strstr(e->e[0].text, "canary: can not be read:"));
        free(e);
}

#define TWO_RULES                                                                    \
        "alert sip any any -> any any (sip.from; content:\"one\"; nocase; sid:1;)\n" \
        "alert sip any any -> any any (sip.from; content:\"another\"; offset:3; sid:2;)\n"

static void read_set(struct cp_rule_set *set, struct cp_rule_errors *e, const char *text)
{
        assert_int_equal(cp_rules_read(set, "x", text, strlen(text), &cp_rule_default_vars, e), 0);
}

/* A database that finds one rule's text for another one, as a compiler gone wrong might make. */
static void a_set_that_misses_is_not_let_out(void **state)
{
        struct cp_rule_errors *e = calloc(1, sizeof(*e));
        struct cp_rule_set set = {0};
        struct cp_image image;
        struct match_head *head;
        uint32_t *rule_of;
        uint32_t was;

        (void)state;
        read_set(&set, e, TWO_RULES);
        assert_int_equal(cp_image_make(&set, MATCH_PLATFORM_HOST, 1, NULL, &image, e), 0);
        assert_int_equal(cp_canary_try(&set, &image, e), 0);
        head = (void *)image.at;
        assert_int_equal(head->patterns.cnt, 2);
        rule_of = (void *)(image.at + head->patterns.off);
        was = rule_of[0];
        rule_of[0] = rule_of[1];
        rule_of[1] = was;
        match_seal_set(image.at, image.bytes);
        assert_int_equal(cp_canary_try(&set, &image, e), -EINVAL);
        assert_int_equal(e->all, 2);
        assert_int_equal(e->e[1].line, 2);
        image.at[0] ^= 1;
        assert_int_equal(cp_canary_try(&set, &image, e), -EINVAL);
        assert_non_null(strstr(e->e[2].text, "the compiled set does not load"));
        free(image.at);
        cp_rule_set_fini(&set);
        free(e);
}

/* ---- the cache ---- */

static void make_with(struct cp_db_cache *cache, struct cp_image *image)
{
        struct cp_rule_errors *e = calloc(1, sizeof(*e));
        struct cp_rule_set set = {0};

        read_set(&set, e, TWO_RULES);
        cp_cache_init(cache, path_of("cache"));
        assert_int_equal(cp_image_make(&set, MATCH_PLATFORM_HOST, 1, cache, image, e), 0);
        cp_cache_fini(cache);
        cp_rule_set_fini(&set);
        free(e);
}

/* Change or cut every file of the cache. */
static void spoil(bool cut)
{
        DIR *d = opendir(path_of("cache"));
        struct dirent *entry;

        assert_non_null(d);
        while ((entry = readdir(d)) != NULL) {
                char path[400];
                FILE *f;

                if (entry->d_name[0] == '.')
                        continue;
                snprintf(path, sizeof(path), "%s/cache/%s", dir, entry->d_name);
                if (cut) {
                        assert_int_equal(truncate(path, 40), 0);
                        continue;
                }
                f = fopen(path, "r+");
                assert_non_null(f);
                assert_int_equal(fseek(f, 100, SEEK_SET), 0);
                assert_int_equal(fputc(0x5a, f), 0x5a);
                assert_int_equal(fclose(f), 0);
        }
        (void)closedir(d);
}

static void databases_are_kept_and_checked(void **state)
{
        struct cp_db_cache cache;
        struct cp_image first, again;

        (void)state;
        make_with(&cache, &first);
        assert_int_equal(cache.hits, 0);
        assert_true(cache.misses > 0);
        make_with(&cache, &again);
        assert_int_equal(cache.misses, 0);
        assert_true(cache.hits > 0);
        assert_int_equal(again.bytes, first.bytes);
        assert_memory_equal(again.at, first.at, first.bytes);
        free(again.at);
        for (int cut = 0; cut < 2; cut++) {
                spoil(cut == 1);
                make_with(&cache, &again);
                assert_int_equal(cache.hits, 0);
                assert_memory_equal(again.at, first.at, first.bytes);
                free(again.at);
        }
        free(first.at);
}

static void a_cache_that_can_not_be_is_none(void **state)
{
        struct cp_db_cache cache;
        struct match_hs_code code;
        const uint8_t key[32] = {0};

        (void)state;
        cp_cache_init(&cache, "/proc/nowhere/cache");
        assert_false(cache.get(cache.arg, key, &code));
        cp_cache_fini(&cache);
}

/* ---- another CPU ---- */

static void a_set_for_another_cpu_is_told(void **state)
{
        struct cp_rule_errors *e = calloc(1, sizeof(*e));
        struct cp_rule_set set = {0};
        struct match_set *made = NULL;
        struct cp_image image;
        enum match_fault f;

        (void)state;
        read_set(&set, e, TWO_RULES);
        assert_int_equal(cp_image_make(&set, MATCH_PLATFORM_AVX512, 1, NULL, &image, e), 0);
        f = match_set_create(&made, image.at, image.bytes);
        if (f == MATCH_OK)
                print_message("this CPU has AVX-512: not refused here\n");
        else
                assert_int_equal(f, MATCH_FAULT_PLATFORM);
        match_set_destroy(made);
        free(image.at);
        cp_rule_set_fini(&set);
        free(e);
}

static int begin(void **state)
{
        (void)state;
        return mkdtemp(dir) != NULL ? 0 : -1;
}

static int end(void **state)
{
        char command[80];

        (void)state;
        snprintf(command, sizeof(command), "rm -rf %s", dir);
        return system(command);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(bombs_end_their_process_alone),
            cmocka_unit_test(canaries_are_tried),
            cmocka_unit_test(a_set_that_misses_is_not_let_out),
            cmocka_unit_test(databases_are_kept_and_checked),
            cmocka_unit_test(a_cache_that_can_not_be_is_none),
            cmocka_unit_test(a_set_for_another_cpu_is_told),
        };

        return cmocka_run_group_tests(tests, begin, end);
}
