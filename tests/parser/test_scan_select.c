/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every kernel against the reference: the same index for every length, with the input flush against
 * an inaccessible page on either side.
 */
#include "tests/parser/probe.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#include <stdlib.h>
#include <time.h>

#include "tests/parser/kernels.h"

#define BYTES_MAX 700u

static uint64_t rng;

static uint64_t next(void)
{
        rng ^= rng << 13;
        rng ^= rng >> 7;
        rng ^= rng << 17;
        return rng;
}

/* Lines of octets of all classes, now and then one that is out of place. */
static void fill(uint8_t *p, size_t n)
{
        static const uint8_t odd[] = {0x00, 0x08, '\t', '\n', 0x0b, 0x0c, '\r', 0x0e, 0x1f,
                                      ' ',  '9',  ':',  ';',  0x7e, 0x7f, 0x80, 0x8a, 0xff};
        unsigned length = (unsigned)(next() % 90);
        bool faulty = next() % 2;

        for (size_t i = 0; i < n; i++)
                p[i] = (uint8_t)(0x20 + next() % 0x5f);
        for (size_t i = 0; i + 1 < n; i += 2 + next() % (length + 1)) {
                p[i] = '\r';
                p[i + 1] = '\n';
        }
        if (n >= 4 && next() % 4 != 0)
                memcpy(p + next() % (n - 3), "\r\n\r\n", 4);
        for (unsigned k = faulty && n > 0 ? 2 : 0; k > 0; k--)
                p[next() % n] = odd[next() % sizeof(odd)];
}

static unsigned plain;

static void same(const char *name, const uint8_t *at, uint32_t n, scan_fn *kernel)
{
        static struct scan_index want, got;
        bool is_plain = scan_ref(at, n, &want);
        unsigned octets = is_plain ? want.header_end - 1u : 0, words = (octets + 63) / 64;

        memset(&got, 0xa5, sizeof(got));
        if (kernel(at, n, &got) != is_plain)
                fail_msg("%s: %u octets are %splain", name, n, is_plain ? "" : "not ");
        plain += is_plain;
        if (!is_plain)
                return;
        assert_int_equal(got.header_end, want.header_end);
        assert_int_equal(got.line_cnt, want.line_cnt);
        assert_memory_equal(got.eol, want.eol, want.line_cnt * sizeof(want.eol[0]));
        /* What is behind the section is not said. */
        for (unsigned i = 0; i < words; i++) {
                uint64_t in = i + 1 == words && octets % 64 != 0
                                  ? (UINT64_C(1) << octets % 64) - 1
                                  : UINT64_MAX;

                if (((got.stop[i] ^ want.stop[i]) & in) != 0)
                        fail_msg("%s: stops of block %u of %u octets", name, i, n);
        }
}

static void compare(const struct scan_variant *v, struct guard *g, const uint8_t *in, uint32_t n)
{
        same(v->name, guard_tail(g, in, n), n, v->scan);
        same(v->name, guard_head(g, in, n), n, v->scan);
}

static void same_index(void **state)
{
        const char *env = getenv("SLUICE_TEST_SEED");
        uint64_t seed = env ? strtoull(env, NULL, 0) : (uint64_t)time(NULL);
        struct guard g = guard_create(BYTES_MAX);
        struct kernels kernels = kernels_all();
        unsigned ran = 0;

        (void)state;
        printf("SLUICE_TEST_SEED=%llu\n", (unsigned long long)seed);
        for (unsigned i = 0; i < kernels.cnt; i++) {
                struct scan_variant v = kernels.v[i];
                uint8_t in[BYTES_MAX];

                printf("kernel %s: %s\n", v.name, kernels_how(&kernels, i));
                if (!v.usable)
                        continue;
                rng = seed | 1;
                plain = 0;
                for (unsigned round = 0; round < 30; round++) {
                        for (uint32_t n = 0; n <= BYTES_MAX; n++) {
                                fill(in, n);
                                compare(&v, &g, in, n);
                        }
                }
                assert_true(plain > 1000);
                for (unsigned c = 0; c < 256; c++) { /* each octet at each place */
                        for (size_t at = 0; at < 130; at++) {
                                memset(in, 'a', 130);
                                in[at] = (uint8_t)c;
                                memcpy(in + 130, "\r\n\r\n", 4);
                                compare(&v, &g, in, 134);
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
        assert_ptr_equal(scan_find("ref").scan, scan_ref);
        assert_null(scan_find("ref").fast);
        assert_null(scan_find("none").name);
        assert_null(scan_find("").name);
        for (unsigned i = 0; i < scan_variant_cnt(); i++) {
                struct scan_variant v = scan_variant_at(i);

                assert_ptr_equal(scan_find(v.name).scan, v.usable ? v.scan : NULL);
                best_listed |= v.usable && scan_best() == v.fast;
        }
        assert_true(best_listed);
}

#if defined(__x86_64__)
/* The registers that the system saves: bits 1 and 2 up to YMM, 5 to 7 all that AVX-512 has. */
static uint32_t xcr0(void)
{
        uint32_t low, high;

        __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
        (void)high;
        return low;
}

/* Each kernel is usable exactly when CPUID and XGETBV, asked here once more, say so. */
static void as_the_cpu_says(void **state)
{
        uint32_t a, b1, b7 = 0, c1 = 0, c7 = 0, d;
        bool sse42, avx2, avx512;

        (void)state;
        assert_true(__get_cpuid(1, &a, &b1, &c1, &d));
        __get_cpuid_count(7, 0, &a, &b7, &c7, &d);
        sse42 = (c1 & bit_SSE4_2) && (c1 & bit_POPCNT);
        avx2 = sse42 && (c1 & bit_OSXSAVE) && (xcr0() & 0x06) == 0x06 && (b7 & bit_AVX2) &&
               (b7 & bit_BMI) && (b7 & bit_BMI2);
        avx512 = avx2 && (xcr0() & 0xe0) == 0xe0 && (b7 & bit_AVX512F) && (b7 & bit_AVX512BW) &&
                 (c7 & bit_AVX512VBMI);
        assert_int_equal(scan_find("sse42").name != NULL, sse42);
        assert_int_equal(scan_find("avx2").name != NULL, avx2);
        assert_int_equal(scan_find("avx512").name != NULL, avx512);
        printf("this CPU: sse42 %d, avx2 %d, avx512 %d\n", sse42, avx2, avx512);
}
#endif

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(same_index),
                cmocka_unit_test(names),
#if defined(__x86_64__)
                cmocka_unit_test(as_the_cpu_says),
#endif
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
