/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One register of 64 octets a block; this file alone is built for AVX-512 BW and VBMI, besides what
 * scan_avx2.c is built for. Of VBMI it takes VPERMI2B: a table of 128 octets looked up for all 64
 * octets of a block at once. CPUs without VBMI are those that slow down when they see such wide
 * registers, so there is no kernel for them.
 */
#include <immintrin.h>

#include "parser/scan/scan_driver.h"
#include "parser/scan/scan_select.h"
#include "parser/scan/scan_tables.h"
#include "parser/scan/scan_vec_avx2.h"

/* For octets below 0x80; bit 7 is the one that VPMOVB2M collects. */
#define NO_RUN(c)   (SCAN_IS_RUN(c) ? 0 : 0x80)
#define NO_RUN4(c)  NO_RUN(c), NO_RUN((c) + 1), NO_RUN((c) + 2), NO_RUN((c) + 3)
#define NO_RUN16(c) NO_RUN4(c), NO_RUN4((c) + 4), NO_RUN4((c) + 8), NO_RUN4((c) + 12)
#define NO_RUN64(c) NO_RUN16(c), NO_RUN16((c) + 16), NO_RUN16((c) + 32), NO_RUN16((c) + 48)

static const uint8_t no_runs[128] = {NO_RUN64(0), NO_RUN64(64)};

static inline struct scan_block scan_classify(const uint8_t *p)
{
        __m512i v = _mm512_loadu_si512(p);
        __m512i stop = _mm512_permutex2var_epi8(_mm512_loadu_si512(no_runs), v,
                                                _mm512_loadu_si512(no_runs + 64));
        /* One more makes 0x7f negative, and with it all from 0x7f on; 0xff becomes 0. */
        __m512i next = _mm512_add_epi8(v, _mm512_set1_epi8(1));

        return (struct scan_block){
            .ctl = _mm512_cmpgt_epi8_mask(_mm512_set1_epi8(0x21), next),
            .stop =
                _mm512_movepi8_mask(_mm512_or_si512(stop, v)), /* v: none above 0x7f is in a run */
        };
}

#include "parser/fast/fast_msg.h" /* needs the above */

bool scan_avx512(const uint8_t *buf, uint32_t len, struct scan_index *out)
{
        return scan_drive(buf, len, out);
}

bool fast_avx512(const uint8_t *buf, uint32_t len, struct sip_msg *m)
{
        return fast_msg(buf, len, m);
}
