/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernels.h - the scan kernels that a test can run here: those of the library that this CPU has,
 * and AVX-512 besides as portable code (avx512_emulated.h), so that its logic is proven on every
 * machine.
 */
#ifndef SLUICE_TESTS_PARSER_KERNELS_H
#define SLUICE_TESTS_PARSER_KERNELS_H

#include "parser/scan/scan_select.h"

/* From meson.build: 1 where SIMDe is installed and scan_avx512.c was built again with it. */
#if KERNELS_EMULATED
scan_fn scan_avx512_emulated;
sip_fast_fn fast_avx512_emulated;
#endif

#define KERNELS_MAX 8u

struct kernels {
        struct scan_variant v[KERNELS_MAX]; /* all of them, usable or not */
        unsigned cnt;
};

static inline struct kernels kernels_all(void)
{
        struct kernels k = {.cnt = 0};

        for (unsigned i = 0; i < scan_variant_cnt(); i++)
                k.v[k.cnt++] = scan_variant_at(i);
#if KERNELS_EMULATED
        k.v[k.cnt++] = (struct scan_variant){"avx512_emulated", scan_avx512_emulated,
                                             fast_avx512_emulated, true};
#endif
        return k;
}

/* How kernel i of a list runs, or why not. */
static inline const char *kernels_how(const struct kernels *k, unsigned i)
{
        if (!k->v[i].usable)
                return "SKIPPED, this CPU or its system lacks it";
        return i < scan_variant_cnt() ? "ran natively" : "ran as portable code";
}

#endif
