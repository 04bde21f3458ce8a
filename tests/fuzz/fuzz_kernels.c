/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_kernels.c - any octets through every scan kernel that this CPU runs, against the reference,
 * and through every fast path, against the grammar alone: the same answer, whatever the alignment.
 */
#include "parser/scan/scan_select.h"
#include "parser/sip_parse.h"
#include "tests/fuzz/exact.h"

/* The input at an offset in a block that ends where the input does. */
static uint8_t *shifted(const uint8_t *data, size_t size, size_t shift)
{
        uint8_t *block = calloc(1, shift + size + (shift + size == 0));

        if (!block)
                abort();
        if (size > 0)
                memcpy(block + shift, data, size);
        return block;
}

static void same_index(const struct scan_index *a, const struct scan_index *b)
{
        unsigned octets = a->header_end - 1u, whole = octets / 64;
        uint64_t rest = (UINT64_C(1) << octets % 64) - 1;

        must(a->header_end == b->header_end && a->line_cnt == b->line_cnt);
        must(memcmp(a->eol, b->eol, a->line_cnt * sizeof(a->eol[0])) == 0);
        must(memcmp(a->stop, b->stop, whole * sizeof(a->stop[0])) == 0);
        must(((a->stop[whole] ^ b->stop[whole]) & rest) == 0);
}

static void scans(const uint8_t *p, uint32_t len, const struct scan_variant *v)
{
        static struct scan_index ref, got;
        bool plain = scan_ref(p, len, &ref);

        must(v->scan(p, len, &got) == plain);
        if (plain)
                same_index(&ref, &got);
}

static void same_msg(const struct sip_msg *ref, const struct sip_msg *got)
{
        must(memcmp(ref, got, offsetof(struct sip_msg, hdrs)) == 0);
        must(memcmp(ref->hdrs, got->hdrs, ref->hdr_cnt * sizeof(ref->hdrs[0])) == 0);
}

static void parses(const uint8_t *p, size_t len, const struct scan_variant *v)
{
        static struct sip_msg ref, got;
        enum sip_sniff what;

        /* Different octets beforehand: each must write all that it promises. */
        memset(&ref, 0x55, sizeof(ref));
        memset(&got, 0xaa, sizeof(got));
        must(sip_parse_with(NULL, p, len, &ref) == sip_parse_with(v->fast, p, len, &got));
        same_msg(&ref, &got);
        memset(&got, 0xaa, sizeof(got));
        what = sip_sniff_parse(v->fast, p, len, &got);
        must(what == sip_sniff(p, len));
        if (what == SIP_SNIFF_SIP)
                same_msg(&ref, &got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        size_t shift = size > 0 ? data[size - 1] % SCAN_BLOCK_BYTES : 0;
        uint8_t *block = shifted(data, size, shift);

        for (unsigned i = 0; i < scan_variant_cnt(); i++) {
                const struct scan_variant v = scan_variant_at(i);

                if (!v.usable)
                        continue;
                if (size <= SIP_MSG_BYTES_MAX)
                        scans(block + shift, (uint32_t)size, &v);
                if (v.fast)
                        parses(block + shift, size, &v);
        }
        free(block);
        return 0;
}
