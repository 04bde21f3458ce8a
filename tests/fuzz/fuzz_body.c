/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_body.c - the first line of the input as Content-Type, the rest as the body: parts lie inside
 * the part around them, in order, and within the bounds of depth and number.
 */
#include "parser/sip_body.h"
#include "tests/fuzz/exact.h"

static uint32_t end_of(struct sip_span s)
{
        return (uint32_t)s.off + s.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct sip_body b;
        struct sip_anom_set notes;
        struct sip_cur c = exact_cur(data, size, &notes);
        const uint8_t *lf = memchr(c.buf + 1, '\n', c.end - 1);
        struct sip_span type = {0, 0};

        if (lf) {
                type = sip_span_make(1, (uint32_t)(lf - c.buf));
                c.pos = (uint32_t)(lf - c.buf) + 1;
        }
        must(sip_body_parse(&c, type, &b) == b.fault && b.fault_off <= c.end);
        must(b.parts_cnt >= 1 && b.parts_cnt <= SIP_BODY_PARTS_MAX);
        for (unsigned i = 0; i < b.parts_cnt; i++) {
                const struct sip_body_part *p = &b.parts[i];
                const struct sip_body_part *outer = &b.parts[p->parent];

                must(p->depth <= SIP_BODY_DEPTH_MAX);
                must(end_of(p->body) <= c.end && end_of(p->headers) <= c.end);
                inside(&c, p->content_id);
                inside(&c, p->disposition);
                inside(&c, p->type.boundary);
                if (i == 0)
                        continue;
                must(p->parent < i && outer->type.kind == SIP_BODY_MULTIPART);
                must(p->depth == outer->depth + 1);
                must(p->headers.off >= outer->body.off && end_of(p->body) <= end_of(outer->body));
                must(end_of(p->headers) <= p->body.off);
        }
        free((uint8_t *)(uintptr_t)c.buf);
        return 0;
}
