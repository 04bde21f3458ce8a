/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "control/contract/shm_blocklist.h"

struct blob {
        struct shm_blocklist_head head;
        struct shm_blocklist_prefix prefix[3];
};

static struct blob good(void)
{
        return (struct blob){.head = {.magic = SHM_BLOCKLIST_MAGIC, .count = 3}};
}

static void test_open(void **state)
{
        struct blob b = good();
        uint32_t count = 0;

        (void)state;
        assert_ptr_equal(shm_blocklist_open(&b, sizeof(b), &count), b.prefix);
        assert_int_equal(count, 3);
        b.head.count = 0;
        assert_non_null(shm_blocklist_open(&b, sizeof(b.head), &count));
        assert_int_equal(count, 0);
}

static void test_refused(void **state)
{
        struct blob b = good();
        uint32_t count = 99;

        (void)state;
        for (size_t bytes = 0; bytes < sizeof(b); bytes++)
                assert_null(shm_blocklist_open(&b, bytes, &count));
        assert_null(shm_blocklist_open(&b, sizeof(b) + 1, &count));
        b.head.count = 2;
        assert_null(shm_blocklist_open(&b, sizeof(b), &count));
        b.head.count = SHM_BLOCKLIST_PREFIXES_MAX + 1;
        assert_null(shm_blocklist_open(
            &b, sizeof(b.head) + (size_t)b.head.count * sizeof(b.prefix[0]), &count));
        b = good();
        b.head.magic++;
        assert_null(shm_blocklist_open(&b, sizeof(b), &count));
        b = good();
        b.head.reserved = 1;
        assert_null(shm_blocklist_open(&b, sizeof(b), &count));
        assert_int_equal(count, 99);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_open),
            cmocka_unit_test(test_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
