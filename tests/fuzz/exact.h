/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exact.h - what fuzz targets of single values share: the input in a block of exactly its size, so
 * that the address sanitizer sees each octet too far, and checks that abort.
 */
#ifndef SLUICE_TESTS_FUZZ_EXACT_H
#define SLUICE_TESTS_FUZZ_EXACT_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parser/sip_cur.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void must(int condition)
{
        if (!condition)
                abort();
}

/* A copy in a block of exactly n octets (one for none); free() it. */
static inline uint8_t *exact_copy(const uint8_t *data, size_t n)
{
        uint8_t *copy = calloc(1, n ? n : 1);

        if (!copy)
                abort();
        if (n)
                memcpy(copy, data, n);
        return copy;
}

/* A cursor over a copy of the input behind one octet, so that no span is at offset 0. `notes` is
 * cleared. free() the block, which is c->buf. Longer inputs are cut to what a message may have. */
static inline struct sip_cur exact_cur(const uint8_t *data, size_t n, struct sip_anom_set *notes)
{
        size_t take = n < SIP_MSG_BYTES_MAX ? n : SIP_MSG_BYTES_MAX - 1;
        uint8_t *copy = malloc(take + 1);

        if (!copy)
                abort();
        copy[0] = '\n';
        if (take)
                memcpy(copy + 1, data, take);
        memset(notes, 0, sizeof(*notes));
        return (struct sip_cur){.buf = copy, .pos = 1, .end = (uint32_t)(take + 1), .notes = notes};
}

/* The span lies in [1, end), or is absent. */
static inline void inside(const struct sip_cur *c, struct sip_span s)
{
        must((uint32_t)s.off + s.len <= c->end);
}

#endif
