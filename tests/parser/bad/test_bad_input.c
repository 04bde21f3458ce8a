/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bad inputs for the parser: each row of the table makes many, and each must end as the table says;
 * none makes the parser allocate (BAD-INPUT class B31), read outside the input, or go on for ever.
 */
#include "tests/parser/bad/bad_run.h"
#include "tests/parser/whole.h"

#include <unistd.h>

#include "parser/sip_frame.h"

#define DIFFERENT_MIN 10000u
#define LEAK_MESSAGES 1000000u
#define POOL_BYTES    (1u << 20)

static struct bad_table table;
static struct bad_args args;

static void every_input(void **state)
{
        size_t distinct = bad_run(&table, &args, bad_reader_find);

        (void)state;
        if (!args.row)
                assert_true(distinct >= DIFFERENT_MIN);
}

/* Rows that no reader here takes belong to the tests of the packet path and of what control shows.
 */
static void every_row_has_a_reader(void **state)
{
        static const char *const elsewhere[] = {"packet", "layers", "pending", "eve", "terminal"};

        (void)state;
        for (size_t i = 0; i < table.cnt; i++) {
                bool known = bad_reader_find(table.rows[i].reader) != NULL;

                for (size_t k = 0; k < sizeof(elsewhere) / sizeof(elsewhere[0]); k++)
                        known |= strcmp(table.rows[i].reader, elsewhere[k]) == 0;
                if (!known)
                        fail_msg("%s: no reader %s", table.rows[i].name, table.rows[i].reader);
        }
}

/* Calls of the parser end here, by the linker's --wrap. */
static size_t allocations;
void *__real_malloc(size_t n);
void *__real_calloc(size_t cnt, size_t n);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t cnt, size_t n);
void *__wrap_realloc(void *p, size_t n);

void *__wrap_malloc(size_t n)
{
        allocations++;
        return __real_malloc(n);
}

void *__wrap_calloc(size_t cnt, size_t n)
{
        allocations++;
        return __real_calloc(cnt, n);
}

void *__wrap_realloc(void *p, size_t n)
{
        allocations++;
        return __real_realloc(p, n);
}

/* Resident octets of this process. */
static size_t resident(void)
{
        unsigned long all = 0, pages = 0;
        FILE *f = fopen("/proc/self/statm", "r");

        assert_non_null(f);
        assert_int_equal(fscanf(f, "%lu %lu", &all, &pages), 2);
        fclose(f);
        return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* A million bad messages, as datagrams and as streams: no allocation, no growth. */
static void no_leak(void **state)
{
        static uint8_t pool[POOL_BYTES];
        static size_t from[8192], len[8192];
        static struct bad_text text;
        static struct sip_msg m;
        size_t cnt = 0, used = 0, before, allocated;
        struct rng r;

        (void)state;
        for (unsigned number = 0; number < 4; number++) {
                for (size_t i = 0; i < table.cnt && cnt < 8192; i++) {
                        if (strcmp(table.rows[i].reader, "msg") != 0)
                                continue;
                        bad_input(&table.rows[i], args.seed, number, &r, &text);
                        if (text.len > 2048 || text.len > sizeof(pool) - used)
                                continue;
                        memcpy(pool + used, text.b, text.len);
                        from[cnt] = used;
                        len[cnt++] = text.len;
                        used += text.len;
                }
        }
        assert_true(cnt > 200);
        before = resident();
        allocated = allocations;
        for (unsigned i = 0; i < LEAK_MESSAGES; i++) {
                const uint8_t *p = pool + from[i % cnt];
                size_t n = len[i % cnt], took;
                struct sip_frame f;

                (void)sip_parse(p, n, &m);
                (void)sip_check(&m);
                if (i % 8 == 0 && sip_frame_init(&f, 8192, 16384))
                        (void)sip_frame_feed(&f, p, n, &took);
        }
        assert_int_equal(allocations, allocated);
        printf("%u messages: %zu allocations, %zd octets more resident\n", LEAK_MESSAGES,
               allocations - allocated, (ssize_t)(resident() - before));
        assert_true(resident() < before + (1u << 20));
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(every_row_has_a_reader),
            cmocka_unit_test(every_input),
            cmocka_unit_test(no_leak),
        };

        args = bad_args_read(argc, argv);
        bad_table_read(&table);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
