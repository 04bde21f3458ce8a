/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_select.h - which kernels there are and which to use; the only code that asks the CPU.
 */
#ifndef SLUICE_PARSER_SCAN_SELECT_H
#define SLUICE_PARSER_SCAN_SELECT_H

#include <stdbool.h>

#include "parser/fast/fast.h"
#include "parser/scan/scan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Compiled in where the target is x86-64; calling one on a CPU without its instructions is a fault.
 */
scan_fn scan_sse42;
scan_fn scan_avx2;
scan_fn scan_avx512;
sip_fast_fn fast_sse42;
sip_fast_fn fast_avx2;
sip_fast_fn fast_avx512;

struct scan_variant {
        const char *name;  /* "ref", "sse42", "avx2", "avx512"; static */
        scan_fn *scan;     /* the kernel */
        sip_fast_fn *fast; /* the fast path on top of it; NULL for "ref": all by the grammar */
        bool usable;       /* this CPU runs it, and the system saves its registers */
};

/* How many kernels are compiled in; at least 1. */
unsigned scan_variant_cnt(void);

/* Kernel i < scan_variant_cnt(), from the plainest (0, the reference) to the one preferred. */
struct scan_variant scan_variant_at(unsigned i);

/* The fast path preferred among those that this CPU runs, or NULL. Cheap enough to ask for every
 * message. */
sip_fast_fn *scan_best(void);

/* The kernel with this name; its name is NULL when there is none or this CPU does not run it: no
 * fallback. */
struct scan_variant scan_find(const char *name);

#ifdef __cplusplus
}
#endif

#endif
