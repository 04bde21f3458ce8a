/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every kernel against the reference: the same masks for every length and for random octets, with
 * the input flush against an inaccessible page on either side, and nothing else written; and the
 * same messages, so that what is read from the masks equals what is read from the octets.
 */
#include "tests/parser/probe.h"

#include <stdlib.h>
#include <time.h>

#include "parser/scan/scan_select.h"

#define BYTES_MAX 700u

static uint64_t rng;

static uint64_t next(void)
{
        rng ^= rng << 13;
        rng ^= rng >> 7;
        rng ^= rng << 17;
        return rng;
}

/* Octets of the classes and their neighbours, mixed with any. */
static void fill(uint8_t *p, size_t n)
{
        static const uint8_t odd[] = {0x00, 0x08, '\t', '\n', 0x0b, 0x0c, '\r', 0x0e, 0x1f,
                                      ' ',  '9',  ':',  ';',  0x7e, 0x7f, 0x80, 0x8a, 0xff};
        bool dense = next() % 2;

        for (size_t i = 0; i < n; i++)
                p[i] = dense ? odd[next() % sizeof(odd)] : (uint8_t)next();
}

static void compare(const struct scan_variant *v, struct guard *g, const uint8_t *in, uint32_t n)
{
        static struct scan_map want, got;
        uint32_t from = n < 64 ? 0 : (uint32_t)(next() % (n / 64)) * 64;

        memset(&want, 0xa5, sizeof(want));
        scan_ref(in, from, n, &want);
        memset(&got, 0xa5, sizeof(got));
        v->fn(guard_tail(g, in, n), from, n, &got);
        if (memcmp(&want, &got, sizeof(want)) != 0)
                fail_msg("%s differs from ref for %u..%u before a page", v->name, from, n);
        memset(&got, 0xa5, sizeof(got));
        v->fn(guard_head(g, in, n), from, n, &got);
        if (memcmp(&want, &got, sizeof(want)) != 0)
                fail_msg("%s differs from ref for %u..%u behind a page", v->name, from, n);
}

static void same_masks(void **state)
{
        const char *env = getenv("SLUICE_TEST_SEED");
        uint64_t seed = env ? strtoull(env, NULL, 0) : (uint64_t)time(NULL);
        struct guard g = guard_create(BYTES_MAX);
        unsigned ran = 0;

        (void)state;
        printf("SLUICE_TEST_SEED=%llu\n", (unsigned long long)seed);
        for (unsigned i = 0; i < scan_variant_cnt(); i++) {
                struct scan_variant v = scan_variant_at(i);
                uint8_t in[BYTES_MAX];

                printf("kernel %s: %s\n", v.name, v.usable ? "ran" : "SKIPPED, no such CPU");
                if (!v.usable)
                        continue;
                rng = seed | 1;
                for (unsigned round = 0; round < 10; round++) {
                        for (uint32_t n = 0; n <= BYTES_MAX; n++) {
                                fill(in, n);
                                compare(&v, &g, in, n);
                        }
                }
                for (unsigned c = 0; c < 256; c++) { /* each octet at each place */
                        for (size_t at = 0; at < 130; at++) {
                                memset(in, 'a', 130);
                                in[at] = (uint8_t)c;
                                compare(&v, &g, in, 130);
                        }
                }
                ran++;
        }
        assert_true(ran >= 1);
        guard_destroy(&g);
}

static void names(void **state)
{
        bool best_listed = false;

        (void)state;
        assert_ptr_equal(scan_find("ref"), scan_ref);
        assert_null(scan_find("none"));
        assert_null(scan_find(""));
        for (unsigned i = 0; i < scan_variant_cnt(); i++) {
                struct scan_variant v = scan_variant_at(i);

                assert_ptr_equal(scan_find(v.name), v.usable ? v.fn : NULL);
                best_listed |= v.usable && scan_best() == v.fn;
        }
        assert_true(best_listed);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(same_masks), cmocka_unit_test(names)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
