/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/scan/scan_select.h"

#include <string.h>

/* SCAN_WITH_X86 comes from meson.build, which also adds the files and their flags. */
#if SCAN_WITH_X86
/* The compiler's run-time library asks the CPU (CPUID), and the system by XGETBV whether it saves
 * the wider registers, once and before main(). */
static bool has_sse42(void)
{
        return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
}

static bool has_avx2(void)
{
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
               __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

static bool has_avx512(void)
{
        return has_avx2() && __builtin_cpu_supports("avx512f") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi");
}
#endif

unsigned scan_variant_cnt(void)
{
        return 1 + 3 * SCAN_WITH_X86;
}

/*
 * The order is the order of preference, and it is measured (bench/README.md). A kernel that comes
 * later must earn its place the same way.
 */
struct scan_variant scan_variant_at(unsigned i)
{
#if SCAN_WITH_X86
        if (i == 1)
                return (struct scan_variant){"sse42", scan_sse42, fast_sse42, has_sse42()};
        if (i == 2)
                return (struct scan_variant){"avx2", scan_avx2, fast_avx2, has_avx2()};
        if (i == 3)
                return (struct scan_variant){"avx512", scan_avx512, fast_avx512, has_avx512()};
#endif
        (void)i;
        return (struct scan_variant){"ref", scan_ref, NULL, true};
}

sip_fast_fn *scan_best(void)
{
        for (unsigned i = scan_variant_cnt(); i-- > 1;) {
                struct scan_variant v = scan_variant_at(i);

                if (v.usable)
                        return v.fast;
        }
        return NULL;
}

struct scan_variant scan_find(const char *name)
{
        for (unsigned i = 0; i < scan_variant_cnt(); i++) {
                struct scan_variant v = scan_variant_at(i);

                if (strcmp(v.name, name) == 0 && v.usable)
                        return v;
        }
        return (struct scan_variant){NULL, NULL, NULL, false};
}
